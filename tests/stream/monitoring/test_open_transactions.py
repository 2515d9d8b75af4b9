"""Others' transactions that stay open are told once each, while they last."""

import logging

import pytest
from aiokafka import TopicPartition

from stream.monitoring.metrics import Metrics
from stream.monitoring.open_transactions import OpenTransactions

PLACE, OTHER = TopicPartition("vibration", 2), TopicPartition("vibration", 3)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_one_that_stays_open_is_told_once_and_its_end_too(metrics: Metrics, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    transactions = OpenTransactions(metrics, patience_s=60)
    for second in range(0, 100, 5):
        transactions.see({PLACE: (7, 9 + second), OTHER: (3, 3)}, float(second))
        assert len(transactions.warnings()) == (1 if second > 60 else 0)
    (warning,) = transactions.warnings()
    assert warning.startswith("a transaction has been open in vibration/2 since 2")
    assert "from offset 7 on waits" in warning
    assert told(caplog) == [warning]
    assert 'stethos_open_transaction_seconds{partition="2",topic="vibration"} 95.0' in metrics.text().decode()
    transactions.see({PLACE: (200, 200), OTHER: (3, 3)}, 100.0)
    assert transactions.warnings() == []
    assert "(seen for 100 s) has ended" in told(caplog)[-1]
    assert "stethos_open_transaction_seconds{" not in metrics.text().decode()


def test_short_ones_one_after_the_other_are_none_that_stays_open(
    metrics: Metrics, caplog: pytest.LogCaptureFixture
):
    transactions = OpenTransactions(metrics, patience_s=60)
    for second in range(0, 1000, 5):
        transactions.see({PLACE: (second, second + 2)}, float(second))
    assert transactions.warnings() == []
    assert told(caplog) == []


def test_a_partition_that_somebody_else_has_now_is_not_told_of(metrics: Metrics):
    transactions = OpenTransactions(metrics, patience_s=60)
    transactions.see({PLACE: (7, 9)}, 0.0)
    transactions.see({PLACE: (7, 9)}, 90.0)
    assert transactions.warnings()
    transactions.see({OTHER: (1, 1)}, 95.0)
    assert transactions.warnings() == []
    transactions.see({PLACE: (7, 9)}, 100.0)
    assert transactions.warnings() == [], "it is watched anew"
