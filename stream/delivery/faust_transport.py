"""Faust's Kafka transport, but for what has no setting there.

Three things made agents wait.

A fetch names the partitions of which nothing is in hand; those whose records are still being worked off are left
out, and cannot be asked for until its answer is there. Faust lets the broker wait 1.5 s for records of the others:
so long a busy partition then stood still behind idle ones. With short waits a question is asked for each record
that comes, and each names all partitions, which costs worker and broker a millisecond or two. So questions begin
some time apart; the first after a silence goes at once.

A message is handed to its agent by way of four tasks, a tenth of all that it costs; mostly none is needed.

A partition whose agent falls behind is left out until the agent has caught up, which was noticed a second late.

And three went wrong with the transactions of others. Offsets that bring no message (their ends, and what was taken
back) are a gap that Faust acknowledges itself, but not behind offset 0, where the partition commits nothing ever
after; and it lists every offset of a gap, be it a million. Acknowledgements come in order here (`Acknowledger`,
checkpoints), so the last says how far it is. And Faust takes an open transaction for an agent that stands still.

And an offset meant whatever topic had the name at the moment: here commits carry the topic's id, and fetches are
guarded (`stream.delivery.fetch_guard`).

What has been fetched and waits was bounded in messages, of which each may have megabytes; see `fetch_room`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Generator, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.transport.drivers.aiokafka import Consumer as FaustConsumer
from faust.transport.drivers.aiokafka import Transport as FaustTransport
from faust.types import TP, Message
from mode.services import WaitResults

from stream.delivery.faust_events import Producer
from stream.delivery.fetch_guard import guard_fetches
from stream.delivery.fetch_room import ANSWER_BYTES, QUEUED, hold_back_inputs, queued_bytes
from stream.delivery.life_watch import LifeWatch
from stream.delivery.lives import Lives
from stream.delivery.positions import committed_in
from stream.kafka.consumer import ISOLATION
from stream.kafka.outdated import Committed
from stream.kafka.progress import Progress, note_taken, progress_of
from stream.kafka.topic_reader import Place
from stream.kafka.unreadable import guard_aiokafka
from stream.messages.topics import INPUTS

__all__ = ["APART_S", "ASKED_AGAIN_S", "FETCH_WAIT_MS", "Transport", "limit_fetch_rate"]

FETCH_WAIT_MS = 100
"""How long a fetch waits at the broker for the first record: a partition stands still at most so long."""
APART_S = 0.01
"""Between the beginnings of two rounds of fetches, at least."""

ASKED_AGAIN_S = 0.1
"""How long an agent that has caught up waits at most for more, where the others have nothing; Faust: a second."""


def limit_fetch_rate(fetcher: Any, apart_s: float) -> None:  # noqa: ANN401 -- aiokafka's Fetcher, which has no types
    """Let a fetcher's rounds of questions, one to each broker that is free, begin at least so far apart.

    What a round would ask is decided when it begins, so it names whatever has been worked off by then.
    """
    decide = fetcher._get_actions_per_node  # noqa: SLF001 -- asked each time before it does anything
    earliest_s = 0.0

    def decide_later(assignment: Any) -> Any:  # noqa: ANN401
        nonlocal earliest_s
        now_s = time.monotonic()
        if now_s < earliest_s:
            return [], {}, earliest_s - now_s, False, []  # nothing to ask, and when to think of it again
        decided = decide(assignment)
        if decided[0]:
            earliest_s = now_s + apart_s
        return decided

    fetcher._get_actions_per_node = decide_later  # noqa: SLF001


class _StartedCoroutine:
    """The rest of a coroutine that has been started and now waits for something."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], waits_for: Any) -> None:  # noqa: ANN401 -- a future, mostly
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            while True:
                try:
                    sent = yield self._waits_for
                except BaseException as error:  # noqa: BLE001 -- a cancellation too is the coroutine's
                    self._waits_for = self._coroutine.throw(error)
                else:
                    self._waits_for = self._coroutine.send(sent)
        except StopIteration as done:
            return done.value


def _close(waits: Sequence[Any]) -> None:
    """Let go of waits that nobody waits for."""
    for wait in waits:
        wait.close()


