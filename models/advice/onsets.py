"""Onsets: when what an alert tells of may have begun, by the clock that the way of the data is on."""

from collections.abc import Collection, Sequence
from math import isfinite
from typing import Literal

import msgspec

from models.clock import DAY_US, MINUTE_US, SECOND_US, from_datetime
from models.outputs import Alert

__all__ = ["CAUSES", "WITHIN_US", "GroupCause", "Onset", "clusters_of", "onsets_of"]

GroupCause = Literal["no_data", "sensor_fault", "clock"]
"""Rules of the alerts that are gathered: they tell of the way of the data, not of the machine."""
CAUSES: tuple[GroupCause, ...] = ("no_data", "sensor_fault", "clock")

WITHIN_US = 3 * MINUTE_US
_INTERVALS_ALLOWED = 10
"""A machine may be silent for ten of its usual intervals (`models.advice.no_data`)."""
_LONGEST_S = 10 * 366 * DAY_US / SECOND_US


class Onset(msgspec.Struct, frozen=True, kw_only=True):
    """One alert, as far as it tells when its cause began; microseconds."""

    alert: Alert
    began_us: int
    """The earliest: of a silence, when the machine was heard last."""
    latest_us: int
    """The latest: of a silence, when it would have been heard next, or was heard again."""
    due_us: int
    """When it was to be raised, so that what was raised first is known by it."""
    ended_us: int | None = None
    """When it was over; None while it stands."""

    @property
    def is_open(self) -> bool:
        """Whether the alert stands."""
        return self.ended_us is None


def onsets_of(alerts: Collection[Alert], cause: GroupCause) -> list[Onset]:
    """Give the onsets of the alerts of one cause, each alert once, in an order of their own.

    A later transition of an alert takes the place of an earlier one.
    """
    last: dict[str, Alert] = {}
    for alert in alerts:
        if alert.rule == cause and (alert.id not in last or _age(last[alert.id]) < _age(alert)):
            last[alert.id] = alert
    return sorted(map(_onset, last.values()), key=_order)


def clusters_of(onsets: Sequence[Onset]) -> list[list[Onset]]:
    """Part onsets, in their order, so that all of a part may have begun within three minutes of each other.

    >>> clusters_of([])
    []
    """
    clusters: list[list[Onset]] = []
    until_us = 0
    for onset in onsets:
        if not clusters or onset.began_us > until_us:
            clusters.append([])
            until_us = onset.latest_us + WITHIN_US
        clusters[-1].append(onset)
    return clusters


def _age(alert: Alert) -> tuple[bool, int, str]:
    return alert.state == "cleared", from_datetime(alert.time), alert.text


def _order(onset: Onset) -> tuple[int, int, str, str]:
    return onset.latest_us, onset.began_us, onset.alert.machine, onset.alert.id


def _onset(alert: Alert) -> Onset:
    """Place an alert in time: a silence by when nothing arrived any more, anything else by when it was measured.

    What a gateway sends after an outage was measured before, and not all of its machines send at the same rate.
    """
    ended_at = alert.noticed or alert.time
    ended_us = None if alert.state == "active" else from_datetime(ended_at)
    began_us = latest_us = due_us = from_datetime(alert.since)
    if alert.rule == "no_data":
        if (
            alert.noticed is not None and not alert.count
        ):  # of what comes and goes the value is that of the last time
            began_us = from_datetime(alert.noticed) - _microseconds(alert.value)
        allowed_us = _microseconds(alert.limit)
        latest_us, due_us = began_us + allowed_us // _INTERVALS_ALLOWED, began_us + allowed_us
    if ended_us is not None:
        ended_us = max(ended_us, began_us)
        latest_us = min(latest_us, ended_us)
    return Onset(alert=alert, began_us=began_us, latest_us=latest_us, due_us=due_us, ended_us=ended_us)


def _microseconds(seconds: float) -> int:
    """Give a duration; what is none counts as nothing.

    >>> _microseconds(1.5), _microseconds(float("nan")), _microseconds(-1.0)
    (1500000, 0, 0)
    """
    return round(min(max(seconds, 0.0), _LONGEST_S) * SECOND_US) if isfinite(seconds) else 0
