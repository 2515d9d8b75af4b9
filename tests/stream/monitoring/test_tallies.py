"""Tallies say what Prometheus' own metrics would say of the same values, to the last letter."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from stream.monitoring.metrics import Metrics
from stream.monitoring.tallies import Counts, Distributions

BOUNDS = (0.005, 0.1, 1.0, 2.5, 3600.0)
STEPS = ("observe", "judge")

seconds = st.one_of(
    st.floats(min_value=0, max_value=1e6), st.sampled_from([0.0, *BOUNDS, math.nextafter(0.1, 1.0), math.inf])
)


@given(st.lists(st.tuples(st.sampled_from(STEPS), seconds)))
def test_a_distribution_reads_as_a_histogram_of_prometheus(values: list[tuple[str, float]]):
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    tallies = Distributions("delay_seconds", "Delays.", BOUNDS, "step", STEPS)
    ours.register(tallies)
    histogram = Histogram("delay_seconds", "Delays.", ["step"], buckets=BOUNDS, registry=theirs)
    for step in STEPS:
        histogram.labels(step)
    for step, value in values:
        tallies.by_value[step].add(value)
        histogram.labels(step).observe(value)
    assert generate_latest(ours) == generate_latest(theirs)


@given(st.lists(st.tuples(st.sampled_from(["rows", 'of "all"', "a\nb"]), st.sampled_from(["row", "health"]))))
def test_counts_read_as_a_counter_of_prometheus(values: list[tuple[str, str]]):
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    counts = Counts("messages", "Messages.", "topic", "type")
    ours.register(counts)
    counter = Counter("messages", "Messages.", ["topic", "type"], registry=theirs)
    for labels in values:
        counts.add(*labels)
        counter.labels(*labels).inc()
    assert generate_latest(ours) == generate_latest(theirs)


def test_two_of_one_name_are_refused():
    registry = CollectorRegistry()
    registry.register(Counts("messages", "Messages."))
    with pytest.raises(ValueError, match="messages"):
        registry.register(Counts("messages", "Messages."))


def test_a_worker_tells_what_it_counted():
    metrics = Metrics()
    metrics.observed("vibration", "vibration", None)
    metrics.judged("observations", "observed_vibration", 0)
    metrics.judged("observations", "observed_vibration", 1 << 62)  # of a clock ahead: no time, and no negative one
    told = metrics.text().decode()
    assert 'stethos_messages_total{topic="vibration",type="vibration"} 1.0' in told
    assert 'stethos_messages_total{topic="observations",type="observed_vibration"} 2.0' in told
    assert 'stethos_latency_seconds_bucket{le="0.005",step="judge"} 1.0' in told
    assert 'stethos_latency_seconds_count{step="judge"} 2.0' in told
    assert 'stethos_latency_seconds_count{step="observe"} 0.0' in told
