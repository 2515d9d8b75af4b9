"""The experience agent: lessons of the whole fleet come together, and every machine is told what they have taught.

The topic `lessons` has one order, so every worker that has read all of it knows the same. What a machine is told
goes into its `observations`, so its fold, and any replay, rates by exactly what was known then. A worker tells the
machines that it owns, as it does with ticks; one that knows less than a machine does says nothing.
"""

import asyncio
import logging

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from models.alarms.false_alarm_classifier import FalseAlarmClassifier
from models.errors import MessageError
from models.learning.experience import Experience, classifier_of, learn_one
from models.observations import Experienced
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.delivery.outbox import Outbox
from stream.kafka.consumer import new_consumer
from stream.messages.records import decode_lesson, encode_observation
from stream.messages.topics import LESSONS, LESSONS_PARTITION, OBSERVATIONS

__all__ = ["add_experience"]

log = logging.getLogger(__name__)

_POLL_MS = 1000
_RETRY_S = 5.0


def add_experience(context: Context, condition: Condition) -> None:
    """Let the worker read all lessons, and tell its machines what they come to."""
    experience = Experience()
    lessons_told: dict[str, int] = {}

    async def run() -> None:
        await context.runtime.started.wait()
        consumer = new_consumer(servers=context.settings.servers, client_id=context.client_id)
        await consumer.start()
        try:
            partition = TopicPartition(LESSONS, LESSONS_PARTITION)
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            while True:
                if await _poll_lessons(consumer, partition, experience):
                    _broadcast(context.outbox, condition, classifier_of(experience), lessons_told)
        finally:
            await consumer.stop()

    context.runtime.background(run)


async def _poll_lessons(consumer: AIOKafkaConsumer, partition: TopicPartition, experience: Experience) -> bool:
    """Learn what has come; gives whether that is known to be all there is.

    A poll that brings nothing doesn't say so: a slow broker's answer may still be on its way.
    """
    try:
        for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            for record in records:
                _learn(experience, record)
        end = consumer.last_stable_offset(partition)
        return end is not None and bool(await consumer.position(partition) >= end)
    except KafkaError as error:
        log.warning("lessons: not read, trying again in %.0f s: %r", _RETRY_S, error)
        await asyncio.sleep(_RETRY_S)
        return False


def _learn(experience: Experience, record: ConsumerRecord) -> None:
    try:
        learn_one(experience, decode_lesson(record.value))
    except MessageError as error:  # every worker meets it at every start: one line has to do
        log.warning("lessons@%d: left out: %s", record.offset, error)


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
