"""One row of the list: how a machine stands, what is the matter in one line, how old that is."""

from datetime import timedelta

import msgspec

from models.bilingual import Bilingual
from stream.texts.times import span_text
from stream.web.fleet.list_view import Listed
from stream.web.views.fleet_facts import FleetMachine
from stream.web.views.groups_view import MemberView
from stream.web.views.machine_facts import MachineFacts
from stream.web.views.machine_names import machine_facts_text, machine_name
from stream.web.views.machine_view import MachineView, Viewer, why_and_since
from stream.web.views.running_view import stopped_text
from stream.web.views.standing import STANDINGS, Standing

__all__ = ["Row", "row_view"]

_NOT_JUDGED = Bilingual("Its data are not judged", "数据未评定")
_MOMENT = Bilingual("< 1 min", "<1分钟")
_QUIET = frozenset({"healthy", "stopped"})
"""Standings that say all there is to say, unless something is the matter besides."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A machine, or a group of machines."""

    id: str
    name: str
    facts: str
    """Id, kind, line and its other name."""
    standing: Standing
    standing_text: str
    why: str = ""
    """The one reason; empty of what is sound."""
    since: str = ""
    score_text: str = ""
    age: str = ""
    old: bool = False
    needy: bool = False
    details: MachineView | None = None
    """All that is known, where the row is open."""
    is_group: bool = False
    members: tuple[MemberView, ...] = ()
    """Of a group that is open."""
    more: str = ""
    """How many members it has besides."""
    is_open: bool = False


def row_view(
    listed: Listed, viewer: Viewer, *, is_open: bool, is_coming: bool, is_old: bool, details: MachineView | None
) -> Row:
    """Draw a row up; `is_coming` says that data come of which nothing is judged, `is_old` that these are old."""
    if listed.group is not None:
        return _group_row(listed, viewer, is_open=is_open, is_old=is_old)
    each, language = listed.machine, viewer.language
    if each.facts is None:
        return Row(
            id=each.id,
            name=machine_name(each.machine, language),
            facts=machine_facts_text(each.machine, language),
            standing=each.standing,
            standing_text=(_NOT_JUDGED if is_coming else STANDINGS[each.standing]).say(language),
            old=True,
            is_open=is_open,
        )
    why, since = _why(each, each.facts, viewer)
    score = each.facts.newest.score
    return Row(
        id=each.id,
        name=machine_name(each.machine, language),
        facts=machine_facts_text(each.machine, language),
        standing=each.standing,
        standing_text=_standing_text(each, each.facts, viewer),
        why=why,
        since=since,
        score_text="" if score is None else f"{score:.0f} / 100",
        age=_age(viewer.now - each.facts.newest.time, viewer),
        old=is_old,
        needy=each.needy,
        details=details,
        is_open=is_open,
    )


def _group_row(listed: Listed, viewer: Viewer, *, is_open: bool, is_old: bool) -> Row:
    assert listed.group is not None
    group = listed.group
    return Row(
        id=group.id,
        name=group.title,
        facts="",
        standing=group.status,
        standing_text=STANDINGS[group.status].say(viewer.language),
        why=group.text,
        old=is_old,
        needy=True,
        is_group=True,
        members=group.members if is_open else (),
        more=group.more if is_open else "",
        is_open=is_open,
    )


def _why(each: FleetMachine, facts: MachineFacts, viewer: Viewer) -> tuple[str, str]:
    if each.standing in _QUIET and not each.needy:
        return "", ""
    why, since = why_and_since(facts, viewer)
    return _without_status(why, STANDINGS[each.standing].say(viewer.language)), since


def _without_status(why: str, status: str) -> str:
    """Leave out of a reason what the status beside it says already: a phone has room for one line.

    >>> _without_status("Not judged for longer than is usual: look at the sensor.", "Not judged")
    'Look at the sensor.'
    >>> _without_status("Drive end: too hot", "Warning"), _without_status("Planned, until 06:00.", "Planned")
    ('Drive end: too hot', 'Planned, until 06:00.')
    """
    head, colon, reason = why.replace("：", ": ", 1).partition(": ")  # no clock has a space there
    if not (colon and reason.strip() and head.startswith(status)):
        return why
    reason = reason.strip()
    return reason[:1].upper() + reason[1:]


def _standing_text(each: FleetMachine, facts: MachineFacts, viewer: Viewer) -> str:
    says = STANDINGS[each.standing].say(viewer.language)
    if each.standing != "stopped":
        return says
    return stopped_text(says, facts.newest, now=viewer.now, language=viewer.language)


def _age(age: timedelta, viewer: Viewer) -> str:
    """Say how old in minutes at best: what changed each second would have to be sent to every viewer each second.

    The details have seconds.
    """
    seconds = age.total_seconds()
    return _MOMENT.say(viewer.language) if seconds < 60 else span_text(seconds, viewer.language)
