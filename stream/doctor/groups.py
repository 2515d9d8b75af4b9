"""Groups of alerts that stand: the gateway, line or network that has taken many machines along."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime

import msgspec

from models.advice.groups import Group, PlaceKind, Whereabouts, gather
from models.advice.onsets import GroupCause
from models.errors import StethosError
from models.machinery.machine import Machine
from models.outputs import Alert, Health
from stream.config.machines import load_fleet
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, warning
from stream.stores import open_store
from stream.stores.expected_machines import expected_machines
from stream.stores.sqlite.file import service_error_of
from stream.stores.sqlite.reading import read_table

__all__ = ["check_groups", "told_of_groups"]

_AREA = "groups"
_MOST = 10
_OPEN, _LATELY = 20_000, 2_000
_SAYS: dict[GroupCause, str] = {
    "no_data": "silent",
    "sensor_fault": "with sensors that cannot be trusted",
    "clock": "with a wrong clock",
}
_LOOK_AT: dict[PlaceKind, str] = {
    "plant": "look at the network, the broker and what brings the data in",
    "gateway": "look at the gateway, its power and its network",
    "line": "look at what these machines share, as gateway, switch or power",
}


def check_groups(settings: Settings, clock: Callable[[], float]) -> Iterator[CheckResult]:
    """Name what took many machines along; a store or a file that cannot be read is told elsewhere."""
    try:
        machines = load_fleet(settings).machines
        heard, alerts = _of_sqlite(settings) if settings.store == "sqlite" else asyncio.run(_of_influxdb(settings))
    except StethosError:
        return
    where = {name: _whereabouts(machines.get(name)) for name in heard}
    yield from told_of_groups(gather(alerts, where, datetime.fromtimestamp(clock(), UTC)))


def told_of_groups(groups: Collection[Group]) -> Iterator[CheckResult]:
    """Give a line for each group, those with most machines first, up to ten of them."""
    largest = sorted(groups, key=lambda group: (-len(group.members), group.id))
    for group in largest[:_MOST]:
        place = "the plant" if group.place.kind == "plant" else f"{group.place.kind} {group.place.name}"
        many = f"{len(group.members)} of {group.known} machines"
        says = f"{place}: {many} {_SAYS[group.cause]} since {group.since:%Y-%m-%d %H:%M} UTC"
        yield warning(_AREA, says, f"{_LOOK_AT[group.place.kind]}; its row on the page lists them")
    if len(largest) > _MOST:
        yield warning(_AREA, f"so it is at {len(largest) - _MOST} more places", "see the page")
    if not largest:
        yield good(_AREA, "no gateway or line has taken its machines along")


def _whereabouts(machine: Machine | None) -> Whereabouts:
    return Whereabouts() if machine is None else Whereabouts(machine.gateway or "", machine.line)


def _of_sqlite(settings: Settings) -> tuple[set[str], list[Alert]]:
    """Read the file as it is: to open it as a store would write into it."""
    path = settings.sqlite.path
    try:
        heard = expected_machines(read_table(path, "latest_health", _healths))
        return heard, read_table(path, "latest_alert", _alerts)
    except sqlite3.Error as error:
        raise service_error_of(error, path) from error


def _healths(connection: sqlite3.Connection) -> list[Health]:
    found = connection.execute("SELECT record FROM latest_health")
    return [msgspec.json.decode(text, type=Health) for (text,) in found]


def _alerts(connection: sqlite3.Connection) -> list[Alert]:
    query = "SELECT record FROM latest_alert WHERE state = ? ORDER BY time_us DESC LIMIT ?"
    return [
        msgspec.json.decode(text, type=Alert)
        for state, most in (("active", _OPEN), ("cleared", _LATELY))
        for (text,) in connection.execute(query, (state, most))
    ]


async def _of_influxdb(settings: Settings) -> tuple[set[str], list[Alert]]:
    store = open_store(settings)
    try:
        await store.open()
        heard = expected_machines(await store.latest_health())
        return heard, [*await store.alerts(open_only=True, limit=_OPEN), *await store.alerts(limit=_LATELY)]
    finally:
        await store.close()
