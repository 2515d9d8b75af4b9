"""How far behind a partition is: by what can still come, and what is in hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.kafka.progress import Progress
from stream.monitoring.lag import Lag, Log, lag_after

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
