"""The context of a worker's agents: what every one of them is given; no agent knows the worker itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stream.config.settings import Settings
from stream.delivery.dead_letters import DeadLetters
from stream.delivery.generation import Generation
from stream.delivery.lives import Lives
from stream.delivery.outbox import Outbox
from stream.kafka.topic_reader import TopicReader
from stream.monitoring.metrics import Metrics
from stream.monitoring.monitor import Monitor

__all__ = ["Context", "Runtime"]


class Runtime(Protocol):
    """What an agent may ask of the application that it runs in."""

    started: asyncio.Event
    """Set once the outbox sends, after the first rebalance."""

    def agent(self, topics: Sequence[str], function: Callable[[Any], Awaitable[None]], *, name: str) -> None:
        """Add an agent that reads raw bytes of these topics."""

    def background(self, task: Callable[[], Awaitable[None]]) -> None:
        """Run `task` as long as the application runs; if it fails, the process ends with an error."""

    async def yield_to_others(self) -> None:
        """Let others run now and then: an agent that always has events would never yield by itself."""

    async def crash(self, error: Exception) -> None:
        """End the process with this error, for its supervisor to start it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The parts of a worker that its agents share; what only one of them uses is an argument of its own."""

    runtime: Runtime
    settings: Settings
    client_id: str
    """Under which the worker is seen in its consumer groups."""
    generation: Generation
    lives: Lives
    reader: TopicReader
    """Of the topics' ids and ends."""
    outbox: Outbox
    dead_letters: DeadLetters
    metrics: Metrics
    monitor: Monitor
