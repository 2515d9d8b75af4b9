"""Topics that are deleted and made anew, under a worker that is started again: every message is judged once."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from models.outputs import Action
from stream.messages.actions import Finding
from stream.messages.measurements import encode
from stream.messages.records import decode_output
from stream.messages.topics import (
    ACTIONS,
    ALERTS,
    CHECKPOINTS,
    HEALTH,
    READINGS,
    ROWS,
    TEMPERATURE,
    VIBRATION,
)
from tests.services.kafka import Kafka
from tests.services.plant import FAULTY, SOUND, Plant, Supervisor, supervised
from tests.services.processes import wait_until
from tests.services.topics import delete, folded, make_anew, read_topic, wait_for_no_lag

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 3
FROZEN_S = 1.5
"""Long enough that nobody has looked into the partitions for a moment."""


@pytest.fixture
def plant(kafka: Kafka, tmp_path: Path) -> Plant:
    return Plant(kafka.bootstrap, tmp_path, partitions=PARTITIONS)


@pytest.fixture
def worker(plant: Plant, tmp_path: Path) -> Iterator[Supervisor]:
    with supervised(tmp_path, plant.environment) as worker:
        plant.learn()
        yield worker


def assert_each_judged_once(plant: Plant) -> None:
    plant.wait_judged()
    wait_for_no_lag(plant.bootstrap)
    assert len(plant.healths()) == plant.sent
    states = folded(plant.bootstrap)
    assert [states[name].counts.accepted for name in (FAULTY, SOUND)] == [plant.sent // 2] * 2


def test_an_input_made_anew_under_a_worker_is_judged_from_its_first_message_on(plant: Plant, worker: Supervisor):
    make_anew(plant.bootstrap, VIBRATION, partitions=PARTITIONS)
    plant.expect_alert(minutes=30)
    assert_each_judged_once(plant)
    assert "vibration: made anew; this worker ends" in worker.text()
    assert "Traceback" not in worker.text()


def test_an_input_that_has_overtaken_its_former_life_unseen_is_read_from_its_beginning(
    plant: Plant, worker: Supervisor
):
    """The worker is frozen meanwhile: what it asks for next is there, but in another life."""
    worker.signal(signal.SIGSTOP)
    frozen_s = time.monotonic()
    make_anew(plant.bootstrap, VIBRATION, partitions=PARTITIONS)
    plant.run(150)
    wait_until(lambda: time.monotonic() > frozen_s + FROZEN_S, "it has been frozen for a moment")
    worker.signal(signal.SIGCONT)
    assert_each_judged_once(plant)


def test_an_input_made_anew_twice_while_no_worker_ran(plant: Plant, tmp_path: Path):
    with supervised(tmp_path, plant.environment):
        plant.learn()
    for minutes in (20, 150):
        make_anew(plant.bootstrap, VIBRATION, partitions=PARTITIONS)
        lost = plant.sent
        plant.run(minutes)
    with supervised(tmp_path, plant.environment):
        plant.sent += 120 - lost  # the first of the two was gone before anybody read it
        assert_each_judged_once(plant)


def test_what_people_say_in_actions_made_anew_counts_once(plant: Plant, worker: Supervisor):
    say(plant, 20)
    wait_for_no_lag(plant.bootstrap)
    worker.signal(signal.SIGSTOP)
    frozen_s = time.monotonic()
    make_anew(plant.bootstrap, ACTIONS, partitions=PARTITIONS)
    say(plant, 60, first=20)
    wait_until(lambda: time.monotonic() > frozen_s + FROZEN_S, "it has been frozen for a moment")
    worker.signal(signal.SIGCONT)
    wait_until(lambda: len(actions(plant)) == 80, "all that was said is folded")
    wait_for_no_lag(plant.bootstrap)
    assert folded(plant.bootstrap)[SOUND].counts.acts == 80
    assert_each_judged_once(plant)


def test_results_made_anew_reach_the_store(plant: Plant, worker: Supervisor):
    wait_for_no_lag(plant.bootstrap)
    worker.signal(signal.SIGSTOP)
    make_anew(plant.bootstrap, ROWS, HEALTH, ALERTS, partitions=PARTITIONS)
    worker.signal(signal.SIGCONT)
    plant.run(100)
    wait_until(lambda: stored(plant) == plant.sent, f"{plant.sent} are stored")
    wait_until(lambda: "made anew; this worker ends" in worker.text(), "the worker says why it ends")


def test_checkpoints_made_anew_lose_no_machine(plant: Plant, worker: Supervisor):
    """One of the two machines says nothing more, so only the worker that knows it can save it again."""
    wait_until(lambda: read_topic(plant.bootstrap, CHECKPOINTS)[0], "there are checkpoints")
    make_anew(plant.bootstrap, CHECKPOINTS, partitions=PARTITIONS)
    worker.wait_ready(2)
    assert "2 machines restored" in worker.text().split(" ready: ")[2]
    plant.run(5)
    assert_each_judged_once(plant)
    assert not plant.alerts(FAULTY)


def test_a_missing_topic_is_told_and_waited_for(plant: Plant, worker: Supervisor):
    delete(plant.bootstrap, READINGS, TEMPERATURE)
    wait_until(lambda: "missing topics: temperature, readings" in worker.text(), "the worker tells what is missing")
    plant.run(5)
    plant.wait_judged()
    assert "missing: temperature, readings" in plant.doctor_says("topics")
    make_anew(plant.bootstrap, partitions=PARTITIONS)
    wait_until(lambda: worker.starts == 2, "it is started again, to read them")
    worker.wait_ready(worker.text().count(" ready: ") + 1)
    plant.expect_alert()


def test_a_deleted_topic_does_not_come_back_by_a_brokers_defaults(tmp_path_factory: pytest.TempPathFactory):
    """With one partition, senders' times and small messages, before anybody can make it as it must be."""
    folder = tmp_path_factory.mktemp("creates")
    kafka = Kafka(folder, short_lived=True, creates_topics=True)
    try:
        kafka.start()
        plant = Plant(kafka.bootstrap, folder, partitions=PARTITIONS)
        with supervised(folder, plant.environment) as worker:
            delete(plant.bootstrap, READINGS, ROWS)
            wait_until(
                lambda: "missing topics: readings, rows" in worker.text(), "the worker tells what is missing"
            )
            make_anew(plant.bootstrap, partitions=PARTITIONS)
            wait_until(lambda: worker.starts == 2, "it is started again, to read them")
            plant.learn()
    finally:
        kafka.stop()


