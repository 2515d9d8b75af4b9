"""The warm state of a machine that changes speed and load: what excuses a temperature, and what does not."""

import pytest

from models.machinery.machine import Learning
from tests.models.fold.observed import alerts, configured, healths, run, temperature, transitions, vibration

LEARNING = Learning(duration_s=600.0, observations=60)
SLOW, FAST = {"speed_rpm": 740.0, "load_percent": 40.0}, {"speed_rpm": 1480.0, "load_percent": 90.0}


def test_a_thermometer_has_its_warm_state_in_each_regime_and_time_to_get_there():
    """In the warmer regime it is 35 K warmer, which is neither overheating nor, once back, an anomaly."""
    minute, found, value_c = 6, [configured(learning=LEARNING)], 30.0
    for i in range(0, 12_000, minute):
        regime, ends_c = (FAST, 65.0) if (i // 3_000) % 2 else (SLOW, 30.0)
        value_c += 0.05 * (ends_c - value_c)
        found += [vibration(i, factor=1.0 if regime is FAST else 0.3, **regime), temperature(i, value_c)]
    state, outputs = run(found)
    assert not alerts(outputs)
    assert healths(outputs)[-1].status == "healthy"
    baselines = state.channels["temperature/bearing"].baselines_by_regime.values()
    references = [each.thermal_baseline.reference_c for each in baselines]
    assert max(references) - min(references) > 25.0

    def hot(first, last):
        for i in range(first, last, minute):
            yield vibration(i, factor=0.3, **SLOW)
            yield temperature(i, 60.0)

    state, outputs = run(hot(12_000, 12_180), state)
    assert not alerts(outputs), "it comes from the warmer regime"
    _, outputs = run(hot(12_180, 14_000), state)
    assert ("temperature", "active", "medium") in transitions(outputs), "and stays as warm as there"


def test_a_temperature_is_excused_its_way_whether_its_machine_changes_now_and_then_or_always():
    """Hours in each regime, then ten minutes, and so on; 40 K too warm is told all the same."""
    minute, begun = 6, 0

    def works(minutes, changes, too_warm_k=0.0):
        nonlocal begun, value_c
        for change in range(changes):
            regime, factor, ends_c = (SLOW, 0.3, 30.0) if change % 2 else (FAST, 1.0, 65.0)
            for _ in range(minutes):
                value_c += 0.08 * (ends_c + too_warm_k - value_c)
                yield vibration(begun, factor=factor, **regime)
                yield temperature(begun, value_c)
                begun += minute

    value_c = 30.0
    state, outputs = run([configured(learning=LEARNING), *works(120, 6)])
    assert not alerts(outputs)
    for minutes, changes in ((10, 12), (120, 4), (15, 20), (90, 6)):
        state, outputs = run(works(minutes, changes), state)
        assert not alerts(outputs), f"every {minutes} minutes"
    _, outputs = run(works(30, 8, too_warm_k=40.0), state)
    assert ("temperature", "active", "medium") in transitions(outputs)


def stood(first, last, step=6):
    for i in range(first, last, step):
        yield vibration(i, factor=0.001, speed_rpm=0.0, load_percent=0.0)
        yield temperature(i, 30.0)


def warm(first, last, regime, value_c, step=6):
    for i in range(first, last, step):
        yield vibration(i, factor=1.0 if regime is FAST else 0.3, **regime)
        yield temperature(i, value_c)


def overheats(state, first):
    """Whether a rise to 28 K above the slow regime's warm state is told while the machine still warms up."""
    rise = [*warm(first, first + 60, SLOW, 38.0), *warm(first + 60, first + 210, SLOW, 68.0)]
    state, outputs = run(rise, state)
    assert state.channels["temperature/bearing"].warm_up.since_us is not None
    return ("temperature", "active", "medium") in transitions(outputs)


def test_a_warmer_regime_of_days_ago_hides_no_overheating_after_a_start():
    day = 8640
    hot = [*warm(day // 4, day // 2, FAST, 70.0), *warm(day // 2, 2 * day, SLOW, 40.0, 60)]
    state, _ = run([configured(learning=LEARNING), *warm(0, day // 4, SLOW, 40.0), *hot])
    assert len(state.channels["temperature/bearing"].baselines_by_regime) == 2
    state, _ = run(stood(2 * day, 2 * day + 720), state)
    assert overheats(state, 2 * day + 720)


@pytest.mark.parametrize(("stood_h", "told"), [(0.5, False), (8, True)])
def test_coming_from_a_warmer_regime_it_may_be_warm_after_a_short_stop_but_not_after_a_night(stood_h, told):
    state, _ = run([configured(learning=LEARNING), *warm(0, 2160, SLOW, 40.0), *warm(2160, 4320, FAST, 70.0)])
    state, _ = run(warm(4320, 4380, SLOW, 68.0), state)
    last = 4380 + round(stood_h * 360)
    state, _ = run(stood(4380, last), state)
    assert overheats(state, last) is told