class _ConsumerThread(AIOKafkaConsumerThread):
    transport: "Transport"

    async def on_start(self) -> None:
        await super().on_start()
        consumer: Any = self._consumer
        fetcher = consumer._fetcher  # noqa: SLF001 -- made when the consumer starts
        hold_back_inputs(fetcher)
        limit_fetch_rate(fetcher, APART_S)
        watch = self.transport.watch
        guard_fetches(fetcher, watch.is_same_life, watch.out_of_range)
        self._commit_by_aiokafka, consumer.commit = consumer.commit, self._commit_with_ids

    async def _commit_with_ids(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Commit what Faust wants to, with the topics' ids; nothing once these are others."""
        lives = self.transport.lives
        if not lives.over:
            await self._commit_by_aiokafka({tp: (at.offset, lives.id_of(tp.topic)) for tp, at in offsets.items()})

    async def _rewind(self, begins: Mapping[TopicPartition, int]) -> None:
        id_of = self.transport.lives.id_of
        await self._commit_by_aiokafka({tp: (offset, id_of(tp.topic)) for tp, offset in begins.items()})

    async def rewind(self, begins: Mapping[Place, int]) -> None:
        await self.call_thread(self._rewind, {TopicPartition(*place): at for place, at in begins.items()})

    async def committed_positions(self, partitions: Iterable[TP]) -> dict[Place, Committed]:
        asked = [TopicPartition(*tp) for tp in partitions]
        committed: dict[Place, Committed] = await self.call_thread(committed_in, self._consumer, asked)
        return committed

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ANN401 -- Faust has no types
        guard_aiokafka()
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = ISOLATION  # noqa: SLF001 -- as below; Faust's own is tied to its transactions
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 -- read when it starts
        consumer._fetch_max_bytes = ANSWER_BYTES  # noqa: SLF001 -- as above
        return consumer


class _Consumer(FaustConsumer):
    transport: "Transport"
    _thread: _ConsumerThread

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 -- Faust's
        super().__init__(*arguments, **options)
        self._taken: dict[TopicPartition, int] = {}
        self._held_back: set[TP] = set()

    async def committed_positions(self, partitions: Iterable[TP]) -> dict[Place, Committed]:
        """Ask what the group has committed, with the topics' ids."""
        return await self._thread.committed_positions(partitions)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Commit nothing more once a life is over: on its way out Faust would try, after its thread has ended."""
        return not self.transport.lives.over and await super()._commit(offsets)

    def positions(self) -> dict[Place, int]:
        """Give how far each partition of an input has been read or committed: what lies below is not read again."""
        partitions = [TP(*tp) for tp in self.assignment() if tp.topic in INPUTS]
        read, committed = self._read_offset, self._committed_offset
        return {(*tp,): max(read.get(tp) or 0, committed.get(tp) or 0) for tp in partitions}

    async def rewind(self, begins: Mapping[Place, int]) -> None:
        """Commit these offsets though they go back; Faust seeks to what is committed before it reads on."""
        if not begins:
            return
        await self._thread.rewind(begins)
        for place, offset in begins.items():
            if offset == 0:  # which Faust takes for none
                await self.seek(TP(*place), 0)

    async def wait_first(self, *waits: Any, timeout: Any = None) -> WaitResults:  # noqa: ANN401, ASYNC109 -- Faust's
        """Wait for the first of these; what is done without waiting needs no tasks.

        Faust hands over each message so, beside a wait for the flow to be suspended: four tasks for an agent's
        queue that mostly has room. A coroutine that begins here and does have to wait goes on as a task.
        """
        first, *others = waits
        if timeout is None and asyncio.iscoroutine(first):
            try:
                first = _StartedCoroutine(first, first.send(None))
            except StopIteration as done:
                _close(others)
                await asyncio.sleep(0)  # the agents take it now: where they fell behind, Faust would stop fetching
                return WaitResults([first], [done.value], stopped=False)
            except Exception:
                _close(others)
                raise
        return await super().wait_first(first, *others, timeout=timeout)

    def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """Ask for what has been fetched, and before long again.

        A partition whose agent has caught up is not noticed while the question waits for records of the others.
        """
        self._hold_back_inputs()
        fetched: AsyncIterator[tuple[TP, Message]] = super().getmany(min(timeout, ASKED_AGAIN_S))
        return fetched

    def _hold_back_inputs(self) -> None:
        """Leave inputs out, as Faust does with a full queue, while too many bytes wait in their agents' queues."""
        conductor: Any = self.app.topics
        full = QUEUED.full(queued_bytes(tuple(conductor._tp_index.items())))  # noqa: SLF001 -- the agents' channels
        for tp in {tp for tp in self._held_back if tp.topic not in full}:
            self._held_back.discard(tp)
            if tp in self.assignment():
                self.on_buffer_drop(tp)
        if full:
            more = {tp for tp in self._get_active_partitions() if tp.topic in full}
            for tp in more:
                self.on_buffer_full(tp)
            self._held_back |= more

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:  # noqa: ANN401, ASYNC109 -- Faust's
        records = await super()._getmany(active_partitions, timeout)
        note_taken(self._taken, records)
        return records

    def progress(self) -> dict[TopicPartition, Progress]:
        """Give how far each partition that this worker has been given has been read; any thread may ask."""
        return progress_of(self._thread._consumer, self._taken)  # noqa: SLF001 -- made when the thread starts

    def highwater(self, tp: TP) -> int:  # noqa: ARG002
        """Give no end of a partition: Faust asks at each message, for its monitor; ours asks `progress`."""
        return 0

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Say nothing every few seconds of what stands still: that is the monitor's (`stream.monitoring`)."""

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Note nothing of a gap: see above."""

    def _new_offset(self, tp: TP) -> int | None:
        """Give what can be committed: all up to what was acknowledged last."""
        acknowledged = self._acked.pop(tp, None)
        self._acked_index.pop(tp, None)
        return max(acknowledged) + 1 if acknowledged else None

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class Transport(FaustTransport):
    """Kafka by aiokafka, asked in short questions, and only of the lives of topics that are known."""

    Consumer = _Consumer
    Producer = Producer

    def __init__(self, url: Any, app: Any, *, lives: Lives, watch: LifeWatch) -> None:  # noqa: ANN401 -- Faust has no types
        super().__init__(url, app)
        self.lives, self.watch = lives, watch
