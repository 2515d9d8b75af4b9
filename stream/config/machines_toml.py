"""What an engineer would know of a scenario's machines, as `machines.toml` says it."""

import msgspec
import tomli_w

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
        f"# The machines of the simulated scenario {scenario.id!r}.\n"
        "# Only `id` is needed; what stands here makes the judgement sharper.\n\n"
    )
    return head + "\n".join(_table(each.described) for each in scenario.machines)


def _table(machine: Machine) -> str:
    known = {key: value for key, value in msgspec.to_builtins(machine).items() if value not in (None, "", {})}
    # One by one: of a list tomli-w writes short tables as braces in brackets, which nobody wants to fill in.
    return "[[machine]]" + tomli_w.dumps({"machine": known}).removeprefix("[machine]")
