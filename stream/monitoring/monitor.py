"""Monitors a worker from inside: how far behind its partitions are, and what moves.

Ends of partitions and what is acknowledged come from the broker (`stream.monitoring.lag`), so a consumer that has
died silently shows, and so does a broker that has gone.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream.kafka.consumer import new_consumer
from stream.kafka.groups import AGENT_OF, STORAGE_AGENT
from stream.kafka.progress import Progress
from stream.monitoring.lag import Lag, Log, lag_after
from stream.monitoring.liveness import AgentSigns, ProbeSigns, Report, Signs, State, assess_worker
from stream.monitoring.metrics import Metrics
from stream.monitoring.open_transactions import OpenTransactions
from stream.monitoring.probe_watch import ProbeWatch
from stream.monitoring.store_watch import StoreWatch

__all__ = ["Monitor"]

log = logging.getLogger(__name__)

_EVERY_S = 5.0
_BEAT_S = 1.0
_ANSWER_S = 10.0
_MUCH = 500
"""Messages of a partition that keep a consumer from its others: it takes what it has fetched first."""

FollowedProgress = Callable[[], Mapping[TopicPartition, Progress]]
"""Gives how far each partition of this worker has been read by one group."""

_ENDS = ""
"""Among groups: who asks where the partitions end whether or not a transaction is open there."""


class Monitor:
    """Gathers the signs of one worker. `report` may be called from any thread."""

    def __init__(self, metrics: Metrics, *, servers: list[str], patience_s: float, probe_s: float = 60.0) -> None:
        self.metrics, self.store = metrics, StoreWatch(metrics)
        self.probes = ProbeWatch(metrics, every_s=probe_s)
        self._servers, self._patience_s = servers, patience_s
        self._followed: dict[str, FollowedProgress] = {}
        self._owned: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self._began = self._state_since = time.monotonic()
        self._state: State = "starting"
        self._beat: float | None = None
        self._broker: float | None = None
        self._lags: dict[TopicPartition, Lag] = {}
        self._events: dict[str, float] = {}
        self._transactions = OpenTransactions(metrics, patience_s=patience_s)
        self._warnings: list[Callable[[], Iterable[str]]] = [self._transactions.warnings]

    def warn(self, warnings: Callable[[], Iterable[str]]) -> None:
        """Tell from now on in each report what `warnings` gives at that moment, which any thread may ask."""
        self._warnings.append(warnings)

    def follow(self, group: str, progress: FollowedProgress) -> None:
        """Tell from now on how far a consumer group is behind in the partitions whose `progress` is given."""
        self._followed[group] = progress

    def count(self, owned: Callable[[], tuple[int, int]]) -> None:
        """Count from now on the partitions and the machines that `owned` gives, which any thread may call."""
        self._owned = owned

    def enter(self, state: State) -> None:
        """Note what the worker does from now on."""
        if state == "running":
            self.metrics.rebalances.inc()
            self._lags = {}  # a time without partitions is none of standing still
        self._state, self._state_since = state, time.monotonic()

    def done_until(self, partition: int) -> float | None:
        """Give the monotonic time before which all that had come of a partition is judged by now.

        None while the broker doesn't answer, and until it has been seen to be worked off at all.
        """
        lags = [lag for tp, lag in self._lags.items() if tp.partition == partition and tp.topic in AGENT_OF]
        if not lags or any(lag.caught_up >= lag.ahead[1] for lag in lags):
            return None
        return min(lag.caught_up for lag in lags)

    def event(self, agent: str) -> None:
        """Note that an agent has taken a message."""
        self._events[agent] = time.monotonic()

    def report(self) -> Report:
        """Say how the worker is at this moment."""
        signs = self._signs()
        warnings = tuple(warning for source in self._warnings for warning in source())
        report = msgspec.structs.replace(assess_worker(signs, self._patience_s), warnings=warnings)
        self.metrics.healthy.set(report.ok)
        self.metrics.partitions.set(signs.partitions)
        self.metrics.machines.set(signs.machines)
        return report

    def _signs(self) -> Signs:
        now = time.monotonic()
        partitions, machines = self._owned()
        return Signs(
            state=self._state,
            state_s=now - self._state_since,
            up_s=now - self._began,
            beat_s=None if self._beat is None else now - self._beat,
            broker_s=None if self._broker is None else now - self._broker,
            partitions=partitions,
            machines=machines,
            agents=tuple(self._agent(name, now) for name in (*AGENT_OF.values(), STORAGE_AGENT)),
            store=self.store.signs(now),
            probes=self.probes.signs(now),
        )

    def _excuse_probes(self) -> None:
        """Let probes be silent while they only wait: for something that is told by itself, or behind a backlog."""
        signs = msgspec.structs.replace(self._signs(), probes=ProbeSigns())
        behind = any(agent.behind_s > self.probes.limit_s / 2 for agent in signs.agents)
        if behind or signs.state != "running" or assess_worker(signs, self._patience_s).reasons:
            self.probes.excuse()

    def _agent(self, name: str, now: float) -> AgentSigns:
        lags = {tp: lag for tp, lag in tuple(self._lags.items()) if AGENT_OF.get(tp.topic, STORAGE_AGENT) == name}
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
            behind_s=max((now - lag.caught_up for lag in lags.values()), default=0.0),
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
                self._excuse_probes()
                await asyncio.sleep(min(_EVERY_S, self._patience_s / 3))
        finally:
            for consumer in consumers.values():
                await consumer.stop()

    async def _measure_lags(self, consumers: dict[str, AIOKafkaConsumer]) -> None:
        """Look at all partitions at once.

        How far they have been read is looked at first: what the broker says later is no older.
        """
        followed = {group: progress() for group, progress in self._followed.items()}
        logs: dict[TopicPartition, Log] = {}
        for group, progress in followed.items():
            consumer = await self._connected(group, consumers)
            if progress:
                logs |= await _logs_of(consumer, list(progress))
        ends = await (await self._connected(_ENDS, consumers)).end_offsets(list(logs))
        now = time.monotonic()
        lags: dict[TopicPartition, Lag] = {}
        for progress in followed.values():
            lags |= self._lags_of({tp: (logs[tp], read) for tp, read in progress.items() if tp in logs}, now)
        self._show(lags)
        self._transactions.see({tp: (log.stable_end, ends[tp]) for tp, log in logs.items()})

    def _lags_of(
        self, partitions: Mapping[TopicPartition, tuple[Log, Progress]], now: float
    ) -> dict[TopicPartition, Lag]:
        """Give the lags of one group; while it works off a backlog of one, the others wait their turn."""
        lags = {tp: lag_after(self._lags.get(tp), log, read, now) for tp, (log, read) in partitions.items()}
        backlog = any(
            lag.messages > _MUCH and (before := self._lags.get(tp)) is not None and before.place != lag.place
            for tp, lag in lags.items()
        )
        return {tp: msgspec.structs.replace(lag, since=now) for tp, lag in lags.items()} if backlog else lags

    async def _connected(self, group: str, consumers: dict[str, AIOKafkaConsumer]) -> AIOKafkaConsumer:
        """Give the consumer that asks for a group; it never joins it nor reads."""
        if group in consumers:
            return consumers[group]
        consumer = consumers[group] = (
            AIOKafkaConsumer(bootstrap_servers=self._servers, enable_auto_commit=False)
            if group == _ENDS
            else new_consumer(servers=self._servers, group_id=group)
        )
        try:
            await consumer.start()
        except BaseException:
            await consumers.pop(group).stop()
            raise
        return consumer

    def _show(self, lags: dict[TopicPartition, Lag]) -> None:
        gone = self._lags.keys() - lags.keys()
        self._lags = lags
        for tp in gone:
            self.metrics.lag.remove(tp.topic, str(tp.partition))
        for tp, lag in lags.items():
            self.metrics.lag.labels(tp.topic, str(tp.partition)).set(lag.messages)


async def _logs_of(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, Log]:
    committed = await _committed(consumer, partitions)
    ends, begins = await consumer.end_offsets(partitions), await consumer.beginning_offsets(partitions)
    return {tp: Log(begins[tp], ends[tp], committed[tp]) for tp in partitions}


async def _committed(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Give committed offsets, -1 where there is none; all in one request, which the public `committed` can't."""
    coordinator: Any = consumer._coordinator  # noqa: SLF001
    committed = await coordinator.fetch_committed_offsets(partitions)
    return {tp: committed[tp].offset if tp in committed else -1 for tp in partitions}
