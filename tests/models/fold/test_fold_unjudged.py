"""What an observation cannot judge it does not call quiet: such alerts stay as they are."""

import msgspec
import pytest

from models.fold import dump_state, load_state
from models.machinery.machine import Learning, Machine
from models.observations import Configured
from tests.models.fold.observed import START_US, configured, learned, run, temperature, transitions, vibration

LEARNING = Learning(duration_s=600.0, observations=60)
SLOW, FAST = {"speed_rpm": 740.0, "load_percent": 40.0}, {"speed_rpm": 1480.0, "load_percent": 90.0}
LARGE = {"power_kw": 90.0, "mounting": "rigid"}
"""Zone C begins at 2.8 mm/s, D at 4.5; `vibration` has 1.5."""


def both(first, last, value_c, regime, every=6):
    for i in range(first, last, every):
        yield vibration(i, factor=0.3 if regime is SLOW else 1.0, **regime)
        yield temperature(i, value_c)


def of(rule, outputs):
    return [(state, priority) for told, state, priority in transitions(outputs) if told == rule]


def hot_in_a_known_regime(**machine):
    """A machine that has learned 40 °C and has risen to 70 °C."""
    state, _ = run([configured(learning=LEARNING, **machine), *both(0, 1500, 40.0, SLOW, 3)])
    state, outputs = run(both(1500, 2100, 70.0, SLOW, 3), state)
    assert of("temperature", outputs) == [("active", "low"), ("active", "medium")]
    return load_state(dump_state(state))


@pytest.mark.parametrize("limit_c", [None, 120.0])
def test_a_maker_s_limit_does_not_end_a_rise_where_what_is_usual_is_not_known(limit_c):
    state, outputs = run(both(2100, 4200, 70.0, FAST, 3), hot_in_a_known_regime(temperature_limit_c=limit_c))
    assert of("temperature", outputs) == []
    assert state.channels["temperature/bearing"].regime_baseline.learned == 0, (
        "the fault must not become usual here"
    )
    _, outputs = run(both(4200, 4800, 40.0, SLOW, 3), state)
    assert of("temperature", outputs) == [("cleared", "medium")], "back where it is known"


def test_a_limit_that_is_exceeded_moves_such_an_alert_up_all_the_same():
    _, outputs = run(both(2100, 3000, 90.0, FAST, 3), hot_in_a_known_regime(temperature_limit_c=75.0))
    assert of("temperature", outputs) == [("active", "high")]


def test_what_a_limit_alone_raised_in_a_new_regime_clears_there_and_it_is_learned():
    state, _ = run([configured(learning=LEARNING, temperature_limit_c=60.0), *both(0, 1500, 40.0, SLOW, 3)])
    state, outputs = run([*both(1500, 1700, 66.0, FAST, 3)], state)
    assert of("temperature", outputs)[0] == ("active", "low")
    state, outputs = run(both(1700, 5000, 45.0, FAST, 3), state)
    assert of("temperature", outputs)[-1][0] == "cleared"
    assert state.channels["temperature/bearing"].ready


def in_zone_d():
    state, _ = learned(**LARGE)
    state, outputs = run((vibration(i, factor=4.0) for i in range(100, 200)), state)
    assert of("severity", outputs)[-1] == ("active", "high")
    return state


def test_blocks_that_are_too_short_for_a_zone_do_not_end_its_alert():
    state, outputs = run((vibration(i, factor=4.0, seconds=0.9) for i in range(200, 400)), in_zone_d())
    assert of("severity", outputs) == []
    _, outputs = run((vibration(i) for i in range(400, 500)), state)
    assert of("severity", outputs) == [("cleared", "high")]


def test_short_blocks_between_whole_ones_keep_no_zone_from_being_told():
    blocks = (vibration(i, factor=4.0, seconds=1.0 if i % 2 else 0.9) for i in range(100))
    _, outputs = run([configured(**LARGE), *blocks])
    assert of("severity", outputs) == [("active", "low"), ("active", "high")]


def test_an_alert_of_zones_ends_where_the_machine_has_none_any_more():
    state = in_zone_d()
    configuration = msgspec.structs.replace(state.configuration, machine=Machine(id="pump"))
    now = Configured(machine="pump", observed_us=START_US, configuration=configuration)
    _, outputs = run([now, *(vibration(i, factor=4.0) for i in range(200, 300))], state)
    assert of("severity", outputs) == [("cleared", "high")]


@pytest.mark.parametrize(
    ("seconds", "told"), [(25_641 / 25_641.03, True), (0.99, True), (0.98, False), (float("nan"), False)]
)
def test_a_second_is_meant_to_the_rounding_of_a_block_to_whole_samples(seconds, told):
    _, outputs = run([configured(**LARGE), *(vibration(i, factor=4.0, seconds=seconds) for i in range(60))])
    assert bool(of("severity", outputs)) is told


def test_a_start_neither_ends_nor_repeats_the_anomaly_of_a_temperature():
    state, _ = run([configured(learning=LEARNING), *both(0, 6000, 50.0, FAST)])
    state, outputs = run(both(6000, 6600, 61.0, FAST), state)
    assert transitions(outputs) == [("anomaly", "active", "low")]
    standing = {"speed_rpm": 0.0, "factor": 0.001}
    stands = (o for i in range(6600, 7200, 6) for o in (vibration(i, **standing), temperature(i, 55.0)))
    state, outputs = run([*stands, *both(7200, 7900, 61.0, FAST)], state)
    assert transitions(outputs) == []
    _, outputs = run(both(7900, 8500, 50.0, FAST), state)
    assert transitions(outputs) == [("anomaly", "cleared", "low")]
