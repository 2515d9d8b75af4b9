"""What every store must do with results of probes, tried on each: SQLite always, and a real InfluxDB."""

from datetime import timedelta

import msgspec
import pytest

from models.probes.records import INPUTS, ProbeResult
from stream.stores.store import PermanentStoreError, Written
from tests.stream.stores.outputs import START, health

MINUTE = timedelta(minutes=1)


def result(input_="vibration", partition=7, minute=0, **others):
    told = {"delay_s": 0.1 + 0.2, "value": 0.5, "transitions": 2.0, **others}
    return ProbeResult(input=input_, partition=partition, time=START + minute * MINUTE, **told)


async def of_partitions(store, *partitions):
    """They share a server, so each test has partitions of its own."""
    found = [each for each in await store.probes() if each.partition in partitions]
    return sorted(found, key=lambda each: (each.partition, each.input))


def test_the_newest_of_each_input_and_partition_comes_back_exactly(use, machine):
    written = [result(each, partition, minute) for each in INPUTS for partition in (3, 11) for minute in (2, 0, 1)]

    async def work(store):
        assert await store.write([*written, health(machine)]) == Written(kept=25)
        await store.write(written[:3])  # again, as after a rebalance
        return await of_partitions(store, 3, 11)

    newest = [result(each, partition, 2) for partition in (3, 11) for each in sorted(INPUTS)]
    assert use(work) == newest


def test_a_probe_leaves_nothing_that_belongs_to_a_machine(use, machine):
    async def work(store):
        before = await store.latest_health(), await store.alerts(), await store.actions(None)
        await store.write([result(partition=21)])
        assert (await store.latest_health(), await store.alerts(), await store.actions(None)) == before
        return await of_partitions(store, 21)

    assert use(work) == [result(partition=21)]


def test_the_same_probe_again_changes_nothing_and_a_corrected_one_takes_its_place(use):
    async def work(store):
        for each in (result(partition=31), result(partition=31), result(partition=31, value=0.25)):
            await store.write([each])
        return await of_partitions(store, 31)

    assert use(work) == [result(partition=31, value=0.25)]


@pytest.mark.parametrize(
    "broken", [{"value": float("nan")}, {"delay_s": float("inf")}, {"partition": -1}, {"partition": 1000}]
)
def test_what_no_worker_sends_is_refused_for_good(use, broken):
    async def work(store):
        with pytest.raises(PermanentStoreError):
            await store.write([msgspec.structs.replace(result(), **broken)])

    use(work)
