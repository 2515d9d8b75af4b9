"""What becomes of a record at the edge: large ones are worked on beside the event loop, in order and once."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.machinery.aliases import Aliases
from models.observations import Configured, RosterObserved, VibrationObserved
from stream.agents import indicators
from stream.agents.admission import Admission
from stream.agents.aliases import AliasLog
from stream.agents.capture_policy import CapturePolicy
from stream.agents.indicators import add_indicator_agents
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.config.settings_sections import Limits
from stream.delivery.acknowledger import Acknowledger
from stream.kafka.groups import AGENT_OF
from stream.messages.actions import RosterAction
from stream.messages.measurements import Vibration, encode
from stream.messages.records import decode_observation
from stream.messages.topics import ACTIONS, DEAD_LETTER, OBSERVATIONS, VIBRATION
from tests.stream.agents.workers import context_of

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SMALL, LARGE = 64, 100_000


class Message:
    topic, partition, timestamp, timestamp_type = VIBRATION, 0, None, None

    def __init__(self, offset, value, machine="P"):
        self.offset, self.value, self.key = offset, value, machine.encode()


class Event:
    def __init__(self, message):
        self.message, self.value = message, message.value


def block(number, samples, machine="P"):
    noise = np.random.default_rng(number).standard_normal(samples).astype("<f4").tobytes()
    time = BEGIN + timedelta(minutes=number)
    return encode(Vibration(machine=machine, point="DE", time=time, rate=25_600.0, unit="g", samples=noise))


class Stream:
    """Gives events as Faust does, and notes what is acknowledged."""

    def __init__(self, events):
        self._events = events

    def noack(self):
        return self

    async def events(self):
        for event in self._events:
            yield event


def worked_off(*messages, limits=Limits(), aliased=(), during=None):  # noqa: B008 -- frozen
    """Run an input agent over these; gives its context, and the offsets handed on to be acknowledged."""

    async def scenario(monkeypatch):
        context, condition = context_of(settings=Settings(partitions=1))
        admission = Admission(limits, Fleet(), condition.machines, partitions=1)
        handed = []
        monkeypatch.setattr(Acknowledger, "add", lambda _, __, event, ___: handed.append(event))
        known = Aliases()
        for alias, machine in aliased:
            known.add(alias, machine)
        aliases = AliasLog(known, partitions=1, all_read=True)
        add_indicator_agents(context, Fleet(), CapturePolicy(), admission, aliases)
        events = [Event(message) for message in messages]
        agent = asyncio.create_task(context.runtime.agents[AGENT_OF[VIBRATION]](Stream(events)))
        if during:
            await during(context)
        await agent
        return context, handed

    with pytest.MonkeyPatch.context() as monkeypatch:
        return asyncio.run(scenario(monkeypatch))


def observed(context):
    records = [decode_observation(value) for topic, _, value, _ in context.outbox.sent if topic == OBSERVATIONS]
    return [record.source.offset for record in records if record.source is not None]


def test_small_and_large_ones_stay_in_order_and_their_content_is_let_go_of():
    messages = [Message(i, block(i, LARGE if i % 3 == 0 else SMALL)) for i in range(9)]
    context, handed = worked_off(*messages)
    assert observed(context) == [event.message.offset for event in handed] == list(range(9))
    assert {event.value for event in handed} | {event.message.value for event in handed} == {None}


def test_only_large_ones_are_worked_on_in_another_thread(monkeypatch):
    threads, observe = {}, indicators.observe

    def noted(message, *args, **kwargs):
        threads[message.count] = threading.current_thread().name
        return observe(message, *args, **kwargs)

    monkeypatch.setattr(indicators, "observe", noted)
    worked_off(Message(0, block(0, SMALL)), Message(1, block(1, LARGE)))
    assert threads[SMALL] == threading.current_thread().name
    assert threads[LARGE].startswith("large-message")


def test_a_large_one_during_which_a_rebalance_comes_is_neither_sent_nor_acknowledged(monkeypatch):
    begun, over, observe = threading.Event(), threading.Event(), indicators.observe

    def slow(*args, **kwargs):
        begun.set()
        assert over.wait(30)
        return observe(*args, **kwargs)

    async def rebalance(context):
        await asyncio.to_thread(begun.wait, 30)
        context.generation.advance()
        over.set()

    monkeypatch.setattr(indicators, "observe", slow)
    context, handed = worked_off(Message(0, block(0, LARGE)), during=rebalance)
    assert (context.outbox.sent, handed) == ([], [])


def test_others_run_while_a_large_one_is_worked_on(monkeypatch):
    begun, over, observe = threading.Event(), threading.Event(), indicators.observe

    def slow(*args, **kwargs):
        begun.set()
        assert over.wait(30), "the event loop stood still"
        return observe(*args, **kwargs)

    async def others(_context):
        await asyncio.to_thread(begun.wait, 30)
        over.set()

    monkeypatch.setattr(indicators, "observe", slow)
    assert observed(worked_off(Message(7, block(0, LARGE)), during=others)[0]) == [7]


@pytest.mark.parametrize("samples", [SMALL, LARGE])
def test_what_cannot_be_read_or_is_of_a_stranger_is_put_aside_and_acknowledged(samples):
    messages = [Message(0, block(0, samples, "known"), "known"), Message(1, block(1, samples, "new"), "new")]
    messages.append(Message(2, b"{" + b" " * 4 * samples, "known"))
    context, handed = worked_off(*messages, limits=Limits(machines_per_partition=1))
    assert observed(context) == [0]
    assert [key for topic, key, *_ in context.outbox.sent if topic == DEAD_LETTER] == [b"new", b"known"]
    assert len(handed) == 3
    assert context.dead_letters.by_machine == {"known": 1}, "a stranger is counted in another place"


@pytest.mark.parametrize("do", ["retire", "return", "forget"])
def test_that_a_stranger_shall_leave_is_always_heard_and_takes_no_place(do):
    said = encode(RosterAction(machine="gone", time=BEGIN, do=do, by="Li"))
    messages = [Message(0, said, "gone"), Message(1, block(1, SMALL, "new"), "new"), Message(2, said, "gone")]
    messages[0].topic = messages[2].topic = ACTIONS
    context, handed = worked_off(*messages, limits=Limits(machines_per_partition=1))
    told = [decode_observation(value) for topic, _, value, _ in context.outbox.sent if topic == OBSERVATIONS]
    assert [(each.machine, each.do) for each in told if isinstance(each, RosterObserved)] == [("gone", do)] * 2
    assert not [key for topic, key, *_ in context.outbox.sent if topic == DEAD_LETTER]
    assert len(handed) == 3


@pytest.mark.parametrize("do", ["retire", "return", "forget"])
def test_who_leaves_is_the_one_that_is_named_and_not_whose_alias_it_is(do):
    """A history under what became an alias later stays apart: that it leaves must not end the other one."""
    said = Message(0, encode(RosterAction(machine="P-102", time=BEGIN, do=do, by="Li")), "P-102")
    said.topic = ACTIONS
    context, _ = worked_off(said, Message(1, block(1, SMALL, "P-102"), "P-102"), aliased=[("P-102", "P-101")])
    told = [decode_observation(value) for topic, _, value, _ in context.outbox.sent if topic == OBSERVATIONS]
    heard = [(type(each), each.machine) for each in told if not isinstance(each, Configured)]
    assert heard == [(RosterObserved, "P-102"), (VibrationObserved, "P-101")]


def test_a_fault_of_ours_in_a_large_one_costs_that_one(monkeypatch):
    def faulty(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(indicators, "observe", faulty)
    context, handed = worked_off(Message(0, block(0, LARGE)))
    assert [topic for topic, *_ in context.outbox.sent] == [DEAD_LETTER]
    assert len(handed) == 1


def test_one_large_one_is_worked_on_at_a_time():
    executors = []
    with pytest.MonkeyPatch.context() as monkeypatch:

        class Noted(ThreadPoolExecutor):
            def __init__(self, *args, **kwargs):
                executors.append(kwargs["max_workers"])
                super().__init__(*args, **kwargs)

        monkeypatch.setattr(indicators, "ThreadPoolExecutor", Noted)
        worked_off()
    assert executors == [1]


def test_an_alias_said_of_a_machine_elsewhere_than_in_partition_0_is_put_aside_with_where_it_belongs():
    said = Message(0, encode(RosterAction(machine="P", time=BEGIN, do="alias", alias="P-9", by="Li")))
    said.topic, said.partition = ACTIONS, 3
    context, handed = worked_off(said)
    assert [topic for topic, *_ in context.outbox.sent] == [DEAD_LETTER]
    assert len(handed) == 1
