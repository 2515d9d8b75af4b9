"""What was usual when something came late: by regime, as far as it was learned, for what an observation tells."""

import pytest

from models.condition.late_baseline import LateBaseline, UsualIn, late_baseline
from models.condition.regimes import OperatingPoint, Regime, operating_point
from tests.models.fold.observed import configured, run, temperature, vibration

SLOW, FAST = operating_point(750.0, None), operating_point(1500.0, None)


def usual_in(*regimes):
    """What is usual in regimes of a slow and a fast machine; None: not learned yet."""
    boxes = [Regime(number, point, point) for number, point in enumerate((SLOW, FAST), start=1)]
    return LateBaseline(
        ["rms_g"],
        [UsualIn(box, [] if value is None else [(value, 0.1)]) for box, value in zip(boxes, regimes, strict=True)],
    )


@pytest.mark.parametrize(
    ("point", "found"),
    [
        (SLOW, [-2.0]),
        (operating_point(760.0, 50.0), [-2.0]),
        (FAST, [-1.0]),
        (OperatingPoint(), [-2.0, -1.0]),
        (operating_point(None, 50.0), [-2.0, -1.0]),
        (operating_point(3000.0, None), []),
    ],
)
def test_an_observation_is_of_the_regimes_that_it_does_not_contradict(point, found):
    assert [usual.values[0][0] for usual in usual_in(-2.0, -1.0).of(point)] == found


def test_where_one_of_them_is_not_learned_nothing_is_said():
    baseline = usual_in(-2.0, None)
    assert len(baseline.of(SLOW)) == 1
    assert baseline.of(FAST) == []
    assert baseline.of(OperatingPoint()) == []


def snapshot(state, key):
    channel = state.channels[key]
    heat = channel.measurement == "temperature"
    return late_baseline(channel.regimes, channel.baselines_by_regime, heat=heat)


def test_it_is_taken_from_a_point_with_its_usual_interval():
    state, _ = run([configured(), *(o for i in range(100) for o in (vibration(i), temperature(i, 60.0)))])
    vibrations, heat = snapshot(state, "indicators/drive-end"), snapshot(state, "temperature/bearing")
    assert vibrations.names == ["envelope_rms_g", "rms_g", "velocity_rms_mm_s"]
    assert vibrations.interval_us == 10_000_000
    (usual,) = vibrations.of(OperatingPoint())
    baselines = state.channels["indicators/drive-end"].baselines
    assert {name: value[0] for name, value in vibrations.levels(usual).items()} == {
        name: baseline.location for name, baseline in baselines.items()
    }
    assert heat.of(OperatingPoint())[0].values[0][0] == pytest.approx(60.0, abs=1.0)


def test_it_stays_as_it_was_while_live_data_teach():
    state, _ = run([configured(), *(vibration(i, speed_rpm=1480.0) for i in range(100))])
    before = snapshot(state, "indicators/drive-end")
    kept = [(usual.regime.low, usual.regime.high, list(usual.values)) for usual in before.regimes]
    run([vibration(i, speed_rpm=1490.0, factor=1.2) for i in range(100, 300)], state)
    assert [(usual.regime.low, usual.regime.high, usual.values) for usual in before.regimes] == kept


def test_of_a_point_that_knows_nothing_nothing_is_usual():
    state, _ = run([configured(), *(vibration(i) for i in range(10))])
    assert snapshot(state, "indicators/drive-end").of(OperatingPoint()) == []
