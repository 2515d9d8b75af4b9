"""Ticks go out when a machine's deadline has come: then, once, and to no other machine."""

import asyncio
import logging

import pytest

from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from models.fold import initial_state, step
from models.observations import ReadingObserved
from stream.agents import ticks
from stream.agents.ticks import Ticks
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.partition import Partition
from stream.delivery.steady_clock import SteadyClock
from stream.messages.records import decode_observation
from stream.messages.topics import OBSERVATIONS
from tests.stream.agents.workers import context_of

NOW_US = 1_700_000_000 * SECOND_US


class Worker:
    """The ticks of a worker with one partition, on clocks that a test moves; its broker confirms unless away."""

    def __init__(self, monkeypatch, *states):
        monkeypatch.setattr(ticks, "_EVERY_S", 0.01)
        self.context, self.condition = context_of()
        self.wall, self.steady = NOW_US, 7 * DAY_US
        self.done_s = self.steady / 1e6
        self.away = self.unknown = False
        self.ticks = Ticks(
            self.context,
            self.condition,
            clock=SteadyClock(wall_us=lambda: self.wall, steady_us=lambda: self.steady),
            done_until=lambda _: None if self.unknown else self.done_s,
        )
        self.restore(*states)

    def restore(self, *states):
        self.partition = Partition(0, RestoredPartition(machines={each.machine: each for each in states}))
        self.condition.partitions[0] = self.partition

    def pass_by(self, us):
        self.wall += us
        self.steady += us
        self.done_s = self.steady / 1e6

    async def look(self):
        """Look once; give the ticks that went out, and let them be confirmed unless the broker is away."""
        before = len(self.context.outbox.sent)
        looking = asyncio.create_task(self.ticks.look())
        while not looking.done():
            await asyncio.sleep(0)
            if not self.away:
                self.context.outbox.confirm()
        await looking
        found = self.context.outbox.sent[before:]
        assert all((topic, partition) == (OBSERVATIONS, 0) for topic, _, _, partition in found)
        return [decode_observation(value) for _, _, value, _ in found]

    def fold(self, *observations):
        for each in observations:
            self.partition.next_offset += 1
            self.partition.fold(self.partition.next_offset, each)


def heard(machine, observed_us, digest="0"):
    return ReadingObserved(
        machine=machine,
        point="panel",
        time_us=observed_us,
        observed_us=observed_us,
        digest=digest,
        values={"a": 1.0},
    )


def heard_once(machine, observed_us=NOW_US):
    return step(initial_state(machine), heard(machine, observed_us))[0]


def silent(machine, observed_us=NOW_US):
    """A machine whose silence has been told, so that nothing of it is due."""
    state = heard_once(machine, observed_us - DAY_US)
    state, outputs = step(state, ticks.Tick(machine=machine, observed_us=observed_us - DAY_US + HOUR_US))
    assert outputs
    return state


def names(found):
    return [each.machine for each in found]


def test_a_tick_goes_out_when_the_deadline_has_come_and_none_before(monkeypatch):
    worker = Worker(monkeypatch, heard_once("泵-1"), heard_once("fan", NOW_US - 2 * MINUTE_US), silent("quiet"))

    async def scenario():
        assert await worker.look() == []
        worker.pass_by(3 * MINUTE_US)
        assert await worker.look() == []
        worker.pass_by(5 * SECOND_US)
        first = await worker.look()
        assert names(first) == ["fan"]
        assert first[0].observed_us == worker.wall
        worker.fold(*first)
        worker.pass_by(2 * MINUTE_US)
        second = await worker.look()
        assert names(second) == ["泵-1"]
        worker.fold(*second)
        worker.pass_by(30 * DAY_US)
        assert await worker.look() == [], "nothing is due of any of them"

    asyncio.run(scenario())


def test_one_that_is_on_its_way_is_not_sent_again_and_one_that_is_lost_is(monkeypatch):
    worker = Worker(monkeypatch, heard_once("泵-1", NOW_US - HOUR_US))

    async def scenario():
        sent = await worker.look()
        assert names(sent) == ["泵-1"]
        for _ in range(100):
            worker.pass_by(5 * SECOND_US)
            worker.partition.moved.add("泵-1")
            assert await worker.look() == []
        worker.pass_by(2 * MINUTE_US)
        assert names(await worker.look()) == ["泵-1"]

    asyncio.run(scenario())


def test_deadlines_that_passed_while_no_worker_was_there_fire_at_once_and_each_once(monkeypatch):
    month = [heard_once(f"泵-{number}", NOW_US - 30 * DAY_US) for number in range(500)]
    worker = Worker(monkeypatch, *month, silent("quiet"))

    async def scenario():
        sent = await worker.look()
        assert sorted(names(sent)) == sorted(each.machine for each in month)
        worker.fold(*sent)
        assert await worker.look() == []
        worker.restore(*worker.partition.machines.values())
        assert await worker.look() == [], "after a rebalance as well"

    asyncio.run(scenario())


def test_a_broker_that_is_away_gets_one_tick_and_no_burst_when_it_is_back(monkeypatch):
    worker = Worker(monkeypatch, *(heard_once(f"泵-{number}") for number in range(50)))

    async def scenario():
        assert await worker.look() == []
        worker.away = True
        found = []
        for _ in range(120):
            worker.pass_by(15 * SECOND_US)
            worker.unknown = worker.wall - NOW_US > 6 * MINUTE_US
            found += await worker.look()
        assert len(found) == 1
        worker.away = worker.unknown = False
        for number in range(50):
            worker.fold(heard(f"泵-{number}", worker.wall, "1"))
        worker.context.outbox.confirm()
        for _ in range(15):
            assert await worker.look() == []
            worker.pass_by(5 * SECOND_US)

    asyncio.run(scenario())


