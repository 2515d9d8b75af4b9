"""What every store must do with running hours, tried on each: SQLite always, and a real InfluxDB."""

from datetime import timedelta

import pytest

from models.outputs import Uptime
from stream.stores.store import PermanentStoreError, Written
from tests.stream.stores.outputs import START, health

HOUR = timedelta(hours=1)


def hour(machine, number=0, running_s=3000.0, **others):
    told = {"running_s": running_s, "stopped_s": 500.25, "unknown_s": 99.75, **others}
    return Uptime(machine=machine, time=START.replace(minute=0, second=0, microsecond=0) + number * HOUR, **told)


def test_hours_come_back_exactly_in_order_and_in_range(use, machine):
    written = [hour(machine, number, running_s=0.1 + number) for number in range(5)]

    async def work(store):
        assert await store.write([*reversed(written), hour("another"), health(machine)]) == Written(kept=7)
        assert await store.uptime("nobody's", START - HOUR, START + 9 * HOUR) == []
        return await store.uptime(machine, written[1].time, written[3].time)

    assert use(work) == written[1:4]


def test_a_later_word_on_an_hour_takes_its_place_in_one_batch_or_two(use, machine):
    async def work(store):
        await store.write([hour(machine, running_s=60.0), hour(machine, running_s=120.0)])
        await store.write([hour(machine, running_s=180.0)])
        return await store.uptime(machine, START - HOUR, START + HOUR)

    assert use(work) == [hour(machine, running_s=180.0)]


@pytest.mark.parametrize("broken", [{"running_s": float("nan")}, {"unknown_s": float("inf")}, {"machine": ""}])
def test_what_no_store_can_hold_is_refused_for_good(use, machine, broken):
    async def work(store):
        with pytest.raises(PermanentStoreError):
            await store.write([hour(**{"machine": machine, **broken})])

    use(work)
