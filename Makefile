# What people do with this project; `make help` lists it. Each part prepares what it needs, once.
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test quick lint format bench soak evaluate compare docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## Show Stethos at work on this computer (ARGS="--port 9000" and so on); Ctrl-C ends it
	@$(BIN)/stethos demo $(ARGS)

# Tests start hundreds of processes: none of them shall compile the project anew, whatever the surroundings say.
test quick: export PYTHONDONTWRITEBYTECODE :=

test: $(VENV)/.dev ## Run all tests, the quick ones first (ARGS="-k fold" and so on)
	$(BIN)/pytest --numprocesses auto $(ARGS)

quick: $(VENV)/.dev ## Run the tests that need no server and no browser
	$(BIN)/pytest --numprocesses auto -m "not embedded and not browser and not kafka and not influxdb and not slow" $(ARGS)

lint: $(VENV)/.dev ## Check style, format, types and which part imports which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

format: $(VENV)/.dev ## Format the code, and mend of its style what can be mended safely
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev ## Measure speed
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

soak: $(VENV)/.dev ## Fold sound machines for YEARS=100; without YEARS an hour of work through kills and outages
	$(BIN)/python -m $(if $(YEARS),soak.sound --years $(YEARS),soak.outages) $(ARGS)

evaluate: $(VENV)/.dev ## Score condition and diagnosis on real and simulated machines (ARGS="skab" and so on)
	$(BIN)/python -m evaluation $(ARGS)

compare: $(VENV)/.dev ## Compare outputs with another revision's, byte for byte (ARGS="main", ARGS="main --worker")
	@$(BIN)/python -m evaluation.compare $(ARGS)

docs: $(VENV)/.dev ## Write again what is made from code: settings page, rooms, dashboards, pictures
	$(BIN)/python -m stream.config.settings_page > docs/settings.md.new
	mv docs/settings.md.new docs/settings.md
	$(BIN)/python -m docs.rooms
	$(BIN)/python -m grafana.dashboards
	$(BIN)/python -m docs.screenshots

clean: ## Remove the environment, caches and builds; var/ with its results stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than pyproject.toml once what that names is installed.
$(VENV)/.demo: pyproject.toml $(BIN)/python
	@echo "installing what the demo needs (a minute or two, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml $(BIN)/python
	@echo "installing what development needs (a minute or two, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(VENV)/.demo $@

# A link to a Python that has gone counts as missing, so the environment is made anew then.
$(BIN)/python:
	@for python in python3.11 python3.12 python3.13 python3 python; do \
	    if "$$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; \
	    then echo "making $(VENV) with $$("$$python" --version)"; exec "$$python" -m venv --clear $(VENV); fi; \
	done; \
	echo "Stethos needs Python 3.11, 3.12 or 3.13 with venv, and none is here." >&2; \
	echo "Debian, Ubuntu: apt-get install python3 python3-venv;  Fedora: dnf install python3.13;" >&2; \
	echo "macOS: brew install python@3.13;  others: https://www.python.org/downloads/" >&2; \
	exit 1
