"""The worker's figures as rows of `pipeline` in InfluxDB, for those who have Grafana and no Prometheus.

Rates, percentiles and counts are those of the time since the row before. A row that cannot be written is left out:
the gap shows, `/health` says why, and what is measured of machines is never held up by it.
"""

import asyncio
import logging
import math
import os
import re
import socket
import time
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import msgspec
from prometheus_client import CollectorRegistry

from stream.config.renewed_secret import RenewedSecret
from stream.config.settings import Settings
from stream.config.settings_sections import Influxdb
from stream.messages.topics import INPUTS, OBSERVATIONS
from stream.monitoring.metrics import Metrics
from stream.monitoring.monitor import Monitor

__all__ = ["Sample", "figures", "pipeline_line", "pipeline_rows", "quantile", "sample"]

log = logging.getLogger(__name__)

_EVERY_S = 15.0
_ANSWER_S = aiohttp.ClientTimeout(total=10)
_NO_NAME = re.compile(r"[^\w.-]", re.ASCII)
_STEPS = ("observe", "judge", "store")


class Sample(msgspec.Struct, frozen=True):
    """All series of a worker at one moment: name with labels, and value."""

    at_s: float
    """Monotonic."""
    values: Mapping[tuple[str, tuple[str, ...]], float]

    def total(self, name: str, *labels: str) -> float:
        """Add up the series of a name that have all these label values."""
        wanted = set(labels)
        return sum(value for (series, has), value in self.values.items() if series == name and wanted <= set(has))

    def buckets(self, name: str, *labels: str) -> dict[float, float]:
        """Give a histogram's cumulative counts by upper bound."""
        bounds: dict[float, float] = {}
        for (series, has), value in self.values.items():
            if series == f"{name}_bucket" and set(labels) <= set(has):
                bounds[float(has[-1])] = value
        return bounds


def sample(registry: CollectorRegistry, at_s: float) -> Sample:
    """Read all series; a bucket's bound is the last of its labels."""
    values = {}
    for metric in registry.collect():
        for one in metric.samples:
            names = sorted(one.labels, key=lambda name: name == "le")
            values[one.name, tuple(one.labels[name] for name in names)] = one.value
    return Sample(at_s, values)


def quantile(share: float, before: Mapping[float, float], after: Mapping[float, float]) -> float | None:
    """Estimate a quantile of what came between two readings of a histogram, in straight lines within a bucket.

    None where nothing came. What lies above the last bound counts as that bound.

    >>> quantile(0.5, {}, {1.0: 0, 2.0: 10, float("inf"): 10})
    1.5
    >>> quantile(0.99, {1.0: 5}, {1.0: 5}) is None
    True
    """
    came = [(bound, after[bound] - before.get(bound, 0.0)) for bound in sorted(after)]
    if not came or came[-1][1] <= 0:
        return None
    rank = share * came[-1][1]
    low, below = 0.0, 0.0
    for bound, count in came:
        if count >= rank and count > below:
            return low if math.isinf(bound) else low + (bound - low) * (rank - below) / (count - below)
        low, below = bound, count
    return low


