from math import exp

from models.clock import MINUTE_US
from models.condition.warmth import Warmth


def warm_up(minutes, learning_minutes, *, start_c=20.0, end_c=90.0, constant_min=25.0):
    warmth = Warmth()
    for minute in range(minutes):
        value_c = end_c - (end_c - start_c) * exp(-minute / constant_min)
        warmth.learn(value_c, minute * MINUTE_US, learning=minute < learning_minutes)
    return warmth


def test_warming_up_after_learning_has_ended_is_no_rise():
    for learning_minutes in (5, 30, 100):
        warmth = warm_up(240, learning_minutes)
        assert warmth.reference_c > 86.0


def test_it_settles_and_then_hardly_follows():
    warmth = warm_up(240, 100)
    settled_c = warmth.reference_c
    assert warmth.anchor_c is not None
    for minute in range(240, 300):
        warmth.learn(settled_c + 20.0, minute * MINUTE_US, learning=False)
    assert warmth.reference_c - settled_c < 0.5


def test_overheating_faster_than_a_machine_warms_up_shows_even_before_it_settled():
    warmth = warm_up(30, 30)
    before_c = warmth.reference_c
    for minute in range(30, 40):
        warmth.learn(before_c + 5.0 * (minute - 30), minute * MINUTE_US, learning=False)
    assert before_c + 45.0 - warmth.reference_c > 25.0


def test_it_never_follows_further_than_ten_kelvin():
    warmth = warm_up(240, 100)
    anchor_c = warmth.anchor_c
    for hour in range(20_000):
        warmth.learn(150.0, (240 + 60 * hour) * MINUTE_US, learning=False)
    assert warmth.reference_c == anchor_c + 20.0
