"""Deadlines on the embedded broker, which knows less than Kafka: a silence is told there as well."""

import time
from pathlib import Path

import pytest

from models.clock import HOUR_US
from models.observations import ReadingObserved, Tick
from stream.config.settings import Settings
from stream.demo.child_process import ChildProcess, wait_for_port
from stream.demo.embedded_broker import embedded_broker_command
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import decode_observation
from stream.messages.topics import OBSERVATIONS
from tests.services.processes import free_port, wait_until
from tests.services.topics import read_topic
from tests.services.workers import start_worker
from tests.stream.worker.observations import publish_observations

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


def test_a_silence_of_long_ago_is_told_within_a_minute_and_once(tmp_path: Path):
    port = free_port()
    bootstrap = f"127.0.0.1:{port}"
    environment = {"STETHOS_BROKER": bootstrap, "STETHOS_EMBEDDED_BROKER": "true", "STETHOS_PARTITIONS": "2"}
    broker = ChildProcess(
        "broker", embedded_broker_command(port), tmp_path / "broker.log", folder=tmp_path, environment={}
    )
    long_ago_us = time.time_ns() // 1000 - HOUR_US
    once = ReadingObserved(
        machine="fan", point="p", time_us=long_ago_us, observed_us=long_ago_us, digest="0", values={"a": 1.0}
    )

    def ticks() -> list[str]:
        found = [decode_observation(each.value) for each in read_topic(bootstrap, OBSERVATIONS)[0]]
        return [each.machine for each in found if isinstance(each, Tick)]

    try:
        wait_for_port(port, broker)
        ensure_topics(Settings(broker=bootstrap, partitions=2, embedded_broker=True))
        publish_observations(bootstrap, [once])
        worker = start_worker(tmp_path, environment)
        try:
            wait_until(lambda: ticks() == ["fan"], "its silence is told", deadline_s=60, every_s=1.0)
            worker.linger(10)
            assert ticks() == ["fan"]
        finally:
            assert worker.stop() == 0, worker.text()[-2000:]
    finally:
        broker.end()
        broker.wait()
