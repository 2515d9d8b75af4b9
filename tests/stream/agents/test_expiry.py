"""Silent machines that nobody has described are told to expire: once, by a worker that has listened for long."""

import asyncio
from types import MappingProxyType

from models.clock import DAY_US, HOUR_US, MINUTE_US
from models.fold import step
from models.machinery.machine import Machine
from stream.agents.expiry import Expiry, add_expiry
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.config.settings_sections import Limits
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.partition import Partition
from stream.messages.records import decode_observation
from stream.messages.topics import OBSERVATIONS
from tests.models.fold.observed import START_US, vibration
from tests.stream.agents.workers import context_of

FLEET = Fleet(machines=MappingProxyType({"P-101": Machine(id="P-101")}))


class Watched:
    def __init__(self, *machines, fleet=FLEET, days=30.0):
        settings = Settings(partitions=1, limits=Limits(expire_after_days=days))
        self.context, self.condition = context_of(*machines, settings=settings)
        self.now_us, self.set_us = 0, 0
        steady_s = lambda: (self.now_us - self.set_us) / 1e6  # noqa: E731
        self.expiry = Expiry(self.context, self.condition, fleet, steady_s=steady_s)

    def fold(self, machine, i=0, **changes):
        machines = self.condition.partitions[0].machines
        machines[machine], _ = step(machines[machine], vibration(i, machine=machine, **changes))

    async def look(self, now_us):
        """Look, let the broker confirm, and fold what was said; gives whom it was said of."""
        before, self.now_us = len(self.context.outbox.sent), now_us
        await self.expiry.look(now_us)
        sent = self.context.outbox.sent[before:]
        self.context.outbox.confirm()
        assert {topic for topic, *_ in sent} <= {OBSERVATIONS}
        partition = self.condition.partitions[0]
        for _, _, value, _ in sent:
            partition.fold(partition.next_offset, decode_observation(value))
            partition.next_offset += 1
        return [key.decode() for _, key, *_ in sent]


def test_the_silent_stranger_expires_once_and_nobody_else():
    async def scenario():
        watched = Watched("P-101", "typo 1", "泵-新")
        for name in ("P-101", "typo 1", "泵-新"):
            watched.fold(name)
        watched.fold("泵-新", 1, observed_us=START_US + 10 * DAY_US)
        due_us = START_US + 30 * DAY_US
        assert await watched.look(due_us - 2 * HOUR_US) == []
        assert await watched.look(due_us - 1) == []
        assert await watched.look(due_us) == ["typo 1"]
        partition = watched.condition.partitions[0]
        assert (set(partition.machines), set(partition.forgotten)) == ({"P-101", "泵-新"}, {"typo 1"})
        assert await watched.look(due_us + 10 * MINUTE_US) == []
        assert await watched.look(due_us + 10 * DAY_US) == ["泵-新"]

    asyncio.run(scenario())


def test_a_worker_that_has_just_got_a_partition_waits_for_what_came_while_nobody_listened():
    async def scenario():
        watched = Watched("typo")
        watched.fold("typo")
        now_us = START_US + 60 * DAY_US
        assert await watched.look(now_us) == []
        assert await watched.look(now_us + HOUR_US - 1) == []
        partition = Partition(0, RestoredPartition())
        partition.machines = watched.condition.partitions[0].machines
        watched.condition.partitions[0] = partition  # a rebalance has brought it anew
        assert await watched.look(now_us + HOUR_US) == []
        assert await watched.look(now_us + 2 * HOUR_US) == ["typo"]

    asyncio.run(scenario())


def test_nothing_is_said_twice_while_the_broker_is_away():
    async def scenario():
        watched = Watched("typo")
        watched.fold("typo")
        now_us = START_US + 60 * DAY_US
        for hour in range(3):
            watched.now_us = now_us + hour * HOUR_US
            await watched.expiry.look(watched.now_us)
        assert len(watched.context.outbox.sent) == 1
        watched.context.outbox.confirm()

    asyncio.run(scenario())


def test_said_by_two_workers_it_is_one_in_the_fold():
    async def scenario():
        watched = Watched("typo")
        watched.fold("typo")
        state = watched.condition.partitions[0].machines["typo"]
        now_us = START_US + 60 * DAY_US
        for number in range(2):
            watched.expiry._send(state, now_us + number, 0)
        said = [decode_observation(value) for _, _, value, _ in watched.context.outbox.sent]
        watched.context.outbox.confirm()
        partition = watched.condition.partitions[0]
        outputs = [partition.fold(offset, each) for offset, each in enumerate(said)]
        assert [bool(each) for each in outputs] == [True, False]

    asyncio.run(scenario())


def test_a_clock_that_was_set_ahead_lets_nothing_expire_that_sends_within_the_hour():
    async def scenario():
        watched = Watched("sends", "typo")
        for name in ("sends", "typo"):
            watched.fold(name)
        assert await watched.look(START_US + HOUR_US) == []
        assert await watched.look(START_US + 3 * HOUR_US) == []
        watched.set_us = 400 * DAY_US
        now_us = START_US + 3 * HOUR_US + watched.set_us
        assert await watched.look(now_us) == []
        watched.fold("sends", 1, observed_us=now_us + MINUTE_US)
        assert await watched.look(now_us + 10 * MINUTE_US) == []
        assert await watched.look(now_us + HOUR_US) == ["typo"]

    asyncio.run(scenario())


def test_under_0_nobody_looks():
    async def scenario():
        settings = Settings(limits=Limits(expire_after_days=0))
        context, condition = context_of("typo", settings=settings)
        add_expiry(context, condition, FLEET)
        return context.runtime.tasks

    assert asyncio.run(scenario()) == []
