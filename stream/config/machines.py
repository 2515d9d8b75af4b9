"""The machines of a plant, from `machines.toml`: what is known about each before anything is measured."""

import logging
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from models.errors import ConfigurationError, MessageError
from models.machinery.aliases import Aliases
from models.machinery.assets import asset_key
from models.machinery.bearings import Catalogue, parse_bearing
from models.machinery.kinds import Packs, built_in_packs
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Configuration, Learning, Machine, Name, Thresholds
from stream.config.bearings import load_catalogue
from stream.config.calendars import Calendars, read_calendars
from stream.config.packs import load_packs
from stream.config.thresholds import thresholds_from
from stream.config.toml import read_toml
from stream.messages.validation import check_name, shown

if TYPE_CHECKING:  # slow to import, and who reads machines alone needs no settings
    from stream.config.settings import Settings

__all__ = ["Fleet", "check_machine", "load_fleet", "load_machines", "with_mechanism"]

log = logging.getLogger(__name__)


_LONGEST_START_S = 3600.0
_LONGEST_ASSET = 64


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """All machines that are described, and how every machine is judged; one that isn't described gets defaults."""

    machines: MappingProxyType[str, Machine] = MappingProxyType({})
    orders: MappingProxyType[str, dict[str, BearingOrders]] = MappingProxyType({})
    """Of the bearings that are known, by machine and point."""
    thresholds: Thresholds = Thresholds()
    learning: Learning = Learning()
    calendars: Calendars = Calendars()
    """When they are quiet by plan."""
    aliases: MappingProxyType[str, str] = MappingProxyType({})
    """Further ids that these machines send under, each with the machine's."""

    def known_aliases(self) -> Aliases:
        """Give the aliases for somebody to resolve by, and to add to."""
        known = Aliases(self.machines.keys())
        for alias, machine in self.aliases.items():
            known.add(alias, machine)
        return known

    def configuration(self, machine_id: str) -> Configuration:
        """Give all that decides how this machine is judged."""
        machine = self.machines.get(machine_id) or Machine(id=machine_id)
        return Configuration(
            machine=msgspec.structs.replace(machine, gateway=msgspec.UNSET) if machine.gateway else machine,
            thresholds=self.thresholds,
            learning=self.learning,
            orders=self.orders.get(machine_id, {}),
            calendar=self.calendars.of(machine_id),
        )


class _Name(Name, frozen=True, forbid_unknown_fields=True):
    """A `[machine.name]` table."""


class _Table(Machine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[machine]]` table."""

    name: _Name = _Name()
    aliases: tuple[str, ...] = ()
    """Further ids that it sends under, besides the first."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    machine: list[_Table] = []


def load_machines(
    path: Path,
    *,
    thresholds: Thresholds | None = None,
    learning: Learning | None = None,
    catalogue: Catalogue | None = None,
    packs: Packs | None = None,
) -> Fleet:
    """Read `machines.toml`; a missing file is an empty fleet. Bearings come from the catalogue, kinds from packs.

    Raises `ConfigurationError` naming the file, the machine, the key and the fix. A designation that is not in the
    catalogue may be right all the same: it is told in the log, and the machine is judged without that bearing.
    """
    machines: dict[str, Machine] = {}
    orders: dict[str, dict[str, BearingOrders]] = {}
    declared: list[tuple[str, str, str]] = []
    content = read_toml(path) if path.exists() else {}
    calendars = content.pop("calendar", [])
    for number, table in enumerate(_tables(path, content), 1):
        place = f"{path}: machine {number} ({shown(table.id)})"
        check_machine(table, place)
        if table.id in machines:
            raise ConfigurationError(f"{place}: this id is taken by one above; give every machine its own")
        machines[table.id] = with_mechanism(_machine(table), packs or built_in_packs(), place)
        orders[table.id] = _orders(table, place, catalogue)
        declared += [(alias, table.id, place) for alias in table.aliases]
    _tell_assets_at_two_places(machines.values())
    return Fleet(
        machines=MappingProxyType(machines),
        orders=MappingProxyType({machine: known for machine, known in orders.items() if known}),
        thresholds=thresholds or Thresholds(),
        learning=learning or Learning(),
        calendars=read_calendars(calendars, path, machines.values()),
        aliases=_aliases(machines, declared),
    )


def load_fleet(settings: "Settings") -> Fleet:
    """Read the machines that the settings name, to be judged by the settings' thresholds and learning."""
    from stream.config.settings import learning_of  # noqa: PLC0415 -- replay does without pydantic

    return load_machines(
        settings.machines,
        thresholds=thresholds_from(settings.thresholds),
        learning=learning_of(settings),
        catalogue=load_catalogue(settings.catalogue),
        packs=load_packs(settings.packs),
    )


def with_mechanism(machine: Machine, packs: Packs, place: str = "machines") -> Machine:
    """Add what the pack of its kind says; a kind that no pack knows changes nothing.

    Raises `ConfigurationError` for a category that its kind hasn't.
    """
    pack = packs.find(machine.kind)
    if pack is None:
        if machine.category:
            raise ConfigurationError(
                f"{place}: category: there is no pack for the kind {shown(machine.kind)}; leave category out, or "
                "write a kind that `stethos packs` lists"
            )
        return machine
    try:
        return msgspec.structs.replace(machine, mechanism=pack.mechanism_of(machine))
    except ConfigurationError as error:
        raise ConfigurationError(f"{place}: {error}") from None


def _aliases(machines: Mapping[str, Machine], declared: list[tuple[str, str, str]]) -> MappingProxyType[str, str]:
    """Check what each table declares (alias, machine, place) against all others, whatever their order."""
    known = Aliases(machines.keys())
    for alias, machine, place in declared:
        try:
            check_name("aliases", alias)
        except MessageError as error:
            raise ConfigurationError(f"{place}: {error}") from None
        if refusal := known.refusal(alias, machine):
            raise ConfigurationError(f"{place}: aliases: {refusal}")
        if alias in known:
            raise ConfigurationError(f"{place}: aliases: {shown(alias)} stands there twice; write it once")
        known.add(alias, machine)
    return MappingProxyType({alias: machine for alias, machine, _ in declared})


def _tell_assets_at_two_places(machines: Iterable[Machine]) -> None:
    """Two makers may give one number, so it is no mistake for certain; but one motor stands at one place."""
    places: dict[str, str] = {}
    for machine in machines:
        other = places.setdefault(asset_key(machine.asset), machine.id) if machine.asset else machine.id
        if other != machine.id:
            log.warning(
                "machines: asset %s stands at %s and at %s; correct it where it has left, or add the maker to both",
                machine.asset,
                other,
                machine.id,
            )


def _tables(path: Path, content: dict[str, Any]) -> list[_Table]:
    try:
        return msgspec.convert(content, _File).machine
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {_describe_complaint(str(error), content)}") from None


def _describe_complaint(complaint: str, content: dict[str, object]) -> str:
    """Turn `Expected float, got str - at $.machine[1].power_kw` into `machine 2 ('P2'): power_kw: expected ...`."""
    what, _, place = complaint.replace("`", "").partition(" - at $.")
    what = what[0].lower() + what[1:]
    match = re.match(r"machine\[(\d+)\]\.?(.*)", place)
    if unknown := re.search(r"unknown field (\S+)", what):
        owner = _File if not match else Name if match[2] == "name" else _Table
        keys = [key for key in owner.__struct_fields__ if key != "mechanism"]
        keys += ["calendar"] if owner is _File else []
        what = f"there is no key {unknown[1]}; there are {', '.join(keys)}"
    if "enum value" in what:
        what += "; use rigid or flexible"
    if match and match[2] == "name":
        what += '; write name = { en = "Feed pump 1", zh = "1号给水泵" }'
    if not match:
        return f"{place + ': ' if place else ''}{what}; describe each machine in a [[machine]] table"
    tables = content["machine"]
    table = tables[int(match[1])] if isinstance(tables, list) else {}
    name = f" ({shown(table['id'])})" if isinstance(table, dict) and "id" in table else ""
    return f"machine {int(match[1]) + 1}{name}: {match[2] + ': ' if match[2] else ''}{what}"


