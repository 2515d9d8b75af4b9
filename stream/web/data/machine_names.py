"""Names of machines for the page: the file's machines, shown by their newest name, found by any that they had."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from models.machinery.aliases import Aliases
from models.machinery.machine import Machine, Name
from models.outputs import Action
from stream.stores.store import Store

__all__ = ["NamedMachines"]

_FIRST, _LATER = 100_000, 500
"""Actions looked at once, and from then on: what has been read stays known."""


class NamedMachines(Mapping[str, Machine]):
    """The machines by their first ids; one that was renamed and has no name in machines.toml has its newest id's.

    >>> described = Aliases()
    >>> described.add("P-102", "P-101")
    ''
    >>> named = NamedMachines({"P-101": Machine(id="P-101")}, described)
    >>> named.first_id("P-102"), named.names_of("P-101")
    ('P-101', ('P-102',))
    """

    def __init__(self, machines: Mapping[str, Machine], aliases: Aliases | None = None) -> None:
        self._machines = machines
        self._aliases = Aliases(machines.keys()) if aliases is None else aliases.copy()
        self._renamed: dict[str, Machine] = {}
        self._has_read = False

    def __getitem__(self, machine: str) -> Machine:
        """Give a machine by its first id."""
        return self._renamed.get(machine) or self._machines[machine]

    def __iter__(self) -> Iterator[str]:
        """Give those that are described: any other one is there as long as the store knows it, and no longer."""
        yield from self._machines

    def __len__(self) -> int:
        """Count them."""
        return len(self._machines)

    def first_id(self, name: str) -> str:
        """Give the first id of whoever has this id, which stands in the store and in addresses."""
        return self._aliases.resolve(name)

    @property
    def other_names(self) -> Mapping[str, tuple[str, ...]]:
        """Give the further ids of all machines that have any."""
        gathered: dict[str, tuple[str, ...]] = {}
        for name in self._aliases:
            first = self._aliases.resolve(name)
            gathered[first] = (*gathered.get(first, ()), name)
        return gathered

    def names_of(self, machine: str) -> tuple[str, ...]:
        """Give the further ids of a machine, the newest at the end: who looks for one of them means it."""
        return self._aliases.names_of(machine)

    async def read(self, store: Store) -> None:
        """Learn what has been renamed since; raises what the store raises."""
        self.learn(await store.actions(None, limit=_LATER if self._has_read else _FIRST))
        self._has_read = True

    def learn(self, actions: Iterable[Action]) -> None:
        """Take actions in any order."""
        renaming = sorted((each for each in actions if each.kind == "renamed"), key=lambda each: each.time)
        for each in renaming:
            if self._aliases.add(each.alias, each.machine):
                continue
            first = self._aliases.resolve(each.machine)
            machine = self._machines.get(first) or Machine(id=first)
            if machine.name == Name():
                newest = self._aliases.names_of(first)[-1]
                self._renamed[first] = msgspec.structs.replace(machine, name=Name(newest, newest))
