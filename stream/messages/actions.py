"""Actions as messages, which people send: found or done, normal, to be kept quiet; who leaves, or is renamed."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from models.alarms.shelf import MOST_HIGH_US, MOST_US
from models.clock import DAY_US, HOUR_US, from_datetime
from models.errors import MessageError
from models.machinery.quiet_text import parse_quiet
from models.machinery.quiet_times import NOTHING_QUIET, QuietTimes
from models.observations import FindingVerdict
from stream.messages.validation import check_name, check_times, shown

__all__ = ["Accept", "ActionMessage", "Finding", "Maintenance", "Rename", "RosterAction", "Shelve", "Unshelve"]

_MAX_NOTE_LENGTH = 2000
_MAX_TEXT_LENGTH = 200
_MAX_ID_LENGTH = 64
_MAX_RHYTHM_LENGTH = 1000
"""Of as many stretches as a plan may have."""
_NO_RHYTHM = "none"

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
    """What the machine, or one point, does from now on is normal; or its silences follow a plan, and only that."""

    rhythm: str = ""
    """When it is silent, as in `Mon-Fri 18:00-06:00`, by the plant's clock; `none`: there is no such plan."""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        _check_text("rhythm", self.rhythm, _MAX_RHYTHM_LENGTH)
        if self.rhythm and self.point:
            raise MessageError("rhythm: a plan of silence is the whole machine's; leave point out")
        self.quiet  # noqa: B018 -- raises for what cannot be read

    @property
    def quiet(self) -> QuietTimes | None:
        """The plan; without any time where there is none; None where it isn't about a plan."""
        if not self.rhythm:
            return None
        if self.rhythm.strip().lower() == _NO_RHYTHM:
            return NOTHING_QUIET
        try:
            return parse_quiet([self.rhythm])
        except ValueError as error:
            raise MessageError(f"rhythm: {error}; none ends a plan") from None


class Shelve(_ActionMessage, frozen=True, kw_only=True, tag="shelve"):
    """Alerts that somebody knows of are not to be told for a while; a whole machine is not shelved."""

    until: Zoned
    rule: str = ""
    """Empty: all of the point."""
    one_shot: bool = False
    """Whether it ends when what stands is over."""
    reason: str

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        _check_rule(self.rule)
        if not self.point and not self.rule:
            raise MessageError(
                "point: neither a point nor a rule is named; shelve alerts of a point, of a rule or of both, "
                "as a machine as a whole is never silenced"
            )
        _check_text("reason", self.reason, _MAX_NOTE_LENGTH)
        if not self.reason.strip():
            raise MessageError("reason: it is empty; say why, for whoever finds the alert shelved")
        span_us = self.until_us - self.time_us
        if span_us <= 0:
            raise MessageError(
                f"until: {self.until.isoformat()} is not after `time`; give when the shelf is to end"
            )
        if span_us > MOST_US:
            raise MessageError(
                f"until: {span_us / DAY_US:.1f} days are too long; shelve for {MOST_US // DAY_US} days at most "
                f"(what is of high priority for {MOST_HIGH_US // HOUR_US} hours), and again then"
            )

    @property
    def until_us(self) -> int:
        """Microseconds since the epoch."""
        return from_datetime(self.until)


class Unshelve(_ActionMessage, frozen=True, kw_only=True, tag="unshelve"):
    """What is shelved of a machine, a point or a rule is to be told again."""

    rule: str = ""
    """Empty: all of the point, or of the machine."""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        _check_rule(self.rule)


class RosterAction(_ActionMessage, frozen=True, kw_only=True, tag="machine"):
    """The machine leaves: retired for good, or forgotten with all that is known of it; or it comes back.

    `alias` is another way to say what `Rename` says; whoever decodes it is given that (`meant`).
    """

    do: Literal["retire", "return", "forget", "alias"]
    alias: str = ""
    """The further id, where it is to have one."""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        if self.point:
            raise MessageError("point: a machine leaves, or is renamed, as a whole; leave it out")
        if self.do == "alias":
            check_name("alias", self.alias)
        elif self.alias:
            raise MessageError(f"alias: {self.do} has none; leave it out, or write alias as `do`")

    @property
    def meant(self) -> "RosterAction | Rename":
        """The action as all else knows it."""
        if self.do != "alias":
            return self
        return Rename(machine=self.machine, alias=self.alias, time=self.time, by=self.by, note=self.note)


class Rename(_ActionMessage, frozen=True, kw_only=True, tag="rename"):
    """The machine sends under another id, `alias`, from now on; it stands in partition 0, for all workers."""

    alias: str

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        super().__post_init__()
        check_name("alias", self.alias)
        if self.point:
            raise MessageError("point: a machine is renamed as a whole; leave it out")


ActionMessage = Finding | Maintenance | Accept | Shelve | Unshelve | RosterAction | Rename


def _check_rule(rule: str) -> None:
    if rule:
        check_name("rule", rule)


def _check_text(field: str, text: str, longest: int) -> None:
    """Raise `MessageError` for a text that is too long, or that holds what no screen shows."""
    if len(text) > longest:
        raise MessageError(f"{field}: {len(text)} characters are too many; write {longest} at most")
    odd = next((c for c in text if not c.isprintable() and c not in "\n\t\u3000"), None)
    if odd is not None:
        raise MessageError(f"{field}: {shown(odd)} cannot be shown; leave it out")
