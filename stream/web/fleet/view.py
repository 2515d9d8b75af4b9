"""The view of the whole fleet: who needs someone, and in what order.

Pure: a snapshot of the store and the machines' descriptions in, frozen structs to draw out.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from models.outputs import Status
from stream.texts.phrases import STATUSES
from stream.texts.times import clock_text
from stream.web.views.freshness import freshness
from stream.web.views.groups_view import GroupView, folded_in, groups_view
from stream.web.views.intake_view import fleet_intake_notices, unjudged_machines
from stream.web.views.machine_facts import (
    MachineFacts,
    attention_order,
    facts_of_machines,
    is_old,
    needs_someone,
    usual_interval,
)
from stream.web.views.machine_view import MachineView, Viewer, machine_name, machine_view
from stream.web.views.notices_view import Notice, headline, notices
from stream.web.views.running_view import stopped_text
from stream.web.views.snapshot import CARDS, Snapshot
from stream.web.views.watch_view import doubt_of, is_unread

__all__ = ["Count", "FleetView", "Tile", "fleet_view"]


_NOT_YET = Bilingual("No data yet", "尚无数据")
_NOT_JUDGED = Bilingual("Its data are not judged", "数据未评定")
_NONE_JUDGED = Bilingual("No machine could be judged yet", "尚无设备可评定")
_AS_OF = Bilingual("As of {clock}: {says}", "截至{clock}：{says}")
_UNCERTAIN = Bilingual("Not certain: {says}", "尚不确定：{says}")
_UPDATED = Bilingual("Read at {clock}", "读取时间 {clock}")


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that needs nobody, small and quiet."""

    id: str
    name: str
    status: Status
    status_text: str
    score_text: str
    old: bool
    needs_someone: bool = False
    known: bool = True
    """Whether it has ever reported."""


class Count(msgspec.Struct, frozen=True):
    """How many machines have a status."""

    status: Status
    text: str
    number: int


class FleetView(msgspec.Struct, frozen=True, kw_only=True):
    """All of the page."""

    headline: str
    detail: str
    """What to do where there is nothing to show, or of how many nothing can be said yet."""
    calm: bool
    counts: tuple[Count, ...]
    notices: tuple[Notice, ...]
    groups: tuple[GroupView, ...]
    """Machines that one cause has taken along, in place of rows of their own."""
    attention: tuple[MachineView, ...]
    opened: tuple[MachineView, ...]
    """Tiles that the viewer wants to see in full."""
    tiles: tuple[Tile, ...]
    updated: str


class _Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """All machines in the order of the page."""

    needy: tuple[MachineFacts, ...]
    """Those that need someone, most urgent first."""
    quiet: tuple[MachineFacts, ...]
    """Those that need nobody, by name."""
    unheard: tuple[Machine, ...]
    """Described, but never heard of."""

    @property
    def heard(self) -> tuple[MachineFacts, ...]:
        """Those that have ever reported."""
        return self.needy + self.quiet

    @property
    def known(self) -> int:
        """How many machines there are."""
        return len(self.heard) + len(self.unheard)

    @property
    def learning(self) -> int:
        """How many are not judged yet."""
        return sum(each.status == "warming_up" for each in self.heard)