def test_a_backlog_is_read_before_anything_is_called_silent(monkeypatch):
    worker = Worker(monkeypatch, heard_once("dead", NOW_US - DAY_US), heard_once("泵-1", NOW_US - HOUR_US))

    async def scenario():
        worker.unknown = True
        for _ in range(100):
            worker.pass_by(5 * SECOND_US)
            assert await worker.look() == []
        worker.fold(heard("泵-1", worker.wall, "1"))
        worker.unknown = False
        worker.done_s = worker.steady / 1e6 - 120
        assert names(await worker.look()) == ["dead"], "it was silent before what has not been read yet"

    asyncio.run(scenario())


def test_what_has_come_of_a_backlog_so_far_is_the_time_that_counts(monkeypatch):
    worker = Worker(monkeypatch, heard_once("泵-1"))

    async def scenario():
        worker.pass_by(6 * MINUTE_US)
        worker.done_s = worker.steady / 1e6 - 120
        assert await worker.look() == []
        worker.done_s = worker.steady / 1e6 - 30
        assert names(await worker.look()) == ["泵-1"]

    asyncio.run(scenario())


@pytest.mark.parametrize("known", [True, False])
def test_what_has_been_due_for_an_hour_goes_out_whatever_is_still_to_be_worked_off(monkeypatch, known):
    worker = Worker(monkeypatch, heard_once("泵-1"), heard_once("old", NOW_US - DAY_US))

    async def scenario():
        if known:
            assert names(await worker.look()) == ["old"]
        found, stands_s = [], worker.done_s
        while worker.wall - NOW_US < 2 * HOUR_US:
            worker.pass_by(MINUTE_US)
            worker.done_s, worker.unknown = stands_s, not known
            sent = await worker.look()
            worker.fold(*sent)
            found += [(each.machine, (worker.wall - NOW_US) // MINUTE_US) for each in sent]
        return [each for each in found if each[0] == "泵-1"], {name for name, _ in found}

    (told,), machines = asyncio.run(scenario())
    assert 65 <= told[1] <= 67
    assert known or machines == {"泵-1", "old"}


@pytest.mark.parametrize("hours", [3, -3, 24 * 365, -24 * 365])
def test_a_step_of_the_clock_calls_no_fleet_silent_and_hides_no_silence(monkeypatch, caplog, hours):
    worker = Worker(monkeypatch, *(heard_once(name) for name in ("sends", "slow", "dead")))
    step_us = hours * HOUR_US

    async def scenario():
        worker.pass_by(MINUTE_US)
        assert await worker.look() == []
        worker.fold(heard("sends", worker.wall, "1"))  # stamped before the step, folded after it
        worker.wall += step_us
        assert await worker.look() == []
        found = []
        for number in range(110):
            worker.pass_by(30 * SECOND_US)
            worker.fold(heard("sends", worker.wall, f"a{number}"))
            if number == 4:
                worker.fold(heard("slow", worker.wall, "1"))
            sent = await worker.look()
            worker.fold(*sent)
            found += [(each.machine, worker.steady, each.observed_us - worker.wall) for each in sent]
        return found

    with caplog.at_level(logging.WARNING):
        found = asyncio.run(scenario())
    assert [name for name, _, _ in found] == ["dead", "slow"]
    assert found[0][1] - 7 * DAY_US == pytest.approx(5 * MINUTE_US, abs=31 * SECOND_US), "after five minutes"
    assert [behind_us for _, _, behind_us in found] == [-step_us, 0], "each by the time by which it was heard"
    assert caplog.text.count("the computer's clock has stepped") == 1


def test_a_step_is_believed_after_an_hour(monkeypatch):
    worker = Worker(monkeypatch, silent("quiet"), heard_once("daily"))
    state = worker.partition.machines["daily"]
    state.observed_interval_us = state.event_interval_us = float(DAY_US / 10)  # silent for a day at most

    async def scenario():
        assert await worker.look() == []
        worker.wall += 2 * DAY_US  # the computer had begun two days behind
        for _ in range(59):
            worker.pass_by(MINUTE_US)
            assert await worker.look() == []
        worker.pass_by(2 * MINUTE_US)
        assert names(await worker.look()) == ["daily"]

    asyncio.run(scenario())


def test_a_deadline_that_its_own_tick_does_not_end_is_told_once_a_minute_at_most(monkeypatch):
    worker = Worker(monkeypatch, heard_once("泵-1"))
    monkeypatch.setattr(ticks, "next_due_us", lambda state: NOW_US)

    async def scenario():
        count = 0
        for _ in range(120):
            sent = await worker.look()
            count += len(sent)
            worker.fold(*sent)
            worker.pass_by(5 * SECOND_US)
        assert 2 <= count <= 11

    asyncio.run(scenario())


def test_a_machine_that_is_gone_is_not_told_anything(monkeypatch):
    worker = Worker(monkeypatch, heard_once("泵-1"), heard_once("fan"))

    async def scenario():
        assert await worker.look() == []
        del worker.partition.machines["泵-1"]
        worker.pass_by(HOUR_US)
        assert names(await worker.look()) == ["fan"]
        worker.condition.drop()
        worker.pass_by(HOUR_US)
        assert await worker.look() == []

    asyncio.run(scenario())
