"""Forgetting what a store holds of a machine, once the store has been told that the machine is forgotten."""

import asyncio
import time
from datetime import datetime

from models.errors import ServiceError
from stream.config.settings import Settings
from stream.stores import open_store
from stream.stores.store import Store

__all__ = ["forget_results"]

_LOOK_EVERY_S = 0.5
_NEWEST = 20


async def forget_results(settings: Settings, machine: str, since: datetime, *, deadline_s: float = 60.0) -> None:
    """Delete a machine's results once all of before `since`, when it was told to be forgotten, is in the store.

    What is still on its way would else be stored after, and the machine would stand there again. Three signs say
    that nothing is, one for each topic, as each keeps a machine's order: the action is there, its health of before
    is gone, and no alert of before is open. Raises `ServiceError` where they don't come in time.
    """
    over_s = time.monotonic() + deadline_s
    while not await _has_arrived(settings, machine, since):
        if time.monotonic() >= over_s:
            raise ServiceError(
                f"{machine}: it is told to be forgotten, but nothing has said so in the store for "
                f"{deadline_s:.0f} s; start a worker, and say the same once more to delete its results"
            )
        await asyncio.sleep(_LOOK_EVERY_S)
    await asyncio.to_thread(_delete, settings, machine)


async def _has_arrived(settings: Settings, machine: str, since: datetime) -> bool:
    """Look with a store opened anew: one that is open asks mostly for what was measured of late, as this wasn't."""
    store = open_store(settings)
    await store.open()
    try:
        return await _is_told(store, machine, since)
    finally:
        await store.close()


async def _is_told(store: Store, machine: str, since: datetime) -> bool:
    said = await store.actions(machine, limit=_NEWEST)
    if not any(each.kind == "forget" and each.time >= since for each in said):
        return False
    if any(each.machine == machine and each.time <= since for each in await store.latest_health()):
        return False
    return not any(each.since <= since for each in await store.alerts(machine=machine, open_only=True))


def _delete(settings: Settings, machine: str) -> None:
    if settings.store == "influxdb":
        from stream.stores.influxdb.forgetting import forget_results as of_influxdb  # noqa: PLC0415 -- slow to import

        of_influxdb(settings.influxdb, machine)
    else:
        from stream.stores.sqlite.forgetting import forget_results as of_sqlite  # noqa: PLC0415 -- the other one's

        of_sqlite(settings.sqlite.path, machine)
