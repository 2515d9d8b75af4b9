"""What Faust does for each event that nobody here reads, left out: it was a tenth of a bare agent's work.

Its monitor counts events, by stream, task and partition, and notes when each began and ended, for a web page that
is off and for a watch on stalled streams that `stream.monitoring` replaces. Keys and values are bytes as they came,
yet each went through a registry of codecs. And what Faust's producer has yet to send is looked up for each event,
by way of the settings: here nothing is sent by it (`stream.delivery.outbox`).
"""

from collections.abc import Awaitable, Callable
from typing import Any

import faust
from faust.sensors import SensorDelegate
from faust.transport.drivers.aiokafka import Producer as FaustProducer
from faust.transport.producer import ProducerBuffer

__all__ = ["Producer", "RawSchema", "Sensors"]


class Sensors(SensorDelegate):
    """Tells Faust's monitor of commits, assignments and rebalances, and of no single event."""

    def on_message_in(self, *_: Any) -> None:  # noqa: ANN401 -- Faust has no types
        """Note nothing."""

    def on_stream_event_in(self, *_: Any) -> None:  # noqa: ANN401
        """Note nothing."""

    def on_stream_event_out(self, *_: Any) -> None:  # noqa: ANN401
        """Note nothing."""

    def on_message_out(self, *_: Any) -> None:  # noqa: ANN401
        """Note nothing."""


class RawSchema(faust.Schema[Any, Any]):
    """Takes keys and values as they are."""

    def compile(self, app: Any, **_: Any) -> Callable[..., Awaitable[Any]]:  # noqa: ANN401
        """Give the function that makes an event of a message."""
        event = app.conf.Event

        async def decode(message: Any, *, propagate: bool = False) -> Any:  # noqa: ANN401, ARG001 -- nothing can fail
            return event(app, message.key, message.value, message.headers, message)

        return decode


class _Buffer(ProducerBuffer):
    async def wait_until_ebb(self) -> None:
        """Wait for nothing, for nothing is ever in it."""


class Producer(FaustProducer):
    """Faust's own, that is never given anything to send."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self.buffer = _Buffer(loop=self.loop, beacon=self.beacon)
        self.buffer.app = self.app
