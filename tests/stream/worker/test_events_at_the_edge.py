"""Whatever befalls Kafka, the store or the checkpoints: the machine that shakes is told, and its neighbour is not.

Others of the kind stand beside their proofs: `test_topics_made_anew`, `test_restored_backup`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from models.fold import STATE_VERSION, dump_state, initial_state
from stream.delivery.outbox import partition_of
from stream.messages.measurements import encode
from stream.messages.topics import CHECKPOINTS, OBSERVATIONS, VIBRATION
from tests.services.damaging import damage, flip
from tests.services.kafka import Kafka
from tests.services.plant import FAULTY, SOUND, Plant, Supervisor, supervised
from tests.services.processes import wait_until
from tests.services.topics import read_topic, wait_for_no_lag
from tests.stream.worker.observations import write_checkpoints

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]

PARTITIONS = 3
WHERE = partition_of(FAULTY.encode(), PARTITIONS)

Event = Callable[[Plant, Supervisor, Kafka], None]


def a_batch_that_nobody_can_read(plant: Plant, worker: Supervisor, kafka: Kafka) -> None:
    worker.stop()
    plant.run(2)
    last = read_topic(plant.bootstrap, VIBRATION)[WHERE][-1].offset
    kafka.stop()
    damage(kafka.data, VIBRATION, WHERE, last, flip)
    kafka.start()


def a_transaction_taken_back_and_one_left_open(plant: Plant, worker: Supervisor, kafka: Kafka) -> None:
    with gateway(plant) as (producer, send):
        producer.begin_transaction()
        send()
        producer.abort_transaction()
        producer.begin_transaction()
        send()
        wait_until(
            lambda: "open in vibration/" in plant.doctor_says("transactions"), "the doctor tells", deadline_s=120
        )
        producer.abort_transaction()
    assert len(plant.healths()) == plant.sent, "what was taken back is not judged"


@contextmanager
def gateway(plant: Plant) -> Iterator[tuple[KafkaProducer, Callable[[], None]]]:
    producer = KafkaProducer(bootstrap_servers=plant.bootstrap, acks="all", transactional_id="gateway 7")
    producer.init_transactions()

    def send() -> None:
        block = encode(plant.block(SOUND, louder=50.0))
        producer.send(VIBRATION, key=SOUND.encode(), value=block, partition=WHERE)
        producer.flush()

    try:
        yield producer, send
    finally:
        producer.close(timeout=1)


def observations_deleted_before_they_were_judged(plant: Plant, worker: Supervisor, kafka: Kafka) -> None:
    worker.stop()
    end = read_topic(plant.bootstrap, OBSERVATIONS)[WHERE][-1].offset + 1
    producer = KafkaProducer(bootstrap_servers=plant.bootstrap, acks="all")
    for _ in range(3):  # three that nobody will ever read
        producer.send(OBSERVATIONS, key=b"gone", value=b"{}", partition=WHERE)
    producer.close()
    admin = KafkaAdminClient(bootstrap_servers=plant.bootstrap)
    admin.delete_records({TopicPartition(OBSERVATIONS, WHERE): end + 3})
    admin.close()


def a_checkpoint_damaged_and_one_impossible(plant: Plant, worker: Supervisor, kafka: Kafka) -> None:
    wait_for_no_lag(plant.bootstrap)
    records = [(each.key, each.value) for each in read_topic(plant.bootstrap, CHECKPOINTS)[WHERE] if each.value]
    (newest,) = [value for key, value in dict(records).items() if key == FAULTY.encode()]
    worker.stop()
    ahead = msgspec.msgpack.encode([STATE_VERSION, 10**9, SOUND, dump_state(initial_state(SOUND))])
    write_checkpoints(plant.bootstrap, [(FAULTY.encode(), newest[: len(newest) // 2])], partition=WHERE)
    where = partition_of(SOUND.encode(), PARTITIONS)
    write_checkpoints(plant.bootstrap, [(SOUND.encode(), ahead)], partition=where)


def a_file_of_results_moved_away(plant: Plant, worker: Supervisor, kafka: Kafka) -> None:
    file = Path(plant.environment["STETHOS_SQLITE__PATH"])
    file.rename(file.with_name("moved.db"))
    wait_until(lambda: "was moved or deleted while it was open" in worker.text(), "the worker says so")


EVENTS: dict[str, tuple[Event, str]] = {
    "unreadable batch": (a_batch_that_nobody_can_read, "is damaged and lost"),
    "transactions": (a_transaction_taken_back_and_one_left_open, ""),
    "deleted observations": (observations_deleted_before_they_were_judged, "deleted before they were judged"),
    "checkpoints": (a_checkpoint_damaged_and_one_impossible, "rebuilt"),
    "file of results": (a_file_of_results_moved_away, "reading again what Kafka still holds"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_the_machine_that_shakes_is_told_and_its_neighbour_is_not(name: str, kafka: Kafka, tmp_path: Path):
    event, told = EVENTS[name]
    plant = Plant(kafka.bootstrap, tmp_path, partitions=PARTITIONS)
    plant.environment["STETHOS_CHECKPOINT__EVERY_S"] = "0.5"
    with supervised(tmp_path, plant.environment) as worker:
        plant.learn()
        event(plant, worker, kafka)
        said = worker.text()
    with supervised(tmp_path, plant.environment) as worker:  # where it isn't started again already
        plant.expect_alert()
        plant.run(3)
        wait_for_no_lag(plant.bootstrap)
        assert told in said + worker.text()
