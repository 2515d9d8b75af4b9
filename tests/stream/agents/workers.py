"""What an agent that runs by itself is given, without any broker."""

import asyncio
import contextlib

import pytest

from models.fold import initial_state
from stream.agents.capture_policy import CapturePolicy
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.config.settings import Settings
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.dead_letters import DeadLetters
from stream.delivery.generation import Generation
from stream.delivery.lives import Lives
from stream.delivery.outbox import Outbox
from stream.delivery.partition import Partition
from stream.kafka.topic_reader import TopicReader
from stream.monitoring.metrics import Metrics
from stream.monitoring.monitor import Monitor

__all__ = ["FakeOutbox", "FakeRuntime", "context_of", "running"]


class FakeOutbox(Outbox):
    """Takes what is sent, and confirms it when `confirm` is called."""

    def __init__(self):
        super().__init__(partitions=1)
        self.sent, self._unconfirmed = [], []
        self.has_sent = asyncio.Event()

    def send(self, topic, *, key, value, headers=None, partition=None):
        self.sent.append((topic, key, value, partition))
        self.has_sent.set()
        self._unconfirmed.append(asyncio.get_running_loop().create_future())
        return self._unconfirmed[-1]

    async def flush(self):
        await asyncio.gather(*self._unconfirmed)

    def confirm(self):
        unconfirmed, self._unconfirmed = self._unconfirmed, []
        for confirmation in unconfirmed:
            confirmation.set_result(None)


class FakeRuntime:
    """Has started already; keeps the agents and tasks that it is given, and what it was told to crash with."""

    def __init__(self):
        self.started = asyncio.Event()
        self.started.set()
        self.agents, self.tasks, self.crashes = {}, [], []

    def agent(self, topics, function, *, name):
        self.agents[name] = function

    def background(self, task):
        self.tasks.append(task)

    async def yield_to_others(self):
        await asyncio.sleep(0)

    async def crash(self, error):
        self.crashes.append(error)


def context_of(*machines, settings=None):
    """Give the context of a worker whose first partition holds these machines, and its condition agent.

    Its runtime keeps only the tasks that are added from now on: the condition agent's own wants a broker.
    """
    settings = settings or Settings()
    outbox, metrics, runtime = FakeOutbox(), Metrics(), FakeRuntime()
    context = Context(
        runtime=runtime,
        settings=settings,
        client_id="test",
        generation=Generation(),
        lives=Lives(),
        reader=TopicReader(settings),
        outbox=outbox,
        dead_letters=DeadLetters(outbox, metrics),
        metrics=metrics,
        monitor=Monitor(metrics, servers=settings.servers, patience_s=settings.health.patience_s),
    )
    condition = Condition(context, CapturePolicy())
    runtime.tasks.clear()
    partition = Partition(0, RestoredPartition())
    partition.machines = {name: initial_state(name) for name in machines}
    condition.partitions[0] = partition
    return context, condition


@contextlib.asynccontextmanager
async def running(context):
    """Run what the runtime was given to run, until the block ends."""
    tasks = [asyncio.create_task(task()) for task in context.runtime.tasks]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(ended, asyncio.CancelledError):
                pytest.fail(f"ended by itself: {ended!r}")
