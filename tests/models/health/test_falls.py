"""A level far below its baseline is a change too: low, medium where it is far and lasts, and no wear."""

import pytest

from models import fold
from models.clock import DAY_US, MINUTE_US, SECOND_US
from models.machinery.machine import Learning
from tests.models.fold.observed import alerts, at, configured, healths, run, vibration

DAY = DAY_US // (60 * SECOND_US)


def minutely(i, factor=1.0, **changes):
    """A block a minute."""
    time_us = at(0) + i * MINUTE_US
    return vibration(i, factor=factor, time_us=time_us, observed_us=time_us, **changes)


@pytest.fixture(scope="module")
def ran_in():
    state, _ = run(
        [configured(learning=Learning(until_us=at(0) + 60 * MINUTE_US)), *(minutely(i) for i in range(DAY + 120))]
    )
    return state


def fallen(state, factor, minutes, **changes):
    state = fold.load_state(fold.dump_state(state))
    begun = DAY + 120
    return run([minutely(begun + i, factor, **changes) for i in range(minutes)], state)


def changes_of(outputs):
    return [alert for alert in alerts(outputs) if alert.rule == "change"]


def test_half_the_level_is_low_after_a_while_and_says_what_to_look_at(ran_in):
    _, outputs = fallen(ran_in, 0.5, 180)
    (alert,) = changes_of(outputs)
    assert (alert.priority, alert.state) == ("low", "active")
    minutes = (alert.time.timestamp() * SECOND_US - at(0)) / MINUTE_US - (DAY + 120)
    assert 10 <= minutes <= 20
    assert "times its baseline" in alert.text
    assert "quieter than it was. Look at belt, coupling, load and how the sensor is mounted." in alert.text
    assert "皮带" in alert.text_zh
    assert healths(outputs)[-1].status == "watch"
    assert healths(outputs)[-1].remaining_life_h is None


def test_a_fifth_of_it_is_medium_once_it_has_lasted(ran_in):
    _, outputs = fallen(ran_in, 0.19, 180, speed_rpm=1480.0)
    assert [alert.priority for alert in changes_of(outputs)] == ["low", "medium"]
    assert healths(outputs)[-1].remaining_life_h is None


def test_a_tenth_of_it_is_a_standstill_and_no_fall(ran_in):
    _, outputs = fallen(ran_in, 0.05, 180)
    assert changes_of(outputs) == []
    assert healths(outputs)[-1].status == "stopped"


@pytest.mark.parametrize("minutes", [3, 8])
def test_a_moment_without_load_is_nothing(ran_in, minutes):
    state, outputs = fallen(ran_in, 0.4, minutes)
    assert changes_of(outputs) == []
    more = [minutely(DAY + 120 + minutes + i) for i in range(60)]
    assert changes_of(run(more, state)[1]) == []


def test_fresh_grease_that_quiets_the_envelope_is_nothing(ran_in):
    usual = minutely(0).indicators
    _, outputs = fallen(ran_in, 1.0, 120, indicators={**usual, "envelope_rms_g": usual["envelope_rms_g"] * 0.2})
    assert changes_of(outputs) == []


def test_a_machine_that_runs_in_gets_quieter_lawfully():
    observations = [minutely(i, max(0.55, 1.0 - 0.45 * i / 600)) for i in range(DAY - 30)]
    _, outputs = run([configured(learning=Learning(until_us=at(0) + 60 * MINUTE_US)), *observations])
    assert changes_of(outputs) == []


def test_what_was_quieter_and_is_louder_now_is_another_alert(ran_in):
    state, outputs = fallen(ran_in, 0.5, 60)
    (fall,) = changes_of(outputs)
    _, outputs = run([minutely(DAY + 180 + i, 3.5) for i in range(60)], state)
    told = changes_of(outputs)
    assert (told[0].id, told[0].state) == (fall.id, "cleared")
    assert "no longer quieter than usual but louder" in told[0].text
    assert [alert.priority for alert in told[1:]] == ["low", "medium"]
    assert len({alert.id for alert in told[1:]} | {fall.id}) == 2


def test_a_medium_rise_outlives_a_short_fall(ran_in):
    state, _ = fallen(ran_in, 3.5, 60)
    state, outputs = run([minutely(DAY + 180 + i, 0.4) for i in range(6)], state)
    assert changes_of(outputs) == []
    assert changes_of(run([minutely(DAY + 186 + i, 3.5) for i in range(20)], state)[1]) == []


def test_a_level_that_falls_is_no_wear(ran_in):
    state, _ = fallen(ran_in, 0.3, 600)
    assert state.channels["indicators/drive-end"].degradation_trend is None


def test_it_clears_when_the_level_is_back(ran_in):
    state, outputs = fallen(ran_in, 0.5, 60)
    _, back = run([minutely(DAY + 180 + i) for i in range(60)], state)
    told = [*changes_of(outputs), *changes_of(back)]
    assert [alert.state for alert in told] == ["active", "cleared"]
    assert told[1].text.startswith("Back to usual.")


def test_an_indicator_that_rises_now_and_then_beside_one_that_has_fallen_makes_no_turns(ran_in):
    usual = minutely(0).indicators
    state, outputs = fold.load_state(fold.dump_state(ran_in)), []
    for i in range(300):
        envelope = usual["envelope_rms_g"] * (1.9 if i // 7 % 2 else 1.3)
        values = {**usual, "rms_g": usual["rms_g"] * 0.5, "envelope_rms_g": envelope}
        state, out = run([minutely(DAY + 120 + i, indicators=values)], state)
        outputs += out
    assert [alert.state for alert in changes_of(outputs)] in (["active"], ["active", "cleared", "active"])


def test_a_rise_that_has_turned_into_a_fall_is_over_after_its_delay_and_the_fall_is_told(ran_in):
    state, outputs = fallen(ran_in, 2.0, 60)
    _, more = run([minutely(DAY + 180 + i, 0.5) for i in range(60)], state)
    told = [*changes_of(outputs), *changes_of(more)]
    assert [alert.state for alert in told] == ["active", "cleared", "active"]
    assert "no longer louder than usual but quieter" in told[1].text
    assert "quieter than it was" in told[2].text
