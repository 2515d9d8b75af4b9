"""The store agent: rows, health and alerts go to the store in bounded batches, acknowledged once they are kept.

While the store is away the batch is tried again, with longer and longer pauses; meanwhile Faust's buffers fill and
its consumer stops fetching these topics, so nothing is lost and nothing grows. The other agents go on.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from models.errors import MessageError, ServiceError
from models.outputs import Output
from stream.dead_letters import send_dead_letter
from stream.records import decode_output
from stream.stores import open_store
from stream.stores.store import PermanentStoreError, Store
from stream.topics import ALERTS, HEALTH, ROWS

if TYPE_CHECKING:
    from stream.app import Worker

__all__ = ["Storage"]

log = logging.getLogger(__name__)

_BATCH = 2000
_PATIENCE_S = 0.2
_RETRY_FIRST_S, _RETRY_LONGEST_S = 0.5, 30.0


class _Item(NamedTuple):
    event: Any
    output: Output | None
    """None for what was no output and has become a dead letter."""


class Storage:
    """Gathers outputs and writes them."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._store: Store = open_store(worker.settings)
        self._open = False
        self._batch: list[_Item] = []
        self._writing = asyncio.Lock()
        self._stream: Any = None
        worker.agent([ROWS, HEALTH, ALERTS], self._agent, name="storage")
        worker.background(self._write_now_and_then)

    def drop(self) -> None:
        """Forget what is not written: it will be read again."""
        self._batch = []

    async def close(self) -> None:
        """Let go of the store."""
        await self._store.close()

    async def _agent(self, stream: Any) -> None:  # noqa: ANN401 -- Faust has no types
        self._stream = stream = stream.noack()
        async for event in stream.events():
            self._batch.append(_Item(event, self._decoded(event.message)))
            if len(self._batch) >= _BATCH:
                await self.write()
            await self._worker.breathe()

    def _decoded(self, record: Any) -> Output | None:  # noqa: ANN401
        try:
            return decode_output(record.value)
        except MessageError as error:
            send_dead_letter(self._worker.outbox, record, str(error))
            return None

    async def _write_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_PATIENCE_S)
            await self.write()

    async def write(self) -> None:
        """Write what has gathered, however long that takes, and acknowledge it."""
        async with self._writing:
            epoch = self._worker.epoch.current
            batch, self._batch = self._batch, []
            if not batch:
                return
            await self._keep([item for item in batch if item.output is not None], epoch)
            await self._worker.outbox.confirmed()  # the dead letters among them
            if epoch == self._worker.epoch.current:
                for item in batch:
                    await self._stream.ack(item.event)

    async def _keep(self, items: list[_Item], epoch: int) -> None:
        """Write these; what the store will never take is found by halving and becomes a dead letter."""
        if not items:
            return
        try:
            await self._write_until_kept([item.output for item in items if item.output is not None], epoch)
        except PermanentStoreError as error:
            if len(items) == 1:
                send_dead_letter(self._worker.outbox, items[0].event.message, str(error))
                return
            middle = len(items) // 2
            await self._keep(items[:middle], epoch)
            await self._keep(items[middle:], epoch)

    async def _write_until_kept(self, outputs: list[Output], epoch: int) -> None:
        wait_s = _RETRY_FIRST_S
        while epoch == self._worker.epoch.current:
            try:
                await self._opened()
                written = await self._store.write(outputs)
            except PermanentStoreError:
                raise
            except ServiceError as error:
                pause_s = max(wait_s, error.retry_after_s or 0.0)
                log.warning("store: not written, trying again in %.1f s: %s", pause_s, error)
                await asyncio.sleep(pause_s)
                wait_s = min(2 * wait_s, _RETRY_LONGEST_S)
            else:
                if written.refused:
                    log.warning("store: %d rows refused for good: %s", written.refused, written.reason)
                return

    async def _opened(self) -> None:
        if not self._open:
            await self._store.open()
            self._open = True
