"""Aliases: further ids that a machine sends under, all of them resolved to the one that it was first heard under.

That first id stays the machine's key and tag for ever, so its history, its partition and its rows stay one whatever
its gateway calls it later. Aliases form a forest: each has one parent, a machine or another alias, and no order of
saying so makes another one.
"""

from collections.abc import Collection, Iterator

import msgspec

__all__ = ["Aliases"]


class _Alias(msgspec.Struct, frozen=True):
    machine: str
    """That it was declared for, perhaps itself an alias."""
    from_us: int
    """What the broker took in earlier (its append time) is not the machine's; 0: whenever it came."""


class Aliases:
    """All aliases there are; `own` are machines that are described as such, and can be the alias of none.

    >>> aliases = Aliases()
    >>> aliases.add("P-102", "P-101"), aliases.add("泵-3", "P-102")
    ('', '')
    >>> aliases.resolve("泵-3"), aliases.resolve("P-9")
    ('P-101', 'P-9')
    >>> aliases.add("P-101", "泵-3")
    "'P-101' is the id that this machine had first: what comes under it is its own already"
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._own = own
        self._aliases: dict[str, _Alias] = {}

    def __contains__(self, name: object) -> bool:
        """Say whether it is an alias, whenever it holds from."""
        return name in self._aliases

    def __iter__(self) -> Iterator[str]:
        """Give all aliases, the one declared last at the end."""
        return iter(self._aliases)

    def __len__(self) -> int:
        """Count them."""
        return len(self._aliases)

    def resolve(self, name: str, arrived_us: int | None = None) -> str:
        """Give the first id of whoever sends under this name; the name itself where it is no alias.

        What arrived before an alias held is not resolved by it; where that is unknown (None) all of them hold.
        """
        while (alias := self._aliases.get(name)) is not None and (
            arrived_us is None or arrived_us >= alias.from_us
        ):
            name = alias.machine
        return name

    def names_of(self, machine: str) -> tuple[str, ...]:
        """Give the aliases of a machine by its first id, the one declared last at the end."""
        return tuple(name for name in self._aliases if self.resolve(name) == machine)

    def refusal(self, alias: str, machine: str) -> str:
        """Say why this can be no alias of that machine, naming what is in the way; empty where it can."""
        first = self.resolve(machine)
        if alias == first:
            return f"{alias!r} is the id that this machine had first: what comes under it is its own already"
        if alias in self._own:
            return f"{alias!r} is described as a machine of its own in machines.toml; take it out there first"
        other = self.resolve(alias)
        if alias in self._aliases and other != first:
            return f"{alias!r} is an alias of {other!r} already; a name belongs to one machine"
        return ""

    def add(self, alias: str, machine: str, *, from_us: int = 0) -> str:
        """Let what comes under `alias` be the machine's, if nothing is in the way; gives what is (`refusal`).

        Said again of the same machine it becomes the newest name, and holds from when it held.
        """
        if refusal := self.refusal(alias, machine):
            return refusal
        known = self._aliases.pop(alias, None)
        self._aliases[alias] = known or _Alias(machine, from_us)
        return ""

    def copy(self) -> "Aliases":
        """Give these for somebody to add to."""
        copied = Aliases(self._own)
        copied._aliases = dict(self._aliases)
        return copied
