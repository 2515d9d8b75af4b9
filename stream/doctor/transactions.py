"""Others' transactions that stay open, which hold up all that came after them: where, since when, and whose."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, wrong
from stream.kafka.client import client_options
from stream.messages.topics import TOPICS

if TYPE_CHECKING:
    from kafka import KafkaAdminClient, TopicPartition

__all__ = ["check_transactions"]

_PATIENCE_S = 60.0
_PAUSE_S = 1.0
_SHOWN = 5


class _Sender(msgspec.Struct, frozen=True):
    """Whose transaction holds a partition up, as far as the broker knows."""

    name: str
    begun_ms: int


def check_transactions(admin: "KafkaAdminClient", settings: Settings) -> Iterator[CheckResult]:
    """Tell of each transaction that has been open for longer than a minute in a topic of ours."""
    held_up = _held_up(settings)
    senders = _senders(admin) if held_up else {}
    if held_up.keys() - senders.keys():  # by now it may just have ended
        time.sleep(_PAUSE_S)
        later = _held_up(settings)
        held_up = {tp: begin for tp, begin in held_up.items() if tp in senders or later.get(tp) == begin}
    now_ms = time.time() * 1000
    told = 0
    for partition, begin in held_up.items():
        sender = senders.get(partition)
        if sender is not None and now_ms - sender.begun_ms < _PATIENCE_S * 1000:
            continue  # as any transaction is for a moment
        told += 1
        if told <= _SHOWN:
            yield _told(partition, begin, sender, settings)
    if not told:
        yield good("transactions", "none has been open for long")


def _told(partition: "TopicPartition", begin: int, sender: _Sender | None, settings: Settings) -> CheckResult:
    place = f"{partition.topic}/{partition.partition}"
    abort = (
        f"kafka-transactions.sh --bootstrap-server {settings.servers[0]} abort --topic {partition.topic} "
        f"--partition {partition.partition} --start-offset {begin}"
    )
    if sender is None:
        return wrong(
            "transactions",
            f"one is open in {place} from offset {begin} on, and the brokers know of no sender that could end it: "
            "what came after it waits",
            f"if this is still so in a minute, end it: {abort}",
        )
    since = datetime.fromtimestamp(sender.begun_ms / 1000, UTC)
    return wrong(
        "transactions",
        f"the sender with transactional.id {sender.name!r} has had one open in {place} since "
        f"{since:%Y-%m-%dT%H:%M:%SZ}: what came after it (from offset {begin} on) waits",
        f"let that sender end it, restart it, or: {abort}",
    )


def _held_up(settings: Settings) -> "dict[TopicPartition, int]":
    """Give the partitions that cannot be read to their end, and how far they can be."""
    from kafka import KafkaConsumer, TopicPartition  # noqa: PLC0415 -- slow to import

    ends: list[dict[Any, int]] = []
    for level in ("read_committed", "read_uncommitted"):  # in this order: nothing is held up that comes in between
        options: dict[str, Any] = client_options(settings) | {"isolation_level": level, "group_id": None}
        with closing(KafkaConsumer(**options, enable_auto_commit=False)) as consumer:
            partitions = [
                TopicPartition(name, number)
                for name in TOPICS
                for number in sorted(consumer.partitions_for_topic(name) or ())
            ]
            ends.append(consumer.end_offsets(partitions) if partitions else {})
    readable, written = ends
    return {partition: end for partition, end in readable.items() if end < written.get(partition, end)}


def _senders(admin: "KafkaAdminClient") -> "dict[TopicPartition, _Sender]":
    """Give who has a transaction open in which partition; the one that began first."""
    listed = admin.list_transactions(state_filters=["Ongoing", "PrepareCommit", "PrepareAbort"])
    names = [each.transactional_id for of_broker in listed.values() for each in of_broker]
    senders: dict[Any, _Sender] = {}
    for name, described in (admin.describe_transactions(names) if names else {}).items():
        sender = _Sender(name, described.transaction_start_time_ms)
        for partition in described.topic_partitions:
            known = senders.get(partition)
            if known is None or sender.begun_ms < known.begun_ms:
                senders[partition] = sender
    return senders
