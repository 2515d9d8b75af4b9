"""The storage agent: all that is kept goes to the store in bounded batches, committed once it is there.

It reads with a consumer of its own, in a group of its own, and not through Faust: there a full buffer stops every
agent of the process, and machines must be judged on, and alerts go out, while the store is away. Then the batch is
tried again with longer and longer pauses and nothing more is fetched, so nothing is lost and nothing grows. Writing
the same again changes nothing, so what a rebalance repeats does no harm.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from models.captures.capture import Capture
from models.captures.checking import check_capture
from models.errors import MessageError, ServiceError
from models.probes.records import ProbeResult
from stream.agents.context import Context
from stream.agents.storage_progress import Offsets, by_place, first_offsets, lacking, next_offsets, seek
from stream.delivery.outbox import Confirmation
from stream.delivery.positions import Rewinding
from stream.kafka.consumer import new_consumer
from stream.kafka.groups import STORAGE_AGENT, STORAGE_GROUP
from stream.kafka.progress import note_taken, progress_of
from stream.messages.records import Stored, decode_output, tag_of
from stream.messages.topics import ALERTS, HEALTH, ROWS
from stream.stores import open_store
from stream.stores.store import PermanentStoreError, ReopenedError

__all__ = ["add_storage"]

log = logging.getLogger(__name__)

_BATCH = 4000
_POLL_MS = 500
_GATHER_MS, _GATHER_BYTES = 50, 1024 * 1024
"""The broker gathers so long, or so much: a store likes few large writes, and a question costs worker and broker
milliseconds. What is asked leaves out partitions whose records are still in hand, so it must not take long: with
Kafka's 500 ms rows waited half a second behind partitions that had nothing."""
_COMMIT_EVERY_S, _LAST_COMMIT_S = 1.0, 1.0
"""Commits are questions to the broker as well; what is written twice for want of one changes nothing."""
_RETRY_FIRST_S, _RETRY_LONGEST_S = 0.5, 30.0


T = TypeVar("T")


class _Item(NamedTuple):
    record: Any
    output: Stored


def add_storage(context: Context) -> None:
    """Let the worker carry what the fold says to the store that the settings name."""
    context.runtime.background(_Storage(context).run)


