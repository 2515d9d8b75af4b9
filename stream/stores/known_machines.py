"""The roster: every machine that is known, by machines.toml or by what the store holds, and how it stands."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from models.machinery.aliases import Aliases
from models.machinery.machine import Machine, Name
from models.outputs import Alert, Health, Priority, Status
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.stores import open_store
from stream.stores.store import Store
from stream.texts.natural_order import natural_order

__all__ = ["KnownMachine", "Standing", "known_machines", "read_known_machines"]

Standing = Status | Literal["retired", "unheard"]

_MOST_ALERTS = _MOST_ACTIONS = 100_000


class KnownMachine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine, as the list of machines shows it."""

    machine: str
    name: Name = Name()
    line: str = ""
    described: bool = False
    """Whether it stands in machines.toml."""
    status: Standing = "unheard"
    """`retired` whatever it sends; `unheard` where nothing has ever come."""
    score: float | None = None
    last_heard: datetime | None = None
    """When the newest was measured that came of it; None: nothing has."""
    open_alerts: dict[Priority, int] = {}
    """Those that stand, by priority."""
    retired: bool = False
    aliases: tuple[str, ...] = ()
    """Other ids that its messages may carry, by machines.toml or since it was renamed."""

    @property
    def is_alarmed(self) -> bool:
        """Whether an alert above low stands."""
        return bool(self.open_alerts.get("high") or self.open_alerts.get("medium"))


def known_machines(
    machines: Mapping[str, Machine], healths: Collection[Health], alerts: Collection[Alert]
) -> tuple[KnownMachine, ...]:
    """Bring together what is described and what was heard, in natural order."""
    newest: dict[str, Health] = {}
    for health in healths:
        if health.machine not in newest or health.time >= newest[health.machine].time:
            newest[health.machine] = health
    standing: dict[str, Counter[Priority]] = {}
    for alert in alerts:
        if alert.state == "active":
            standing.setdefault(alert.machine, Counter())[alert.priority] += 1
    names = sorted(machines.keys() | newest.keys() | standing.keys(), key=natural_order)
    return tuple(_known(name, machines.get(name), newest.get(name), dict(standing.get(name, {}))) for name in names)


def _known(
    name: str, machine: Machine | None, health: Health | None, open_alerts: dict[Priority, int]
) -> KnownMachine:
    described = machine or Machine(id=name)
    known = KnownMachine(
        machine=name,
        name=described.name,
        line=described.line,
        described=machine is not None,
        open_alerts=open_alerts,
    )
    if health is None:
        return known
    retired = health.guard == "retired"
    return msgspec.structs.replace(
        known,
        status="retired" if retired else health.status,
        score=health.score,
        last_heard=health.time,
        retired=retired,
    )


async def read_known_machines(settings: Settings, fleet: Fleet) -> tuple[KnownMachine, ...]:
    """Read all that the settings' store knows; one that is not there yet knows nothing, and is not made by this."""
    if settings.store == "sqlite" and not settings.sqlite.path.exists():
        return _with_aliases(known_machines(fleet.machines, (), ()), fleet.known_aliases())
    store = open_store(settings)
    await store.open()
    try:
        return await _read(store, fleet)
    finally:
        await store.close()


async def _read(store: Store, fleet: Fleet) -> tuple[KnownMachine, ...]:
    healths = await store.latest_health()
    known = known_machines(fleet.machines, healths, await store.alerts(open_only=True, limit=_MOST_ALERTS))
    aliases = fleet.known_aliases()
    for action in reversed(await store.actions(None, limit=_MOST_ACTIONS)):
        if action.kind == "renamed":
            aliases.add(action.alias, action.machine)
    return _with_aliases(known, aliases)


def _with_aliases(known: tuple[KnownMachine, ...], aliases: Aliases) -> tuple[KnownMachine, ...]:
    names: dict[str, list[str]] = {}
    for alias in aliases:
        names.setdefault(aliases.resolve(alias), []).append(alias)
    return tuple(msgspec.structs.replace(each, aliases=tuple(names.get(each.machine, ()))) for each in known)
