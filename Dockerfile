# One image for worker, page and setup: Python, Stethos, and nothing to compile with. Nothing in it is secret.
ARG PYTHON=3.13.7-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY models models
COPY stream stream
COPY grafana/dashboards grafana/dashboards
RUN python -m venv /opt/stethos && /opt/stethos/bin/pip install --no-cache-dir '.[web,grafana]'

FROM python:${PYTHON}
RUN groupadd --gid 10001 stethos \
    && useradd --uid 10001 --gid stethos --no-create-home --home-dir /var/lib/stethos stethos \
    && install --directory --owner stethos --group stethos --mode 0700 \
        /var/lib/stethos /secrets /secrets/admin /secrets/write /secrets/read
COPY --from=build /opt/stethos /opt/stethos
COPY deploy/setup.sh /opt/stethos/bin/stethos-setup
ENV PATH=/opt/stethos/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /var/lib/stethos
USER stethos
CMD ["stethos", "worker"]
