"""Batches that a gateway or the broker compressed are read like any others: by both clients, in every codec."""

import base64
import json
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import aiokafka.codec
import kafka.codec
import numpy as np
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import decode_output
from stream.messages.topics import CHECKPOINTS, HEALTH, OBSERVATIONS, ROWS, VIBRATION
from tests.services.kafka import Kafka
from tests.services.topics import read_topic, wait_for_no_lag
from tests.services.workers import STETHOS, start_worker

CODECS = ("gzip", "snappy", "lz4", "zstd")
"""By name; Kafka's number of each is its place, counted from 1."""

BROKERS_OWN = {OBSERVATIONS: "snappy", ROWS: "lz4", CHECKPOINTS: "zstd", HEALTH: "gzip"}
"""Topics that the broker compresses itself, as `compression.type` of a broker or topic tells it to."""

BLOCKS = 8
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("client", [aiokafka.codec, kafka.codec], ids=lambda client: client.__name__)
@pytest.mark.parametrize("codec", CODECS)
def test_both_clients_have_every_codec(client: ModuleType, codec: str):
    assert getattr(client, f"has_{codec}")(), f"a library that {client.__name__} needs for {codec} is missing"
    packed = getattr(client, f"{codec}_encode")(b"block " * 1000)
    assert len(packed) < 6000
    assert getattr(client, f"{codec}_decode")(packed) == b"block " * 1000


def publish_vibration(bootstrap: str, codec: str, first: int) -> None:
    """Send blocks of a machine that is named after the codec; wait until the broker has them."""
    noise = np.random.default_rng(first)
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type=codec, linger_ms=100)
    for number in range(first, first + BLOCKS):
        samples = base64.b64encode(noise.normal(0, 0.1, 256).astype("<f4").tobytes()).decode()
        content = {"type": "vibration", "machine": codec, "point": "DE", "rate": 2560, "unit": "g"}
        content |= {"samples": samples, "time": (BEGIN + timedelta(seconds=10 * number)).isoformat()}
        producer.send(VIBRATION, key=codec.encode(), value=json.dumps(content).encode())
    producer.flush()
    producer.close()


def compress_in_broker(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.alter_configs(
        [
            ConfigResource(ConfigResourceType.TOPIC, topic, {"compression.type": codec})
            for topic, codec in BROKERS_OWN.items()
        ]
    )
    admin.close()


def codecs_on_disk(data: Path, topic: str) -> set[str]:
    """Give the codecs of the batches in a topic's files; the low bits of a batch's attributes tell them."""
    found = set()
    for file in data.glob(f"{topic}-[0-9]/*.log"):
        content, at = file.read_bytes(), 0
        while at + 23 <= len(content):
            number = content[at + 22] & 7
            found.add(CODECS[number - 1] if number else "none")
            at += 12 + int.from_bytes(content[at + 8 : at + 12], "big")
    return found


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_messages_of_every_codec_are_judged_kept_and_recorded(kafka: Kafka, tmp_path: Path):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=4))
    compress_in_broker(kafka.bootstrap)
    environment = {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": "4"}
    for first in (0, BLOCKS):  # the second worker begins with what the first one left, also compressed
        for codec in CODECS:
            publish_vibration(kafka.bootstrap, codec, first)
        worker = start_worker(tmp_path / "worker", environment)
        try:
            wait_for_no_lag(kafka.bootstrap, deadline_s=60)
            assert worker.running
        finally:
            assert worker.stop() == 0, worker.text()[-2000:]
    assert codecs_on_disk(kafka.data, VIBRATION) == set(CODECS)
    for topic, codec in BROKERS_OWN.items():
        assert codecs_on_disk(kafka.data, topic) == {codec}

    health = [
        decode_output(record.value)
        for records in read_topic(kafka.bootstrap, HEALTH).values()
        for record in records
    ]
    assert Counter(judged.machine for judged in health) == dict.fromkeys(CODECS, 2 * BLOCKS)
    for topic in (VIBRATION, OBSERVATIONS):
        done = subprocess.run(
            [STETHOS, "record", "--topic", topic], env=environment, cwd=tmp_path, capture_output=True, check=True
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        machines = Counter(line["machine"] for line in lines if topic == VIBRATION or line.get("source"))
        assert machines == dict.fromkeys(CODECS, 2 * BLOCKS)
