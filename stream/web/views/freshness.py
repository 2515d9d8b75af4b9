"""The freshness of data: whether new ones still come in, and from which moment ages are counted.

Two clocks meet here. Data carry the time they were measured; a recording, a sped-up simulation or a backlog is
measured long ago and yet arriving now. So silence is told by nothing new coming in, not by old times alone.
"""

from datetime import datetime, timedelta

import msgspec

from stream.web.views.snapshot import Snapshot

__all__ = ["Freshness", "freshness"]

_SILENCE = timedelta(minutes=3)
_INTERVALS = 3
_LAG = timedelta(minutes=10)
_FIRST_LOOK = timedelta(seconds=15)
"""So long a server that has just begun to look says nothing about silence of old data."""


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """State of the flow of data."""

    now: datetime
    """Ages are counted from here: the clock, or the newest data while they run behind it."""
    newest: datetime | None
    """When the newest data were measured."""
    silent_since: datetime | None = None
    """When something new came in last, if that is too long ago."""
    behind: timedelta = timedelta(0)
    """How far the data run behind the clock, if that is far."""


def freshness(
    snapshot: Snapshot, *, clock: datetime, interval: timedelta, newest: datetime | None = None
) -> Freshness:
    """Judge the flow; `interval` is what usually passes between two data of the fleet.

    `clock` is now, which is later than the snapshot was read if reading fails; `newest` is of its data, if known.
    """
    if not snapshot.healths:
        return Freshness(now=clock, newest=None)
    newest = newest or max(health.time for health in snapshot.healths)
    lag = clock - newest
    patience = max(_SILENCE, _INTERVALS * interval)
    progress = snapshot.changed_at or newest
    begun = snapshot.began_at or snapshot.read_at
    if clock - progress > patience and clock - newest > patience:
        looked_long = clock - begun > _FIRST_LOOK
        if looked_long or snapshot.changed_at:
            return Freshness(now=clock, newest=newest, silent_since=progress)
        return Freshness(now=newest, newest=newest)
    if lag > max(_LAG, patience):
        return Freshness(now=newest, newest=newest, behind=lag)
    return Freshness(now=clock, newest=newest)
