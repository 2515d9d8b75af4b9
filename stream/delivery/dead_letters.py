"""Dead letters: what cannot be read or judged, as its original bytes, reason and source in the headers."""

import logging
from typing import Any

from models.errors import MessageError
from stream.delivery.outbox import Confirmation, Header, Outbox
from stream.messages.topics import DEAD_LETTER, INPUTS, MAXIMUM_MESSAGE_BYTES, OBSERVATIONS
from stream.messages.unreadable_batch import UnreadableBatch
from stream.messages.validation import check_name
from stream.monitoring.metrics import Metrics

__all__ = ["DeadLetters"]

_OF_MACHINES = frozenset({*INPUTS, OBSERVATIONS})
"""Topics whose keys are machines."""

log = logging.getLogger(__name__)

_MAX_REASON_LENGTH = 1000
_CUT_BYTES = 16 * 1024
"""So much is kept of what is too long for the topic: senders may pack what is sent, the outbox does not."""
_MOST_MACHINES = 10_000
_FEW = 5


class DeadLetters:
    """Puts consumed records aside: none is ever lost, and the stream goes on.

    Of one that no topic would take the beginning is kept, with its size: the broker would refuse it for ever, and
    with it all that comes after it.
    """

    def __init__(self, outbox: Outbox, metrics: Metrics) -> None:
        self.by_machine: dict[str, int] = {}
        """How many there were of each machine, by the key; of a flood of names those that come again and again."""
        self._outbox, self._metrics = outbox, metrics

    def send(self, record: Any, reason: str) -> Confirmation:  # noqa: ANN401 -- a message of Faust or aiokafka
        """Put one record aside, and tell of it; done once that is confirmed."""
        log.warning("dead letter: %s/%d@%d: %s", record.topic, record.partition, record.offset, reason)
        if record.topic in _OF_MACHINES:
            self._count(record.key)
        return self.send_untold(record, reason)

    def send_untold(self, record: Any, reason: str) -> Confirmation:  # noqa: ANN401
        """Put one record aside whose reason the caller tells, and counts by machine, in a way of its own."""
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

    def _count(self, key: bytes | None) -> None:
        try:
            machine = (key or b"").decode()
            check_name("machine", machine)
        except (UnicodeDecodeError, MessageError):
            return
        if machine not in self.by_machine and len(self.by_machine) >= _MOST_MACHINES:
            self.by_machine = {name: count for name, count in self.by_machine.items() if count >= _FEW}
            if len(self.by_machine) >= _MOST_MACHINES:
                return
        self.by_machine[machine] = self.by_machine.get(machine, 0) + 1
