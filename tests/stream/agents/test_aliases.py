"""What a worker knows of other ids of machines: all of it before it observes anything, and by when each came."""

import asyncio
import json
import logging
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from models.clock import SECOND_US
from models.machinery.aliases import Aliases
from models.machinery.machine import Machine
from models.observations import RenameObserved
from stream.agents import aliases as module
from stream.agents.admission import Admission
from stream.agents.aliases import AliasLog, add_aliases
from stream.agents.capture_policy import CapturePolicy
from stream.agents.indicators import add_indicator_agents
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.config.settings_sections import Limits
from stream.delivery.outbox import partition_of
from stream.kafka.groups import AGENT_OF
from stream.messages.records import decode_observation
from stream.messages.renaming import HOLDS_AFTER_S
from stream.messages.topics import ACTIONS, DEAD_LETTER, OBSERVATIONS, READINGS
from tests.stream.agents.workers import context_of, running

BEGIN_US = 1_700_000_000 * SECOND_US
PLACE = TopicPartition(ACTIONS, 0)


def record(content, offset=0, *, topic=ACTIONS, partition=0, second=0, stamped=1):
    """A record of Kafka, appended so many seconds after the beginning."""
    value = content if isinstance(content, bytes) else json.dumps(content).encode()
    key = b"" if isinstance(content, bytes) else content["machine"].encode()
    appended_ms = BEGIN_US // 1000 + second * 1000
    return SimpleNamespace(
        topic=topic, partition=partition, offset=offset, key=key, value=value, headers=[],
        timestamp=appended_ms if topic == ACTIONS else appended_ms / 1000, timestamp_type=stamped,
    )  # fmt: skip


def said(kind, machine, **more):
    return {"type": kind, "machine": machine, "time": datetime(2026, 3, 1, tzinfo=UTC).isoformat(), **more}


def renamed(machine, alias):
    return said("rename", machine, alias=alias, by="王伟")


def reading(machine):
    return said("reading", machine, point="DE", values={"rms_mm_s": 1.0})


class Consumer:
    """Gives polls as they were written down: records, with the end of the log that their answer told."""

    def __init__(self, *polls):
        self._polls, self._position, self._end = list(polls), 0, None
        self.read = asyncio.Event()

    def __call__(self, **_):
        return self

    async def start(self):
        pass

    async def stop(self):
        pass

    def assign(self, places):
        assert places == [PLACE]

    async def seek_to_beginning(self, place):
        assert place == PLACE

    async def getmany(self, *, timeout_ms):
        if not self._polls:
            self.read.set()
            await asyncio.sleep(timeout_ms)  # until it is cancelled
        records, self._end = self._polls.pop(0)
        if isinstance(records, Exception):
            raise records
        self._position += len(records)
        return {PLACE: records} if records else {}

    def last_stable_offset(self, _place):
        return self._end

    async def position(self, _place):
        return self._position


def after(monkeypatch, *polls, fleet=Fleet(), folded=()):  # noqa: B008 -- frozen
    """Give what a worker knows after these polls, and whether it was ready after each."""
    ready = []

    async def scenario():
        consumer = Consumer(*polls)
        monkeypatch.setattr(module, "new_consumer", consumer)
        monkeypatch.setattr(module, "_RETRY_S", 0.0)
        context, condition = context_of(*folded, settings=Settings(partitions=1))
        log = add_aliases(context, fleet, condition.machines)
        poll = log.poll

        async def noted(consumer):
            await poll(consumer)
            ready.append(log.is_ready)

        log.poll = noted
        async with running(context):
            await asyncio.wait_for(consumer.read.wait(), 10)
        return log

    return asyncio.run(scenario()), ready


def machine_of(log, name, second=None):
    message = SimpleNamespace(machine=name)
    return log._aliases.resolve(message.machine, None if second is None else BEGIN_US + second * SECOND_US)


