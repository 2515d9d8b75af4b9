"""A thousand malformed messages among good ones: each in `dead-letter` with its reason, everything good judged."""

import base64
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from kafka import KafkaProducer

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import decode_observation, decode_output
from stream.messages.topics import DEAD_LETTER, HEALTH, OBSERVATIONS, READINGS, TEMPERATURE, VIBRATION
from tests.services.kafka import Kafka
from tests.services.topics import read_topic, wait_for_no_lag
from tests.services.workers import start_worker
from tests.stream.messages.malformed import malformed_messages

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4
BAD = 1000
ROUNDS = 200
MACHINES = ("P-101", "泵 2", "fan.3")
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def good_messages() -> list[tuple[str, str, bytes]]:
    """(topic, machine, value): three machines, one message of each kind every ten seconds."""
    noise = np.random.default_rng(3)
    messages = []
    for number in range(ROUNDS):
        time = (BEGIN + timedelta(seconds=10 * number)).isoformat()
        for machine in MACHINES:
            samples = base64.b64encode(noise.normal(0, 0.1, 256).astype("<f4").tobytes()).decode()
            envelope = {"machine": machine, "point": "DE", "time": time}
            contents = (
                (VIBRATION, {"type": "vibration", "rate": 2560, "unit": "g", "samples": samples}),
                (TEMPERATURE, {"type": "temperature", "value": 40 + noise.normal()}),
                (READINGS, {"type": "reading", "values": {"current_a": 12 + noise.normal()}}),
            )
            messages += [(topic, machine, json.dumps(envelope | rest).encode()) for topic, rest in contents]
    return messages


@pytest.mark.timeout(300)
def test_every_bad_message_is_kept_with_its_reason_and_every_good_one_is_judged(kafka: Kafka, tmp_path: Path):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    environment = {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": str(PARTITIONS)}
    good, bad = good_messages(), malformed_messages(seed=11, count=BAD)
    assert len({message.kind for message in bad}) >= 15
    repeated, late = good[-40:-20], good[:1]
    late = [(topic, machine, value.replace(b"08:00:00", b"07:59:59")) for topic, machine, value in late]

    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", max_request_size=9 * 1024 * 1024)
    expected = Counter()
    worker = start_worker(tmp_path, environment)
    try:
        every = len(good) / len(bad)
        position = 0.0
        for message in bad:
            for topic, machine, value in good[int(position) : int(position + every)]:
                producer.send(topic, key=machine.encode(), value=value)
            position += every
            producer.send(message.topic, key=message.key, value=message.value)
            expected[message.topic, message.key, message.value] += 1
        for topic, machine, value in (*good[int(position) :], *repeated, *late):
            producer.send(topic, key=machine.encode(), value=value)
        producer.flush()
        wait_for_no_lag(kafka.bootstrap)
        assert worker.running
    finally:
        producer.close()
        assert worker.stop() == 0, worker.text()[-2000:]

    letters = [record for records in read_topic(kafka.bootstrap, DEAD_LETTER).values() for record in records]
    headers = [dict(record.headers) for record in letters]
    kept = Counter(
        (head["topic"].decode(), record.key or None, record.value)
        for head, record in zip(headers, letters, strict=True)
    )
    assert kept == Counter({(t, k or None, v): n for (t, k, v), n in expected.items()})
    reasons = {
        (head["topic"].decode(), record.value): head["reason"].decode()
        for head, record in zip(headers, letters, strict=True)
    }
    unexplained = [m.kind for m in bad if m.reason.lower() not in reasons[m.topic, m.value].lower()]
    assert unexplained == []
    assert all(head["partition"].isdigit() and head["offset"].isdigit() for head in headers)

    observations = [
        decode_observation(record.value)
        for records in read_topic(kafka.bootstrap, OBSERVATIONS).values()
        for record in records
    ]
    measured = [observation for observation in observations if observation.source is not None]
    assert len(measured) == len(good) + len(repeated) + len(late)
    health = [
        decode_output(record.value)
        for records in read_topic(kafka.bootstrap, HEALTH).values()
        for record in records
    ]
    assert len(health) == len(good) + len(late), "duplicates are dropped, late ones are used"
    assert sum("late" in judged.quality.flags for judged in health) == len(late)
