"""Errors in a scenario: what msgspec says, turned into a place that its writer finds, and a fix."""

import re
from collections.abc import Mapping
from typing import get_args

import msgspec

from models.simulation.faults import Fault
from models.simulation.machine import Operation, Point, Regime, SimulatedMachine, Sound, SteadyTone, Temperature
from models.simulation.operating_conditions import Ambient

__all__ = ["explained"]

_TABLES: dict[str, type[msgspec.Struct]] = {
    "ambient": Ambient,
    "machine": SimulatedMachine,
    "machine.points": Point,
    "machine.sound": Sound,
    "machine.sound.tones": SteadyTone,
    "machine.temperature": Temperature,
    "machine.operation": Operation,
    "machine.operation.regimes": Regime,
}
_FAULTS: dict[str, type[msgspec.Struct]] = {str(each.__struct_config__.tag): each for each in get_args(Fault)}


def explained(complaint: str, content: Mapping[str, object], top: type[msgspec.Struct]) -> str:
    """Give where and what is wrong, and which keys there are where one is unknown or missing.

    >>> from models.simulation.scenario import Scenario
    >>> explained("Object contains unknown field `sped` - at `$.ambient`", {}, Scenario)
    'ambient: there is no key sped; there are mean_c, year_k, day_k'
    """
    what, _, path = complaint.replace("`", "").partition(" - at $")
    path = path.removeprefix(".")
    text = what[0].lower() + what[1:]
    if unknown := re.search(r"unknown field (\S+)", text):
        text = f"there is no key {unknown[1]}; there are {', '.join(_keys(path, content, top))}"
    elif missing := re.search(r"missing required field (\S+)", text):
        text = f"{missing[1]} is missing; add it"
        text += f": one of {', '.join(_FAULTS)}" if missing[1] == "fault" else ""
    elif path.endswith(".fault"):
        text += f"; the faults are {', '.join(_FAULTS)}"
    where = _where(path, content)
    return f"{where}: {text}" if where else text


def _where(path: str, content: Mapping[str, object]) -> str:
    """Turn `machine[1].faults[0].ends` into `machine 2 ('P2'): faults 1: ends`."""
    parts = []
    for part in re.findall(r"([^.\[\]]+)((?:\[[^\]]*\])*)", path):
        number = re.match(r"\[(\d+)\]", part[1])
        parts.append(f"{part[0]} {int(number[1]) + 1}" if number else part[0])
    machine = _value(re.match(r"(machine\[\d+\])?", path)[0], content)  # type: ignore[index]  # matches always
    if parts and isinstance(machine, dict) and isinstance(machine.get("id"), str):
        parts[0] += f" ({machine['id'][:40]!r})"
    return ": ".join(parts)


def _keys(path: str, content: Mapping[str, object], top: type[msgspec.Struct]) -> tuple[str, ...]:
    plain = re.sub(r"\[[^\]]*\]", "", path)
    if plain == "machine.faults":
        fault = _value(path, content)
        table = _FAULTS.get(fault.get("fault", "")) if isinstance(fault, dict) else None
        return ("fault", *(table.__struct_encode_fields__ if table else ()))
    table = _TABLES.get(plain, top)
    return tuple(name for name in table.__struct_encode_fields__ if (table, name) != (top, "id"))


def _value(path: str, content: Mapping[str, object]) -> object:
    """Look a path up in what the file holds; None where it leads nowhere."""
    value: object = content
    for key, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        if key and isinstance(value, Mapping):
            value = value.get(key)
        elif number and isinstance(value, list) and int(number) < len(value):
            value = value[int(number)]
        else:
            return None
    return value