def test_nothing_is_observed_before_all_of_the_log_is_known_to_be_read(monkeypatch):
    log, ready = after(
        monkeypatch,
        ([], None),
        ([record(renamed("P-101", "P-102"))], 2),
        (KafkaConnectionError(), None),
        ([record(renamed("P-102", "泵-3"), 1)], 2),
        ([], 2),
    )
    assert ready == [False, False, False, True, True]
    assert (machine_of(log, "泵-3"), machine_of(log, "P-9")) == ("P-101", "P-9")


def test_an_alias_holds_for_what_the_broker_took_in_ten_seconds_later_whenever_it_is_read(monkeypatch):
    log, _ = after(monkeypatch, ([record(renamed("P-101", "P-102"), second=60)], 1))
    assert machine_of(log, "P-102", 60 + HOLDS_AFTER_S - 1) == "P-102"
    assert machine_of(log, "P-102", 60 + HOLDS_AFTER_S) == "P-101"
    assert machine_of(log, "P-102") == "P-101", "of what nobody knows when it came"


def test_where_the_broker_keeps_the_senders_stamps_it_holds_at_once(monkeypatch):
    log, _ = after(monkeypatch, ([record(renamed("P-101", "P-102"), second=60, stamped=0)], 1))
    assert machine_of(log, "P-102", 0) == "P-101"


def test_what_is_no_renaming_or_cannot_be_read_is_passed_by(monkeypatch):
    noise = [
        record(b"{", 0), record(b"", 1), record(said("maintenance", "P-102"), 2), record(b"\x80", 3),
        record(renamed("P-101", "P/2"), 4), record(renamed("P-101", "P-102"), 5),
    ]  # fmt: skip
    log, ready = after(monkeypatch, (noise, 6))
    assert (ready, machine_of(log, "P-102"), list(log._aliases)) == ([True], "P-101", ["P-102"])


def test_the_file_comes_first_and_what_stands_in_its_way_is_refused(monkeypatch, caplog):
    fleet = Fleet(machines={"P-101": Machine(id="P-101"), "P-7": Machine(id="P-7")}, aliases={"P-102": "P-101"})
    polls = [
        record(renamed("P-7", "P-102"), 0),
        record(renamed("P-101", "P-7"), 1),
        record(renamed("P-7", "P-8"), 2),
    ]
    log, _ = after(monkeypatch, (polls, 3), fleet=fleet)
    assert [machine_of(log, name) for name in ("P-102", "P-7", "P-8")] == ["P-101", "P-7", "P-7"]

    async def refusals():
        return [await log.refusal(offset) for offset in range(3)]

    first, second, third = asyncio.run(refusals())
    assert "'P-102' is an alias of 'P-101' already" in first
    assert "'P-7' is described as a machine of its own" in second
    assert third == ""
    assert [first.removeprefix("alias: ") in caplog.text, second.removeprefix("alias: ") in caplog.text] == [
        True
    ] * 2


def test_a_history_of_its_own_from_before_is_told_once(monkeypatch, caplog):
    caplog.set_level(logging.WARNING)
    after(monkeypatch, ([record(renamed("P-101", "P-102"))], 1), ([], 1), ([], 1), folded=("P-101", "P-102"))
    (told,) = [line for line in caplog.messages if "history of its own" in line]
    assert told.startswith("P-102: ")
    assert "an alias of P-101" in told


def names_apart(partitions):
    """Two names in different partitions."""
    first, number = "P-0", partition_of(b"P-0", partitions)
    return first, next(
        name for name in (f"P-{i}" for i in range(99)) if partition_of(name.encode(), partitions) != number
    )


def test_dead_letters_count_to_the_machine_where_its_partition_is_ours_and_stay_told_where_it_is_not():
    first, second = names_apart(4)
    known = Aliases()
    known.add(second, first)
    log = AliasLog(known, partitions=4, all_read=True)
    counts = {first: 2, second: 3, "else": 1}
    own = partition_of(first.encode(), 4)
    assert log.gathered(counts, {own}) == {first: 5, "else": 1}
    assert log.gathered(counts, set(range(4)) - {own}) == counts
    assert log.gathered({"else": 1}, {own}) == {"else": 1}


