"""The lives of topics: which one it is that a worker reads, by the ids that the broker gave when partitions came.

Kafka's answers to readers name no topic's id, so what is read belongs to the life that was there at the assignment;
`stream.delivery.life_watch` sees to it that nothing is read on once there is another.
"""

from collections.abc import Mapping
from typing import Any

from models.observations import Source

__all__ = ["Lives"]


class Lives:
    """The ids of the topics as they were when the partitions were given out."""

    def __init__(self) -> None:
        self.ids: Mapping[str, str] = {}
        self.settled = False
        """Whether the partitions have been given out, and none has been taken away since."""
        self.over = False
        """Set once what is read or acknowledged would belong to another life: nothing is committed any more."""

    def begin(self, ids: Mapping[str, str]) -> None:
        """Let what is read from here on belong to these."""
        self.ids, self.settled = dict(ids), True

    def id_of(self, topic: str) -> str:
        """Give the id of the topic that is read; empty where it is unknown. Committed offsets carry it."""
        return self.ids.get(topic, "")

    def changed(self, ids: Mapping[str, str]) -> tuple[str, ...]:
        """Give the topics that have another id than then, or had none; one that is missing is not among them."""
        return tuple(name for name, id_ in ids.items() if id_ and id_ != self.ids.get(name))

    def source(self, record: Any) -> Source:  # noqa: ANN401 -- a message of Faust, which has no types
        """Say where a message stood."""
        return Source(record.topic, record.partition, record.offset, self.id_of(record.topic))