class _Storage:
    """Reads batches and writes each until the store has it, or never will."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = open_store(context.settings)
        self._used = False
        self._done: Offsets = {}
        """What follows the last record that was dealt with, where that is not committed yet."""
        self._written: Offsets = {}
        """The same of all partitions of now, committed or not."""
        self._compared: frozenset[TopicPartition] = frozenset()
        """Partitions of which the store is known to hold all that was committed."""
        self._last_dead_letter: Confirmation | None = None

    async def run(self) -> None:
        """Read, write, and commit what is written, until cancelled."""
        await self._context.runtime.started.wait()
        consumer = new_consumer(
            servers=self._context.settings.servers,
            client_id=self._context.client_id,
            group_id=STORAGE_GROUP,
            fetch_max_wait_ms=_GATHER_MS,
            fetch_min_bytes=_GATHER_BYTES,
            session_timeout_ms=10_000,
            rebalance_timeout_ms=10_000,
            max_poll_interval_ms=24 * 3600 * 1000,  # a store that is away for long must not cost us our partitions
        )
        rewinding = Rewinding(consumer, self._context.reader, self._context.lives)
        consumer.subscribe([ROWS, HEALTH, ALERTS], listener=rewinding)
        await consumer.start()
        taken: dict[TopicPartition, int] = {}
        self._context.monitor.follow(STORAGE_GROUP, lambda: progress_of(consumer, taken))
        commit_s = 0.0
        try:
            while True:
                batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_BATCH)
                note_taken(taken, batches)
                records = [record for batch in batches.values() for record in batch]
                try:
                    records = await self._known_to_be_next(consumer, records)
                    if records:
                        self._context.monitor.event(STORAGE_AGENT)
                        await self._write_bisecting(self._items(records))
                        await self._flush_dead_letters()
                        self._done |= next_offsets(records)
                        self._written |= self._done
                    if self._done and time.monotonic() >= commit_s:
                        await self._commit(consumer)
                        commit_s = time.monotonic() + _COMMIT_EVERY_S
                except (ReopenedError, KafkaError) as error:
                    log.info("store: comparing anew what it holds: %s", error)
                    seek(consumer, first_offsets(records))
                    self._compared = frozenset()
        finally:
            if self._done:
                with suppress(TimeoutError, ServiceError):  # broker and store may be away
                    await asyncio.wait_for(self._commit(consumer), _LAST_COMMIT_S)
            await consumer.stop()
            await self._store.close()

    async def _known_to_be_next(self, consumer: AIOKafkaConsumer, records: list[Any]) -> list[Any]:
        """Give those of these records before which the store lacks nothing; what it lacks is read again first."""
        if not records and not self._used:
            return []
        looks = not (records and self._used)  # to write is to look, too
        self._used = True
        if looks and await self._persistently(self._store.open):
            self._compared = frozenset()
        assigned = frozenset(consumer.assignment())
        self._keep(assigned)
        unsure = assigned - self._compared
        if not unsure:
            return records
        missing: Offsets = {}
        progress = await self._persistently(self._store.progress)
        if progress is not None:
            missing = await lacking(consumer, unsure, progress, self._written, self._context.lives.id_of)
            seek(consumer, missing)
        self._keep(assigned - missing.keys())
        self._compared = assigned
        return [each for each in records if TopicPartition(each.topic, each.partition) not in missing]

    def _keep(self, partitions: frozenset[TopicPartition]) -> None:
        """Forget how far all others were written: they are somebody else's now, or are read again."""
        self._compared &= partitions
        for reached in (self._written, self._done):
            for other in reached.keys() - partitions:
                del reached[other]

    def _items(self, records: list[Any]) -> list[_Item]:
        items = []
        for record in records:
            try:
                output = decode_output(record.value)
                if isinstance(output, Capture):  # whoever may write into the topic could have made it up
                    check_capture(output)
                items.append(_Item(record, output))
            except MessageError as error:
                self._refuse(record, str(error))
        return items

    def _refuse(self, record: Any, reason: str) -> None:  # noqa: ANN401 -- a record of aiokafka
        self._last_dead_letter = self._context.dead_letters.send(record, reason)

    async def _flush_dead_letters(self) -> None:
        """Wait until the last dead letter is confirmed, and with it all before; mostly there is none."""
        if self._last_dead_letter is not None:
            await asyncio.shield(self._last_dead_letter)
            self._last_dead_letter = None

    async def _write_bisecting(self, items: list[_Item]) -> None:
        """Write these; what the store will never take is found by halving and becomes a dead letter."""
        if not items:
            return
        try:
            await self._write_with_retry([item.output for item in items])
            for item in items:
                if not isinstance(item.output, ProbeResult):  # which is nobody's measurement
                    self._context.metrics.stored(item.record.topic, tag_of(item.output), item.record.timestamp)
        except PermanentStoreError as error:
            self._context.monitor.store.answers()
            if len(items) == 1:
                self._refuse(items[0].record, str(error))
                return
            middle = len(items) // 2
            await self._write_bisecting(items[:middle])
            await self._write_bisecting(items[middle:])

    async def _write_with_retry(self, outputs: list[Stored]) -> None:
        watch = self._context.monitor.store

        async def write() -> None:
            began = time.perf_counter()
            written = await self._store.write(outputs)
            probes = sum(isinstance(output, ProbeResult) for output in outputs)
            watch.kept(max(0, written.kept - probes), written.refused, time.perf_counter() - began)
            if written.refused:
                log.warning("store: %d rows refused for good: %s", written.refused, written.reason)

        await self._persistently(write)

    async def _persistently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers; what no repeat can mend is raised."""
        wait_s, watch, failed = _RETRY_FIRST_S, self._context.monitor.store, False
        while True:
            try:
                answer = await work()
            except (PermanentStoreError, ReopenedError):
                raise
            except ServiceError as error:
                pause_s, failed = max(wait_s, error.retry_after_s or 0.0), True
                watch.failed(str(error))
                log.warning("store: not written, trying again in %.1f s: %s", pause_s, error)
                await asyncio.sleep(pause_s)
                wait_s = min(2 * wait_s, _RETRY_LONGEST_S)
            else:
                if failed:
                    watch.answers()
                return answer

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Say that what is done is in the store: to the store itself, then to the group."""
        lives = self._context.lives
        if lives.over:  # it would be said of another life of a topic
            return
        self._keep(frozenset(consumer.assignment()))
        if not self._done:  # a rebalance took all of it
            return
        await self._persistently(lambda: self._store.note_progress(by_place(self._done, lives.id_of)))
        try:
            await consumer.commit({tp: (offset, lives.id_of(tp.topic)) for tp, offset in self._done.items()})
        except KafkaError as error:
            # After a rebalance the partition is somebody else's, who writes the same once more.
            log.info("store: offsets not committed: %r", error)
        self._done = {}
