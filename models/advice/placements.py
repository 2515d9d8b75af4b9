"""Placements: which asset stood at which machine's place, from when to when, by the actions that marked it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from models.machinery.aliases import Aliases
from models.machinery.assets import asset_key
from models.outputs import Action

__all__ = ["Placement", "of_asset", "of_machine", "placements"]


class Placement(msgspec.Struct, frozen=True):
    """A time that an asset stood at one place."""

    asset: str
    machine: str
    since: datetime | None
    """None: before anybody said so."""
    until: datetime | None
    """None: it stands there now."""


def placements(actions: Iterable[Action]) -> list[Placement]:
    """Give all placements that these actions tell of, in any order, oldest first and by machine where times agree.

    What had stood at a place before its first asset was marked has no beginning.
    """
    by_machine: dict[str, list[Action]] = {}
    for action in sorted(actions, key=lambda action: action.time):
        if action.kind == "asset":
            by_machine.setdefault(action.machine, []).append(action)
    found: list[Placement] = []
    for machine, marks in by_machine.items():
        asset, since = marks[0].former_asset, None
        for mark in marks:
            if asset:
                found.append(Placement(asset, machine, since, mark.time))
            asset, since = mark.asset, mark.time
        found.append(Placement(asset, machine, since, None))
    return sorted(found, key=_order)


def of_asset(found: Iterable[Placement], asset: str) -> list[Placement]:
    """Give those of one asset, however its serial number is written."""
    key = asset_key(asset)
    return [placement for placement in found if asset_key(placement.asset) == key]


def of_machine(
    found: Iterable[Placement], name: str, actions: Iterable[Action], declared: Aliases
) -> list[Placement]:
    """Give those at one machine's place, by any id of it: as `declared`, and as these actions have renamed it."""
    known = declared.copy()
    for action in sorted(actions, key=lambda action: action.time):
        if action.kind == "renamed":
            known.add(action.alias, action.machine)
    first = known.resolve(name)
    return [placement for placement in found if placement.machine == first]


def _order(placement: Placement) -> tuple[float, str]:
    return (placement.since.timestamp() if placement.since else 0.0, placement.machine)
