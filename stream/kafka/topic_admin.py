"""Administers topics on the broker: created with their retention, compared with what they must keep, mended.

All have the same number of partitions, so that one machine is one partition in every topic.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from models.errors import ConfigurationError
from stream.config.settings import Settings
from stream.kafka.client import client_options, translated_kafka_errors
from stream.messages.topics import (
    ACTIONS,
    ALERTS,
    CHECKPOINTS,
    DEAD_LETTER,
    HEALTH,
    LESSONS,
    MAXIMUM_MESSAGE_BYTES,
    OBSERVATIONS,
    READINGS,
    ROWS,
    TEMPERATURE,
    TOPICS,
    VIBRATION,
)

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

__all__ = ["Shortfall", "TopicState", "check_partitions", "config_shortfalls", "ensure_topics", "mend_topics"]


_DAY_MS = 24 * 3600 * 1000
_COMMON = {"message.timestamp.type": "LogAppendTime"}
"""Retention counts from arrival: what was measured long ago and is published today must not vanish at once."""

_INPUT = {"retention.ms": str(7 * _DAY_MS), "max.message.bytes": str(MAXIMUM_MESSAGE_BYTES)}
_OUTPUT = {"retention.ms": str(30 * _DAY_MS)}
_CONFIGS: dict[str, dict[str, str]] = {
    VIBRATION: _INPUT,
    TEMPERATURE: _INPUT,
    READINGS: _INPUT,
    ACTIONS: {"retention.ms": "-1"},
    OBSERVATIONS: {"retention.ms": str(400 * _DAY_MS), "max.message.bytes": str(MAXIMUM_MESSAGE_BYTES)},
    ROWS: _OUTPUT,
    HEALTH: _OUTPUT,
    ALERTS: _OUTPUT,
    LESSONS: {"retention.ms": "-1"},
    CHECKPOINTS: {
        "cleanup.policy": "compact",
        "segment.bytes": str(16 * 1024 * 1024),
        "segment.ms": str(3600 * 1000),
        "min.cleanable.dirty.ratio": "0.1",
        "min.compaction.lag.ms": str(3600 * 1000),  # longer than any freeze of a worker that is to be survived
        "max.message.bytes": str(MAXIMUM_MESSAGE_BYTES),
    },
    # A dead letter is the original with its reason and source beside it.
    DEAD_LETTER: {"retention.ms": str(90 * _DAY_MS), "max.message.bytes": str(MAXIMUM_MESSAGE_BYTES + 64 * 1024)},
}


_DELETE = "delete those that differ (kafka-topics.sh --delete --topic NAME) and run `stethos topics` again"
_KEEP_AND_DELETE = (
    f"keep what {OBSERVATIONS} holds (`stethos record --output observations.jsonl.gz`), stop the workers, delete "
    f"{CHECKPOINTS} and those that differ (kafka-topics.sh --delete --topic NAME), run `stethos topics` again, "
    "and then `stethos publish observations.jsonl.gz`"
)
"""All that machines have learned comes from there; the same machine may be in another partition afterwards."""

_NEEDED_BY_ALL = {"cleanup.policy": "delete"}
_MATTERS_LITTLE = frozenset({"segment.bytes", "segment.ms", "min.cleanable.dirty.ratio"})
"""How often a broker tidies up: another choice loses nothing."""


class Shortfall(msgspec.Struct, frozen=True):
    """A key of a topic's configuration that is not as it must be."""

    found: str
    needed: str


class TopicState(msgspec.Struct, frozen=True):
    """What `ensure_topics` found or made."""

    name: str
    partitions: int
    created: bool


def ensure_topics(settings: Settings) -> tuple[TopicState, ...]:
    """Create the topics that are missing and wait until they can be used; repeating it changes nothing.

    Raises `ConfigurationError` where existing ones are unequal, differ from the settings or would lose checkpoints,
    and `ServiceError` where the broker does not answer.
    """
    from kafka import KafkaAdminClient  # noqa: PLC0415 -- slow to import, and not needed for the names above

    with translated_kafka_errors(settings):
        admin = KafkaAdminClient(**client_options(settings))
        try:
            before = _partitions(admin)
            check_partitions(before, settings.partitions)
            _create(admin, [name for name in TOPICS if name not in before], settings)
            after = _partitions(admin)
            if not settings.embedded_broker:  # which keeps nothing that could be compacted
                _check_compaction(admin)
        finally:
            admin.close()
    check_partitions(after, settings.partitions)
    return tuple(TopicState(name, after.get(name, 0), name not in before) for name in TOPICS)