def figures(before: Sample, after: Sample, *, now_s: float) -> dict[str, float]:
    """Give the fields of a row: what happened between two samples, and how things stand at the second."""

    def came(name: str, *labels: str) -> float:
        return max(0.0, after.total(name, *labels) - before.total(name, *labels))

    seconds = max(1e-3, after.at_s - before.at_s)
    fields = {
        "observed_per_s": sum(came("stethos_messages_total", topic) for topic in INPUTS) / seconds,
        "judged_per_s": came("stethos_messages_total", OBSERVATIONS) / seconds,
        "stored_per_s": came("stethos_store_rows_total", "kept") / seconds,
        "waiting": after.total("stethos_lag_messages"),
        "waiting_observe": sum(after.total("stethos_lag_messages", topic) for topic in INPUTS),
        "waiting_judge": after.total("stethos_lag_messages", OBSERVATIONS),
        "dead_letters": came("stethos_dead_letters_total"),
        "store_retries": came("stethos_store_retries_total"),
        "refused_rows": came("stethos_store_rows_total", "refused"),
        "rebalances": came("stethos_rebalances_total"),
        "partitions": after.total("stethos_partitions"),
        "machines": after.total("stethos_machines"),
        "healthy": after.total("stethos_healthy"),
        "memory_bytes": after.total("process_resident_memory_bytes"),
        "processor": came("process_cpu_seconds_total") / seconds,
    }
    fields["waiting_store"] = fields["waiting"] - fields["waiting_observe"] - fields["waiting_judge"]
    if succeeded_s := after.total("stethos_store_last_success_timestamp_seconds"):
        fields["store_age_s"] = max(0.0, now_s - succeeded_s)
    for step in _STEPS:
        fields |= _quantiles(step, "stethos_latency_seconds", before, after, step)
    fields |= _quantiles("checkpoint", "stethos_checkpoint_seconds", before, after)
    return fields | _quantiles("store_write", "stethos_store_write_seconds", before, after)


def _quantiles(called: str, name: str, before: Sample, after: Sample, *labels: str) -> dict[str, float]:
    readings = before.buckets(name, *labels), after.buckets(name, *labels)
    quantiles = {f"{called}_p50_s": quantile(0.5, *readings), f"{called}_p99_s": quantile(0.99, *readings)}
    return {field: value for field, value in quantiles.items() if value is not None}


def pipeline_line(worker: str, fields: Mapping[str, float], time_s: int) -> bytes:
    """Give one row in line protocol, in seconds.

    >>> pipeline_line("plant 1-17", {"healthy": 1.0}, 1767225600)
    b'pipeline,worker=plant-1-17 healthy=1.0 1767225600'
    """
    fields_text = ",".join(f"{name}={value!r}" for name, value in sorted(fields.items()))
    return f"pipeline,worker={_NO_NAME.sub('-', worker)} {fields_text} {time_s}".encode()


def pipeline_rows(settings: Settings, metrics: Metrics, monitor: Monitor) -> Callable[[], Awaitable[None]] | None:
    """Give the task that writes a row every quarter of a minute; None where the store is not InfluxDB."""
    chosen, token = settings.influxdb, settings.influxdb.renewed_token()
    if settings.store != "influxdb" or token is None:
        return None
    name = f"{socket.gethostname()}-{os.getpid()}"

    async def write_rows() -> None:
        failed = False
        async with aiohttp.ClientSession(timeout=_ANSWER_S) as session:
            before = sample(metrics.registry, time.monotonic())
            while True:
                await asyncio.sleep(_EVERY_S)
                try:
                    monitor.report()  # sets the gauges that are only known when somebody asks
                    after = sample(metrics.registry, time.monotonic())
                    row = pipeline_line(name, figures(before, after, now_s=time.time()), int(time.time()))
                    await _write(session, chosen, token, row)
                    before = after
                except Exception:  # a fault of ours in telling of the work must not end the work
                    if not failed:
                        log.exception("pipeline: rows of this worker are left out; what it judges is not touched")
                    failed = True

    return write_rows


async def _write(session: aiohttp.ClientSession, chosen: Influxdb, token: RenewedSecret, row: bytes) -> None:
    where = {"org": chosen.org, "bucket": chosen.bucket, "precision": "s"}
    for _ in range(2):
        headers = {"Authorization": f"Token {token.value()}"}
        try:
            async with session.post(
                f"{chosen.url}/api/v2/write", params=where, data=row, headers=headers
            ) as answer:
                if answer.status < 300:
                    return
                log.debug("pipeline: not written: %s", await answer.text())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.debug("pipeline: not written: %r", error)
            return
        if answer.status not in (401, 403) or not token.is_renewed():
            return
