"""Monitors a worker from inside: how far behind its partitions are, and what moves.

Lag is what an operator would see from outside: the end of a partition less what its group has committed. Both come
from the broker, so a consumer that has died silently shows, and so does a broker that has gone.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream.kafka.groups import AGENT_OF, STORAGE_AGENT
from stream.monitoring.liveness import AgentSigns, Report, Signs, State, assess_worker
from stream.monitoring.metrics import Metrics
from stream.monitoring.store_watch import StoreWatch

__all__ = ["Monitor"]

log = logging.getLogger(__name__)

_EVERY_S = 5.0
_BEAT_S = 1.0
_ANSWER_S = 10.0

Assignment = Callable[[], Iterable[TopicPartition]]


class _PartitionLag(msgspec.Struct):
    """How far behind one partition was when it was last looked at, and since when it has not moved."""

    agent: str
    messages: int
    committed: int
    since: float


class Monitor:
    """Gathers the signs of one worker. `report` may be called from any thread."""

    def __init__(self, metrics: Metrics, *, servers: list[str], patience_s: float) -> None:
        self.metrics, self.store = metrics, StoreWatch(metrics)
        self._servers, self._patience_s = servers, patience_s
        self._assignments: dict[str, Assignment] = {}
        self._owned: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self._began = self._state_since = time.monotonic()
        self._state: State = "starting"
        self._beat: float | None = None
        self._broker: float | None = None
        self._lags: dict[TopicPartition, _PartitionLag] = {}
        self._events: dict[str, float] = {}
        self._warnings: list[Callable[[], Iterable[str]]] = []

    def warn(self, warnings: Callable[[], Iterable[str]]) -> None:
        """Tell from now on in each report what `warnings` gives at that moment, which any thread may ask."""
        self._warnings.append(warnings)

    def follow(self, group: str, assignment: Assignment) -> None:
        """Tell from now on how far a consumer group is behind in the partitions that `assignment` gives."""
        self._assignments[group] = assignment

    def count(self, owned: Callable[[], tuple[int, int]]) -> None:
        """Count from now on the partitions and the machines that `owned` gives, which any thread may call."""
        self._owned = owned

    def enter(self, state: State) -> None:
        """Note what the worker does from now on."""
        if state == "running":
            self.metrics.rebalances.inc()
            self._lags = {}  # a time without partitions is none of standing still
        self._state, self._state_since = state, time.monotonic()

    def event(self, agent: str) -> None:
        """Note that an agent has taken a message."""
        self._events[agent] = time.monotonic()

    def report(self) -> Report:
        """Say how the worker is at this moment."""
        now = time.monotonic()
        partitions, machines = self._owned()
        signs = Signs(
            state=self._state,
            state_s=now - self._state_since,
            up_s=now - self._began,
            beat_s=None if self._beat is None else now - self._beat,
            broker_s=None if self._broker is None else now - self._broker,
            partitions=partitions,
            machines=machines,
            agents=tuple(self._agent(name, now) for name in (*AGENT_OF.values(), STORAGE_AGENT)),
            store=self.store.signs(now),
        )
        report = assess_worker(signs, self._patience_s)
        warnings = tuple(warning for source in self._warnings for warning in source())
        report = msgspec.structs.replace(report, warnings=warnings)
        self.metrics.healthy.set(report.ok)
        self.metrics.partitions.set(signs.partitions)
        self.metrics.machines.set(signs.machines)
        return report

    def _agent(self, name: str, now: float) -> AgentSigns:
        lags = {tp: lag for tp, lag in tuple(self._lags.items()) if lag.agent == name}
        waiting = {tp: now - lag.since for tp, lag in lags.items() if lag.messages}
        worst = max(waiting, key=lambda tp: waiting[tp], default=None)
        stuck_s = 0.0 if worst is None else waiting[worst]
        if name == STORAGE_AGENT:  # it may have just come back to work, with its commit not seen yet
            stuck_s = min(stuck_s, self.store.signs(now).last_success_s or stuck_s)
        last = self._events.get(name)
        return AgentSigns(
            name=name,
            lag=sum(lag.messages for lag in lags.values()),
            last_event_s=None if last is None else now - last,
            stuck_s=stuck_s,
            stuck_at="" if worst is None else f"{worst.topic}/{worst.partition}",
        )

    async def beat(self) -> None:
        """Note again and again that the event loop turns; run it as a task."""
        while True:
            self._beat = time.monotonic()
            await asyncio.sleep(_BEAT_S)

    async def watch(self, started: asyncio.Event) -> None:
        """Ask the broker again and again how far the partitions are behind; run it as a task."""
        await started.wait()
        self._broker = time.monotonic()
        consumers: dict[str, AIOKafkaConsumer] = {}
        try:
            while True:
                try:
                    await asyncio.wait_for(self._measure_lags(consumers), _ANSWER_S)
                    self._broker = time.monotonic()
                except (KafkaError, TimeoutError, OSError) as error:
                    log.debug("how far behind the partitions are is unknown: %r", error)
                    self._show({})  # what was seen before must not count as standing still all the while
                except Exception:  # watching must never end what is watched
                    log.exception("how far behind the partitions are is unknown")
                    self._show({})
                await asyncio.sleep(min(_EVERY_S, self._patience_s / 3))
        finally:
            for consumer in consumers.values():
                await consumer.stop()

    async def _measure_lags(self, consumers: dict[str, AIOKafkaConsumer]) -> None:
        assigned = {group: list(assignment()) for group, assignment in self._assignments.items()}
        now = time.monotonic()
        lags: dict[TopicPartition, _PartitionLag] = {}
        for group, partitions in assigned.items():
            consumer = consumers.get(group) or await self._connected(group)
            consumers[group] = consumer
            if partitions:
                lags.update(await self._lags_of(consumer, partitions, now))
        self._show(lags)

    async def _connected(self, group: str) -> AIOKafkaConsumer:
        """Give a consumer that never joins its group nor reads: it only asks."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._servers, group_id=group, enable_auto_commit=False)
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def _lags_of(
        self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition], now: float
    ) -> dict[TopicPartition, _PartitionLag]:
        ends, begins = await consumer.end_offsets(partitions), await consumer.beginning_offsets(partitions)
        committed = await _committed(consumer, partitions)
        lags = {}
        for tp in partitions:
            position = max(committed[tp], begins[tp])
            before = self._lags.get(tp)
            stands = before is not None and before.committed == position and before.messages
            agent = AGENT_OF.get(tp.topic, STORAGE_AGENT)
            since = before.since if before is not None and stands else now
            lags[tp] = _PartitionLag(agent, max(0, ends[tp] - position), position, since)
        return lags

    def _show(self, lags: dict[TopicPartition, _PartitionLag]) -> None:
        gone = self._lags.keys() - lags.keys()
        self._lags = lags
        for tp in gone:
            self.metrics.lag.remove(tp.topic, str(tp.partition))
        for tp, lag in lags.items():
            self.metrics.lag.labels(tp.topic, str(tp.partition)).set(lag.messages)


async def _committed(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Give committed offsets, -1 where there is none; all in one request, which the public `committed` can't."""
    coordinator: Any = consumer._coordinator  # noqa: SLF001
    committed = await coordinator.fetch_committed_offsets(partitions)
    return {tp: committed[tp].offset if tp in committed else -1 for tp in partitions}
