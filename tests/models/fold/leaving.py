"""What people say of machines that leave and come back, as the fold reads it."""

from models.clock import DAY_US, HOUR_US
from models.observations import RosterObserved, Tick
from tests.models.fold.observed import at, vibration

__all__ = ["HOUR", "expire", "roster", "shaking", "tick"]

HOUR = int(HOUR_US // (at(1) - at(0)))
"""Observations of an hour."""


def roster(do, i, **changes):
    fields = {"machine": "pump", "time_us": at(i), "observed_us": at(i), "digest": f"{do}-{i}", "by": "王伟"}
    return RosterObserved(do=do, **{**fields, **changes})


def expire(observed_us, after_us=30 * DAY_US, **changes):
    times = {"observed_us": observed_us, "time_us": observed_us}
    return roster("expire", 0, **times, by="", after_us=after_us, digest="e", **changes)


def tick(observed_us):
    return Tick(machine="pump", observed_us=observed_us)


def shaking(first=100, last=160):
    return [vibration(i, factor=6.0) for i in range(first, last)]
