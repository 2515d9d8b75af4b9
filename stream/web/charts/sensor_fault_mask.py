"""Masks sensor faults: where a sensor could not be believed, or data are missing, nothing is drawn."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

import msgspec

from stream.stores.store import ExtremesAt, HealthAt
from stream.web.data.history import MachineHistory, Trace
from stream.web.views.machine_facts import is_about_sensor

__all__ = ["faulty_spans", "usual_gap", "without_sensor_faults"]

_MISSING_INTERVALS = 3.5


def without_sensor_faults(history: MachineHistory) -> MachineHistory:
    """Leave out what a point told while its sensor could not be believed."""
    return msgspec.structs.replace(history, traces=tuple(_of_point(trace, history) for trace in history.traces))


def _of_point(trace: Trace, history: MachineHistory) -> Trace:
    early = usual_gap(trace.values, history.step)  # the alert comes with the second faulty value
    spans = [(begin - early, end) for begin, end in faulty_spans(trace.point, history)]
    believed = [each for each in trace.values if not any(begin <= each.time <= end for begin, end in spans)]
    return msgspec.structs.replace(trace, values=tuple(believed))


def faulty_spans(point: str, history: MachineHistory) -> list[tuple[datetime, datetime]]:
    """When alerts say that the sensor of a point cannot be believed."""
    return [
        (
            max(alert.since, history.since),
            min(alert.time, history.until) if alert.state == "cleared" else history.until,
        )
        for alert in history.alerts
        if is_about_sensor(alert)
        and alert.point == point
        and alert.since <= history.until
        and not (alert.state == "cleared" and alert.time < history.since)
    ]


def usual_gap(values: Sequence[HealthAt | ExtremesAt], step: timedelta) -> timedelta:
    """Give the longest distance between two values that is no gap."""
    steps_s = [(later.time - earlier.time).total_seconds() for earlier, later in itertools.pairwise(values)]
    return _MISSING_INTERVALS * max(step, timedelta(seconds=median(steps_s)) if steps_s else step)
