"""The machines of a plant, from `machines.toml`: what is known about each before anything is measured."""

import math
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from models.errors import ConfigurationError, MessageError
from models.machinery.machine import Configuration, Learning, Machine, Name, Thresholds
from stream.checks import check_name, shown
from stream.thresholds import thresholds_from
from stream.toml import read_toml

if TYPE_CHECKING:
    from stream.settings import Settings

__all__ = ["Fleet", "load_fleet", "load_machines"]


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """All machines that are described, and how every machine is judged; one that isn't described gets defaults."""

    machines: MappingProxyType[str, Machine] = MappingProxyType({})
    thresholds: Thresholds = Thresholds()
    learning: Learning = Learning()

    def configuration(self, machine_id: str) -> Configuration:
        """Give all that decides how this machine is judged."""
        machine = self.machines.get(machine_id) or Machine(id=machine_id)
        return Configuration(machine=machine, thresholds=self.thresholds, learning=self.learning)


class _Name(Name, frozen=True, forbid_unknown_fields=True):
    """A `[machine.name]` table."""


class _Table(Machine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[machine]]` table."""

    name: _Name = _Name()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    machine: list[_Table] = []


def load_machines(path: Path, *, thresholds: Thresholds | None = None, learning: Learning | None = None) -> Fleet:
    """Read `machines.toml`; a missing file is an empty fleet.

    Raises `ConfigurationError` naming the file, the machine, the key and the fix.
    """
    machines: dict[str, Machine] = {}
    for number, table in enumerate(_tables(path) if path.exists() else (), 1):
        place = f"{path}: machine {number} ({shown(table.id)})"
        _check(table, place)
        if table.id in machines:
            raise ConfigurationError(f"{place}: this id is taken by one above; give every machine its own")
        machines[table.id] = _machine(table)
    return Fleet(
        machines=MappingProxyType(machines), thresholds=thresholds or Thresholds(), learning=learning or Learning()
    )


def load_fleet(settings: "Settings") -> Fleet:
    """Read the machines that the settings name, to be judged by the settings' thresholds and learning."""
    from stream.settings import learning_of  # noqa: PLC0415 -- replay does without pydantic

    return load_machines(
        settings.machines, thresholds=thresholds_from(settings.thresholds), learning=learning_of(settings)
    )


def _tables(path: Path) -> list[_Table]:
    content = read_toml(path)
    try:
        return msgspec.convert(content, _File).machine
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {_told(str(error), content)}") from None


def _told(complaint: str, content: dict[str, object]) -> str:
    """Turn `Expected float, got str - at $.machine[1].power_kw` into `machine 2 ('P2'): power_kw: expected ...`."""
    what, _, place = complaint.replace("`", "").partition(" - at $.")
    what = what[0].lower() + what[1:]
    found = re.match(r"machine\[(\d+)\]\.?(.*)", place)
    if unknown := re.search(r"unknown field (\S+)", what):
        owner = _File if not found else Name if found[2] == "name" else Machine
        what = f"there is no key {unknown[1]}; there are {', '.join(owner.__struct_fields__)}"
    if "enum value" in what:
        what += "; use rigid or flexible"
    if found and found[2] == "name":
        what += '; write name = { en = "Feed pump 1", zh = "1号给水泵" }'
    if not found:
        return f"{place + ': ' if place else ''}{what}; describe each machine in a [[machine]] table"
    tables = content["machine"]
    table = tables[int(found[1])] if isinstance(tables, list) else {}
    name = f" ({shown(table['id'])})" if isinstance(table, dict) and "id" in table else ""
    return f"machine {int(found[1]) + 1}{name}: {found[2] + ': ' if found[2] else ''}{what}"


def _check(machine: Machine, place: str) -> None:
    try:
        check_name("id", machine.id)
        for point in machine.bearings:
            check_name("bearings", point)
    except MessageError as error:
        raise ConfigurationError(f"{place}: {error}") from None
    for key in ("power_kw", "speed_rpm"):
        value = getattr(machine, key)
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ConfigurationError(f"{place}: {key}: {value} must be above 0; leave it out if it isn't known")
    limit = machine.temperature_limit_c
    if limit is not None and not -273.15 < limit < 3000:
        raise ConfigurationError(f"{place}: temperature_limit_c: {limit} is no temperature of a machine in degC")
    for point, bearing in machine.bearings.items():
        if not bearing.strip():
            raise ConfigurationError(f"{place}: bearings: {point} has no designation; write one, such as 6205")


def _machine(table: _Table) -> Machine:
    fields = {field.name: getattr(table, field.name) for field in msgspec.structs.fields(Machine)}
    return Machine(**{**fields, "name": Name(en=table.name.en, zh=table.name.zh)})
