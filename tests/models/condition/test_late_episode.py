"""An episode of what came late: exact counts in any order, and stretches that neither shocks nor starts make."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from models.alarms.symptom import Symptom
from models.clock import HOUR_US, MINUTE_US, SECOND_US
from models.condition.late_baseline import LateBaseline
from models.condition.late_episode import LateEpisode

BEGIN_US = 1_700_000_000 * SECOND_US
LEAST_US = 5 * MINUTE_US
DEGREES = st.sampled_from([0.0, 0.5, 1.0, 2.5, 3.0, 4.0])
MOMENTS = st.lists(st.tuples(st.integers(0, 50 * HOUR_US), DEGREES), min_size=1, max_size=60)


def symptom(degree):
    return Symptom("change", "rms_g", 1.0 + degree, 1.0, [1.6, 2.5, 6.3], degree)


def episode(moments, interval_us=float(MINUTE_US)):
    found = LateEpisode(LateBaseline(["rms_g"], [], interval_us), BEGIN_US, BEGIN_US)
    for time_us, degree in moments:
        assert found.fits(BEGIN_US + time_us)
        found.add(BEGIN_US + time_us, str(time_us), symptom(degree))
    return found


def each_minute(*degrees):
    return [(minute * MINUTE_US, degree) for minute, degree in enumerate(degrees)]


@given(MOMENTS, st.randoms())
def test_any_order_comes_to_the_same(moments, random):
    shuffled = list(moments)
    random.shuffle(shuffled)
    one, other = episode(moments), episode(shuffled)
    for level in (1, 2, 3):
        if level in one.loudest:
            assert one.stretch(level, LEAST_US) == other.stretch(level, LEAST_US)
    assert one.loudest == other.loudest
    assert one.judged == other.judged


@given(MOMENTS)
def test_nothing_is_lost_when_bins_grow_wider(moments):
    found = episode(moments)
    assert found.judged == len(moments)
    for level in (1, 2, 3):
        assert sum(counts[level] for counts in found.bins.values() if len(counts) > 1) == sum(
            min(int(degree), 3) == level for _, degree in moments
        )
    assert max(found.bins) - min(found.bins) < 48


@given(MOMENTS)
def test_a_stretch_lies_between_the_first_and_the_last_at_its_level(moments):
    found = episode(moments)
    for level in found.loudest:
        stretch = found.stretch(level, LEAST_US)
        if stretch is not None:
            at_level = [BEGIN_US + time_us for time_us, degree in moments if degree >= level]
            assert min(at_level) <= stretch.since_us <= stretch.until_us <= max(at_level)
            assert 3 <= stretch.count <= len(at_level)


def test_a_fault_among_sound_hours_is_found_from_begin_to_end():
    sound, loud = [0.0] * 120, [3.2] * 40
    stretch = episode(each_minute(*sound, *loud, *sound)).stretch(3, LEAST_US)
    assert stretch is not None
    assert (stretch.since_us, stretch.until_us) == (BEGIN_US + 120 * MINUTE_US, BEGIN_US + 159 * MINUTE_US)
    assert stretch.count == 40


def test_a_fault_of_an_hour_in_a_day_is_found_wherever_it_lies():
    for begin in range(60, 1_380, 7):
        degrees = [2.0 if begin <= minute < begin + 60 else 0.0 for minute in range(1_440)]
        stretch = episode(each_minute(*degrees)).stretch(2, LEAST_US)
        assert stretch is not None, begin
        assert BEGIN_US + begin * MINUTE_US == stretch.since_us
        assert stretch.until_us == BEGIN_US + (begin + 59) * MINUTE_US


def test_what_is_shorter_than_the_delay_is_none():
    assert episode(each_minute(0.0, 3.0, 3.0, 3.0, 3.0, 0.0)).stretch(3, LEAST_US) is None
    assert episode(each_minute(0.0, 3.0, 3.0, 3.0, 3.0, 3.0, 0.0)).stretch(3, LEAST_US) is not None


def test_many_at_once_last_no_longer_than_the_time_they_lie_in():
    burst = [(k * SECOND_US // 10, 3.0) for k in range(500)]
    assert episode(burst).stretch(3, LEAST_US) is None


def test_seldom_measured_three_are_enough():
    assert episode([(k * 10 * MINUTE_US, 3.0) for k in range(3)], 10.0 * MINUTE_US).stretch(3, LEAST_US) is not None
    assert episode([(k * 10 * MINUTE_US, 3.0) for k in range(2)], 10.0 * MINUTE_US).stretch(3, LEAST_US) is None


def test_what_lies_days_away_does_not_fit():
    found = episode(each_minute(0.0, 1.0))
    assert found.fits(BEGIN_US + 50 * HOUR_US)
    assert found.fits(BEGIN_US - 50 * HOUR_US)
    assert not found.fits(BEGIN_US + 53 * HOUR_US)
    assert not found.fits(BEGIN_US - 53 * HOUR_US)


def test_a_day_of_it_is_small():
    found = episode([(k * 10 * SECOND_US, 3.0 if k % 2 else 0.0) for k in range(8_640)], 10.0 * SECOND_US)
    assert len(msgspec.msgpack.encode(found)) < 600
    sound = episode([(k * 10 * SECOND_US, 0.0) for k in range(8_640)], 10.0 * SECOND_US)
    assert len(msgspec.msgpack.encode(sound)) < 300
