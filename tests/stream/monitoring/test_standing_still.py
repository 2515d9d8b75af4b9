"""When a partition counts as standing still, by what a broker tells; nothing here waits for one."""

from typing import NamedTuple

import pytest
from aiokafka import TopicPartition

from stream.kafka.groups import AGENT_OF
from stream.kafka.progress import Progress
from stream.monitoring.lag import Log
from stream.monitoring.metrics import Metrics
from stream.monitoring.monitor import Monitor

IDLE, BUSY = TopicPartition("vibration", 0), TopicPartition("readings", 1)


class Told(NamedTuple):
    """What a broker tells of two partitions: ends, and how far the group has come."""

    ends: tuple[int, int]
    committed: tuple[int, int]

    def partitions(self):
        found = zip((IDLE, BUSY), self.ends, self.committed, strict=True)
        return {tp: (Log(0, end, committed), Progress(committed, committed)) for tp, end, committed in found}


@pytest.fixture
def monitor():
    monitor = Monitor(Metrics(), servers=["127.0.0.1:1"], patience_s=60)
    monitor.enter("running")
    return monitor


def look(monitor, now, told):
    monitor._show(monitor._lags_of(told.partitions(), now))
    return monitor._agent(AGENT_OF["vibration"], now)


def test_one_that_waits_while_much_is_worked_off_elsewhere_does_not_stand_still(monitor):
    for second in range(0, 600, 5):
        signs = look(monitor, second, Told((4, 90_000), (0, 100 * second)))
        assert signs.stuck_s == 0
    assert signs.behind_s > 500, "though it is behind"
    for second in range(600, 650, 5):
        signs = look(monitor, second, Told((4, 90_000), (0, 90_000)))
    assert signs.stuck_s == 50, "and stands still once there is nothing else to do"


def test_one_that_waits_while_the_others_stand_or_have_little_stands_still(monitor):
    for second in range(0, 100, 5):
        little = look(monitor, second, Told((4, second + 10), (0, second)))
    assert little.stuck_s == 95
    for second in range(100, 200, 5):
        standing = look(monitor, second, Told((4, 90_000), (0, 100)))
    assert standing.stuck_s == 95, "since the other one moved last"


def test_how_far_behind_is_counted_from_what_was_there_at_a_time(monitor):
    look(monitor, 0, Told((10, 0), (10, 0)))
    assert look(monitor, 5, Told((20, 0), (10, 0))).behind_s == 5
    assert look(monitor, 10, Told((30, 0), (15, 0))).behind_s == 10
    assert look(monitor, 15, Told((40, 0), (20, 0))).behind_s == 10, "what was there at 5 is done"
    look(monitor, 20, Told((40, 0), (40, 0)))
    assert look(monitor, 25, Told((40, 0), (40, 0))).behind_s <= 5
