"""What cannot be read or judged: the original bytes in `dead-letter`, reason and source in the headers."""

import logging
from typing import TYPE_CHECKING, Any

from stream.outbox import Confirmation
from stream.topics import DEAD_LETTER

if TYPE_CHECKING:
    from stream.app import Worker

__all__ = ["send_dead_letter"]

log = logging.getLogger(__name__)

_LONGEST_REASON = 1000


def send_dead_letter(worker: "Worker", record: Any, reason: str) -> Confirmation:  # noqa: ANN401 -- a Faust message
    """Put a consumed record aside; it is never lost, and the stream goes on."""
    log.warning("dead letter: %s/%d@%d: %s", record.topic, record.partition, record.offset, reason)
    worker.metrics.dead_letter(record.topic, reason)
    return worker.outbox.send(
        DEAD_LETTER,
        key=record.key or b"",
        value=record.value,
        headers=[
            ("reason", reason[:_LONGEST_REASON].encode()),
            ("topic", record.topic.encode()),
            ("partition", str(record.partition).encode()),
            ("offset", str(record.offset).encode()),
        ],
        partition=record.partition,
    )
