"""How far behind a partition is, and whether it moves.

Lag is measured by where its consumer stands, not by what its group has committed: the end of a transaction and what
was taken back have offsets but come to nobody, so nobody could ever acknowledge them. What has been taken and not
acknowledged is added, from the broker's own knowledge: an agent that takes and never acknowledges shows.
"""

import msgspec

from stream.kafka.progress import Progress

__all__ = ["Lag", "Log", "lag_after"]


class Log(msgspec.Struct, frozen=True):
    """What the broker says of one partition: offsets, all of what comes next."""

    begin: int
    stable_end: int
    """How far it can be read: no transaction is open below it."""
    committed: int
    """What the group has acknowledged; negative where it has nothing yet."""


class Lag(msgspec.Struct, frozen=True):
    """How far behind one partition is, and since when it stands still."""

    messages: int
    since: float
    """A monotonic time; says nothing where no messages wait."""
    place: tuple[int, int | None]
    """What changes as it moves: what is acknowledged, and where its consumer stands while nothing is in hand."""
    ahead: tuple[int, float]
    """Where the partition ended at a time; once that is done, so is all that came before that time."""
    caught_up: float
    """The newest time before which all that had come is known to be done."""


def lag_after(before: Lag | None, log: Log, progress: Progress, now: float) -> Lag:
    """Give the lag at `now`, a monotonic time; `before` is that of the last look at the partition.

    >>> lag_after(None, Log(begin=0, stable_end=9, committed=7), Progress(position=9, taken=7), 0.0).messages
    0
    >>> lag_after(None, Log(begin=0, stable_end=9, committed=4), Progress(position=9, taken=7), 0.0).messages
    3
    """
    acknowledged = max(log.committed, log.begin)
    position = acknowledged if progress.position is None else max(progress.position, acknowledged)
    in_hand = max(0, min(progress.taken, position) - acknowledged)
    messages = max(0, log.stable_end - position) + in_hand
    place = (acknowledged, None if in_hand else position)
    stands = before is not None and before.messages > 0 and before.place == place
    since = before.since if before is not None and stands else now
    ahead, caught_up = (log.stable_end, now), now
    if before is not None:
        done = (acknowledged if in_hand else position) >= before.ahead[0]
        ahead, caught_up = (ahead, before.ahead[1]) if done else (before.ahead, before.caught_up)
    return Lag(messages, since, place, ahead, caught_up)
