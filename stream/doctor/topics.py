"""The topics: there, alike, and set up so that nothing is forgotten too early or refused for its size."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from models.errors import ConfigurationError
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, warning, wrong
from stream.kafka.topic_admin import check_partitions, config_shortfalls
from stream.messages.topics import TOPICS

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

__all__ = ["check_topics"]

_STAMPS = "message.timestamp.type"


def check_topics(admin: "KafkaAdminClient", settings: Settings) -> Iterator[CheckResult]:
    """Look at every topic of ours."""
    described = {topic["name"]: topic for topic in admin.describe_topics() if topic["name"] in TOPICS}
    missing = [name for name in TOPICS if name not in described]
    if missing:
        yield wrong("topics", f"missing: {', '.join(missing)}", "run `stethos topics`; a worker does so too")
    if not described:
        return
    yield _partitions(described, settings)
    yield from _copies(described, settings)
    if settings.embedded_broker:  # which keeps nothing, and has no such configuration
        return
    yield from _configs(admin, list(described))


def _partitions(described: Mapping[str, Any], settings: Settings) -> CheckResult:
    counts = {name: len(topic["partitions"]) for name, topic in described.items()}
    try:
        check_partitions(counts, settings.partitions)
    except ConfigurationError as error:
        return wrong("topics", str(error).removeprefix("topics: "))
    return good("topics", f"{len(counts)} topics of {settings.partitions} partitions each")


def _copies(described: Mapping[str, Any], settings: Settings) -> Iterator[CheckResult]:
    partitions = [
        (f"{name}/{partition['partition_index']}", partition)
        for name, topic in described.items()
        for partition in topic["partitions"]
    ]
    dead = [place for place, partition in partitions if partition["leader_id"] < 0]
    behind = [place for place, p in partitions if len(p["isr_nodes"]) < len(p["replica_nodes"])]
    few = {place.split("/")[0] for place, p in partitions if len(p["replica_nodes"]) < settings.replication}
    if dead:
        yield wrong("topics", f"no broker leads {_some(dead)}", "start the brokers that hold them")
    elif behind:
        yield wrong("topics", f"copies are missing of {_some(behind)}", "start the brokers that hold them")
    if few:
        yield warning(
            "topics",
            f"fewer than {settings.replication} copies of {_some(sorted(few))}",
            "add copies with kafka-reassign-partitions.sh, or lower `replication` in the settings",
        )


def _configs(admin: "KafkaAdminClient", names: list[str]) -> Iterator[CheckResult]:
    shortfalls = config_shortfalls(admin, names)
    lacking = "; ".join(
        f"{name}: {', '.join(f'{key} is {short.found}, needs {short.needed}' for key, short in keys.items())}"
        for name, keys in shortfalls.items()
    )
    if any(_STAMPS in keys for keys in shortfalls.values()):
        lacking += "; without the broker's stamps a repeat can't be told from a new message in its place"
    if lacking:
        yield wrong("topics", lacking, "run `stethos topics --mend`, which sets these and nothing else")
    else:
        yield good("topics", "they keep what they must for as long as they must")


def _some(places: list[str], most: int = 5) -> str:
    more = f" and {len(places) - most} more" if len(places) > most else ""
    return ", ".join(places[:most]) + more
