"""A worker ends when it is told to, whatever has become of its broker."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import HEALTH
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.topics import read_topic
from tests.stream.worker.readings import publish_readings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

IMPATIENT = """
import asyncio, sys
from stream.cli import worker
from stream.cli.main import main

if sys.argv[1] == "stuck":
    from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

    async def wait_for_ever(self):
        await asyncio.Event().wait()

    AIOKafkaConsumerThread.on_thread_stop = wait_for_ever
    worker._THREAD_PATIENCE_S = 2.0
else:
    worker._STOP_PATIENCE_S = 15.0
sys.argv[1:] = ["worker"]
main()
"""
"""A worker that stops sooner; one whose consumer never leaves its group, as happens where the broker has gone."""


@contextmanager
def started(kafka: Kafka, folder: Path, how: str) -> Iterator[Process]:
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=4))
    environment = {
        "STETHOS_BROKER": kafka.bootstrap,
        "STETHOS_PARTITIONS": "4",
        "STETHOS_CHECKPOINT__EVERY_S": "600",
    }
    worker = Process([sys.executable, "-c", IMPATIENT, how], folder / "log", environment, folder=folder)
    try:
        worker.ready(lambda: " ready: " in worker.text(), "the worker is ready", deadline_s=90)
        yield worker
    finally:
        worker.stop(patience_s=0)


def status_when_told_to_end(worker: Process) -> int:
    worker.signal(signal.SIGTERM)
    wait_until(lambda: not worker.running, f"the worker has ended\n{worker.text()[-3000:]}")
    return worker.stop()


def test_a_worker_whose_broker_has_gone_ends_all_the_same_and_with_little_noise(kafka: Kafka, tmp_path: Path):
    with started(kafka, tmp_path, "alone") as worker:
        publish_readings(kafka.bootstrap, 0, 1)
        wait_until(lambda: any(read_topic(kafka.bootstrap, HEALTH).values()), "a checkpoint is due at the end")
        kafka.kill()
        wait_until(lambda: "Unable connect to node" in worker.text(), "the worker misses its broker")
        assert status_when_told_to_end(worker) in (0, 1), "ended by itself"
    assert "the last checkpoint took too long" in worker.text()
    assert "ProducerClosed" not in worker.text()


def test_a_consumer_that_never_leaves_its_group_keeps_no_process(kafka: Kafka, tmp_path: Path):
    with started(kafka, tmp_path, "stuck") as worker:
        assert status_when_told_to_end(worker) == 0
    assert "has not left its group" in worker.text()