def check_machine(machine: Machine, place: str) -> None:
    """Raise `ConfigurationError` for what no machine is, naming the fix; its type is checked already."""
    try:
        check_name("id", machine.id)
        for point in machine.bearings:
            check_name("bearings", point)
        if machine.gateway is not msgspec.UNSET:
            check_name("gateway", machine.gateway)
    except MessageError as error:
        raise ConfigurationError(f"{place}: {error}") from None
    _check_numbers(machine, place)
    _check_asset(machine.asset, place)
    if machine.mechanism is not None:
        raise ConfigurationError(f"{place}: mechanism: comes from the pack of its kind; write kind instead")
    for point, bearing in machine.bearings.items():
        if not bearing.strip():
            raise ConfigurationError(f"{place}: bearings: {point} has no designation; write one, such as 6205")


def _check_asset(asset: str, place: str) -> None:
    if asset != asset.strip() or len(asset) > _LONGEST_ASSET or not asset.isprintable():
        raise ConfigurationError(
            f"{place}: asset: {shown(asset)} is no serial number; write up to {_LONGEST_ASSET} characters that "
            "can be printed, without spaces around them"
        )


def _check_numbers(machine: Machine, place: str) -> None:
    for key in ("power_kw", "speed_rpm"):
        value = getattr(machine, key)
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ConfigurationError(f"{place}: {key}: {value} must be above 0; leave it out if it isn't known")
    for key in ("teeth", "blades"):
        count = getattr(machine, key)
        if count is not None and not 2 <= count <= 10_000:
            raise ConfigurationError(f"{place}: {key}: {count} must be 2 to 10000; leave it out if it isn't known")
    if machine.start_s is not None and not 0 <= machine.start_s <= _LONGEST_START_S:
        raise ConfigurationError(
            f"{place}: start_s: {machine.start_s} must be 0 to {_LONGEST_START_S:.0f} seconds; leave it out for 120"
        )
    if not 10 <= machine.line_frequency_hz <= 500:
        raise ConfigurationError(
            f"{place}: line_frequency_hz: {machine.line_frequency_hz} must be 10 to 500 (the mains have 50 or 60)"
        )
    limit = machine.temperature_limit_c
    if limit is not None and not -273.15 < limit < 3000:
        raise ConfigurationError(f"{place}: temperature_limit_c: {limit} is no temperature of a machine in degC")


def _orders(machine: Machine, place: str, catalogue: Catalogue | None) -> dict[str, BearingOrders]:
    """Give the orders of each point's bearing; one that nobody knows is told and left out."""
    orders = {}
    for point, bearing in machine.bearings.items():
        try:
            orders[point] = parse_bearing(bearing, catalogue)
        except ConfigurationError as error:
            if "=" in bearing:  # a geometry that makes no sense is a slip of the pen
                raise ConfigurationError(f"{place}: bearings: {point}: {error}") from None
            log.warning("%s: bearings: %s: its faults cannot be named: %s", place, point, error)
    return orders


def _machine(table: _Table) -> Machine:
    fields = {field.name: getattr(table, field.name) for field in msgspec.structs.fields(Machine)}
    return Machine(**{**fields, "name": Name(en=table.name.en, zh=table.name.zh)})