def check_partitions(partitions: Mapping[str, int], wanted: int) -> None:
    """Raise `ConfigurationError` unless every topic that exists has `wanted` partitions.

    >>> check_partitions({"health": 4, "alerts": 4}, 4)
    """
    wrong = {name: count for name, count in partitions.items() if count != wanted}
    if not wrong:
        return
    counts = set(partitions.values())
    if len(counts) == 1:
        has = counts.pop()
        raise ConfigurationError(
            f"topics: those on the broker have {has} partitions, the settings say {wanted}; set partitions = {has} "
            f"in stethos.toml (STETHOS_PARTITIONS={has}), for a number once given stays"
        )
    counted = ", ".join(f"{name} has {count}" for name, count in sorted(wrong.items()))
    advice = _KEEP_AND_DELETE if OBSERVATIONS in wrong else _DELETE
    raise ConfigurationError(f"topics: all need {wanted} partitions, but {counted}; {advice}")


def _partitions(admin: "KafkaAdminClient") -> dict[str, int]:
    described = admin.describe_topics()
    return {topic["name"]: len(topic["partitions"]) for topic in described if topic["name"] in TOPICS}


def _create(admin: "KafkaAdminClient", names: list[str], settings: Settings) -> None:
    from kafka.errors import TopicAlreadyExistsError  # noqa: PLC0415 -- as above

    for name in names:
        topic = {
            "num_partitions": settings.partitions,
            "replication_factor": settings.replication,
            "configs": _COMMON | _CONFIGS[name],
        }
        with suppress(TopicAlreadyExistsError):  # somebody else starts at the same moment; what it made is checked
            admin.create_topics({name: topic})
    if names:
        admin.wait_for_topics(names)


def _check_compaction(admin: "KafkaAdminClient") -> None:
    """Refuse a `checkpoints` that somebody made without compaction: it would forget states after a week."""
    policy = _current_configs(admin, [CHECKPOINTS])[CHECKPOINTS]["cleanup.policy"]
    if policy != "compact":
        raise ConfigurationError(
            f"topics: {CHECKPOINTS} has cleanup.policy={policy}, which forgets the machines' states; "
            "set what it needs with `stethos topics --mend`"
        )


def config_shortfalls(admin: "KafkaAdminClient", names: Iterable[str]) -> dict[str, dict[str, Shortfall]]:
    """Give what existing topics keep too short, refuse too early or treat otherwise than they must, by topic."""
    found = _current_configs(admin, list(names))
    short = {
        name: {
            key: Shortfall(found[name][key], needed)
            for key, needed in (_NEEDED_BY_ALL | _COMMON | _CONFIGS[name]).items()
            if key not in _MATTERS_LITTLE and _falls_short(found[name][key], needed)
        }
        for name in found
    }
    return {name: keys for name, keys in short.items() if keys}


def mend_topics(settings: Settings) -> dict[str, dict[str, Shortfall]]:
    """Set what `config_shortfalls` finds, and nothing else; gives what that was."""
    from kafka import KafkaAdminClient  # noqa: PLC0415 -- as above
    from kafka.admin import ConfigResource, ConfigResourceType  # noqa: PLC0415 -- as above

    with translated_kafka_errors(settings):
        admin = KafkaAdminClient(**client_options(settings))
        try:
            short = config_shortfalls(admin, _partitions(admin))
            changes = [
                ConfigResource(ConfigResourceType.TOPIC, name, {key: one.needed for key, one in keys.items()})
                for name, keys in short.items()
            ]
            if changes:
                admin.alter_configs(changes)
        finally:
            admin.close()
    return short


def _current_configs(admin: "KafkaAdminClient", names: list[str]) -> dict[str, dict[str, str]]:
    from kafka.admin import ConfigResource, ConfigResourceType  # noqa: PLC0415 -- as above

    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found = admin.describe_configs(asked, config_filter="all")["topic"]
    return {name: {key: entry["value"] for key, entry in found[name].items()} for name in names}


def _falls_short(found: str, needed: str) -> bool:
    """More than needed is fine for what is counted; -1 is without end.

    >>> _falls_short("-1", "1000"), _falls_short("999", "1000")
    (False, True)
    >>> _falls_short("delete", "compact")
    True
    """
    if not needed.isdigit():
        return found != needed
    return int(found) != -1 and int(found) < int(needed)
