"""Kafka's brokers: who answers, and from where; what waits in them, their clock and their disk."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from models.errors import ServiceError
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, skipped, warning, wrong
from stream.doctor.computer import check_space
from stream.doctor.positions import check_positions
from stream.doctor.topics import check_topics
from stream.doctor.transactions import check_transactions
from stream.doctor.workers import check_workers
from stream.kafka.client import client_options, translated_kafka_errors
from stream.messages.topics import DEAD_LETTER, TOPICS

if TYPE_CHECKING:
    from kafka import KafkaAdminClient, KafkaConsumer

__all__ = ["CLOCK_TOLERANCE_S", "check_brokers"]

CLOCK_TOLERANCE_S = 5.0
"""Clocks further apart shift latencies and silence so that people notice."""

_CONNECT_S = 3.0
_HOUR_S = 3600


def check_brokers(settings: Settings, clock: Callable[[], float] = time.time) -> Iterator[CheckResult]:
    """Look at the brokers, and through them at topics, workers, what was put aside, clock and disk."""
    silent = {server: reason for server in settings.servers if (reason := _unreachable(server))}
    for server, reason in silent.items():
        yield wrong(
            "broker",
            f"{server} does not answer ({reason})",
            "start Kafka there, or correct `broker` in stethos.toml (STETHOS_BROKER)",
        )
    if len(silent) == len(settings.servers):
        yield skipped("topics", "not looked at: no broker answers")
        yield skipped("workers", "not looked at: no broker answers")
        return
    try:
        with translated_kafka_errors(settings):
            yield from _check_cluster(settings, clock)
    except ServiceError as error:
        yield wrong("broker", str(error).removeprefix("doctor: "))


def _check_cluster(settings: Settings, clock: Callable[[], float]) -> Iterator[CheckResult]:
    from kafka import KafkaAdminClient, KafkaConsumer  # noqa: PLC0415 -- slow to import

    options = client_options(settings)
    with closing(KafkaAdminClient(**options)) as admin:
        yield from _guarded("broker", _advertised(admin))
        yield from _guarded("topics", check_topics(admin, settings))
        if not settings.embedded_broker:  # which knows neither
            yield from _guarded("topics", check_positions(admin))
            yield from _guarded("workers", check_workers(admin, settings))
            yield from _guarded("transactions", check_transactions(admin, settings))
            yield from _guarded("disk", _disks(admin))
    with closing(KafkaConsumer(**options, group_id=None, enable_auto_commit=False)) as consumer:
        yield from _guarded("clock", _ahead(consumer, clock()))
        yield from _guarded("messages", _put_aside(consumer, clock()))


def _guarded(area: str, results: Iterator[CheckResult]) -> Iterator[CheckResult]:
    """Go on to the next check where a broker answers in a way that the client does not understand."""
    try:
        yield from results
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        yield warning(
            area,
            f"this broker's answer could not be read ({error!r})",
            "use Apache Kafka 3.7 or later, or report it",
        )


def _unreachable(server: str) -> str:
    host, _, port = server.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""


def _advertised(admin: "KafkaAdminClient") -> Iterator[CheckResult]:
    """See that brokers can be reached under the names that they give: the commonest mistake there is."""
    brokers = admin.describe_cluster()["brokers"]
    for broker in brokers:
        server = f"{broker['host']}:{broker['port']}"
        if reason := _unreachable(server):
            yield wrong(
                "broker",
                f"a broker says that it is at {server}, which does not answer from here ({reason})",
                "correct advertised.listeners of that broker, or the name service",
            )
        else:
            yield good("broker", f"{server} answers")


def _disks(admin: "KafkaAdminClient") -> Iterator[CheckResult]:
    for answer in admin.describe_log_dirs():
        for folder in answer["log_dirs"]:
            free, total = folder.get("usable_bytes", -1), folder.get("total_bytes", -1)
            if free >= 0 and total > 0:
                place = f"the disk of broker {answer['broker']} ({folder['log_dir']})"
                yield check_space("disk", place, total, free)


def _partitions(consumer: "KafkaConsumer", names: tuple[str, ...]) -> list[object]:
    from kafka import TopicPartition  # noqa: PLC0415 -- slow to import

    return [
        TopicPartition(name, number)
        for name in names
        for number in sorted(consumer.partitions_for_topic(name) or ())
    ]


def _ahead(consumer: "KafkaConsumer", now_s: float) -> Iterator[CheckResult]:
    """Brokers stamp what they take: a stamp in our future shows that the clocks differ."""
    later_ms = int((now_s + CLOCK_TOLERANCE_S) * 1000)
    partitions = _partitions(consumer, TOPICS)
    stamped = consumer.offsets_for_times(dict.fromkeys(partitions, later_ms)) if partitions else {}
    ahead_s = max((at.timestamp / 1000 - now_s for at in stamped.values() if at is not None), default=0.0)
    if ahead_s > CLOCK_TOLERANCE_S:  # the embedded broker gives times that were not asked for
        yield wrong(
            "clock",
            f"the broker has stamped messages {ahead_s:.0f} s later than this computer's clock",
            "let both computers take their time from the same NTP server (chrony, systemd-timesyncd)",
        )
    else:
        yield good("clock", "no message bears a time that has not come yet")


def _put_aside(consumer: "KafkaConsumer", now_s: float) -> Iterator[CheckResult]:
    partitions = _partitions(consumer, (DEAD_LETTER,))
    if not partitions:
        return
    since = consumer.offsets_for_times(dict.fromkeys(partitions, int((now_s - _HOUR_S) * 1000)))
    ends = consumer.end_offsets(partitions)
    count = sum(ends[partition] - at.offset for partition, at in since.items() if at is not None)
    if count:
        yield warning(
            "messages",
            f"{count} messages were put aside in the last hour",
            f"the log of the workers says why; they are in the topic {DEAD_LETTER}, each with its reason",
        )
    else:
        yield good("messages", "none was put aside in the last hour")
