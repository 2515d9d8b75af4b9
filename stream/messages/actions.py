"""Actions as messages, which people send: a finding, maintenance, what is normal from now on, another id."""

from datetime import datetime
from typing import Annotated

import msgspec

from models.clock import from_datetime
from models.errors import MessageError
from models.observations import FindingVerdict
from stream.messages.validation import check_name, check_times, shown

__all__ = ["Accept", "ActionMessage", "Finding", "Maintenance", "Rename"]

_MAX_NOTE_LENGTH = 2000
_MAX_TEXT_LENGTH = 200
_MAX_ID_LENGTH = 64

Zoned = Annotated[datetime, msgspec.Meta(tz=True)]


class _ActionMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every action carries."""

    machine: str
    time: Zoned
    """When it was said, to the microsecond."""
    by: str = ""
    """Who says it."""
    point: str = ""
    """Empty: the whole machine."""
    note: str = ""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        check_name("machine", self.machine)
        if self.point:
            check_name("point", self.point)
        _check_text("by", self.by, _MAX_TEXT_LENGTH)
        _check_text("note", self.note, _MAX_NOTE_LENGTH)
        check_times(self.time, 0.0)

    @property
    def time_us(self) -> int:
        """Microseconds since the epoch."""
        return from_datetime(self.time)

    @property
    def end_us(self) -> int:
        """The same: an action is of one moment."""
        return self.time_us


class Finding(_ActionMessage, frozen=True, kw_only=True, tag="finding"):
    """Somebody has looked at the machine: there is a fault, or there is none."""

    verdict: FindingVerdict
    fault: str = ""
    """What was found."""
    done: str = ""
    """What was done about it."""
    since: Zoned | None = None
    """Since when it has been so."""
    alert: str = ""
    """Id of the alert that it is about; empty: all of the machine, or point, in that time."""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        _check_text("fault", self.fault, _MAX_TEXT_LENGTH)
        _check_text("done", self.done, _MAX_NOTE_LENGTH)
        _check_text("alert", self.alert, _MAX_ID_LENGTH)
        if self.since is not None:
            check_times(self.since, 0.0)
            if self.since > self.time:
                raise MessageError(
                    f"since: {self.since.isoformat()} is after the finding; give when it began, or leave it out"
                )


class Maintenance(_ActionMessage, frozen=True, kw_only=True, tag="maintenance"):
    """The machine has been worked on, so what is usual has to be learned anew."""

    done: str = ""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        _check_text("done", self.done, _MAX_NOTE_LENGTH)


class Accept(_ActionMessage, frozen=True, kw_only=True, tag="accept"):
    """What the machine, or one point, does from now on is normal."""


class Rename(_ActionMessage, frozen=True, kw_only=True, tag="rename"):
    """The machine sends under another id, `alias`, from now on; it stands in partition 0, for all workers."""

    alias: str

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        check_name("alias", self.alias)
        if self.point:
            raise MessageError("point: a machine is renamed as a whole; leave it out")


ActionMessage = Finding | Maintenance | Accept | Rename


def _check_text(field: str, text: str, longest: int) -> None:
    """Raise `MessageError` for a text that is too long, or that holds what no screen shows."""
    if len(text) > longest:
        raise MessageError(f"{field}: {len(text)} characters are too many; write {longest} at most")
    odd = next((c for c in text if not c.isprintable() and c not in "\n\t\u3000"), None)
    if odd is not None:
        raise MessageError(f"{field}: {shown(odd)} cannot be shown; leave it out")
