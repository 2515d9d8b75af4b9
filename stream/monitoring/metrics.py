"""The metrics of a worker: what it counts and times, in Prometheus' terms; an event costs a few microseconds of it.

Latencies are differences between this computer's clock and the broker's (or another worker's), so clocks that
differ shift them; what would be negative counts as 0. `stethos doctor` compares the clocks.
"""

import time
from contextlib import suppress
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from stream.monitoring.tallies import Counts, Distributions

__all__ = ["Metrics", "reason_kind"]

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads

_LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
_WORK_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_REASONS = frozenset(
    {"type", "machine", "point", "time", "rate", "unit", "samples", "dtype", "scale", "speed", "load", "sequence",
     "value", "values", "key", "topic"}
)  # fmt: skip
"""The parts of a message that a reason may begin with; nothing that a sender can invent becomes a label."""


def reason_kind(reason: str) -> str:
    """Give one of a few kinds for a dead letter's reason: the part of the message that is wrong, or what else is.

    >>> reason_kind("rate: -5 Hz makes no sense; give 1e-06 to 1e+07 Hz")
    'rate'
    >>> reason_kind("the message is empty; send a JSON or MessagePack object")
    'unreadable'
    >>> reason_kind("the batch at offset 7 is damaged and lost")
    'unreadable_batch'
    >>> reason_kind("internal error, please report it: ValueError()")
    'internal_error'
    >>> reason_kind("unknown machine: nobody has described 'P-101'; add it to machines.toml and restart")
    'unknown_machine'
    >>> reason_kind("InfluxDB refuses this for good: field type conflict")
    'store_refused'
    """
    word = reason.replace("[", ":", 1).split(":", 1)[0].split(" ", 1)[0]
    if word in _REASONS:
        return word
    if reason.startswith("internal error"):
        return "internal_error"
    if reason.startswith("the batch at offset"):
        return "unreadable_batch"
    if reason.startswith("unknown machine"):
        return "unknown_machine"
    return "store_refused" if "refuses this for good" in reason else "unreadable"


class Metrics:
    """All metrics of one worker, in a registry of their own; used from the event loop, read from anywhere."""

    def __init__(self, *, settings: str = "") -> None:
        self.registry = CollectorRegistry()
        Info(
            "stethos", "Version, and which settings this worker judges and keeps by.", registry=self.registry
        ).info({"version": version("stethos"), "settings": settings})
        ProcessCollector(registry=self.registry)
        self._messages = Counts("stethos_messages", "Messages dealt with.", "topic", "type")
        latency = Distributions(
            "stethos_latency_seconds",
            "observe: from the broker's receipt of a message to its observation; judge: from there to the "
            "judgement; store: from the broker's receipt of a result until the store has kept it.",
            _LATENCY_BUCKETS_S,
            "step",
            ("observe", "judge", "store"),
        )
        self._observe, self._judge, self._store = latency.by_value.values()
        self.registry.register(self._messages)
        self.registry.register(latency)
        self.dead_letters = self._counter("stethos_dead_letters", "Messages put aside.", "topic", "reason")
        self.checkpoint_s = self._histogram(
            "stethos_checkpoint_seconds",
            "Saving a partition: outputs confirmed, states confirmed, observations acknowledged.",
            _WORK_BUCKETS_S,
        )
        self.store_write_s = self._histogram(
            "stethos_store_write_seconds", "One batch that was kept.", _WORK_BUCKETS_S
        )
        self.store_retries = self._counter("stethos_store_retries", "Writes that failed and were tried again.")
        self.store_rows = self._counter("stethos_store_rows", "Rows kept, or refused for good.", "result")
        self.store_success = self._gauge(
            "stethos_store_last_success_timestamp_seconds", "When the store last kept a batch."
        )
        self.lag = self._gauge(
            "stethos_lag_messages", "Not yet acknowledged, of the partitions of this worker.", "topic", "partition"
        )
        self.partitions = self._gauge("stethos_partitions", "Partitions that this worker judges.")
        self.machines = self._gauge("stethos_machines", "Machines that this worker judges.")
        self.rebalances = self._counter("stethos_rebalances", "How often partitions were given out anew.")
        self.healthy = self._gauge("stethos_healthy", "1 where /health says 200.")
        self.activations = self._counter(
            "stethos_alarm_activations", "Alarms that went from nothing to low or more, told or held as one alert."
        )
        self.alerts = self._counter("stethos_alerts", "Alerts raised.")
        self._add_delivery()
        self._add_edge()

    def _add_delivery(self) -> None:
        """Add what goes wrong with observations and states between broker and fold."""
        self.observations_lost = self._counter(
            "stethos_observations_lost", "Observations that could not be judged, and never will be."
        )
        self.checkpoints_damaged = self._counter(
            "stethos_checkpoints_damaged", "Machines whose checkpoint could not be used, or was missing."
        )
        self.rebuilding = self._gauge(
            "stethos_machines_rebuilding", "Machines that are being folded again from their observations."
        )
        self.offset_gaps = self._counter(
            "stethos_offset_gaps", "Gaps in observations that held nothing to be judged, and were passed."
        )

    def _add_edge(self) -> None:
        """Add what comes in and is not judged, or does not come through."""
        self.open_transaction_s = self._gauge(
            "stethos_open_transaction_seconds",
            "For how long another's transaction has been seen open: what comes after it waits.",
            "topic",
            "partition",
        )
        self.probe_ages = self._gauge(
            "stethos_probe_age_seconds",
            "Since the newest probe was sent that the store gives back.",
            "input",
            "partition",
        )
        self.unjudged = self._counter("stethos_unjudged", "Measurements that came and were not judged.", "why")
        self.machines_unjudged = self._gauge(
            "stethos_machines_unjudged", "Machines of which more than a little goes unjudged."
        )

    def observed(self, topic: str, kind: str, received_s: float | None) -> None:
        """Count a message that became an observation; `received_s` is the broker's time of it."""
        self._messages.add(topic, kind)
        if received_s is not None:
            self._observe.add(max(0.0, time.time() - received_s))

    def judged(self, topic: str, kind: str, observed_us: int) -> None:
        """Count an observation that has been folded."""
        self._messages.add(topic, kind)
        self._judge.add(max(0.0, time.time() - observed_us / 1e6))

    def alarmed(self, before: tuple[int, int], now: tuple[int, int]) -> None:
        """Count alarms that came by themselves, and alerts that were raised, from what a machine has of both."""
        if now != before:
            self.activations.inc(max(0, now[0] - before[0]))
            self.alerts.inc(max(0, now[1] - before[1]))

    def stored(self, topic: str, kind: str, received_ms: int) -> None:
        """Count a result that the store has kept."""
        self._messages.add(topic, kind)
        self._store.add(max(0.0, time.time() - received_ms / 1e3))

    def dead_letter(self, topic: str, reason: str) -> None:
        """Count a message that was put aside."""
        self.dead_letters.labels(topic, reason_kind(reason)).inc()

    def probe_age(self, input_: str, partition: int, age_s: float) -> None:
        """Set how old the newest probe in the store is."""
        self.probe_ages.labels(input_, str(partition)).set(age_s)

    def forget_probe(self, input_: str, partition: int) -> None:
        """Tell no more of a partition that is somebody else's now."""
        with suppress(KeyError):
            self.probe_ages.remove(input_, str(partition))

    def text(self) -> bytes:
        """Give everything in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, buckets=buckets, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry)
