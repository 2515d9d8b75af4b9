"""What comes and is not judged, by machine, as the workers have counted it and the store keeps it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from models.condition.intake import Cause, all_strangers, causes_in_force, is_of_strangers
from models.errors import ServiceError
from models.outputs import Intake
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, warning
from stream.stores import open_store
from stream.stores.sqlite.file import service_error_of
from stream.stores.sqlite.intake import list_intakes
from stream.stores.sqlite.reading import read_table
from stream.texts.intake_texts import cause_text, remedy_text

__all__ = ["check_intake", "told"]

_AREA = "intake"
_MOST = 10


def check_intake(settings: Settings, clock: Callable[[], float] = time.time) -> Iterator[CheckResult]:
    """Name the machines of which much goes unjudged; a store that does not answer is told elsewhere."""
    try:
        intakes = _of_sqlite(settings) if settings.store == "sqlite" else asyncio.run(_of_influxdb(settings))
    except ServiceError:
        return
    yield from told(intakes, datetime.fromtimestamp(clock(), UTC))


def told(intakes: list[Intake], now: datetime) -> Iterator[CheckResult]:
    """Judge what the store has: a line for each machine with its likeliest cause, up to ten of them."""
    found = [(each, why) for each in intakes if (why := causes_in_force(each, now))]
    machines = [pair for pair in found if not is_of_strangers(pair[0])]
    machines.sort(key=lambda pair: (-pair[0].unjudged, pair[0].machine))
    for each, why in machines[:_MOST]:
        yield _of_machine(each, why)
    if others := machines[_MOST:]:
        names = ", ".join(each.machine for each, _ in others[:_MOST]) + ("…" if len(others) > _MOST else "")
        yield warning(_AREA, f"so it is with {len(others)} more machines: {names}", "see their pages")
    strangers = all_strangers(intakes, now)
    if strangers is not None:
        yield _of_machine(strangers, ("strangers",))
    if not found:
        yield good(_AREA, "all that comes of machines is judged, or nearly all")


def _of_machine(intake: Intake, why: tuple[Cause, ...]) -> CheckResult:
    said = "; ".join(cause_text(intake, cause, "en") for cause in why)
    who = "" if is_of_strangers(intake) else f"{intake.machine}: "
    return warning(_AREA, who + said, _lowered(remedy_text(intake, why[0], "en")))


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _of_sqlite(settings: Settings) -> list[Intake]:
    """Read the file as it is: to open it as a store would write into it."""
    path = settings.sqlite.path
    try:
        return read_table(path, "intake", list_intakes)
    except sqlite3.Error as error:
        raise service_error_of(error, path) from error


async def _of_influxdb(settings: Settings) -> list[Intake]:
    store = open_store(settings)
    try:
        await store.open()
        return await store.intakes()
    finally:
        await store.close()
