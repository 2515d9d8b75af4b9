"""The watch on what comes: what it keeps, counts and tells of machines, and that the quiet ones cost nothing."""

import asyncio
import logging

import msgspec
import pytest

from models.clock import MINUTE_US
from models.condition.intake import causes
from models.fold import step
from models.observations import RosterObserved
from stream.agents import intake as module
from stream.agents.admission import Admission
from stream.agents.intake import IntakeWatch
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.config.settings_sections import Limits
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.partition import Partition
from stream.messages.records import decode_output
from stream.messages.topics import ROWS, VIBRATION
from tests.models.fold.observed import START_US, vibration
from tests.stream.agents.workers import context_of

AHEAD_US = 8 * 3600 * 1_000_000


class Record:
    """A message of Kafka, as far as dead letters look at it."""

    def __init__(self, machine):
        self.topic, self.partition, self.offset = VIBRATION, 0, 0
        self.key, self.value = machine.encode(), b"garbage"


class Watched:
    """A worker's one partition, the watch on it, and the time that both go by."""

    def __init__(self, *machines, limits=Limits()):  # noqa: B008 -- frozen
        self.context, self.condition = context_of(*machines, settings=Settings(partitions=1))
        self.admission = Admission(limits, Fleet(), self.condition.machines, partitions=1)
        self.watch = IntakeWatch(self.context, self.condition, self.admission)
        self.now_us = START_US

    def fold(self, *observations):
        machines = self.condition.partitions[0].machines
        for each in observations:
            observed = msgspec.structs.replace(each, observed_us=self.now_us)
            machines[each.machine], _ = step(machines[each.machine], observed)

    async def look(self, minutes=1):
        self.now_us += minutes * MINUTE_US
        await self.watch.look(self.now_us)
        self.context.outbox.confirm()

    def kept(self, machine=None):
        records = [decode_output(value) for topic, _, value, _ in self.context.outbox.sent if topic == ROWS]
        return [each for each in records if machine in {None, each.machine}]

    def metric(self, name, **labels):
        return self.context.metrics.registry.get_sample_value(name, labels)


def worked(*machines, **options):
    """Decorate a scenario to run with a watched partition of these machines."""

    def run(scenario):
        def test(caplog):
            async def within():
                with caplog.at_level(logging.WARNING, logger=module.__name__):
                    watched = Watched(*machines, **options)
                    watched.caplog = caplog
                    await scenario(watched)

            asyncio.run(within())

        test.__name__, test.__doc__ = scenario.__name__, scenario.__doc__
        return test

    return run


def ahead(i, machine="P"):
    """One that is ahead by another time than those before: a steady lead would be reckoned with."""
    sent = vibration(i, machine=machine)
    return msgspec.structs.replace(sent, time_us=sent.time_us + AHEAD_US + (19 - i % 20) * 5 * 60 * MINUTE_US)


@worked("P", *(f"quiet {i}" for i in range(300)))
async def test_quiet_machines_are_neither_kept_nor_told(watched):
    for _ in range(5):
        await watched.look()
    assert watched.kept() == []
    assert not watched.caplog.records
    assert not watched.watch._watches[0].followed


@worked("P")
async def test_a_sound_machine_is_kept_when_first_heard_and_then_once_an_hour(watched):
    for minute in range(119):
        watched.fold(vibration(6 * minute, machine="P"))
        await watched.look()
    assert len(watched.kept("P")) == 2
    assert watched.kept("P")[-1].judged_at is not None
    assert not watched.caplog.records


@worked("P", "sound")
async def test_a_clock_ahead_is_told_once_when_it_begins_and_once_when_it_ends(watched):
    for i in range(20):
        watched.fold(ahead(i), vibration(6 * i, machine="sound"))
        await watched.look()
    assert [record.message.partition(":")[0] for record in watched.caplog.records] == ["P"]
    assert "stamped ahead of their time (the last one by" in watched.caplog.text
    assert watched.metric("stethos_unjudged_total", why="future") == 20
    assert watched.metric("stethos_machines_unjudged") == 1
    newest = watched.kept("P")[-1]
    assert (newest.future, newest.received, newest.judged) == (20, 20, None)
    for i in range(80):
        watched.fold(vibration(6 * (20 + i), machine="P"))
        await watched.look()
    assert len(watched.caplog.records) == 2
    assert "judged again" in watched.caplog.records[-1].message
    assert watched.metric("stethos_machines_unjudged") == 0
    assert watched.kept("P")[-1].future == 0


@worked("P")
async def test_what_is_told_of_a_machine_goes_on_while_it_sends_and_ends_when_it_stops(watched):
    for _ in range(10):
        watched.fold(vibration(0, machine="P"))
        await watched.look()
    during = len(watched.kept("P"))
    for _ in range(90):
        await watched.look()
    assert during >= 6
    after = watched.kept("P")[during:]
    assert [(each.received, each.unjudged) for each in after] == [(0, 9)], "nothing was judged, and that remains"


@worked("P")
async def test_counts_begin_with_the_worker_and_are_never_those_of_before(watched):
    watched.fold(*(vibration(0, machine="P") for _ in range(50)))
    states = dict(watched.condition.partitions[0].machines)
    watched.condition.partitions[0] = Partition(0, RestoredPartition(next_offset=50, machines=states))
    await watched.look()
    assert watched.kept() == []
    watched.fold(vibration(1, machine="P"))
    await watched.look()
    (first,) = watched.kept("P")
    assert (first.received, first.duplicates) == (1, 0)


@worked("P")
async def test_what_is_folded_anew_from_the_past_is_no_news(watched):
    watched.fold(*(vibration(0, machine="P") for _ in range(50)))
    await watched.look(minutes=60)
    assert watched.kept() == []
    assert not watched.caplog.records
    assert not watched.metric("stethos_unjudged_total", why="duplicates")