def fleet_view(
    snapshot: Snapshot,
    machines: Mapping[str, Machine],
    *,
    clock: datetime,
    zone: tzinfo,
    language: Language,
    opened: Collection[str] = (),
) -> FleetView:
    """Draw the fleet up for one viewer at `clock`; `opened` names tiles to show in full."""
    facts = facts_of_machines(snapshot, machines)
    ranked = _ranked(facts, machines, language)
    usual = usual_interval(facts)
    fresh = freshness(snapshot, clock=clock, interval=usual)
    viewer = Viewer(language=language, zone=zone, now=fresh.now)
    # While a backlog is worked off, one machine's data may be hours ahead of another's: neither is old for that.
    doubt = doubt_of(snapshot, clock) if ranked.known else None
    of_before = doubt is not None or is_unread(snapshot, clock)
    old = {
        each.machine.id
        for each in facts
        if of_before or (fresh.now == clock and is_old(each, fresh.now, usual=usual))
    }
    unjudged = fleet_intake_notices(snapshot, machines, clock, language)
    says, does = headline(
        snapshot,
        needy=len(ranked.needy),
        known=ranked.known,
        learning=ranked.learning,
        unheard=len(ranked.unheard),
        language=language,
    )
    if unjudged and not ranked.known:
        says, does = _NONE_JUDGED.say(language), ""
    if ranked.heard and not ranked.needy and of_before:
        since = snapshot.read_at if doubt is None else doubt.since
        when = "" if since is None else clock_text(since, clock, zone, language)
        says = (_AS_OF if when else _UNCERTAIN).say(language, clock=when, says=says)
    full, small = _full_and_small(ranked, folded_in(snapshot.groups, facts))
    read_at = clock_text(snapshot.read_at, clock, zone, language, seconds=True)
    coming = unjudged_machines(snapshot, clock)

    def card(each: MachineFacts) -> MachineView:
        return machine_view(each, viewer, old=each.machine.id in old)

    return FleetView(
        headline=says,
        detail=does,
        calm=not ranked.needy and not unjudged and not of_before,
        counts=_counts(facts, language),
        notices=(*notices(snapshot, fresh, clock, zone, language, known=bool(ranked.known)), *unjudged),
        groups=groups_view(snapshot.groups, facts, viewer),
        attention=tuple(card(each) for each in full),
        opened=tuple(card(each) for each in small if each.machine.id in opened),
        tiles=(
            *(_tile(each, viewer, old=each.machine.id in old) for each in small if each.machine.id not in opened),
            *(_unheard_tile(machine, language, heard=machine.id in coming) for machine in ranked.unheard),
        ),
        updated=_UPDATED.say(language, clock=read_at) if snapshot.loaded else "",
    )


def _ranked(facts: Collection[MachineFacts], machines: Mapping[str, Machine], language: Language) -> _Ranked:
    ordered = attention_order(facts)
    quiet = [each for each in ordered if not needs_someone(each)]
    return _Ranked(
        needy=tuple(each for each in ordered if needs_someone(each)),
        quiet=tuple(sorted(quiet, key=lambda each: machine_name(each.machine, language))),
        unheard=tuple(machines[name] for name in sorted(machines.keys() - {each.machine.id for each in facts})),
    )


def _full_and_small(
    ranked: _Ranked, folded: Collection[str]
) -> tuple[tuple[MachineFacts, ...], tuple[MachineFacts, ...]]:
    """Part the machines into those with a card and those with a tile: what a group tells of needs no card."""
    alone = tuple(each for each in ranked.needy if each.machine.id not in folded)
    gathered = tuple(each for each in ranked.needy if each.machine.id in folded)
    return alone[:CARDS], alone[CARDS:] + gathered + ranked.quiet


def _tile(facts: MachineFacts, viewer: Viewer, *, old: bool) -> Tile:
    health, language = facts.newest, viewer.language
    says = STATUSES[facts.status].say(language)
    return Tile(
        id=facts.machine.id,
        name=machine_name(facts.machine, language),
        status=facts.status,
        status_text=stopped_text(says, health, now=viewer.now, language=language)
        if facts.status == "stopped"
        else says,
        score_text="" if health.score is None else f"{health.score:.0f}",
        old=old,
        needs_someone=needs_someone(facts),
    )


def _unheard_tile(machine: Machine, language: Language, *, heard: bool) -> Tile:
    return Tile(
        id=machine.id,
        name=machine_name(machine, language),
        status="no_data",
        status_text=(_NOT_JUDGED if heard else _NOT_YET).say(language),
        score_text="",
        old=True,
        known=False,
    )


def _counts(facts: Collection[MachineFacts], language: Language) -> tuple[Count, ...]:
    statuses = [each.status for each in facts]
    return tuple(
        Count(status, phrase.say(language), number)
        for status, phrase in STATUSES.items()
        if (number := statuses.count(status))
    )
