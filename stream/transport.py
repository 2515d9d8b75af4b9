"""Faust's Kafka transport, but for how long the broker may think about a question.

A fetch names the partitions of which nothing is in hand; those whose records are still being worked off are left
out, and cannot be asked for until its answer is there. Faust lets the broker wait 1.5 s for records of the others:
so long a busy partition then stood still behind idle ones. There is no setting for it.
"""

from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.transport.drivers.aiokafka import Consumer as FaustConsumer
from faust.transport.drivers.aiokafka import Transport as FaustTransport

__all__ = ["FETCH_WAIT_MS", "Transport"]

FETCH_WAIT_MS = 100
"""How long a fetch waits at the broker for the first record: a partition stands still at most so long."""


class _ConsumerThread(AIOKafkaConsumerThread):
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
