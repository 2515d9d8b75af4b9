"""Look into a broker's topics: everything in them, and how far the worker's two groups have come."""

import time
from collections.abc import Mapping

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from models.fold import MachineState, initial_state, step
from stream.config.settings import Settings
from stream.kafka.groups import STORAGE_GROUP
from stream.kafka.topic_admin import ensure_topics
from stream.messages.probes import PROBE_KEY
from stream.messages.records import decode_observation
from stream.messages.topics import ALERTS, HEALTH, INPUTS, OBSERVATIONS, ROWS
from tests.services.processes import wait_until

__all__ = ["CONSUMED", "delete", "folded", "lag", "make_anew", "read_topic", "wait_for_no_lag"]

CONSUMED = (*INPUTS, OBSERVATIONS, ROWS, HEALTH, ALERTS)
"""The topics that a worker reads."""


def read_topic(bootstrap: str, topic: str) -> dict[int, list]:
    """Give all records but probes that a topic holds now, by partition: they are nobody's measurements."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        consumer.seek_to_beginning(*places)
        found: dict[int, list] = {place.partition: [] for place in places}
        while any(consumer.position(place) < ends[place] for place in places):
            for place, records in consumer.poll(timeout_ms=1000).items():
                found[place.partition].extend(record for record in records if record.key != PROBE_KEY)
        return found
    finally:
        consumer.close()


def make_anew(bootstrap: str, *topics: str, partitions: int) -> None:
    """Delete topics, and make them anew as `stethos topics` does."""
    delete(bootstrap, *topics)
    ensure_topics(Settings(broker=bootstrap, partitions=partitions))


def delete(bootstrap: str, *topics: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.delete_topics(list(topics))
        wait_until(lambda: not set(topics) & set(admin.list_topics()), "the topics are gone", every_s=0.02)
    finally:
        admin.close()


def folded(bootstrap: str) -> dict[str, MachineState]:
    """Fold all that `observations` holds afresh, by machine."""
    states: dict[str, MachineState] = {}
    for records in read_topic(bootstrap, OBSERVATIONS).values():
        for record in records:
            observation = decode_observation(record.value)
            name = observation.machine
            states[name], _ = step(states.get(name) or initial_state(name), observation)
    return states


def lag(bootstrap: str) -> Mapping[tuple[str, int], int]:
    """Give what is still to be acknowledged of each partition that has anything, where it isn't 0."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    try:
        groups = admin.list_group_offsets(["stethos", STORAGE_GROUP])
        committed = {
            (tp.topic, tp.partition): entry.offset for group in groups.values() for tp, entry in group.items()
        }
        places = [
            TopicPartition(topic, number)
            for topic in CONSUMED
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        ends = consumer.end_offsets(places)
        behind = {
            (tp.topic, tp.partition): end - max(0, committed.get((tp.topic, tp.partition), 0))
            for tp, end in ends.items()
        }
        return {place: count for place, count in behind.items() if count > 0}
    finally:
        consumer.close()
        admin.close()


def wait_for_no_lag(bootstrap: str, *, deadline_s: float = 120) -> float:
    """Wait until everything published is acknowledged; gives the seconds that took."""
    begun = time.monotonic()
    while behind := lag(bootstrap):
        if time.monotonic() - begun > deadline_s:
            raise TimeoutError(f"still behind after {deadline_s:g} s: {dict(list(behind.items())[:8])}")
        time.sleep(0.5)
    return time.monotonic() - begun
