"""Workers killed or frozen at any moment lose nothing and learn nothing twice: proved by folding the log afresh."""

import random
import signal
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from tests.services.kafka import Kafka
from tests.services.processes import Process
from tests.services.topics import wait_for_no_lag
from tests.services.workers import start_worker
from tests.stream.worker.exactness import assert_exact, publish, publish_last_words

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4
KILLS = 10
ROUND = 500


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


@pytest.mark.timeout(900)
def test_ten_kills_leave_the_fold_exact(kafka: Kafka, tmp_path: Path, figure: Callable[[str], None]):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    chance, noise = random.Random(7), np.random.default_rng(7)
    published, restarts = 0, []
    for _ in range(KILLS):
        publish(kafka.bootstrap, published, ROUND, noise)
        published += ROUND
        begun = time.monotonic()
        worker = start_worker(tmp_path, settings_of(kafka))
        restarts.append(time.monotonic() - begun)
        try:
            # The moment of the kill is the point of the test, so this is no wait for anything.
            worker.linger(chance.uniform(0.05, 2.0))
        finally:
            worker.kill()
    publish(kafka.bootstrap, published, ROUND, noise)
    published += ROUND
    worker = start_worker(tmp_path, settings_of(kafka))
    try:
        wait_for_no_lag(kafka.bootstrap)
        published += publish_last_words(kafka.bootstrap, published)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    after_kills = restarts[1:]
    figure(
        f"restart after a kill, until states are restored: {min(after_kills):.1f} to {max(after_kills):.1f} s, "
        f"median {statistics.median(after_kills):.1f} s"
    )
    assert_exact(kafka.bootstrap, published)


@pytest.mark.timeout(400)
def test_workers_that_join_freeze_and_leave_keep_the_fold_exact(kafka: Kafka, tmp_path: Path):
    """The frozen one wakes up after its partitions were taken over: whatever it still does must not count."""
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    noise, published = np.random.default_rng(8), 1500
    publish(kafka.bootstrap, 0, published, noise)
    first = start_worker(tmp_path / "first", settings_of(kafka))
    second = None
    try:
        second = start_worker(tmp_path / "second", settings_of(kafka))
        publish(kafka.bootstrap, published, 1500, noise)
        published += 1500
        first.signal(signal.SIGSTOP)
        publish(kafka.bootstrap, published, 1500, noise)
        published += 1500
        second.ready(lambda: ready_count(second) == 2, "the second worker takes all partitions over")
        first.signal(signal.SIGCONT)
        first.ready(lambda: ready_count(first) >= 2, "the first worker is back")
        publish(kafka.bootstrap, published, 1000, noise)
        published += 1000
        assert second.stop() == 0, second.text()[-2000:]
        wait_for_no_lag(kafka.bootstrap)
        published += publish_last_words(kafka.bootstrap, published)
        assert first.stop() == 0, first.text()[-2000:]
    finally:
        for worker in (first, second):
            if worker is not None:
                worker.kill()
    assert_exact(kafka.bootstrap, published)


def ready_count(worker: Process) -> int:
    """How often a worker has restored its machines: once for each rebalance."""
    return worker.text().count(" ready: ")
