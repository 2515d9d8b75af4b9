"""Dead letters: what cannot be read or judged, as its original bytes, reason and source in the headers."""

import logging
from typing import Any

from stream.delivery.outbox import Confirmation, Header, Outbox
from stream.messages.topics import DEAD_LETTER, MAXIMUM_MESSAGE_BYTES
from stream.messages.unreadable_batch import UnreadableBatch
from stream.monitoring.metrics import Metrics

__all__ = ["DeadLetters"]

log = logging.getLogger(__name__)

_MAX_REASON_LENGTH = 1000
_CUT_BYTES = 16 * 1024
"""So much is kept of what is too long for the topic: senders may pack what is sent, the outbox does not."""


class DeadLetters:
    """Puts consumed records aside: none is ever lost, and the stream goes on.

    Of one that no topic would take the beginning is kept, with its size: the broker would refuse it for ever, and
    with it all that comes after it.
    """

    def __init__(self, outbox: Outbox, metrics: Metrics) -> None:
        self._outbox, self._metrics = outbox, metrics

    def send(self, record: Any, reason: str, *, told: bool = True) -> Confirmation:  # noqa: ANN401 -- of Faust or aiokafka
        """Put one record aside, and tell of it, unless its sender does; done once that is confirmed."""
        value: bytes | None = record.value
        more: list[Header] = []
        if isinstance(value, UnreadableBatch):
            more = [
                ("first_offset", str(value.first_offset).encode()),
                ("last_offset", str(value.last_offset).encode()),
            ]
        if value is not None and len(value) > MAXIMUM_MESSAGE_BYTES:
            more.append(("bytes", str(len(value)).encode()))
            value = bytes(value[:_CUT_BYTES])
        if told:
            log.warning("dead letter: %s/%d@%d: %s", record.topic, record.partition, record.offset, reason)
        self._metrics.dead_letter(record.topic, reason)
        return self._outbox.send(
            DEAD_LETTER,
            key=(record.key or b"")[:_CUT_BYTES],
            value=value,
            headers=[
                ("reason", reason[:_MAX_REASON_LENGTH].encode()),
                ("topic", record.topic.encode()),
                ("partition", str(record.partition).encode()),
                ("offset", str(record.offset).encode()),
                *more,
            ],
            partition=record.partition,
        )
