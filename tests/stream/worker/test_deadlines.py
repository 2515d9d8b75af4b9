"""Deadlines on a real Kafka: a fleet that is quiet costs nothing, and what is due comes through a restart."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, to_datetime
from models.observations import Observation, ReadingObserved, Tick
from models.outputs import Alert
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.messages.records import decode_observation, decode_output
from stream.messages.topics import ACTIONS, ALERTS, OBSERVATIONS
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.topics import read_topic
from tests.services.workers import start_worker
from tests.stream.worker.observations import environment_of, publish_observations
from tests.stream.worker.readings import publish_readings

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(420)]

QUIET, MINUTE_S = 5_000, 60.0
MONTH_US = 30 * DAY_US


def now_us() -> int:
    return time.time_ns() // 1000


def heard(machine: str, observed_us: int) -> ReadingObserved:
    return ReadingObserved(
        machine=machine,
        point="panel",
        time_us=observed_us,
        observed_us=observed_us,
        digest=f"{observed_us:016x}",
        values={"a": 1.0},
    )


def end_of(kafka: Kafka, partition: int = 0) -> int:
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap)
    try:
        place = TopicPartition(OBSERVATIONS, partition)
        return int(consumer.end_offsets([place])[place])
    finally:
        consumer.close()


def observed_since(kafka: Kafka, offset: int) -> list[Observation]:
    return [decode_observation(each.value) for each in read_topic(kafka.bootstrap, OBSERVATIONS)[0][offset:]]


def alerts_of(kafka: Kafka, machine: str) -> list[Alert]:
    found: list[Alert] = []
    for records in read_topic(kafka.bootstrap, ALERTS).values():
        for record in records:
            output = decode_output(record.value)
            if isinstance(output, Alert) and output.machine == machine and output not in found:
                found.append(output)
    return found


def running(kafka: Kafka, folder: Path, environment: dict[str, str]) -> Iterator[Process]:
    worker = start_worker(folder, environment)
    try:
        yield worker
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]


def ticked(kafka: Kafka, since: int) -> Counter[str]:
    return Counter(each.machine for each in observed_since(kafka, since) if isinstance(each, Tick))


def folded(kafka: Kafka) -> bool:
    restored = asyncio.run(read_checkpoints([kafka.bootstrap], [0]))[0]
    return restored.next_offset >= end_of(kafka)


def test_a_quiet_fleet_costs_no_record_and_what_is_due_comes_within_a_minute_through_restarts(
    kafka: Kafka, tmp_path: Path
) -> None:
    environment = environment_of(kafka.bootstrap)
    fleet = [f"泵-{number}" for number in range(QUIET)]
    publish_observations(kafka.bootstrap, (heard(name, now_us() - MONTH_US) for name in fleet))

    since = end_of(kafka)
    for worker in running(kafka, tmp_path, environment):  # all that is long past comes at once, each once
        wait_until(lambda: len(ticked(kafka, since)) == QUIET, "all are told", deadline_s=MINUTE_S, every_s=2.0)
        wait_until(lambda: folded(kafka), "all is folded and saved", deadline_s=MINUTE_S, every_s=1.0)
        assert set(ticked(kafka, since).values()) == {1}
        told = end_of(kafka)
        worker.linger(75)  # a tick a minute would have been sent to each
        assert end_of(kafka) == told, "nothing is due of anybody"

    late, waiting = fleet[7], fleet[8]
    publish_observations(kafka.bootstrap, [heard(late, now_us() - MONTH_US)])  # back for a moment, a month ago
    until_us = now_us() + 25 * SECOND_US
    shelve(kafka, waiting, until_us)
    since = end_of(kafka)
    for worker in running(kafka, tmp_path, environment):
        wait_until(lambda: ticked(kafka, since)[late] == 1, "its silence is told", deadline_s=MINUTE_S, every_s=1.0)
        wait_until(lambda: len(alerts_of(kafka, waiting)) == 2, "it is shelved", deadline_s=MINUTE_S, every_s=1.0)
        assert alerts_of(kafka, waiting)[-1].shelved_until == to_datetime(until_us)
        assert worker.running

    for worker in running(kafka, tmp_path, environment):
        wait_until(lambda: len(alerts_of(kafka, waiting)) == 3, "its end is told", deadline_s=90, every_s=1.0)
        again = alerts_of(kafka, waiting)[-1]
        assert (again.rule, again.state, again.shelved_until) == ("no_data", "active", None)
        ticks = [
            each for each in observed_since(kafka, since) if isinstance(each, Tick) and each.machine == waiting
        ]
        assert len(ticks) == 1
        assert until_us <= ticks[0].observed_us
        worker.linger(20)
        assert ticked(kafka, since) == Counter({late: 1, waiting: 1}), "nobody else was told anything"


def shelve(kafka: Kafka, machine: str, until_us: int) -> None:
    said = {
        "type": "shelve",
        "machine": machine,
        "time": to_datetime(now_us()).isoformat(),
        "rule": "no_data",
        "until": to_datetime(until_us).isoformat(),
        "reason": "更换网关",
        "by": "王伟",
    }
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    producer.send(ACTIONS, key=machine.encode(), value=json.dumps(said).encode(), partition=0)
    producer.flush()
    producer.close()


def test_a_broker_that_was_away_for_long_finds_no_burst_of_ticks(kafka: Kafka, tmp_path: Path) -> None:
    environment = environment_of(kafka.bootstrap)
    fleet = [f"泵-{number}" for number in range(500)]
    for _ in running(kafka, tmp_path, environment):
        # Each is silent for too long while the broker is away, and heard again once it is back.
        publish_observations(
            kafka.bootstrap, (heard(name, now_us() - 5 * MINUTE_US + 40 * SECOND_US) for name in fleet)
        )
        wait_until(lambda: folded(kafka), "all is folded", deadline_s=MINUTE_S, every_s=1.0)
        since = end_of(kafka)
        kafka.stop()
        time.sleep(70)  # how long it is away is the point
        kafka.start()
        publish_observations(kafka.bootstrap, (heard(name, now_us()) for name in fleet))
        wait_until(lambda: folded(kafka), "all is folded", deadline_s=MINUTE_S, every_s=1.0)
        time.sleep(30)
        assert sum(ticked(kafka, since).values()) <= 1


def test_a_tick_comes_within_half_a_minute_while_others_go_on_sending(kafka: Kafka, tmp_path: Path) -> None:
    environment = environment_of(kafka.bootstrap) | {"STETHOS_CHECKPOINT__EVERY_S": "5"}
    over = threading.Event()

    def flow() -> None:
        second = 0
        while not over.wait(1.0):
            second += 1
            publish_observations(kafka.bootstrap, (heard(f"泵-{k}", now_us() + k) for k in range(50)))
            publish_readings(kafka.bootstrap, 50 * second, 50)

    source = threading.Thread(target=flow, daemon=True)
    for worker in running(kafka, tmp_path, environment):
        source.start()
        try:
            worker.linger(20)
            for name in ("one", "另一台"):
                due_us = now_us()
                publish_observations(kafka.bootstrap, [heard(name, due_us - HOUR_US)])
                wait_until(lambda name=name: ticked(kafka, 0)[name] == 1, "it is told", deadline_s=60, every_s=1.0)
                (tick,) = (
                    each for each in observed_since(kafka, 0) if each.machine == name and isinstance(each, Tick)
                )
                assert tick.observed_us - due_us <= 30 * SECOND_US
        finally:
            over.set()
            source.join()
    assert set(ticked(kafka, 0)) == {"one", "另一台"}
