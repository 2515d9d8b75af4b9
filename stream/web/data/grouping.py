"""Grouping: the groups of alerts that stand, for all viewers together, from what the store has of alerts."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from models.advice.groups import Group, Whereabouts, gather
from models.advice.onsets import CAUSES
from models.machinery.machine import Machine
from models.outputs import Alert
from stream.stores.store import Store

__all__ = ["Grouping"]

_AGAIN = timedelta(seconds=15)
"""Where the same alerts stand, groups change by time alone: those of which the rest has returned end."""
_LATELY = 500
_LATELY_A_MEMBER = 3
"""How many alerts are looked at for those that are over: of each member one, and others between them."""


class Grouping:
    """Groups the alerts that stand with those that are over, which are read whenever others stand than before."""

    def __init__(self, store: Store, machines: Mapping[str, Machine]) -> None:
        self._store, self._machines = store, machines
        self._standing: frozenset[str] = frozenset()
        self._heard = 0
        self._at: datetime | None = None
        self._over: tuple[Alert, ...] = ()
        self._groups: tuple[Group, ...] = ()

    async def update(
        self, heard: Collection[str], open_alerts: Collection[Alert], now: datetime
    ) -> tuple[Group, ...]:
        """Give the groups at `now`; of `heard`, who ever sent and is expected, and of `open_alerts`."""
        standing = {alert.id: alert for alert in open_alerts if alert.rule in CAUSES}
        is_new = self._standing != standing.keys()
        if not is_new and self._heard == len(heard) and self._at is not None and now - self._at < _AGAIN:
            return self._groups
        if is_new and standing:
            self._over = await self._read_over(len(standing))
        over = [each for each in self._over if each.id not in standing] if standing else []
        self._groups = gather([*standing.values(), *over], self._whereabouts(heard), now, self._groups)
        self._standing, self._heard, self._at = frozenset(standing), len(heard), now
        return self._groups

    async def _read_over(self, standing: int) -> tuple[Alert, ...]:
        members = standing + sum(len(group.alerts) for group in self._groups)
        lately = await self._store.alerts(limit=_LATELY + _LATELY_A_MEMBER * members)
        return tuple(each for each in lately if each.state == "cleared" and each.rule in CAUSES)

    def _whereabouts(self, heard: Collection[str]) -> dict[str, Whereabouts]:
        return {name: _whereabouts(self._machines.get(name)) for name in heard}


def _whereabouts(machine: Machine | None) -> Whereabouts:
    return Whereabouts() if machine is None else Whereabouts(machine.gateway or "", machine.line)
