"""Faust's Kafka transport, but for how long the broker may think about a question.

A fetch names the partitions of which nothing is in hand; those whose records are still being worked off are left
out, and cannot be asked for until its answer is there. Faust lets the broker wait 1.5 s for records of the others:
so long a busy partition then stood still behind idle ones. There is no setting for it.

With short waits a question is asked for each record that comes, and each names all partitions, which costs worker
and broker a millisecond or two. So questions begin some time apart; the first after a silence goes at once.
"""

import time
from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.transport.drivers.aiokafka import Consumer as FaustConsumer
from faust.transport.drivers.aiokafka import Transport as FaustTransport

__all__ = ["APART_S", "FETCH_WAIT_MS", "Transport", "pace"]

FETCH_WAIT_MS = 100
"""How long a fetch waits at the broker for the first record: a partition stands still at most so long."""
APART_S = 0.01
"""Between the beginnings of two rounds of fetches, at least."""


def pace(fetcher: Any, apart_s: float) -> None:  # noqa: ANN401 -- aiokafka's Fetcher, which has no types
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


class _ConsumerThread(AIOKafkaConsumerThread):
    async def on_start(self) -> None:
        await super().on_start()
        consumer: Any = self._consumer
        pace(consumer._fetcher, APART_S)  # noqa: SLF001 -- made when the consumer starts

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ANN401 -- Faust has no types
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 -- read when it starts
        return consumer


class _Consumer(FaustConsumer):
    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class Transport(FaustTransport):
    """Kafka by aiokafka, asked in short questions."""

    Consumer = _Consumer
