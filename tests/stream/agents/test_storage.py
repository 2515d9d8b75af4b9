"""Where the storage agent reads again, and what it never lets into a store."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError
from aiokafka.util import commit_structure_validate
from hypothesis import given, settings
from hypothesis import strategies as st

from models.captures.taking import hourly_spectra
from stream.agents.storage import _Storage
from stream.agents.storage_progress import by_place, lacking, next_offsets, seek
from stream.config.settings import Settings
from stream.messages.records import encode_output
from stream.stores.store import Progress
from tests.stream.agents.workers import context_of
from tests.stream.stores.outputs import row

A, B = TopicPartition("rows", 0), TopicPartition("health", 1)


class FakeConsumer:
    """Has partitions and committed offsets, and remembers where it was told to go."""

    def __init__(self, committed):
        self._committed, self.sought = committed, {}

    def assignment(self):
        return frozenset(self._committed)

    async def committed(self, partition):
        return self._committed[partition]

    def seek(self, partition, offset):
        self.sought[partition] = offset


@pytest.mark.parametrize(
    ("committed", "progress", "written", "expected"),
    [
        ({A: 10, B: None}, Progress({}, whole=True), {}, {A: 0}),  # a new file
        ({A: 10, B: 5}, Progress({("rows", 0): 7}, whole=True), {}, {A: 7, B: 0}),  # a backup
        ({A: 10, B: 5}, Progress({("rows", 0): 10, ("health", 1): 9}, whole=True), {}, {}),  # a kill before commit
        ({A: 10, B: 5}, Progress({}, whole=False), {}, {}),  # a file of an older version
        ({A: 10, B: 5}, Progress({}, whole=False), {A: 12}, {A: 0}),  # the same, put back under the worker
        ({A: 10}, Progress({("rows", 0): 10}, whole=True), {A: 13}, {A: 10}),  # written to a file that is gone
        ({A: None}, Progress({("rows", 0): 99}, whole=True), {}, {}),  # topics that are new
    ],
)
def test_what_the_store_lacks_is_read_again(committed, progress, written, expected):
    consumer = FakeConsumer(committed)
    found = asyncio.run(lacking(consumer, consumer.assignment(), progress, written, lambda _: ""))
    assert found == expected
    seek(consumer, {**found, TopicPartition("alerts", 9): 1})
    assert consumer.sought == expected  # those of others are left to them


OFFSETS = st.dictionaries(st.sampled_from([A, B]), st.integers(0, 99), min_size=1)


@given(noted=OFFSETS, committed=OFFSETS, former=st.booleans())
def test_what_was_noted_of_another_life_of_a_topic_hides_nothing_that_is_lacking(noted, committed, former):
    """A file that was restored, or has moved to another broker with its offsets of there."""
    consumer = FakeConsumer(committed)
    progress = Progress(by_place(noted, lambda topic: f"{topic} before" if former else f"{topic} now"), whole=True)
    found = asyncio.run(lacking(consumer, consumer.assignment(), progress, {}, lambda topic: f"{topic} now"))
    kept = {} if former else noted
    assert found == {tp: kept.get(tp, 0) for tp, reached in committed.items() if kept.get(tp, 0) < reached}


def test_a_spectrum_that_somebody_made_up_becomes_a_dead_letter(tmp_path):
    spectrum = hourly_spectra(
        np.random.default_rng(0).standard_normal(25_600),
        machine="m",
        point="p",
        measured=datetime(2026, 3, 1, tzinfo=UTC),
        rate_hz=25_600.0,
        unit="g",
        speed_rpm=None,
    )[0]
    forged = [
        msgspec.structs.replace(spectrum, **wrong)
        for wrong in ({"unit": "');window.hacked=1;//"}, {"step": 0.0}, {"count": 3}, {"data": b"no"})
    ]
    values = [encode_output(each) for each in (spectrum, *forged, row("m", rms_g=1.0))]
    records = [
        SimpleNamespace(topic="rows", partition=0, offset=n, key=b"m", value=value, headers=(), timestamp=0)
        for n, value in enumerate(values)
    ]

    async def main():
        context, _ = context_of("m", settings=Settings(sqlite={"path": tmp_path / "x.db"}))
        items = _Storage(context)._items(records)
        return [item.record.offset for item in items], [value for _, _, value, _ in context.outbox.sent]

    kept, put_aside = asyncio.run(main())
    assert kept == [0, 5]
    assert put_aside == values[1:5]
    assert next_offsets(records) == {A: 6}


class SharedConsumer(FakeConsumer):
    """Whose partitions somebody else gets at some question; it refuses what aiokafka refuses."""

    def __init__(self, assignments):
        super().__init__(dict.fromkeys((A, B), 0))
        self._assignments, self.commits = list(assignments), []

    def assignment(self):
        now = self._assignments[0]
        if len(self._assignments) > 1:
            self._assignments.pop(0)
        return now

    async def commit(self, offsets):
        for partition in commit_structure_validate(offsets):
            if partition not in self.assignment():
                raise IllegalStateError(partition)
        self.commits.append({partition: offset for partition, (offset, _) in offsets.items()})


@settings(max_examples=30)  # each opens a store
@given(
    assignments=st.lists(st.sets(st.sampled_from([A, B])).map(frozenset), min_size=1, max_size=8),
    reads=st.lists(st.lists(st.sampled_from([A, B]), max_size=2, unique=True), min_size=1, max_size=4),
)
def test_partitions_may_go_at_any_moment_between_reading_and_committing(assignments, reads):
    """All of them too: what is left to commit is nothing then, which Kafka's clients take for a mistake."""
    consumer = SharedConsumer(assignments)

    async def main(folder):
        context, _ = context_of("m", settings=Settings(sqlite={"path": Path(folder) / "x.db"}))
        storage = _Storage(context)
        try:
            for number, read in enumerate(reads):
                records = [SimpleNamespace(topic=tp.topic, partition=tp.partition, offset=number) for tp in read]
                kept = await storage._known_to_be_next(consumer, records)
                storage._done |= next_offsets(kept)
                storage._written |= storage._done
                await storage._commit(consumer)
                assert not storage._done
        finally:
            await storage._store.close()

    with TemporaryDirectory() as folder:
        asyncio.run(main(folder))
    assert all(commit for commit in consumer.commits)
