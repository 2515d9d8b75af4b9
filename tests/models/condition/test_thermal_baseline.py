from math import exp

import pytest

from models.clock import MINUTE_US, SECOND_US
from models.condition.channel import new_channel
from models.condition.features import features_of
from models.condition.thermal_baseline import ThermalBaseline


def warm_up(minutes, learning_minutes, *, start_c=20.0, end_c=90.0, constant_min=25.0):
    thermal_baseline = ThermalBaseline()
    for minute in range(minutes):
        value_c = end_c - (end_c - start_c) * exp(-minute / constant_min)
        thermal_baseline.update(value_c, minute * MINUTE_US, learning=minute < learning_minutes)
    return thermal_baseline


def test_warming_up_after_learning_has_ended_is_no_rise():
    for learning_minutes in (5, 30, 100):
        thermal_baseline = warm_up(240, learning_minutes)
        assert thermal_baseline.reference_c > 86.0


def test_it_settles_and_then_hardly_follows():
    thermal_baseline = warm_up(240, 100)
    settled_c = thermal_baseline.reference_c
    assert thermal_baseline.anchor_c is not None
    for minute in range(240, 300):
        thermal_baseline.update(settled_c + 20.0, minute * MINUTE_US, learning=False)
    assert thermal_baseline.reference_c - settled_c < 0.5


def test_overheating_faster_than_a_machine_warms_up_shows_even_before_it_settled():
    thermal_baseline = warm_up(30, 30)
    before_c = thermal_baseline.reference_c
    for minute in range(30, 40):
        thermal_baseline.update(before_c + 5.0 * (minute - 30), minute * MINUTE_US, learning=False)
    assert before_c + 45.0 - thermal_baseline.reference_c > 25.0


def test_it_never_follows_further_than_twenty_kelvin():
    thermal_baseline = warm_up(240, 100)
    anchor_c = thermal_baseline.anchor_c
    for hour in range(20_000):
        thermal_baseline.update(150.0, (240 + 60 * hour) * MINUTE_US, learning=False)
    assert thermal_baseline.reference_c == anchor_c + 20.0


@pytest.mark.parametrize("gap_s", [120.0, 600.0])
def test_the_recent_past_of_a_temperature_lasts_as_long_however_often_it_is_measured(gap_s):
    channel = new_channel("bearing", "temperature")
    for i in range(int(3_600 / gap_s) + 1):
        features = features_of(channel, {"value_c": 50.0 if i == 0 else 60.0})
        channel.update_recent(features, channel.model.score_features(features), round(i * gap_s * SECOND_US))
    assert channel.recent_c == pytest.approx(60.0 - 10.0 * exp(-2.0), abs=1e-9), "an hour is two time constants"
    features = features_of(channel, {"value_c": 40.0})
    channel.update_recent(features, channel.model.score_features(features), 30 * 86_400 * SECOND_US)
    assert channel.recent_c == pytest.approx(40.0), "after a long silence nothing of it is left"


def followed_k(by_k, days):
    """How far a settled reference goes in so many days at a temperature that lies so much higher or lower."""
    thermal_baseline = warm_up(240, 100)
    settled_c, ten = thermal_baseline.reference_c, 10
    for minute in range(240, 240 + days * 1440, ten):
        thermal_baseline.update(settled_c + by_k, minute * MINUTE_US, learning=False)
    return thermal_baseline.reference_c - settled_c


def test_it_follows_in_a_week_up_and_in_four_down():
    """So that it keeps to the warmer ones of temperatures that swing with the load."""
    assert followed_k(5.0, 7) == pytest.approx(5.0 * (1 - exp(-1)), rel=0.1)
    assert followed_k(-5.0, 28) == pytest.approx(-5.0 * (1 - exp(-1)), rel=0.1)
