"""Workers killed or frozen at any moment lose nothing and learn nothing twice: proved by folding the log afresh."""

import asyncio
import json
import random
import signal
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from kafka import KafkaProducer

from models.fold import MachineState, dump_state, initial_state, step
from models.outputs import Alert, Health
from stream.checkpoints import read_checkpoints
from stream.records import decode_observation, encode_output
from stream.settings import Settings
from stream.topics import ALERTS, HEALTH, INPUTS, OBSERVATIONS, READINGS, TEMPERATURE, VIBRATION, ensure_topics
from tests.services.kafka import Kafka
from tests.services.processes import Process
from tests.services.topics import read_topic, wait_for_no_lag
from tests.services.workers import start_worker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

MACHINES = [f"机器-{number}" for number in range(12)]
PARTITIONS = 4
KILLS = 10
ROUND = 500
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def message(number: int, noise: np.random.Generator) -> tuple[str, dict]:
    """One of several kinds; every machine gets all kinds, and some get louder towards the end."""
    machine = MACHINES[number % len(MACHINES)]
    moment = BEGIN + timedelta(seconds=10 * (number // len(MACHINES)))
    envelope = {"machine": machine, "time": moment.isoformat()}
    kind = (number // len(MACHINES)) % 4
    growth = 1.0 + (5.0 if number > 3500 and number % 3 == 0 else 0.0)
    if kind < 2:
        samples = (growth * noise.normal(0, 0.1, 512)).round(4).tolist()
        return VIBRATION, {
            "type": "vibration",
            "point": "DE",
            "rate": 5120,
            "unit": "g",
            "samples": samples,
        } | envelope
    if kind == 2:
        return TEMPERATURE, {"type": "temperature", "point": "DE", "value": 40 + noise.normal()} | envelope
    values = {"current_a": 12 + noise.normal(), "flow": 30 + noise.normal()}
    return READINGS, {"type": "reading", "point": "panel", "values": values} | envelope


def publish(kafka: Kafka, first: int, count: int, noise: np.random.Generator) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", linger_ms=5)
    for number in range(first, first + count):
        topic, content = message(number, noise)
        producer.send(topic, key=content["machine"].encode(), value=json.dumps(content).encode())
    producer.flush()
    producer.close()


def first_seen(records: dict[int, list]) -> dict[int, list[bytes]]:
    """The distinct values of each partition as they first came: a repeat is byte for byte equal."""
    return {number: list(dict.fromkeys(record.value for record in found)) for number, found in records.items()}


def fold_afresh(
    observations: dict[int, list],
) -> tuple[dict[str, MachineState], dict[int, list[bytes]], dict[int, list]]:
    machines: dict[str, MachineState] = {}
    healths: dict[int, list[bytes]] = {number: [] for number in observations}
    alerts: dict[int, list[bytes]] = {number: [] for number in observations}
    for number, records in observations.items():
        for record in records:
            observation = decode_observation(record.value)
            state = machines.get(observation.machine) or initial_state(observation.machine)
            machines[observation.machine], outputs = step(state, observation)
            healths[number] += [encode_output(output) for output in outputs if isinstance(output, Health)]
            alerts[number] += [encode_output(output) for output in outputs if isinstance(output, Alert)]
    return machines, healths, alerts


def settings_of(kafka: Kafka) -> dict[str, str]:
    """Settings of a worker that checkpoints often, so that kills fall into every part of its work."""
    return {
        "STETHOS_BROKER": kafka.bootstrap,
        "STETHOS_PARTITIONS": str(PARTITIONS),
        "STETHOS_CHECKPOINT__EVERY_EVENTS": "50",
        "STETHOS_CHECKPOINT__EVERY_S": "0.5",
        "STETHOS_LEARNING__DURATION_S": "600",
        "STETHOS_LEARNING__OBSERVATIONS": "50",
    }


def assert_exact(kafka: Kafka, published: int) -> None:
    """Every input observed; folded exactly once; what was said and what was saved are those of a fresh fold."""
    observations = read_topic(kafka.bootstrap, OBSERVATIONS)
    inputs = {
        (topic, number, record.offset)
        for topic in INPUTS
        for number, records in read_topic(kafka.bootstrap, topic).items()
        for record in records
    }
    assert len(inputs) == published
    decoded = [decode_observation(record.value) for records in observations.values() for record in records]
    sources = [(o.source.topic, o.source.partition, o.source.offset) for o in decoded if o.source]
    assert set(sources) == inputs, "every input is observed, and nothing else"
    assert len(sources) > len(inputs), "nothing came in the middle of the work: the test has proved nothing"

    machines, healths, alerts = fold_afresh(observations)
    assert sum(state.counts.accepted for state in machines.values()) == published, "folded exactly once"
    assert first_seen(read_topic(kafka.bootstrap, HEALTH)) == healths
    assert first_seen(read_topic(kafka.bootstrap, ALERTS)) == alerts
    assert any(alerts.values()), "the louder machines raise alerts"

    restored = asyncio.run(read_checkpoints([kafka.bootstrap], range(PARTITIONS)))
    ended = {name: state for part in restored.values() for name, state in part.machines.items()}
    assert {name: dump_state(state) for name, state in ended.items()} == {
        name: dump_state(state) for name, state in machines.items()
    }


@pytest.mark.timeout(900)
def test_ten_kills_leave_the_fold_exact(kafka: Kafka, tmp_path: Path, figure: Callable[[str], None]):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    chance, noise = random.Random(7), np.random.default_rng(7)
    published, restarts = 0, []
    for _ in range(KILLS):
        publish(kafka, published, ROUND, noise)
        published += ROUND
        begun = time.monotonic()
        worker = start_worker(tmp_path, settings_of(kafka))
        restarts.append(time.monotonic() - begun)
        try:
            # The moment of the kill is the point of the test, so this is no wait for anything.
            worker.linger(chance.uniform(0.05, 2.0))
        finally:
            worker.kill()
    publish(kafka, published, ROUND, noise)
    published += ROUND
    worker = start_worker(tmp_path, settings_of(kafka))
    try:
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    after_kills = restarts[1:]
    figure(
        f"restart after a kill, until states are restored: {min(after_kills):.1f} to {max(after_kills):.1f} s, "
        f"median {statistics.median(after_kills):.1f} s"
    )
    assert_exact(kafka, published)


@pytest.mark.timeout(400)
def test_workers_that_join_freeze_and_leave_keep_the_fold_exact(kafka: Kafka, tmp_path: Path):
    """The frozen one wakes up after its partitions were taken over: whatever it still does must not count."""
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    noise, published = np.random.default_rng(8), 1500
    publish(kafka, 0, published, noise)
    first = start_worker(tmp_path / "first", settings_of(kafka))
    second = None
    try:
        second = start_worker(tmp_path / "second", settings_of(kafka))
        publish(kafka, published, 1500, noise)
        published += 1500
        first.signal(signal.SIGSTOP)
        publish(kafka, published, 1500, noise)
        published += 1500
        second.ready(lambda: ready_count(second) == 2, "the second worker takes all partitions over")
        first.signal(signal.SIGCONT)
        first.ready(lambda: ready_count(first) >= 2, "the first worker is back")
        publish(kafka, published, 1000, noise)
        published += 1000
        assert second.stop() == 0, second.text()[-2000:]
        wait_for_no_lag(kafka.bootstrap)
        assert first.stop() == 0, first.text()[-2000:]
    finally:
        for worker in (first, second):
            if worker is not None:
                worker.kill()
    assert_exact(kafka, published)


def ready_count(worker: Process) -> int:
    """How often a worker has restored its machines: once for each rebalance."""
    return worker.text().count(" ready: ")
