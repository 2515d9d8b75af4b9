"""What every store must do with the record of what comes of a machine, tried on each."""

from datetime import timedelta

import msgspec
import pytest

from models.outputs import Intake
from stream.stores.store import PermanentStoreError, Written
from tests.stream.stores.outputs import START, health

MINUTE = timedelta(minutes=1)


def intake(machine, minutes=0, **others):
    time = START + minutes * MINUTE
    told = {"received": 60, "late": 7, "future": 3, "duplicates": 2, "crowded": 1, "put_aside": 4, **others}
    return Intake(machine=machine, time=time, since=time - 60 * MINUTE, **told)


def full(machine):
    moments = {"measured": START, "arrived": START + MINUTE, "judged": START - MINUTE, "judged_at": START}
    return intake(
        machine, **moments, unjudged=9, interval_s=0.1 + 0.2, strangers=('泵 "1"', "p\\n"), stranger_count=1000
    )


def test_it_comes_back_as_it_was_beside_others(use, machine):
    written = [full(machine), intake(f"*{machine}")]

    async def work(store):
        assert await store.write([*written, health(machine)]) == Written(kept=3)
        return {each.machine: each for each in await store.intakes()}

    found = use(work)
    assert [found[each.machine] for each in written] == written


def test_only_the_newest_counts_in_whatever_order_they_come(use, machine):
    async def work(store):
        await store.write([intake(machine, 2), intake(machine, 3, received=8), intake(machine, 1)])
        await store.write([intake(machine, 0)])
        await store.write([intake(machine, 3, received=9)])
        return [each for each in await store.intakes() if each.machine == machine]

    assert use(work) == [intake(machine, 3, received=9)]


def test_a_new_store_has_none(use, machine):
    async def work(store):
        return [each for each in await store.intakes() if each.machine == machine]

    assert use(work) == []


@pytest.mark.parametrize("broken", [{"interval_s": float("nan")}, {"machine": ""}, {"machine": "a\\b"}])
def test_what_no_store_can_hold_is_refused_for_good(use, machine, broken):
    async def work(store):
        with pytest.raises(PermanentStoreError):
            await store.write([msgspec.structs.replace(intake(machine), **broken)])

    use(work)
