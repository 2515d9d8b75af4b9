"""Machines are told what lessons have taught once all are read, and not while some are still on their way."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaConnectionError
from kafka import KafkaProducer

from models.condition.state import OwnUsual
from models.outputs import Lesson, Usual
from stream.agents import experience
from stream.config.settings import Settings
from stream.demo.child_process import ChildProcess, wait_for_port
from stream.demo.embedded_broker import embedded_broker_command
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import decode_observation, encode_output
from stream.messages.topics import LESSONS, LESSONS_PARTITION
from tests.services.processes import free_port
from tests.stream.agents.workers import context_of, running


def record(number, value=None):
    lesson = Lesson(
        id=f"l{number}",
        machine="泵-1",
        kind="pump",
        time=datetime(2026, 3, 1, tzinfo=UTC),
        alert=f"a{number}",
        rule="change",
        priority="medium",
        confirmed=False,
    )
    return SimpleNamespace(offset=number, value=encode_output(lesson) if value is None else value)


class Consumer:
    """Gives polls as they were written down: records, with the end of the log that their answer told."""

    def __init__(self, polls):
        self._polls, self._position, self._end = list(polls), 0, None
        self.read = asyncio.Event()

    def __call__(self, **_):
        return self

    async def start(self):
        pass

    async def stop(self):
        pass

    def assign(self, places):
        (self._place,) = places

    async def seek_to_beginning(self, place):
        assert place == self._place

    async def getmany(self, *, timeout_ms):
        if not self._polls:
            self.read.set()
            await asyncio.sleep(timeout_ms)  # until it is cancelled
        records, self._end = self._polls.pop(0)
        if isinstance(records, Exception):
            raise records
        self._position += len(records)
        return {self._place: records} if records else {}

    def last_stable_offset(self, place):
        assert place.topic == LESSONS
        return self._end

    async def position(self, _place):
        return self._position


def told(monkeypatch, *polls):
    """How many lessons the machines were told of, each time they were told."""

    async def scenario():
        consumer = Consumer(polls)
        monkeypatch.setattr(experience, "new_consumer", consumer)
        monkeypatch.setattr(experience, "_RETRY_S", 0.0)
        context, condition = context_of("泵-1", "fan")
        experience.add_experience(context, condition)
        async with running(context):
            await asyncio.wait_for(consumer.read.wait(), 10)
        return [decode_observation(value) for _, _, value, _ in context.outbox.sent]

    return [(each.machine, each.judgement.lessons) for each in asyncio.run(scenario())]


@pytest.mark.parametrize(
    "still_coming",
    [([], None), ([], 3), (KafkaConnectionError(), None), ([record(1)], 3)],
    ids=["nobody has answered", "slow", "away", "in parts"],
)
def test_machines_are_told_once_all_lessons_are_read(monkeypatch, still_coming):
    rest = [record(1), record(2)] if still_coming[0] != [record(1)] else [record(2)]
    polls = [([record(0)], 3), still_coming, (rest, 3), ([], 3)]
    assert told(monkeypatch, *polls) == [("泵-1", 3), ("fan", 3)]


def test_a_later_lesson_is_told_again_and_what_is_no_lesson_is_left_out(monkeypatch):
    polls = [([record(0), record(1, b"{}")], 2), ([], 2), ([record(2)], 3)]
    assert told(monkeypatch, *polls) == [("泵-1", 1), ("fan", 1), ("泵-1", 2), ("fan", 2)]


def test_without_lessons_nobody_is_told_anything(monkeypatch):
    assert told(monkeypatch, ([], None), ([], 0), ([], 0)) == []


def usual_record(number, machine):
    usual = Usual(
        machine=machine,
        group="pump|75||DE|1480||25600",
        point="DE",
        time=datetime(2026, 3, 1, tzinfo=UTC),
        values={"rms_g": 0.01 * number},
    )
    return record(number, encode_output(usual))


def test_a_machine_is_told_what_is_usual_of_those_like_it_and_only_once(monkeypatch):
    records = [usual_record(number, f"P-{number}") for number in range(5)]
    polls = [(records[:4], 5), (records[4:], 5), ([], 5), ([], 5)]

    async def scenario():
        consumer = Consumer(polls)
        monkeypatch.setattr(experience, "new_consumer", consumer)
        context, condition = context_of("泵-1", "fan")
        for partition in condition.partitions.values():
            for state in partition.machines.values():
                if state.machine == "泵-1":
                    state.usuals = {"pump|75||DE|1480||25600": OwnUsual("DE", {"rms_g": 1.0})}
        experience.add_experience(context, condition)
        async with running(context):
            await asyncio.wait_for(consumer.read.wait(), 10)
        return [decode_observation(value) for _, _, value, _ in context.outbox.sent]

    (told,) = asyncio.run(scenario())
    assert (told.machine, told.number) == ("泵-1", 5)
    (sisters,) = told.baselines.values()
    assert (sisters["rms_g"].location, sisters["rms_g"].machines) == (0.02, 5)


@pytest.mark.embedded
def test_the_embedded_broker_tells_where_the_lessons_end(tmp_path):
    """It knows less than Kafka: from a wrong end of the log machines would never be told anything."""
    port = free_port()
    settings = Settings(broker=f"127.0.0.1:{port}", partitions=4, embedded_broker=True)
    broker = ChildProcess(
        "broker", embedded_broker_command(port), tmp_path / "broker.log", folder=tmp_path, environment={}
    )

    async def first_told():
        context, condition = context_of("fan", settings=settings)
        experience.add_experience(context, condition)
        async with running(context):
            await asyncio.wait_for(context.outbox.has_sent.wait(), 60)
        return decode_observation(context.outbox.sent[0][2]).judgement.lessons

    try:
        wait_for_port(port, broker)
        ensure_topics(settings)
        producer = KafkaProducer(bootstrap_servers=settings.servers, acks="all")
        for number in range(5):  # one record a batch, as the worker sends them there
            producer.send(LESSONS, value=record(number).value, partition=LESSONS_PARTITION).get(timeout=20)
        producer.close()
        assert asyncio.run(first_told()) == 5
    finally:
        broker.end()
        broker.wait()
