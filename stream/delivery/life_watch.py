"""Watches that topics stay what they were when the partitions came; where one does not, the worker has to end.

An offset of another life of a topic would be taken for one of this life: messages would be lost, or folded twice.
A worker that is started again begins at the right place (`stream.delivery.positions`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import TopicPartition

from models.errors import ServiceError
from stream.delivery.lives import Lives
from stream.delivery.positions import stale_positions
from stream.kafka.topic_reader import Place, TopicReader
from stream.messages.topics import CHECKPOINTS, INPUTS, TOPICS

__all__ = ["LifeWatch"]

log = logging.getLogger(__name__)

_EVERY_S = 5.0


class LifeWatch:
    """Reads the topics' ids whenever partitions come, and looks again and again whether they are still the same.

    Where one is not, `crash` gets the reason. Where it is that of checkpoints, `save_states` is called before: only
    the worker knows them now.
    """

    def __init__(
        self,
        reader: TopicReader,
        lives: Lives,
        *,
        save_states: Callable[[], Awaitable[None]],
        crash: Callable[[Exception], Awaitable[None]],
    ) -> None:
        self._missing: tuple[str, ...] = ()
        self._reader, self._lives = reader, lives
        self._save_states, self._crash = save_states, crash
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._not_found: dict[Place, int] = {}

    async def begin(self, consumer: Any) -> None:  # noqa: ANN401 -- Faust's, which has no types
        """Know the lives that are read from here on, and go back to the beginning of those that are new.

        For a rebalance that is complete, while nothing flows. Raises `ServiceError` where no broker answers.
        """
        self._loop = asyncio.get_running_loop()
        self._not_found.clear()
        self._lives.begin(await asyncio.to_thread(self._reader.ids))
        if self._lives.ids:
            log.info("topics: %s", ", ".join(f"{name} {id_[:8]}" for name, id_ in sorted(self._lives.ids.items())))
        inputs = [tp for tp in consumer.assignment() if tp.topic in INPUTS]
        committed = await consumer.committed_positions(inputs)
        await consumer.rewind(await stale_positions(committed, self._reader, self._lives.ids))

    def out_of_range(self, tp: TopicPartition, offset: int) -> None:
        """Look at once, because there was no such offset; may be called from any thread."""
        self._not_found[tuple(tp)] = offset
        self.wake()

    def wake(self) -> None:
        """Look at once; may be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def is_same_life(self, topics: Collection[str]) -> bool:
        """Ask now whether topics are what they were; False too where the broker doesn't say. From any loop."""
        known = self._lives.ids
        if self._lives.over:
            return False
        if not (known and self._lives.settled):  # what is fetched now is compared, and dropped, in `begin`
            return True
        try:
            ids = await asyncio.to_thread(self._reader.ids, topics)
        except ServiceError:
            return False
        if self._lives.changed(ids):
            self.wake()
            return False
        return True

    async def run(self, consumer: Callable[[], Any]) -> None:
        """Look again and again; run it as a task."""
        while not self._lives.over:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _EVERY_S)
            self._woken.clear()
            try:
                reason = await self._reason_to_end(consumer())
            except ServiceError as error:  # the broker is away, or a topic has just gone: look again
                log.debug("whether the topics are what they were is unknown: %s", error)
                continue
            if reason:
                self._lives.over = True
                await self._crash(
                    ServiceError(f"{reason}; this worker ends, to begin there when it is started again")
                )

    async def _reason_to_end(self, consumer: Any) -> str:  # noqa: ANN401 -- as above
        """Give why nothing may be read on; empty where all is as it was, or is being given out just now."""
        known = self._lives.ids
        if not (known and self._lives.settled):
            return ""
        ids = await asyncio.to_thread(self._reader.ids)
        if not self._lives.settled or known is not self._lives.ids:
            return ""
        self._tell_missing(ids)
        if changed := self._lives.changed(ids):
            if CHECKPOINTS in changed:
                await self._save_states()
            return f"{', '.join(changed)}: made anew"
        stale = await self._lost_ends(consumer, ids)
        if not stale or not self._lives.settled or known is not self._lives.ids:
            return ""
        self._lives.over = True
        await consumer.rewind(stale)
        return (
            f"{', '.join(f'{topic}/{number}' for topic, number in sorted(stale))}: ends before what was read of it"
        )

    async def _lost_ends(self, consumer: Any, ids: Mapping[str, str]) -> dict[Place, int]:  # noqa: ANN401 -- as above
        """Give the beginning of each partition that ends, or for a moment ended, before what was read of it."""
        positions = {place: at for place, at in consumer.positions().items() if place[0] in ids}
        not_found = {place: at for place, at in self._not_found.items() if place in positions}
        held = await asyncio.to_thread(self._reader.spans, list(positions))
        self._not_found.clear()
        beyond = {place for place, at in positions.items() if at > held[place].end}
        beyond |= {place for place, at in not_found.items() if at >= held[place].begin}  # else it had expired
        return {place: held[place].begin for place in beyond}

    def _tell_missing(self, ids: Mapping[str, str]) -> None:
        missing = tuple(name for name in TOPICS if name not in ids)
        if missing == self._missing:
            return
        self._missing = missing
        for warning in self.warnings():
            log.warning("%s", warning)
        if not missing:
            log.info("topics: all there again")

    def warnings(self) -> tuple[str, ...]:
        """Tell of topics that are not there; any thread may ask."""
        missing = ", ".join(self._missing)
        return (
            f"missing topics: {missing}; nothing is read or written there until `stethos topics` makes them",
        ) * bool(missing)
