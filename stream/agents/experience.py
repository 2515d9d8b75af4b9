"""The experience agent: what the whole fleet tells comes together, and every machine is told what it comes to.

That is what findings have taught about alerts, and what is usual of machines that are alike.

The topic `lessons` has one order, so every worker that has read all of it knows the same. What a machine is told
goes into its `observations`, so its fold, and any replay, rates by exactly what was known then. A worker tells the
machines that it owns, as it does with ticks; one that knows less than a machine does says nothing.
"""

import asyncio
import logging
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from models.alarms.false_alarm_classifier import FalseAlarmClassifier
from models.errors import MessageError
from models.learning.experience import Experience, classifier_of, learn_one
from models.learning.sisters import Sisterhood
from models.observations import Compared, Experienced
from models.outputs import Usual
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.delivery.outbox import Outbox
from stream.kafka.consumer import new_consumer
from stream.messages.records import decode_told, encode_observation
from stream.messages.topics import LESSONS, LESSONS_PARTITION, OBSERVATIONS

__all__ = ["add_experience"]

log = logging.getLogger(__name__)

_POLL_MS = 1000
_RETRY_S = 5.0


def add_experience(context: Context, condition: Condition) -> None:
    """Let the worker read all lessons, and tell its machines what they come to."""
    known = _Known(Experience(), Sisterhood())
    lessons_told: dict[str, int] = {}
    sisters_told: dict[str, tuple[int, int, int]] = {}

    async def run() -> None:
        await context.runtime.started.wait()
        consumer = new_consumer(servers=context.settings.servers, client_id=context.client_id)
        await consumer.start()
        try:
            partition = TopicPartition(LESSONS, LESSONS_PARTITION)
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            while True:
                if await _poll_lessons(consumer, partition, known):
                    _broadcast(context.outbox, condition, classifier_of(known.experience), lessons_told)
                    _compare(context.outbox, condition, known.sisterhood, sisters_told)
        finally:
            await consumer.stop()

    context.runtime.background(run)


class _Known(NamedTuple):
    """All that the fleet has told: of its alerts, and of what is usual."""

    experience: Experience
    sisterhood: Sisterhood


async def _poll_lessons(consumer: AIOKafkaConsumer, partition: TopicPartition, known: "_Known") -> bool:
    """Learn what has come; gives whether that is known to be all there is.

    A poll that brings nothing doesn't say so: a slow broker's answer may still be on its way.
    """
    try:
        for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            for record in records:
                _learn(known, record)
        end = consumer.last_stable_offset(partition)
        return end is not None and bool(await consumer.position(partition) >= end)
    except KafkaError as error:
        log.warning("lessons: not read, trying again in %.0f s: %r", _RETRY_S, error)
        await asyncio.sleep(_RETRY_S)
        return False


def _learn(known: "_Known", record: ConsumerRecord) -> None:
    try:
        told = decode_told(record.value)
    except MessageError as error:  # every worker meets it at every start: one line has to do
        log.warning("lessons@%d: left out: %s", record.offset, error)
        return
    if isinstance(told, Usual):
        known.sisterhood.learn_one(told)
    else:
        learn_one(known.experience, told)


def _broadcast(
    outbox: Outbox, condition: Condition, classifier: FalseAlarmClassifier, lessons_told: dict[str, int]
) -> None:
    """Tell each of our machines that knows less; `lessons_told` holds of how many each has been told."""
    for partition in condition.partitions.values():
        for state in partition.machines.values():
            if max(state.known.classifier.lessons, lessons_told.get(state.machine, 0)) >= classifier.lessons:
                continue
            lessons_told[state.machine] = classifier.lessons
            experienced = Experienced(machine=state.machine, observed_us=state.observed_us, judgement=classifier)
            outbox.send(
                OBSERVATIONS,
                key=state.machine.encode(),
                value=encode_observation(experienced),
                partition=partition.number,
            )


def _compare(
    outbox: Outbox, condition: Condition, sisterhood: Sisterhood, sisters_told: dict[str, tuple[int, int, int]]
) -> None:
    """Tell each of our machines what is usual of those like it, where that has changed.

    `sisters_told` holds by what each was told: how much was known, how much it had told itself, and what it knew.
    """
    for partition in condition.partitions.values():
        for state in partition.machines.values():
            by = sisterhood.number, len(state.usuals), state.sisters_number
            if not state.usuals or sisters_told.get(state.machine) == by:
                continue
            sisters_told[state.machine] = by
            baselines = sisterhood.sisters_of(state.machine, state.usuals)
            if baselines == state.sisters or sisterhood.number < state.sisters_number:
                continue
            compared = Compared(
                machine=state.machine,
                observed_us=state.observed_us,
                number=sisterhood.number,
                baselines=baselines,
            )
            outbox.send(
                OBSERVATIONS,
                key=state.machine.encode(),
                value=encode_observation(compared),
                partition=partition.number,
            )
