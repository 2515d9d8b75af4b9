"""The workers' figures as rows: rates, waiting messages and percentiles between two readings."""

import asyncio
import math
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from stream.config.settings import Settings
from stream.monitoring import pipeline_rows as pipeline
from stream.monitoring.metrics import Metrics
from stream.monitoring.monitor import Monitor
from stream.monitoring.pipeline_rows import figures, pipeline_line, quantile, sample
from tests.services.grafana import serving


def test_a_row_tells_what_came_between_two_readings():
    metrics = Metrics()
    for _ in range(7):
        metrics.observed("vibration", "vibration", None)
    before = sample(metrics.registry, 100.0)
    for _ in range(30):
        metrics.observed("vibration", "vibration", None)
        metrics.observed("readings", "reading", None)
        metrics.judged("observations", "observed_vibration", 2**62)
    metrics.dead_letter("vibration", "rate: wrong")
    metrics.store_rows.labels("kept").inc(90)
    metrics.store_success.set(1000.0)
    metrics.lag.labels("vibration", "0").set(5)
    metrics.lag.labels("observations", "3").set(7)
    metrics.lag.labels("rows", "3").set(11)
    metrics.healthy.set(1)
    row = figures(before, sample(metrics.registry, 110.0), now_s=1004.0)
    expected = {
        "observed_per_s": 6.0,
        "judged_per_s": 3.0,
        "stored_per_s": 9.0,
        "waiting": 23.0,
        "waiting_observe": 5.0,
        "waiting_judge": 7.0,
        "waiting_store": 11.0,
        "dead_letters": 1.0,
        "store_age_s": 4.0,
        "healthy": 1.0,
        "store_retries": 0.0,
    }
    assert {name: row[name] for name in expected} == expected
    assert 0 < row["judge_p99_s"] < 0.005
    assert "observe_p99_s" not in row, "nothing was timed"
    assert row["memory_bytes"] > 1e6
    assert all(isinstance(value, float) and math.isfinite(value) for value in row.values())


def test_a_worker_without_events_gives_a_row_without_percentiles():
    registry = Metrics().registry
    row = figures(sample(registry, 0.0), sample(registry, 0.0), now_s=0.0)
    assert not [name for name in row if name.endswith("_s") and "_p" in name and not name.endswith("per_s")]
    assert row["observed_per_s"] == 0.0
    assert "store_age_s" not in row


def test_a_name_that_would_break_the_line_is_mended():
    assert pipeline_line("泵 房,a=b\n-7", {"a": 1.0}, 5) == b"pipeline,worker=----a-b--7 a=1.0 5"


@given(values=st.lists(st.floats(0.0, 4000.0), min_size=1), share=st.floats(0.01, 1.0))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(values: list[float], share: float):
    bounds = (0.5, 1.0, 10.0, 100.0, 3600.0)
    registry = CollectorRegistry()
    histogram = Histogram("h", "h", buckets=bounds, registry=registry)
    before = sample(registry, 0.0).buckets("h")
    for value in values:
        histogram.observe(value)
    found = quantile(share, before, sample(registry, 0.0).buckets("h"))
    true = sorted(values)[math.ceil(share * len(values) - 1e-9) - 1]
    highest = next((bound for bound in bounds if true <= bound), bounds[-1])
    lowest = max((bound for bound in (0.0, *bounds) if bound < true), default=0.0)
    assert found is not None
    assert lowest - 1e-9 <= found <= highest + 1e-9


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_nothing_between_two_readings_gives_no_quantile(share: float):
    reading = {1.0: 3.0, math.inf: 3.0}
    assert quantile(share, reading, reading) is None
    assert quantile(share, {}, {}) is None


def test_a_fault_in_the_figures_costs_a_row_and_is_told_once(monkeypatch, caplog):
    """The worker goes on: the row after it is written, at an address that ends with a slash too."""
    asked, was_asked = [], threading.Event()
    faults = iter([ZeroDivisionError("made up"), ZeroDivisionError("made up")])

    class Influx(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.path.partition("?")[0])
            self.send_response(204)
            self.end_headers()
            was_asked.set()

        def log_message(self, *_):
            pass

    def figures_after_faults(*_, **__):
        fault = next(faults, None)
        if fault is not None:
            raise fault
        return {"healthy": 1.0}

    monkeypatch.setattr(pipeline, "figures", figures_after_faults)
    monkeypatch.setattr(pipeline, "_EVERY_S", 0.001)

    async def scenario(url):
        settings = Settings(store="influxdb", influxdb={"url": f"{url}/", "token": "t"})
        metrics = Metrics()
        monitor = Monitor(metrics, servers=settings.servers, patience_s=settings.health.patience_s)
        running = asyncio.ensure_future(pipeline.pipeline_rows(settings, metrics, monitor)())
        assert await asyncio.to_thread(was_asked.wait, 20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    with serving(Influx) as url:
        asyncio.run(scenario(url))
    assert set(asked) == {"/api/v2/write"}
    assert caplog.text.count("rows of this worker are left out") == 1


def test_only_a_worker_whose_store_is_influxdb_writes_rows():
    metrics = Metrics()
    monitor = Monitor(metrics, servers=["127.0.0.1:1"], patience_s=60)
    assert pipeline.pipeline_rows(Settings(store="sqlite"), metrics, monitor) is None
