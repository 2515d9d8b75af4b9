from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from models.clock import MINUTE_US
from models.condition.running_median import RunningMedian

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=1, max_size=40))
def test_it_is_the_median_of_the_last_seven(values):
    running_median = RunningMedian()
    for i, value in enumerate(values):
        found = running_median.add(i, value)
        assert found == median(values[max(0, i - 6) : i + 1])


def test_three_shocks_in_a_row_among_seven_do_not_move_it():
    running_median = RunningMedian()
    for i in range(7):
        running_median.add(i, 1.0)
    assert [running_median.add(10 + i, 100.0) for i in range(3)] == [1.0, 1.0, 1.0]


def test_old_values_go_but_three_are_kept_however_slowly_they_come():
    running_median = RunningMedian()
    for hour in range(10):
        running_median.add(hour * 60 * MINUTE_US, float(hour))
    assert running_median.values == [7.0, 8.0, 9.0]
