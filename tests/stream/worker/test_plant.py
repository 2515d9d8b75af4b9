"""The small plant itself: without any event, what shakes raises an alert and its neighbour none."""

from pathlib import Path

import pytest

from tests.services.kafka import Kafka
from tests.services.plant import Plant, supervised

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def test_what_shakes_raises_an_alert_and_a_worker_that_ends_is_started_again(kafka: Kafka, tmp_path: Path):
    plant = Plant(kafka.bootstrap, tmp_path)
    with supervised(tmp_path, plant.environment) as worker:
        plant.learn()
        worker.kill()
        worker.wait_ready(2)
        plant.run(5)
        plant.wait_judged()
        assert not plant.alerts("P-faulty")
        plant.expect_alert()
    assert worker.starts == 2
