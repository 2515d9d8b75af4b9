"""Clocks of senders that are wrong, as the fold has found them: its open alerts in the store."""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator

import msgspec

from models.advice.clock_alarm import CLOCK_RULE
from models.errors import ServiceError
from models.outputs import Alert
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, warning
from stream.stores import open_store
from stream.stores.sqlite.file import service_error_of
from stream.stores.sqlite.reading import read_table

__all__ = ["check_clocks", "told_of_clocks"]

_AREA = "clocks"
_MOST = 10
_LOOKED_AT = 1000
"""Of the open alerts, the newest."""


def check_clocks(settings: Settings) -> Iterator[CheckResult]:
    """Name the points whose clock is wrong; a store that does not answer is told elsewhere."""
    try:
        alerts = _of_sqlite(settings) if settings.store == "sqlite" else asyncio.run(_of_influxdb(settings))
    except ServiceError:
        return
    yield from told_of_clocks(alerts)


def told_of_clocks(alerts: Iterable[Alert]) -> Iterator[CheckResult]:
    """Give a line for each machine with a wrong clock, up to ten of them."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.rule == CLOCK_RULE and alert.state == "active":
            found.setdefault(alert.machine, []).append(alert)
    for machine in sorted(found)[:_MOST]:
        first, *others = sorted(found[machine], key=lambda alert: alert.point)
        more = f" (and {len(others)} more of its points)" if others else ""
        yield warning(
            _AREA, f"{machine}: {first.text}{more}", "set the sender's clock and time zone; its page tells which"
        )
    if others_named := sorted(found)[_MOST:]:
        names = ", ".join(others_named[:_MOST]) + ("…" if len(others_named) > _MOST else "")
        yield warning(_AREA, f"so it is with {len(others_named)} more machines: {names}", "see their pages")
    if not found:
        yield good(_AREA, "no sender's clock has been found wrong")


def _of_sqlite(settings: Settings) -> list[Alert]:
    """Read the file as it is: to open it as a store would write into it."""
    path = settings.sqlite.path
    try:
        return read_table(path, "latest_alert", _newest_open)
    except sqlite3.Error as error:
        raise service_error_of(error, path) from error


def _newest_open(connection: sqlite3.Connection) -> list[Alert]:
    query = "SELECT record FROM latest_alert WHERE state = 'active' ORDER BY time_us DESC LIMIT ?"
    return [msgspec.json.decode(text, type=Alert) for (text,) in connection.execute(query, (_LOOKED_AT,))]


async def _of_influxdb(settings: Settings) -> list[Alert]:
    store = open_store(settings)
    try:
        await store.open()
        return await store.alerts(open_only=True, limit=_LOOKED_AT)
    finally:
        await store.close()
