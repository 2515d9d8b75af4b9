"""Deletes all topics with what is in them, so that a trial leaves nothing behind; never under a worker."""

import time
from contextlib import closing
from typing import TYPE_CHECKING

from models.errors import ServiceError
from stream.config.settings import Settings
from stream.kafka.client import client_options, existing_topics, translated_kafka_errors
from stream.kafka.coordinator import once_there
from stream.kafka.groups import FAUST_GROUP, STORAGE_GROUP
from stream.messages.topics import TOPICS

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

__all__ = ["delete_topics"]

_PATIENCE_S = 30.0
_PAUSE_S = 0.2
_LEFT = ("Empty", "Dead")


def delete_topics(settings: Settings) -> tuple[str, ...]:
    """Delete the topics that there are and how far workers had read them; gives their names, once they are gone.

    Raises `ServiceError` where a worker is at work, or the broker does not answer.
    """
    from kafka import KafkaAdminClient  # noqa: PLC0415 -- slow to import

    with translated_kafka_errors(settings), closing(KafkaAdminClient(**client_options(settings))) as admin:
        groups = _groups(admin)
        if at_work := [name for name, state in groups.items() if state not in _LEFT]:
            raise ServiceError(
                f"topics: workers are at work (group {' and '.join(at_work)}); stop them first (a killed one "
                "counts for a minute)"
            )
        names = tuple(name for name in TOPICS if name in existing_topics(settings))
        if names:
            admin.delete_topics(list(names))
        if groups:
            admin.delete_groups(list(groups))
    _wait_until_gone(settings)
    return names


def _groups(admin: "KafkaAdminClient") -> dict[str, str]:
    groups = {group["group_id"]: group["group_state"] for group in once_there(admin.list_groups)}
    return {name: groups[name] for name in (FAUST_GROUP, STORAGE_GROUP) if name in groups}


def _wait_until_gone(settings: Settings) -> None:
    """Let a broker finish: it answers before it has deleted anything."""
    until_s = time.monotonic() + _PATIENCE_S
    while left := sorted(existing_topics(settings) & set(TOPICS)):
        if time.monotonic() > until_s:
            raise ServiceError(
                f"topics: {', '.join(left)} still there after {_PATIENCE_S:.0f} s; see that every broker is up and "
                "has delete.topic.enable=true"
            )
        time.sleep(_PAUSE_S)
