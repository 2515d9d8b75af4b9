"""The one interface of every store. Writing the same outputs again changes nothing, so repeats are harmless."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from models.captures.capture import Capture, CaptureKind
from models.errors import ServiceError
from models.outputs import Action, Alert, Health, Intake, Measurement, Status, Uptime
from models.probes.records import ProbeResult
from stream.messages.records import Stored

__all__ = [
    "ExtremesAt",
    "HealthAt",
    "PermanentStoreError",
    "Progress",
    "ReopenedError",
    "Store",
    "ValueAt",
    "Written",
]


class PermanentStoreError(ServiceError):
    """A batch that no repeat will get accepted: one of its outputs cannot be stored, and the text says why."""


class ReopenedError(ServiceError):
    """What was open is no longer where it is looked for: nothing was kept; open the store before going on."""


class Written(msgspec.Struct, frozen=True):
    """What became of a batch: rows kept, and rows the store refuses for ever (too old for its retention)."""

    kept: int
    refused: int = 0
    reason: str = ""


class Progress(msgspec.Struct, frozen=True):
    """Up to where a store says that it holds everything."""

    offsets: Mapping[tuple[str, int], int] = {}
    """By topic, as it was named when that was noted, and partition: everything before this offset is kept."""
    whole: bool = False
    """Whether nothing is kept of a partition that isn't among them; else nobody knows."""


class HealthAt(msgspec.Struct, frozen=True):
    """A machine's health at one moment; a score of None is withheld, never zero."""

    time: datetime
    score: float | None
    status: Status


class ValueAt(msgspec.Struct, frozen=True):
    """One stored value."""

    time: datetime
    value: float


class ExtremesAt(msgspec.Struct, frozen=True):
    """Lowest and highest stored value of one step of time, which begins at `time`."""

    time: datetime
    low: float
    high: float


class Store(Protocol):
    """What agents write to and pages read from. Times are UTC; ranges are `since <= time <= until`."""

    async def open(self) -> bool:
        """Connect and create what is missing, anew where what was open has gone; gives whether it did.

        If so it may lack what was written before. Raises `ServiceError`, naming the fix.
        """

    async def close(self) -> None:
        """Let go of everything; may be called twice."""

    async def write(self, outputs: Sequence[Stored]) -> Written:
        """Keep all of these or raise `ServiceError` (then none may be counted on, and the same call is repeated).

        `PermanentStoreError` where repeating cannot help: then halve the batch until the guilty output is found.
        `ReopenedError` where it had to be opened anew: then it may lack more than this batch.
        Health of a late or future observation (flag `late` or `future`) gets no row: it would rewrite history.
        """

    async def progress(self) -> Progress | None:
        """Give up to where the store itself holds everything; None where it doesn't know: believe the group."""

    async def note_progress(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Note that everything before these offsets, by topic and partition, is kept; raises as `write` does."""

    async def latest_health(self) -> list[Health]:
        """Newest health of each (machine, point), in no particular order; none of what was forgotten since."""

    async def health_history(self, machine: str, since: datetime, until: datetime) -> list[HealthAt]:
        """Give a machine's health over time, oldest first, over all its points."""

    async def health_lows(self, machine: str, since: datetime, until: datetime, step: timedelta) -> list[HealthAt]:
        """Give a machine's lowest health in each step of time, oldest first; steps begin at whole multiples.

        The status is the last one in the step; the score is None where it was withheld all through it.
        """

    async def alerts(self, *, machine: str | None = None, open_only: bool = False, limit: int = 200) -> list[Alert]:
        """Last transition of each alert, of one machine or of all, newest first."""

    async def actions(self, machine: str | None, *, limit: int = 50) -> list[Action]:
        """Give what people said of a machine and did to it, or of all (None), newest first."""

    async def points(self, measurement: Measurement, machine: str) -> list[str]:
        """Points of a machine that have rows in a measurement, sorted."""

    async def series(
        self, measurement: Measurement, machine: str, point: str, field: str, since: datetime, until: datetime
    ) -> list[ValueAt]:
        """One field over time, oldest first; rows without the field are left out."""

    async def uptime(self, machine: str, since: datetime, until: datetime) -> list[Uptime]:
        """Give how long a machine ran and stood in each hour that began in the range, oldest first."""

    async def intakes(self) -> list[Intake]:
        """Newest word on what comes of each machine, in no particular order."""

    async def extremes(
        self,
        measurement: Measurement,
        machine: str,
        point: str,
        field: str,
        since: datetime,
        until: datetime,
        step: timedelta,
    ) -> list[ExtremesAt]:
        """One field in steps of time, oldest first: so that no peak of a month is lost on the way to a screen."""

    async def captures(
        self, machine: str, point: str, kind: CaptureKind, since: datetime, until: datetime
    ) -> list[Capture]:
        """Give the spectra or waveforms there are of a point, by the time they are kept at, without their data."""

    async def capture(self, machine: str, point: str, kind: CaptureKind, time: datetime) -> Capture | None:
        """Give the one kept at exactly this time, with its data; None if there is none."""

    async def probes(self) -> list[ProbeResult]:
        """Newest result of each input and partition, in no particular order."""