@worked("P")
async def test_dead_letters_count_for_the_machine_that_their_key_names_even_if_it_was_never_heard(watched):
    for _ in range(6):
        watched.context.dead_letters.send(Record("never heard"), "samples: there are none")
        watched.context.dead_letters.send(Record("no\nname"), "samples: there are none")
    await watched.look()
    assert [(each.machine, each.put_aside, each.received) for each in watched.kept()] == [("never heard", 6, 6)]
    assert sum(record.name == module.__name__ for record in watched.caplog.records) == 1


@worked("P")
async def test_a_flood_of_unreadable_names_is_followed_in_part(watched):
    for i in range(300):
        for _ in range(5):
            watched.context.dead_letters.send(Record(f"m{i}"), "samples: there are none")
    for i in range(12_000):
        watched.context.dead_letters.send(Record(f"once {i}"), "samples: there are none")
    await watched.look()
    assert len(watched.kept()) == 100
    assert len(watched.context.dead_letters.by_machine) <= 10_000


@worked("P", limits=Limits(unknown_machines="refuse"))
async def test_strangers_are_told_together(watched):
    for i in range(2500):
        assert watched.admission.refusal(f"m{i}")
    await watched.look()
    (kept,) = watched.kept()
    assert (kept.machine, kept.put_aside, kept.stranger_count, len(kept.strangers)) == ("*0", 2500, 1000, 20)
    (line,) = [record.message for record in watched.caplog.records if record.name == module.__name__]
    assert line.startswith("1000 or more machines that nobody has described sent 2500 messages")
    for _ in range(80):
        await watched.look()
    assert watched.kept()[-1].put_aside == 0


@worked(*(f"m{i}" for i in range(100)))
async def test_many_machines_at_once_make_few_lines(watched):
    for _ in range(6):
        watched.fold(*(ahead(1, f"m{i}") for i in range(100)))
    await watched.look()
    assert len(watched.caplog.records) == 21
    assert "80 more machines" in watched.caplog.records[-1].message


@worked("P")
async def test_nothing_piles_up_while_the_broker_is_away_and_it_is_kept_afterwards(watched):
    watched.fold(vibration(0, machine="P"))
    await watched.watch.look(watched.now_us)
    for i in range(10):
        watched.now_us += MINUTE_US
        watched.fold(ahead(i))
        await watched.watch.look(watched.now_us)
    assert len(watched.kept()) == 1
    watched.context.outbox.confirm()
    await watched.look()
    assert watched.kept()[-1].future == 10


@pytest.mark.parametrize("rebalanced", [True, False])
def test_a_partition_that_is_lost_is_not_told_of(rebalanced):
    async def scenario():
        watched = Watched("P")
        watched.fold(*(ahead(i) for i in range(9)))
        await watched.look()
        if rebalanced:
            watched.condition.drop()
        await watched.look()
        return watched.metric("stethos_machines_unjudged")

    assert asyncio.run(scenario()) == (0 if rebalanced else 1)


@worked("gone", "stays")
async def test_of_a_forgotten_machine_nothing_is_told_any_more_and_its_next_life_counts_from_nothing(watched):
    for i in range(40):
        watched.fold(*(vibration(i, machine=name, time_us=START_US + AHEAD_US + i) for name in ("gone", "stays")))
    await watched.look()
    assert causes(watched.kept("gone")[-1])
    partition = watched.condition.partitions[0]
    forget = RosterObserved(
        machine="gone", observed_us=watched.now_us, time_us=watched.now_us, digest="f", do="forget"
    )
    partition.fold(0, forget)
    await watched.look()
    assert (watched.kept("gone")[-1].received, causes(watched.kept("gone")[-1])) == (0, ())
    assert watched.metric("stethos_machines_unjudged") == 1
    for number in range(3):  # forgotten and back between two looks, with fewer of everything
        partition.fold(2 * number + 1, vibration(100 + number, machine="gone", observed_us=watched.now_us))
        await watched.look()
        assert watched.kept("gone")[-1].received <= 1
        again = msgspec.structs.replace(forget, digest=f"f{number}", observed_us=watched.now_us)
        partition.fold(2 * number + 2, again)
    partition.fold(9, vibration(200, machine="gone", observed_us=watched.now_us))
    await watched.look()
    assert watched.kept("gone")[-1].received == 1


@worked("gone", "stays")
async def test_dead_letters_of_a_forgotten_machine_are_the_former_one_s(watched):
    """They are counted by name for as long as the worker runs: they must not tell of it again and again."""
    partition = watched.condition.partitions[0]
    for i in range(20):
        watched.context.dead_letters.send(Record("gone"), "cut off")
        watched.fold(vibration(i, machine="gone", time_us=START_US + i))
    await watched.look()
    assert causes(watched.kept("gone")[-1])
    counted = watched.metric("stethos_unjudged_messages_total", why="put_aside")
    partition.fold(0, forgetting(watched, "f"))
    for _ in range(5):
        await watched.look()
    assert [each.received for each in watched.kept("gone")][1:] == [0]
    assert watched.metric("stethos_unjudged_messages_total", why="put_aside") == counted
    for _ in range(30):
        watched.context.dead_letters.send(Record("gone"), "cut off")
    for _ in range(3):
        await watched.look()
    assert [each.put_aside for each in watched.kept("gone")][2:] == [30], "what comes since is told, once"
    partition.fold(1, vibration(90, machine="gone", observed_us=watched.now_us))
    await watched.look()
    assert watched.kept("gone")[-1].received <= 31


def forgetting(watched, digest):
    return RosterObserved(
        machine="gone", observed_us=watched.now_us, time_us=watched.now_us, digest=digest, do="forget"
    )
