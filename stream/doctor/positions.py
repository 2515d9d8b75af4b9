"""Where the workers' groups stand, compared with what the topics hold: each in the life it was committed in."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stream.doctor.check_result import CheckResult, good, wrong
from stream.kafka.coordinator import once_there
from stream.kafka.groups import FAUST_GROUP, STORAGE_GROUP
from stream.kafka.outdated import Committed, outdated
from stream.kafka.topic_reader import Place, spans, topic_ids
from stream.messages.topics import TOPICS

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

__all__ = ["check_positions"]

_FIX = (
    "start the workers, which then read it from its beginning; one that runs notices in half a minute, and ends "
    "so that its supervisor starts it again"
)


def check_positions(admin: "KafkaAdminClient") -> Iterator[CheckResult]:
    """Look for committed positions that belong to a topic of before, or that lie beyond the end."""
    described = [topic for topic in admin.describe_topics() if topic["name"] in TOPICS]
    ids = topic_ids(described)
    there = {(topic["name"], part["partition_index"]) for topic in described for part in topic["partitions"]}
    reasons: dict[Place, str] = {}
    for group in (FAUST_GROUP, STORAGE_GROUP):
        committed = {place: at for place, at in _committed(admin, group).items() if place in there}
        reasons |= outdated(committed, spans(admin, committed), ids)
    for (topic, number), why in sorted(reasons.items()):
        yield wrong("topics", f"{topic}/{number} {why}, which the workers have not noticed yet", _FIX)
    if ids and not reasons:
        known = ", ".join(f"{name} {id_[:8]}" for name, id_ in sorted(ids.items()) if id_)
        yield good("topics", f"every committed position is one of theirs; ids: {known or 'none, before Kafka 2.8'}")


def _committed(admin: "KafkaAdminClient", group: str) -> dict[Place, Committed]:
    offsets = once_there(lambda: admin.list_group_offsets([group])[group])
    return {
        (tp.topic, tp.partition): Committed(at.offset, at.metadata or "")
        for tp, at in offsets.items()
        if at.offset >= 0
    }