def test_the_doctors_advice_on_unequal_partitions_loses_no_message(plant: Plant, tmp_path: Path):
    with supervised(tmp_path, plant.environment) as worker:
        plant.learn()
        make_anew(plant.bootstrap, VIBRATION, partitions=PARTITIONS)
        delete(plant.bootstrap, VIBRATION)
        admin = KafkaAdminClient(bootstrap_servers=plant.bootstrap)
        admin.create_topics({VIBRATION: {"num_partitions": PARTITIONS + 1, "replication_factor": 1}})
        admin.close()
        assert "vibration has 4: delete those that differ" in plant.doctor_says("topics")
        delete(plant.bootstrap, VIBRATION)
        assert plant.command("topics").returncode == 0
        plant.expect_alert(minutes=30)
        assert_each_judged_once(plant)
        assert worker.starts >= 2
    assert "wrong" not in {line["state"] for line in plant.doctor() if line["area"] == "topics"}


def test_a_log_that_lost_its_end_is_read_again_from_its_beginning(kafka: Kafka, plant: Plant, worker: Supervisor):
    """A broker that lost power, or an election that was unclean: the topic keeps its id, and ends earlier."""
    wait_for_no_lag(plant.bootstrap)
    kafka.stop()
    cut_off(kafka.data, VIBRATION)
    kafka.start()
    plant.run(10)
    assert_each_judged_once(plant)
    assert "ends before what was read of it" in worker.text()


def cut_off(data: Path, topic: str) -> None:
    """Take the last third of its messages from each partition of a broker that stands still."""
    for log in data.glob(f"{topic}-*/*.log"):
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size * 2 // 3)
    for index in (*data.glob(f"{topic}-*/*index"), *data.glob(f"{topic}-*/*.snapshot")):
        index.unlink()
    for belief in (".kafka_cleanshutdown", "recovery-point-offset-checkpoint", "replication-offset-checkpoint"):
        (data / belief).unlink()


def say(plant: Plant, count: int, *, first: int = 0) -> None:
    producer = KafkaProducer(bootstrap_servers=plant.bootstrap, acks="all")
    began = datetime.now(UTC) - timedelta(hours=1)
    for number in range(first, first + count):
        finding = Finding(
            machine=SOUND, time=began + timedelta(seconds=number), verdict="false_alarm", note=f"{number}"
        )
        producer.send(ACTIONS, key=SOUND.encode(), value=encode(finding))
    producer.flush()
    producer.close()


def actions(plant: Plant) -> set[str]:
    outputs = [
        decode_output(record.value) for part in read_topic(plant.bootstrap, ROWS).values() for record in part
    ]
    return {output.note for output in outputs if isinstance(output, Action)}


def stored(plant: Plant) -> int:
    store = sqlite3.connect(plant.environment["STETHOS_SQLITE__PATH"], timeout=30)
    try:
        return store.execute("SELECT count(*) FROM health").fetchone()[0]
    finally:
        store.close()
