"""How many bytes a machine's state takes: 64 KiB at most, whatever comes together."""

import msgspec
import pytest

from models import fold
from models.condition.rhythm import Rhythm
from models.machinery.machine import Learning
from models.machinery.quiet_times import Calendar, QuietTimes
from models.machinery.time_zone import Zone
from tests.models.advice.test_shelving import shelved
from tests.models.fold.observed import at, configured, run, temperature, vibration

LEARNING = Learning(duration_s=600.0, observations=60)
MOST_BYTES = 65_536
CALENDAR = Calendar(
    Zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
    QuietTimes(tuple((k * 700, k * 700 + 600) for k in range(14))),
)
POINTS = ("drive-end", "other end", "pump", "gear")
BANDS = {f"band_{low}_hz_g": 0.1 for low in range(9)}
OTHERWISE = {"rate_hz": 2560.0, "seconds": 0.4, "samples": 1024}


def block(i, point, regimes, **changes):
    k = (i // 250) % regimes
    one = vibration(i, point, speed_rpm=600.0 * 1.3**k, load_percent=10.0 * k, **changes)
    return msgspec.structs.replace(one, indicators=one.indicators | BANDS)


def runs(first, last, regimes, *, comes_and_goes=False, two_ways=False):
    """Four points with a thermometer each, through one regime after the other."""
    found = []
    for i in range(first, last, 5):
        loud, other = comes_and_goes and i // 60 % 3 == 0, two_ways and i // 5 % 20 >= 12
        for point in POINTS:
            changes = OTHERWISE if other else {}
            found.append(block(i, point, regimes, factor=4.0 if loud else 1.0, **changes))
            if i % 10 == 0:
                found.append(temperature(i, 90.0 if loud else 60.0, point))
    return found


def backlog(first, last, point, regimes):
    """What comes late of one point, at every level."""
    late = []
    for i in range(first, last, 7):
        late.append(block(i, point, regimes, factor=(1.0, 2.0, 4.0, 9.0)[i % 4]))
        late.append(temperature(i, (60.0, 80.0, 100.0)[i % 3], point))
    return [msgspec.structs.replace(each, observed_us=at(last)) for each in late]


@pytest.mark.parametrize("regimes", [1, 3, 9])
def test_a_machine_with_four_points_fits_into_64_kib_however_many_regimes_it_has(regimes):
    state, _ = run([configured(learning=LEARNING), *runs(0, 6_000, regimes)])
    assert len(state.channels) == 8
    assert len(fold.dump_state(state)) <= MOST_BYTES


def test_all_at_once_fits_too():
    """Nine regimes of which each point keeps three, alerts that come and go, two ways of measuring, backlogs."""
    state, _ = run([configured(learning=LEARNING), *runs(0, 6_000, 9)])
    state, _ = run(runs(6_000, 12_000, 9, comes_and_goes=True), state)
    state, _ = run(runs(12_000, 15_000, 9, two_ways=True), state)
    late = [each for point in POINTS for each in backlog(12_001, 15_000, point, 9)]
    state, _ = run(sorted(late, key=lambda each: each.time_us), state)
    vibrating = [state.channels[f"indicators/{point}"] for point in POINTS]
    assert {len(channel.baselines_by_regime) for channel in vibrating} == {3}
    assert all(channel.measuring.other for channel in vibrating)
    assert all(channel.alarms["change"].recurrence.held for channel in vibrating)
    assert all(channel.late.episode.loudest.keys() == {1, 2, 3} for channel in vibrating)
    for number in range(10):
        point, rule = POINTS[number % 4], ("change", "severity", "anomaly")[number % 3]
        said = shelved(
            at(15_000 + number), at(15_500), point=point, rule=rule, by="王伟", reason="等待备件，已订轴承"
        )
        state, _ = run([said], state)
    assert len(state.shelves) == 10
    state.rhythm = Rhythm(packed=bytes(180), accepted=CALENDAR, proposed=CALENDAR.quiet, missed=[True] * 6)
    assert len(fold.dump_state(state)) <= MOST_BYTES


def test_ten_shelves_take_little_however_much_is_said_of_them():
    state, _ = run([configured(), *runs(0, 600, 1)])
    before = len(fold.dump_state(state))
    for number in range(12):
        said = shelved(
            at(600 + number), at(700), point="点" * 60 + f" {number:03}", by="王" * 200, reason="因" * 2000
        )
        state, _ = run([said], state)
    assert len(state.shelves) == 10
    assert len(fold.dump_state(state)) - before <= 10 * 600