def handled(*records, log=None, fleet=Fleet(), limits=Limits(), meanwhile=None):  # noqa: B008 -- frozen
    """Run the input agents over these, one after the other; gives all that they sent."""

    class Stream:
        def noack(self):
            return self

        async def events(self):
            for each in records:
                yield SimpleNamespace(message=each, value=each.value)

        async def ack(self, event):
            pass

    async def scenario():
        context, condition = context_of(settings=Settings(partitions=1))
        aliases = log or AliasLog(fleet.known_aliases(), partitions=1, all_read=True)
        admission = Admission(limits, fleet, condition.machines, partitions=1)
        add_indicator_agents(context, fleet, CapturePolicy(), admission, aliases)
        agent = asyncio.create_task(context.runtime.agents[AGENT_OF[records[0].topic]](Stream()))
        if meanwhile:
            await meanwhile(context, aliases)
        await asyncio.wait_for(agent, 10)
        return context.outbox.sent

    return asyncio.run(scenario())


def observed(sent):
    found = [(key.decode(), decode_observation(value)) for topic, key, value, _ in sent if topic == OBSERVATIONS]
    assert all(key == each.machine for key, each in found)
    return [each for _, each in found if each.source is not None]


def put_aside(sent):
    return [key.decode() for topic, key, *_ in sent if topic == DEAD_LETTER]


def test_a_message_under_another_id_is_observed_as_its_machine_s_and_as_nothing_else():
    fleet = Fleet(machines={"水泵-1": Machine(id="水泵-1")}, aliases={"P-102": "水泵-1"})
    names = ("水泵-1", "P-102", "p-102")
    sent = handled(*(record(reading(name), i, topic=READINGS) for i, name in enumerate(names)), fleet=fleet)
    one, same, other = observed(sent)
    assert (one.machine, same.machine, other.machine) == ("水泵-1", "水泵-1", "p-102")
    assert one.digest == same.digest, "sent under both ids it counts once"
    assert (same.source.topic, same.source.offset) == (READINGS, 1)


@pytest.mark.parametrize("refuse", [False, True])
def test_who_sends_under_an_alias_is_admitted_as_its_machine_is(refuse):
    limits = Limits(unknown_machines="refuse" if refuse else "accept", machines_per_partition=1)
    fleet = Fleet(machines={"P-101": Machine(id="P-101")}, aliases={"P-102": "P-101"})
    names = ("P-102", "P-103", "P-104")
    sent = handled(
        *(record(reading(name), i, topic=READINGS) for i, name in enumerate(names)), fleet=fleet, limits=limits
    )
    assert [each.machine for each in observed(sent)] == (["P-101"] if refuse else ["P-101", "P-103"])
    assert put_aside(sent) == (["P-103", "P-104"] if refuse else ["P-104"])


def test_messages_wait_until_the_log_is_read():
    log = AliasLog(Aliases(), partitions=1)

    async def read(context, log):
        await asyncio.sleep(0)
        assert context.outbox.sent == []
        await log.poll(Consumer(([record(renamed("P-101", "P-102"))], 1)))

    sent = handled(record(reading("P-102"), topic=READINGS, second=60), log=log, meanwhile=read)
    assert [each.machine for each in observed(sent)] == ["P-101"]


def test_a_renaming_becomes_the_machine_s_observation_and_a_refused_one_a_dead_letter():
    records = [
        record(renamed("P-101", "P-102"), 0),
        record(renamed("P-102", "P-103"), 1),
        record(renamed("P-103", "P-101"), 2),
    ]
    records.append(record(renamed("P-101", "P-109"), 3, partition=1))
    log = AliasLog(Aliases(), partitions=1, all_read=True)

    async def read(_context, log):
        await log.poll(Consumer((records[:3], 3)))

    sent = handled(*records, log=log, meanwhile=read)
    found = observed(sent)
    assert [(type(each), each.machine, each.alias, each.by) for each in found] == [
        (RenameObserved, "P-101", "P-102", "王伟"), (RenameObserved, "P-101", "P-103", "王伟"),
    ]  # fmt: skip
    assert put_aside(sent) == ["P-103", "P-101"], "a cycle, and one that not all workers read"
