"""A temperature against a maker's limit, and against its own warm state where it swings with the load."""

import pytest

from models.condition.channel import new_channel
from models.fold import dump_state, load_state
from models.health.rules import temperature_symptom
from models.machinery.machine import Configuration, Learning, Machine
from tests.models.fold.observed import at, configured, run, temperature, transitions

LIMIT_C = 90.0


@pytest.mark.parametrize(
    ("value_c", "degree"),
    [(70.0, 0.0), (80.0, 0.0), (82.5, 0.5), (85.0, 1.0), (87.5, 1.5), (90.0, 2.0), (100.0, 3.0)],
)
def test_only_the_last_ten_degrees_below_a_limit_count(value_c, degree):
    configuration = Configuration(machine=Machine(id="pump", temperature_limit_c=LIMIT_C))
    symptom = temperature_symptom(new_channel("bearing", "temperature"), value_c, configuration)
    assert symptom is not None
    assert (symptom.indicator, symptom.degree) == ("value_c", degree)


def swinging(first, last, swing_c):
    """A temperature that goes up and down with its load, in turns of two hours."""
    for i in range(first, last, 60):
        yield temperature(i, 60.0 + (swing_c if i // 720 % 2 else 0.0))


@pytest.mark.parametrize(("swing_c", "told"), [(0.0, True), (20.0, False)])
def test_a_rise_counts_only_beyond_what_a_temperature_swings_by_anyway(swing_c, told):
    learning = Learning(until_us=at(6_000))
    state, outputs = run([configured(learning=learning), *swinging(0, 60_000, swing_c)])
    assert [rule for rule, *_ in transitions(outputs) if rule == "temperature"] == []
    warm_c = state.channels["temperature/bearing"].warm_state_c
    hot = (temperature(i, warm_c + 18.0) for i in range(60_000, 60_100))
    _, outputs = run(hot, load_state(dump_state(state)))
    assert (("temperature", "active", "low") in transitions(outputs)) is told
