"""What an agent that runs by itself needs of a worker, without any broker."""

import asyncio
import contextlib
from types import SimpleNamespace

import pytest

from models.fold import initial_state
from stream.checkpoints import Restored
from stream.partition import Partition
from stream.settings import Settings

__all__ = ["Outbox", "running", "worker_of"]


class Outbox:
    """Takes what is sent, and confirms it when `confirm` is called."""

    def __init__(self):
        self.sent, self._waiting = [], []
        self.has_sent = asyncio.Event()

    def send(self, topic, *, key, value, partition):
        self.sent.append((topic, key, value, partition))
        self.has_sent.set()
        self._waiting.append(asyncio.get_running_loop().create_future())
        return self._waiting[-1]

    def confirm(self):
        waiting, self._waiting = self._waiting, []
        for confirmation in waiting:
            confirmation.set_result(None)


def worker_of(*machines):
    """A worker whose first partition holds these machines, and its condition agent; `background` keeps the task."""
    tasks, begun = [], asyncio.Event()
    begun.set()
    worker = SimpleNamespace(
        settings=Settings(),
        mark=SimpleNamespace(client_id=lambda: "test"),
        begun=begun,
        outbox=Outbox(),
        background=tasks.append,
        tasks=tasks,
    )
    partition = Partition(0, Restored())
    partition.machines = {name: initial_state(name) for name in machines}
    return worker, SimpleNamespace(partitions={0: partition})


@contextlib.asynccontextmanager
async def running(worker):
    """Run what the worker was given to run, until the block ends."""
    tasks = [asyncio.create_task(task()) for task in worker.tasks]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(ended, asyncio.CancelledError):
                pytest.fail(f"ended by itself: {ended!r}")
