"""Calendars of `machines.toml`: when machines are quiet by plan, for the whole plant, a line or a machine."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from models.errors import ConfigurationError
from models.machinery.machine import Machine
from models.machinery.quiet_text import parse_quiet, parse_works
from models.machinery.quiet_times import NOTHING_QUIET, Calendar, QuietTimes
from stream.config.time_zones import zone_named
from stream.messages.validation import shown

__all__ = ["Calendars", "read_calendars"]

_EPOCH = date(1970, 1, 1)
_MAX_HOLIDAYS = 120
_KEYS = ("line", "machine", "zone", "quiet", "works", "holidays")
_TEXTS = ("line", "machine", "quiet", "works")
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:\.\.|/|to|至)\s*(\d{4}-\d{2}-\d{2})")


class Calendars(msgspec.Struct, frozen=True):
    """The calendar of each machine that has one of its own, and of all others."""

    by_machine: Mapping[str, Calendar] = MappingProxyType({})
    others: Calendar | msgspec.UnsetType = msgspec.UNSET

    def of(self, machine_id: str) -> Calendar | msgspec.UnsetType:
        """Give a machine's calendar; unset where nobody has said anything."""
        return self.by_machine.get(machine_id, self.others)


class _Table(msgspec.Struct, frozen=True):
    """One `[[calendar]]`, read and checked."""

    place: str
    lines: tuple[str, ...]
    machines: tuple[str, ...]
    zone: str
    quiet: QuietTimes | None
    holidays: tuple[int, ...]

    def concerns(self, machine: Machine) -> int:
        """Say how closely it is about a machine: 3 by its id, 2 by its line, 1 as every one; 0 it isn't."""
        if machine.id in self.machines:
            return 3
        if machine.line and machine.line in self.lines:
            return 2
        return 0 if self.lines or self.machines else 1


def read_calendars(content: object, path: Path, machines: Collection[Machine]) -> Calendars:
    """Read all `[[calendar]]` tables; raises `ConfigurationError` naming file, table, key and fix."""
    if not isinstance(content, list) or not all(isinstance(table, dict) for table in content):
        raise ConfigurationError(f"{path}: calendar: write each calendar as a table that begins with [[calendar]]")
    tables = [_table(table, f"{path}: calendar {number}", machines) for number, table in enumerate(content, 1)]
    if not tables:
        return Calendars()
    found = {machine.id: _calendar(tables, machine) for machine in machines}
    own = {name: calendar for name, calendar in found.items() if calendar is not None}
    others = _calendar(tables, Machine(id="\0"))
    return Calendars(MappingProxyType(own), msgspec.UNSET if others is None else others)


def _calendar(tables: list[_Table], machine: Machine) -> Calendar | None:
    """Bring together what tables say of a machine: each key by the one that is closest about it, all days off."""
    about = sorted((table for table in tables if table.concerns(machine)), key=lambda each: each.concerns(machine))
    zone, quiet = "", NOTHING_QUIET
    for key in ("zone", "quiet"):
        said = [(table.concerns(machine), table) for table in about if getattr(table, key)]
        if len(said) > 1 and said[-1][0] == said[-2][0]:
            name = "the whole plant" if said[-1][0] == 1 else repr(machine.id)
            what = "zone" if key == "zone" else "quiet or works"
            raise ConfigurationError(
                f"{said[-1][1].place}: {what} of {name} stands in two calendars; write it once"
            )
        if said and key == "zone":
            zone = said[-1][1].zone
        elif said:
            quiet = said[-1][1].quiet or NOTHING_QUIET
    if not about:
        return None
    if not zone:
        raise ConfigurationError(
            f'{about[-1].place}: zone is missing: by which clock? Write zone = "Europe/Berlin", or your own, here '
            "or in a [[calendar]] without line and machine, which is for the whole plant"
        )
    try:
        known = zone_named(zone)
    except ConfigurationError as error:
        raise ConfigurationError(f"{next(each for each in about if each.zone == zone).place}: {error}") from None
    return Calendar(known, quiet, _holidays_of(about))


def _holidays_of(tables: list[_Table]) -> tuple[int, ...]:
    days = tuple(sorted({day for table in tables for day in table.holidays}))
    if len(days) > _MAX_HOLIDAYS:
        raise ConfigurationError(
            f"{tables[-1].place}: {len(days)} holidays are too many; leave out past ones, {_MAX_HOLIDAYS} at most"
        )
    return days


def _table(content: dict[str, Any], place: str, machines: Collection[Machine]) -> _Table:
    for key in content:
        if key not in _KEYS:
            raise ConfigurationError(f"{place}: there is no key {shown(key)}; there are {', '.join(_KEYS)}")
    texts = {key: tuple(_texts(content.get(key, []), f"{place}: {key}")) for key in _TEXTS}
    zone = content.get("zone", "")
    if not isinstance(zone, str):
        raise ConfigurationError(
            f'{place}: zone: {shown(zone)} is no name; write zone = "Europe/Berlin", or your own'
        )
    _check_known("line", texts["line"], {machine.line for machine in machines if machine.line}, place)
    _check_known("machine", texts["machine"], {machine.id for machine in machines}, place)
    if texts["quiet"] and texts["works"]:
        raise ConfigurationError(f"{place}: quiet and works say the same twice; leave one of them out")
    quiet = None
    try:
        if texts["quiet"]:
            quiet = parse_quiet(texts["quiet"])
        elif texts["works"]:
            quiet = parse_works(texts["works"])
    except ValueError as error:
        raise ConfigurationError(f"{place}: {'quiet' if texts['quiet'] else 'works'}: {error}") from None
    holidays = tuple(_days(content.get("holidays", []), f"{place}: holidays"))
    return _Table(place, texts["line"], texts["machine"], zone.strip(), quiet, holidays)


def _texts(value: object, place: str) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, str) or not each.strip():
            raise ConfigurationError(
                f'{place}: {shown(each)} is no text; write it in quotes, several as ["…", "…"]'
            )
        yield each


def _check_known(key: str, names: Iterable[str], known: Collection[str], place: str) -> None:
    for name in names:
        if name not in known:
            there = ", ".join(shown(each) for each in sorted(known)[:10]) or "none"
            raise ConfigurationError(
                f"{place}: {key}: no [[machine]] here has the {'id' if key == 'machine' else key} {shown(name)}; "
                f"there are: {there}"
            )


def _days(value: object, place: str) -> Iterator[int]:
    """Give days since 1970; a range of days is written as `2026-12-24..2027-01-01`."""
    how = 'write "2026-12-25", and several in a row as "2026-12-24..2027-01-01"'
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, date) and not isinstance(each, datetime):
            yield (each - _EPOCH).days
            continue
        text = each if isinstance(each, str) else ""
        match = _RANGE.fullmatch(text.strip())
        try:
            first, last = (match[1], match[2]) if match else (text, text)
            begin, end = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            raise ConfigurationError(f"{place}: {shown(each)} is no day; {how}") from None
        if not timedelta() <= end - begin < timedelta(days=_MAX_HOLIDAYS):
            raise ConfigurationError(
                f"{place}: {shown(each)} must end after it begins, {_MAX_HOLIDAYS} days later at most; {how}"
            )
        yield from ((begin - _EPOCH).days + day for day in range((end - begin).days + 1))
