"""What an engineer would know of a scenario's machines, as `machines.toml` says it."""

import re

import msgspec

from models.machinery.machine import Machine
from models.simulation.scenario import Scenario

__all__ = ["machines_toml"]


def machines_toml(scenario: Scenario) -> str:
    """Describe a scenario's machines as `machines.toml` does, for people to read and change.

    >>> from models.simulation.library import built_in
    >>> print(machines_toml(built_in("demo")).splitlines()[4])
    id = "P-101"
    """
    head = (
        f"# The machines of the simulated scenario {_json(scenario.id)}.\n"
        "# Only `id` is needed; what stands here makes the judgement sharper.\n\n"
    )
    return head + "\n".join(_as_toml(each.described) for each in scenario.machines)


def _as_toml(machine: Machine) -> str:
    # JSON's strings and numbers are TOML's too.
    known = {key: value for key, value in msgspec.to_builtins(machine).items() if value not in (None, "", {})}
    lines = ["[[machine]]"]
    for key, value in known.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{_key(k)} = {_json(v)}" for k, v in value.items())
            lines.append(f"{key} = {{ {inner} }}")
        else:
            lines.append(f"{key} = {_json(value)}")
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _json(name)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
