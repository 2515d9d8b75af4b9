"""The view of the whole fleet: who needs someone, and in what order.

Pure: a snapshot of the store and the machines' descriptions in, frozen structs to draw out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from stream.texts.natural_order import natural_order
from stream.texts.times import clock_text
from stream.web.fleet.choices_view import Choices, choices_view
from stream.web.fleet.list_view import Listed, fleet_list, in_order, page_of
from stream.web.fleet.query import FleetQuery
from stream.web.fleet.row_view import Row, row_view
from stream.web.views.fleet_facts import FleetFacts, FleetMachine, fleet_facts
from stream.web.views.freshness import freshness
from stream.web.views.groups_view import GroupView, groups_view
from stream.web.views.intake_view import fleet_intake_notices, unjudged_machines
from stream.web.views.machine_facts import is_old
from stream.web.views.machine_view import Viewer, machine_view
from stream.web.views.notices_view import Notice, headline, notices
from stream.web.views.snapshot import Snapshot
from stream.web.views.watch_view import doubt_of, is_unread

__all__ = ["FleetHead", "FleetView", "fleet_head", "fleet_view", "list_of_head"]

_NONE_JUDGED = Bilingual("No machine could be judged yet", "尚无设备可评定")
_AS_OF = Bilingual("As of {clock}: {says}", "截至{clock}：{says}")
_UNCERTAIN = Bilingual("Not certain: {says}", "尚不确定：{says}")
_UPDATED = Bilingual("Read at {clock}", "读取时间 {clock}")


class FleetHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every viewer of a language and a zone is shown alike, and what lists are made of."""

    headline: str
    detail: str
    """What to do where there is nothing to show, or of how many nothing can be said yet."""
    calm: bool
    notices: tuple[Notice, ...]
    updated: str
    machines: tuple[FleetMachine, ...]
    """All, in order."""
    groups: tuple[GroupView, ...]
    """Machines that one cause has taken along."""
    lines: tuple[str, ...]
    viewer: Viewer
    usual: timedelta
    """What usually passes between two data of one machine."""
    coming: frozenset[str]
    """Machines of which data come that nobody judges."""
    all_old: bool
    """Whether all that is shown is of before."""
    ages_count: bool
    """Whether a machine can be called old: not while data run behind the clock, one's hours ahead of another's."""


class FleetView(msgspec.Struct, frozen=True, kw_only=True):
    """All of the page."""

    headline: str
    detail: str
    calm: bool
    notices: tuple[Notice, ...]
    updated: str
    choices: Choices
    attention: tuple[Row, ...]
    """Of this page, those that need someone."""
    rest: tuple[Row, ...]
    """Of this page, the others."""


def fleet_view(
    snapshot: Snapshot,
    machines: Mapping[str, Machine],
    *,
    clock: datetime,
    zone: tzinfo,
    language: Language,
    query: FleetQuery = FleetQuery(),  # noqa: B008 -- frozen
) -> FleetView:
    """Draw the fleet up for one viewer at `clock`: so much of it as `query` asks for."""
    head = fleet_head(
        snapshot, machines, fleet_facts(snapshot, machines), clock=clock, zone=zone, language=language
    )
    return list_of_head(head, query)


def fleet_head(
    snapshot: Snapshot,
    machines: Mapping[str, Machine],
    facts: FleetFacts,
    *,
    clock: datetime,
    zone: tzinfo,
    language: Language,
    ordered: tuple[FleetMachine, ...] | None = None,
) -> FleetHead:
    """Draw up what does not depend on what a viewer asked for; `ordered` are all machines, where that was done."""
    fresh = freshness(snapshot, clock=clock, interval=facts.usual, newest=facts.newest)
    doubt = doubt_of(snapshot, clock) if facts.known else None
    of_before = doubt is not None or is_unread(snapshot, clock)
    unjudged = fleet_intake_notices(snapshot, machines, clock, language)
    says, does = headline(
        snapshot,
        needy=len(facts.needy),
        known=facts.known,
        learning=facts.learning,
        unheard=len(facts.unheard),
        language=language,
    )
    if unjudged and not facts.known:
        says, does = _NONE_JUDGED.say(language), ""
    if facts.quiet and not facts.needy and of_before:
        since = snapshot.read_at if doubt is None else doubt.since
        when = "" if since is None else clock_text(since, clock, zone, language)
        says = (_AS_OF if when else _UNCERTAIN).say(language, clock=when, says=says)
    lines = {each.machine.line for each in facts.by_id.values()} - {""}
    read_at = clock_text(snapshot.read_at, clock, zone, language, seconds=True)
    viewer = Viewer(language=language, zone=zone, now=fresh.now)
    return FleetHead(
        headline=says,
        detail=does,
        calm=not facts.needy and not unjudged and not of_before,
        notices=(*notices(snapshot, fresh, clock, zone, language, known=bool(facts.known)), *unjudged),
        updated=_UPDATED.say(language, clock=read_at) if snapshot.loaded else "",
        machines=in_order(facts, language) if ordered is None else ordered,
        groups=groups_view(snapshot.groups, facts.heard, viewer),
        lines=tuple(sorted(lines, key=natural_order)),
        viewer=viewer,
        usual=facts.usual,
        coming=frozenset(unjudged_machines(snapshot, clock)),
        all_old=of_before,
        ages_count=fresh.now == clock,
    )


def list_of_head(head: FleetHead, query: FleetQuery) -> FleetView:
    """Draw up what one viewer asked for."""
    found = fleet_list(head.machines, query, head.groups)
    page = page_of(found.rows, query.page)
    rows = tuple(_row(each, head, query) for each in page.rows)
    return FleetView(
        headline=head.headline,
        detail=head.detail,
        calm=head.calm,
        notices=head.notices,
        updated=head.updated,
        choices=choices_view(
            found.candidates, page, query, head.viewer.language, lines=head.lines, known=len(head.machines)
        ),
        attention=tuple(row for row in rows if row.needy),
        rest=tuple(row for row in rows if not row.needy),
    )


def _row(each: Listed, head: FleetHead, query: FleetQuery) -> Row:
    machine = each.machine
    is_open = (each.group.id if each.group else machine.id) in query.opened
    old = _is_old(machine, head)
    return row_view(
        each,
        head.viewer,
        is_open=is_open,
        is_coming=machine.id in head.coming,
        is_old=old,
        details=machine_view(machine.facts, head.viewer, old=old) if is_open and machine.facts else None,
    )


def _is_old(each: FleetMachine, head: FleetHead) -> bool:
    if head.all_old or each.facts is None:
        return True
    interval = each.interval or head.usual
    return head.ages_count and is_old(each.facts.newest.time, head.viewer.now, interval=interval)
