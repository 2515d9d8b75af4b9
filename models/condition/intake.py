"""Intake: what comes of a machine against what is judged of it, over the last hour; beside the fold, never in it.

A machine whose measurements are all put aside would stand on the page as it was judged last. So what was repeated,
late, ahead of its time, crowded out or unreadable is counted, and told where it is more than a little. A machine
that learns, stands or has a sensor fault is folded in order like any other: it is not unjudged by accident.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from models.clock import MINUTE_US, SECOND_US, to_datetime
from models.condition.state import Counts, MachineState
from models.outputs import Intake

__all__ = [
    "COUNTED",
    "FEW",
    "REPEATED_SHARE",
    "SHARE",
    "Cause",
    "IntakeWindow",
    "Tally",
    "all_strangers",
    "causes",
    "causes_in_force",
    "intake_of",
    "is_of_strangers",
    "received_of",
    "tally_of",
]

FEW = 5
"""Fewer that go unjudged are nothing to tell of: a gateway that repeats its last message after a pause."""
SHARE = 0.05
"""Nor is a smaller part of what came, where much comes."""
REPEATED_SHARE = 0.25
"""As above, of what had come before: it was judged then, and a gateway that restarts repeats its last messages."""

_INTERVALS = 3
_PATIENCE_S = 120.0
_FRESH, _REMAINS = timedelta(hours=2), timedelta(days=7)
_WINDOW_US = 60 * MINUTE_US
_STEP_US = 10 * MINUTE_US

Cause = Literal["future", "late", "duplicates", "crowded", "put_aside", "nothing_judged", "strangers"]
"""Why something goes unjudged; the first that holds is the likeliest to be the reason of others."""

COUNTED = ("duplicates", "late", "future", "crowded")
"""What the fold itself does not judge."""


class Tally(msgspec.Struct, frozen=True):
    """Measurements of a machine, counted from some moment on."""

    received: int = 0
    duplicates: int = 0
    late: int = 0
    future: int = 0
    crowded: int = 0
    put_aside: int = 0

    def since(self, earlier: "Tally") -> "Tally":
        """Give what came after an earlier count; counting of dead letters may have begun anew meanwhile."""
        if self.put_aside < earlier.put_aside:
            received = earlier.received - earlier.put_aside
            earlier = msgspec.structs.replace(earlier, received=received, put_aside=0)
        now, then = msgspec.structs.astuple(self), msgspec.structs.astuple(earlier)
        return Tally(*(late - early for late, early in zip(now, then, strict=True)))


def received_of(counts: Counts | None, put_aside: int) -> int:
    """Give how much ever came of a machine; `put_aside` are dead letters, which its state knows nothing of."""
    if counts is None:
        return put_aside
    return counts.accepted + counts.duplicates - counts.reread + counts.crowded + put_aside


def tally_of(counts: Counts | None, put_aside: int) -> Tally:
    """Count all that ever came of a machine, which has no counts where nothing of it was ever folded."""
    if counts is None:
        return Tally(received=put_aside, put_aside=put_aside)
    return Tally(
        received=received_of(counts, put_aside),
        duplicates=counts.duplicates - counts.reread,
        late=counts.late,
        future=counts.future,
        crowded=counts.crowded,
        put_aside=put_aside,
    )


class IntakeWindow:
    """The counts of one machine over the last hour, to ten minutes: a handful of numbers however much comes."""

    def __init__(self, now_us: int, tally: Tally) -> None:
        self._samples = deque([(now_us, tally)])
        self._latest = tally

    def update(self, now_us: int, tally: Tally, *, looked_us: int) -> None:
        """Take the present count; at `looked_us` it was still the one that was given last."""
        quiet_us = looked_us - self._samples[-1][0]
        if quiet_us >= _WINDOW_US:
            self._samples.clear()
        if quiet_us >= _STEP_US:
            self._samples.append((looked_us, self._latest))
        self._latest = tally
        while len(self._samples) > 1 and self._samples[1][0] <= now_us - _WINDOW_US:
            self._samples.popleft()

    @property
    def since_us(self) -> int:
        """The beginning of the window."""
        return self._samples[0][0]

    def counted(self) -> Tally:
        """Give what came in the window."""
        return self._latest.since(self._samples[0][1])


def intake_of(machine: str, state: MachineState | None, window: IntakeWindow, now_us: int) -> Intake:
    """Give what is to be kept and told of a machine now; without a state, nothing of it was ever folded."""
    counted = window.counted()
    intake = Intake(
        machine=machine,
        time=to_datetime(now_us),
        since=to_datetime(window.since_us),
        received=counted.received,
        duplicates=counted.duplicates,
        late=counted.late,
        future=counted.future,
        crowded=counted.crowded,
        put_aside=counted.put_aside,
    )
    if state is None or not state.arrival.observed_us:
        return intake
    arrival = state.arrival
    return msgspec.structs.replace(
        intake,
        unjudged=arrival.unjudged,
        measured=None if arrival.event_us is None else to_datetime(arrival.event_us),
        arrived=to_datetime(arrival.observed_us),
        judged=None if state.time_us is None else to_datetime(state.time_us),
        judged_at=to_datetime(arrival.in_order_us) if arrival.in_order_us else None,
        interval_s=state.observed_interval_us / SECOND_US,
    )


def is_of_strangers(intake: Intake) -> bool:
    """Say whether it tells of machines that a partition does not take, and of none in particular."""
    return intake.machine.startswith("*")


def causes(intake: Intake) -> tuple[Cause, ...]:
    """Say why more than a little goes unjudged; nothing where all is well.

    At least five measurements, and more than 5 % of what came (of repeated ones 25 %), are more than a little, and
    any of a point too many; so are five in a row and nothing judged for two minutes and three usual intervals.
    """
    if is_of_strangers(intake):
        return ("strangers",) if intake.put_aside else ()

    def is_much(count: int, share: float = SHARE) -> bool:
        return count >= FEW and count > share * intake.received

    counts: tuple[tuple[Cause, bool], ...] = (
        ("future", is_much(intake.future)),
        ("late", is_much(intake.late)),
        ("duplicates", is_much(intake.duplicates, REPEATED_SHARE)),
    )
    found: list[Cause] = [cause for cause, much in counts if much]
    if intake.crowded:
        found.append("crowded")
    if is_much(intake.put_aside):
        found.append("put_aside")
    if not found and _nothing_is_judged(intake):
        found.append("nothing_judged")
    return tuple(found)


def causes_in_force(intake: Intake, now: datetime) -> tuple[Cause, ...]:
    """Say why more than a little goes unjudged at present, by a record that may be old by now.

    A worker renews it while something comes; that nothing could be judged before a machine fell silent is told for
    a week, as it may have no other place to be told.
    """
    found, age = causes(intake), now - intake.time
    return found if age < (_REMAINS if found == ("nothing_judged",) else _FRESH) else ()


def all_strangers(intakes: Iterable[Intake], now: datetime) -> Intake | None:
    """Tell of the machines that no partition takes in one record; None where there are none at present."""
    found = [each for each in intakes if is_of_strangers(each) and causes_in_force(each, now)]
    if not found:
        return None
    return Intake(
        machine="*",
        time=max(each.time for each in found),
        since=min(each.since for each in found),
        received=sum(each.received for each in found),
        put_aside=sum(each.put_aside for each in found),
        strangers=tuple(sorted(name for each in found for name in each.strangers)),
        stranger_count=sum(each.stranger_count for each in found),
    )


def _nothing_is_judged(intake: Intake) -> bool:
    if intake.unjudged < FEW or intake.arrived is None:
        return False
    if intake.judged_at is None:
        return True
    waited_s = (intake.arrived - intake.judged_at).total_seconds()
    return waited_s > max(_PATIENCE_S, _INTERVALS * intake.interval_s)
