"""Reads which life of its topics a broker holds, and from where to where their partitions go.

A topic that was deleted and made anew has another id, though its name is the same; aiokafka knows no ids.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from models.errors import ServiceError
from stream.config.settings import Settings
from stream.kafka.client import client_options, translated_kafka_errors
from stream.messages.topics import TOPICS

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

__all__ = ["Place", "Span", "TopicReader", "spans", "topic_ids"]

_ANSWER_MS = 5_000

Place = tuple[str, int]
"""Topic and partition: what the named tuples of all three libraries are equal to."""

T = TypeVar("T")


class Span(NamedTuple):
    """What a partition holds: from `begin` to before `end`, whatever transactions are still open."""

    begin: int
    end: int


def topic_ids(described: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Give the id of each topic of ours that is there, out of what `describe_topics` gives.

    It is empty where the broker knows none: before Kafka 2.8.
    """
    ours = {topic["name"]: topic for topic in described if topic["name"] in TOPICS and not topic["error_code"]}
    return {name: _text(topic.get("topic_id")) for name, topic in ours.items()}


def _text(topic_id: object) -> str:
    text = str(topic_id or "").replace("-", "")
    return text if text.strip("0") else ""


def spans(admin: "KafkaAdminClient", places: Iterable[Place]) -> dict[Place, Span]:
    """Give what these partitions hold; raises an error of Kafka's where one is not there."""
    from kafka import TopicPartition  # noqa: PLC0415 -- slow to import
    from kafka.admin import OffsetSpec  # noqa: PLC0415 -- slow to import

    partitions = [TopicPartition(*place) for place in places]
    if not partitions:
        return {}
    begins = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
    ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    return {tuple(tp): Span(begins[tp].offset, ends[tp].offset) for tp in partitions}


class TopicReader:
    """Asks the broker again and again over one connection; blocks, and may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin: KafkaAdminClient | None = None
        self._one_at_a_time = threading.Lock()

    def ids(self, topics: Collection[str] = TOPICS) -> dict[str, str]:
        """Give the ids by name of those topics that are there. Raises `ServiceError` where no broker answers."""
        if self._settings.embedded_broker:  # which knows none
            return {}
        return self._asked(lambda admin: topic_ids(admin.describe_topics(list(topics))))

    def spans(self, places: Iterable[Place]) -> dict[Place, Span]:
        """Give what these partitions hold. Raises `ServiceError` where no broker answers for one."""
        if self._settings.embedded_broker:  # which forgets all with its topics
            return {}
        return self._asked(lambda admin: spans(admin, places))

    def close(self) -> None:
        """End the connection; a later question makes another."""
        with self._one_at_a_time:
            self._close()

    def _asked(self, question: "Callable[[KafkaAdminClient], T]") -> T:
        with self._one_at_a_time, translated_kafka_errors(self._settings):
            try:
                if self._admin is None:
                    self._admin = self._connected()
                return question(self._admin)
            except OSError as error:
                self._close()
                raise ServiceError(f"the broker {self._settings.broker} does not answer ({error})") from error
            except BaseException:
                self._close()
                raise

    def _close(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _connected(self) -> "KafkaAdminClient":
        from kafka import KafkaAdminClient  # noqa: PLC0415 -- slow to import

        return KafkaAdminClient(**client_options(self._settings), request_timeout_ms=_ANSWER_MS)
