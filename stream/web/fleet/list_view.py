"""The list of machines: those that a reader asked for, those first that need someone, a page of them at a time."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from models.bilingual import Language
from stream.texts.natural_order import natural_key
from stream.web.fleet.query import FleetQuery
from stream.web.views.fleet_facts import FleetFacts, FleetMachine, searchable
from stream.web.views.groups_view import GroupView
from stream.web.views.machine_names import machine_name

__all__ = ["ROWS_A_PAGE", "FleetList", "Listed", "PageOf", "fleet_list", "in_order", "page_of"]

ROWS_A_PAGE = 50


class Listed(msgspec.Struct, frozen=True):
    """One row: a machine, or a group with the members that it stands for."""

    machine: FleetMachine
    """Of a group, its most urgent member."""
    group: GroupView | None = None
    members: tuple[FleetMachine, ...] = ()
    """Those that have no row of their own besides."""

    @property
    def part(self) -> Literal["needy", "rest"]:
        """In which part of the list it stands."""
        return "needy" if self.machine.needy else "rest"


class FleetList(msgspec.Struct, frozen=True, kw_only=True):
    """All rows that a reader asked for, in order, and the machines that any standing's filter chooses from."""

    rows: tuple[Listed, ...]
    candidates: tuple[FleetMachine, ...]
    """Found by name and line, whatever their standing; those that are retired come last."""


class PageOf(msgspec.Struct, frozen=True):
    """One page of a list."""

    number: int
    pages: int
    rows: tuple[Listed, ...]
    first: int
    """Place of its first row, from 1; 0 where there is none."""
    total: int

    @property
    def last(self) -> int:
        """Place of its last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def in_order(facts: FleetFacts, language: Language) -> tuple[FleetMachine, ...]:
    """Order all: worst first, then what was never heard of, then the rest by name as people number them."""
    by_name = _by_name(language)
    return (
        *facts.needy,
        *sorted(facts.unheard, key=by_name),
        *sorted(facts.quiet, key=by_name),
        *sorted(facts.retired, key=by_name),
    )


def fleet_list(machines: Sequence[FleetMachine], query: FleetQuery, groups: Sequence[GroupView] = ()) -> FleetList:
    """Choose from machines that are in order.

    Groups gather rows only where nothing is left out: whoever looks for a machine finds the machine.
    """
    wanted = _wanted(query)
    candidates = tuple(each for each in machines if wanted(each))
    chosen = [each for each in candidates if each.standing == (query.standing or each.standing)]
    if query.standing != "retired":
        chosen = [each for each in chosen if each.standing != "retired"]
    rows = tuple(map(Listed, chosen)) if query.is_narrow or not groups else tuple(_gathered(chosen, groups))
    return FleetList(rows=rows, candidates=candidates)


def page_of(rows: Sequence[Listed], number: int) -> PageOf:
    """Give a page of the rows; beyond the last one, the last one."""
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    number = min(max(number, 1), pages)
    start = (number - 1) * ROWS_A_PAGE
    shown = tuple(rows[start : start + ROWS_A_PAGE])
    return PageOf(number, pages, shown, start + 1 if shown else 0, len(rows))


def _wanted(query: FleetQuery) -> Callable[[FleetMachine], bool]:
    words = searchable(query.text).split()

    def wanted(each: FleetMachine) -> bool:
        return (not query.line or each.machine.line == query.line) and all(word in each.words for word in words)

    return wanted


def _by_name(language: Language) -> Callable[[FleetMachine], tuple[tuple[str | int, ...], str]]:
    def key(each: FleetMachine) -> tuple[tuple[str | int, ...], str]:
        return natural_key(machine_name(each.machine, language)), each.id

    return key


def _gathered(machines: Sequence[FleetMachine], groups: Sequence[GroupView]) -> list[Listed]:
    """Put each group where its most urgent member stands; a member stands alone too where that has more to tell."""
    of_group: dict[str, GroupView] = {}
    for group in groups:
        for name in group.machines:
            of_group.setdefault(name, group)
    rows: list[Listed] = []
    places: dict[str, int] = {}
    for each in machines:
        found = of_group.get(each.id)
        if found is not None and found.id not in places:
            places[found.id] = len(rows)
            rows.append(Listed(each, found))
        if found is None or each.id not in found.folded:
            rows.append(Listed(each))
        else:
            row = rows[places[found.id]]
            rows[places[found.id]] = msgspec.structs.replace(row, members=(*row.members, each))
    return rows
