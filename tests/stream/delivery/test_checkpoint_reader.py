"""Checkpoints are read to their end on a real Kafka, whatever stands there."""

import asyncio
import time

import pytest
from kafka import KafkaProducer

from models.fold import initial_state
from stream.config.settings import Settings
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.delivery.checkpoints import checkpoint_records
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import CHECKPOINTS
from tests.services.damaging import damage, flip
from tests.services.kafka import Kafka

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def save(producer: KafkaProducer, machine: str) -> None:
    """Write a machine's checkpoint as one batch, and wait until the broker has it."""
    for key, value in checkpoint_records([initial_state(machine)], {machine: -1}, 0):
        producer.send(CHECKPOINTS, key=key, value=value, partition=0)
    producer.flush()


def test_the_end_of_a_transaction_behind_the_last_checkpoint_is_waited_for_by_nobody(kafka: Kafka):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=1))
    producer = KafkaProducer(
        bootstrap_servers=kafka.bootstrap, acks="all", transactional_id="a copy", linger_ms=100
    )
    producer.init_transactions()
    for machine, kept in (("kept", True), ("taken back", False)):
        producer.begin_transaction()
        save(producer, machine)
        _ = producer.commit_transaction() if kept else producer.abort_transaction()
    producer.close()
    begun_s = time.monotonic()
    restored = asyncio.run(read_checkpoints([kafka.bootstrap], [0]))[0]
    assert time.monotonic() - begun_s < 20
    assert restored.machines.keys() == {"kept"}
    assert restored.complaints == ()


def test_an_unreadable_batch_is_a_complaint_that_names_its_offsets(kafka: Kafka):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=1))
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", linger_ms=100)
    for machine in ("before", "in it", "behind"):
        save(producer, machine)
    producer.close()
    kafka.stop()
    first, last = damage(kafka.data, CHECKPOINTS, 0, 2, flip)
    kafka.start()
    restored = asyncio.run(read_checkpoints([kafka.bootstrap], [0]))[0]
    assert "behind" in restored.machines
    assert "before" not in restored.machines, "its next checkpoint may have been in it"
    (complaint,) = [each for each in restored.complaints if "batch" in each]
    assert f"the batch at offsets {first} to {last} is damaged" in complaint
