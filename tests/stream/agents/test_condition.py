"""A checkpoint goes in the order outputs, states, acknowledgements, and a rebalance within makes the rest void."""

import asyncio
import logging
from types import SimpleNamespace

import pytest

from models.observations import RosterObserved, Tick
from stream.agents import condition as module
from stream.messages.topics import CHECKPOINTS, ROWS
from tests.models.fold.observed import configured, vibration
from tests.stream.agents.workers import context_of


class Stream:
    """Notes what is acknowledged."""

    def __init__(self):
        self.acknowledged = []

    async def ack(self, event):
        self.acknowledged.append(event)


async def turns():
    for _ in range(20):
        await asyncio.sleep(0)


def begun_checkpoint():
    """A partition with one folded event and its one output on the way, and the checkpoint that waits for it."""
    context, condition = context_of("泵-1")
    stream = condition._stream = Stream()
    partition = condition.partitions[0]
    assert partition.accepts(0)
    partition.fold(0, Tick(machine="泵-1", observed_us=1_000_000))
    partition.waiting.append("event")
    context.outbox.send(ROWS, key=b"k", value=b"output", partition=0)
    return context, stream, partition, asyncio.create_task(condition.checkpoint(partition))


def topics_sent(context):
    return [topic for topic, *_ in context.outbox.sent]


def test_outputs_come_before_states_and_states_before_acknowledgements():
    async def scenario():
        context, stream, partition, checkpoint = begun_checkpoint()
        await turns()
        assert topics_sent(context) == [ROWS], "no state goes out before the outputs are confirmed"
        context.outbox.confirm()
        await turns()
        machine, position = [key for topic, key, *_ in context.outbox.sent if topic == CHECKPOINTS]
        assert (machine.decode(), position[:1]) == ("泵-1", b"\x00"), "the machines come before the position"
        assert stream.acknowledged == []
        context.outbox.confirm()
        await checkpoint
        assert (stream.acknowledged, partition.waiting) == (["event"], [])

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("confirmed", "said"), [(0, "its states are not sent"), (1, "its events are not acknowledged")]
)
def test_a_rebalance_within_abandons_the_checkpoint_and_the_log_says_how_far_it_was(confirmed, said, caplog):
    async def scenario():
        context, stream, _, checkpoint = begun_checkpoint()
        for _ in range(confirmed):
            await turns()
            context.outbox.confirm()
        await turns()
        context.generation.advance()
        context.outbox.confirm()
        await checkpoint
        assert stream.acknowledged == []
        assert topics_sent(context).count(CHECKPOINTS) == 2 * confirmed

    with caplog.at_level(logging.DEBUG, logger=module.__name__):
        asyncio.run(scenario())
    assert [record.levelno for record in caplog.records] == [logging.DEBUG]
    assert said in caplog.text


def test_a_partition_that_was_taken_meanwhile_is_left_alone():
    async def scenario():
        context, condition = context_of("fan")
        stream = condition._stream = Stream()
        partition = condition.partitions[0]
        assert partition.accepts(0)
        partition.waiting.append("event")
        condition.drop()
        await condition.checkpoint(partition)
        assert (stream.acknowledged, context.outbox.sent) == ([], [])

    asyncio.run(scenario())


class Record:
    topic, partition, offset, timestamp = "observations", 0, 0, None


def test_whoever_is_forgotten_is_told_once_so_that_its_place_is_free():
    async def scenario():
        context, condition = context_of("泵-1", "fan")
        partition, told = condition.partitions[0], []
        condition.on_forgotten = told.append
        for offset, (machine, do) in enumerate([("泵-1", "retire"), ("泵-1", "forget"), ("fan", "expire")]):
            said = RosterObserved(machine=machine, observed_us=offset, time_us=offset, digest=do, do=do)
            record = Record()
            record.offset = offset
            condition.fold(partition, record, said)
        assert told == ["泵-1"], "nothing says how long fan must have been silent, so it stays"
        assert (set(partition.machines), set(partition.forgotten)) == ({"fan"}, {"泵-1"})
        context.outbox.confirm()

    asyncio.run(scenario())


def test_alarms_that_came_and_alerts_that_were_raised_are_counted_once_each():
    """Of what comes and goes more came than were told; a fold that says nothing anew counts nothing."""

    async def scenario():
        context, condition = context_of("pump")
        partition = condition.partitions[0]
        record = SimpleNamespace(topic="observations", partition=0, offset=0)
        breaths = [2.0 if i > 100 and (i - 101) // 180 % 2 == 0 else 1.0 for i in range(100 + 360 * 7)]
        observations = [configured(), *(vibration(i, factor=factor) for i, factor in enumerate(breaths))]
        for record.offset, observation in enumerate(observations):
            condition.fold(partition, record, observation, said=record.offset >= len(observations) - 50)
        return context.metrics, partition.machines["pump"]

    metrics, state = asyncio.run(scenario())
    sample = metrics.registry.get_sample_value
    assert sample("stethos_alarm_activations_total") == state.counts.activations > state.raised
    assert sample("stethos_alerts_total") == state.raised
