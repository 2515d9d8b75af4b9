"""How far behind a partition is: by what can still come, and what is in hand."""

import pytest
from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from stream.kafka.progress import Progress
from stream.monitoring.lag import Lag, Log, lag_after
from stream.monitoring.metrics import Metrics
from stream.monitoring.monitor import Monitor

offsets = st.integers(0, 50)


@pytest.mark.parametrize(
    ("log", "progress", "messages"),
    [
        (Log(0, 10, 10), Progress(10, 10), 0),
        (Log(0, 10, 4), Progress(10, 10), 6),
        (Log(0, 10, -1), Progress(None, 0), 10),
        (Log(0, 10, 9), Progress(10, 9), 0),  # the end of a transaction at the end of the partition
        (Log(0, 10, -1), Progress(10, 0), 0),  # nothing but what was taken back
        (Log(0, 10, 3), Progress(3, 3), 7),
        (Log(6, 10, 3), Progress(6, 0), 4),  # deleted beneath the group
        (Log(0, 10, 5), Progress(5, 9), 5),  # set back: what it took once is to come again
        (Log(0, 10, 12), Progress(10, 10), 0),
    ],
    ids=[
        "all done",
        "in hand",
        "not begun",
        "control record",
        "all taken back",
        "to come",
        "deleted",
        "set back",
        "anew",
    ],
)
def test_lag_is_what_can_come_and_what_is_in_hand(log: Log, progress: Progress, messages: int):
    assert lag_after(None, log, progress, 0.0).messages == messages


@given(offsets, offsets, offsets, st.one_of(st.none(), offsets), offsets)
def test_lag_is_never_negative_nor_more_than_there_is(
    begin: int, end: int, committed: int, position: int, taken: int
):
    log = Log(begin, max(begin, end), committed)
    assert (
        0
        <= lag_after(None, log, Progress(position, taken), 0.0).messages
        <= max(log.stable_end, taken, position or 0)
    )


def after(*looks: tuple[Log, Progress]) -> Lag:
    lag = None
    for second, (log, progress) in enumerate(looks):
        lag = lag_after(lag, log, progress, float(second))
    assert lag is not None
    return lag


def test_an_agent_that_takes_and_never_acknowledges_stands_still_though_more_comes():
    looks = [(Log(0, 10 + n, 3), Progress(8 + n, 8 + n)) for n in range(10)]
    assert after(*looks).since == 0.0


def test_a_consumer_that_has_died_stands_still_though_all_before_is_acknowledged():
    looks = [(Log(0, 10 + n, 5), Progress(5, 5)) for n in range(10)]
    assert after(*looks).since == 0.0
    assert after(*looks).messages == 14


def test_one_that_reads_through_what_was_taken_back_moves():
    looks = [(Log(0, 1000, 5), Progress(6 + 10 * n, 5)) for n in range(10)]
    assert after(*looks).since == 9.0


def test_one_that_acknowledges_moves_and_one_with_nothing_to_do_does_not_stand_still():
    assert after(*[(Log(0, 1000, n), Progress(500, 500)) for n in range(10)]).since == 9.0
    assert after(*[(Log(0, 7, 5), Progress(7, 5))] * 10).since == 9.0


def monitor_of(**looks: list[tuple[Log, Progress]]) -> Monitor:
    """A monitor that has looked so often at partition 0 of these topics, a second apart."""
    monitor = Monitor(Metrics(), servers=[], patience_s=60.0)
    for topic, seen in looks.items():
        monitor._lags[TopicPartition(topic, 0)] = after(*seen)
    return monitor


def test_up_to_when_all_is_judged_is_known_once_what_had_come_is_done():
    done, behind = (Log(0, 10, 10), Progress(10, 10)), (Log(0, 10, 4), Progress(4, 4))
    assert Monitor(Metrics(), servers=[], patience_s=60.0).done_until(0) is None
    assert monitor_of(observations=[done]).done_until(0) is None, "one look says nothing yet"
    assert monitor_of(observations=[done, done]).done_until(0) == 0.0
    more = Log(0, 20, 10), Progress(10, 10)
    assert monitor_of(observations=[done, done, more, more, more]).done_until(0) == 1.0
    assert monitor_of(observations=[behind, behind, behind]).done_until(0) is None
    assert monitor_of(observations=[done, done], vibration=[behind, behind]).done_until(0) is None
    assert monitor_of(observations=[done] * 9, vibration=[done] * 4).done_until(0) == 2.0
    assert monitor_of(observations=[done, done], rows=[behind, behind]).done_until(0) == 0.0, "the store may wait"
    assert monitor_of(observations=[done, done]).done_until(1) is None
