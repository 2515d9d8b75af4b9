import numpy as np
import pytest

from models import fold
from models.clock import SECOND_US
from models.condition.anomaly import AnomalyModel
from models.condition.floors import INSTRUMENT, TEMPERATURE, VIBRATION, floors_of
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured, ReadingObserved
from models.outputs import Health
from models.signal.reading_names import is_temperature, is_vibration_level

BEGIN_US = 1_700_000_000_000_000
LEARNED = 400
LEVELS = ("rms_g", "Accelerometer1RMS", "velocity_mm_s", "vib_x", "envelope", "振动有效值")
TEMPERATURES = ("bearing_temp_c", "Thermocouple", "oilTemperature", "PT100_2", "轴承温度")
OTHERS = ("Volume Flow RateRMS", "pressure_bar", "current_a", "gap", "temp_setpoint", "attempts", "液位")


def anomalous(values, name):
    """Fold readings of one value at 1 Hz, of which the first 400 teach; which of the others are anomalous."""
    learning = Learning(until_us=BEGIN_US + LEARNED * SECOND_US)
    configuration = Configuration(machine=Machine(id="m"), learning=learning)
    state, _ = fold.step(
        fold.initial_state("m"), Configured(machine="m", observed_us=0, configuration=configuration)
    )
    verdicts = []
    for i, value in enumerate(values):
        time_us = BEGIN_US + i * SECOND_US
        observation = ReadingObserved(
            machine="m", point="p", time_us=time_us, observed_us=time_us, digest=f"{i:016x}", values={name: value}
        )
        state, outputs = fold.step(state, observation)
        verdicts += [out.anomaly.anomalous for out in outputs if isinstance(out, Health)]
    return verdicts[LEARNED:]


def quiet_then(level, shift, noise, count=300, seed=1):
    """A level with a little white noise that shifts for good once it is learned."""
    values = level + noise * np.random.default_rng(seed).normal(size=LEARNED + count)
    values[LEARNED + 20 :] += shift
    return values.tolist()


@pytest.mark.parametrize("name", LEVELS)
def test_a_vibration_level_is_floored_alike_by_whatever_road_it_comes(name):
    assert floors_of(name, 1e-9, INSTRUMENT) == (1e-9, VIBRATION)
    assert is_vibration_level(name)
    assert not is_temperature(name)


@pytest.mark.parametrize("name", TEMPERATURES)
def test_a_temperature_is_floored_alike_by_whatever_road_it_comes(name):
    assert floors_of(name, 1e-9, INSTRUMENT) == (TEMPERATURE, INSTRUMENT)
    assert is_temperature(name)
    assert not is_vibration_level(name)


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_reading_is_as_good_as_its_instrument(name):
    assert floors_of(name, 1e-9, INSTRUMENT) == (1e-9, INSTRUMENT)


@pytest.mark.parametrize("name", [*LEVELS, *TEMPERATURES, *OTHERS])
def test_without_a_relative_floor_a_name_says_nothing(name):
    assert floors_of(name, 0.05, 0.0) == (0.05, 0.0)


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize(("shift", "told"), [(0.08, False), (-0.08, False), (0.4, True)])
def test_a_vibration_reading_may_wander_by_some_per_cent_and_not_by_more(name, shift, told):
    verdicts = anomalous(quiet_then(2.0, 2.0 * shift, noise=0.01), name)
    assert any(verdicts) is told
    assert all(verdicts[100:]) is told


@pytest.mark.parametrize("name", TEMPERATURES)
@pytest.mark.parametrize(("shift_k", "told"), [(2.0, False), (-2.0, False), (8.0, True)])
def test_a_temperature_reading_may_wander_by_some_degrees_and_not_by_more(name, shift_k, told):
    verdicts = anomalous(quiet_then(60.0, shift_k, noise=0.05), name)
    assert any(verdicts) is told
    assert all(verdicts[100:]) is told


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(("shift", "told"), [(0.008, False), (-0.008, False), (0.02, True), (-0.02, True)])
def test_another_reading_may_wander_within_its_instrument_s_class_and_not_by_more(name, shift, told):
    verdicts = anomalous(quiet_then(130.0, 130.0 * shift, noise=0.1), name)
    assert any(verdicts) is told
    assert all(verdicts[100:]) is told


def test_an_older_state_takes_the_floors_of_what_its_names_say():
    """It was written with a thousandth for all readings and goes on; a vibration level is floored at once."""
    model = AnomalyModel(1e-9, 1e-3, 0.1)
    for value in quiet_then(2.0, 0.0, noise=0.01):
        model.learn_one({"rms_g": value, "flow": value})
    restored = AnomalyModel.from_numbers(model.to_numbers())
    assert restored.statistics_by_name["rms_g"].unit == pytest.approx(VIBRATION * 2.0, rel=0.01)
    assert restored.statistics_by_name["flow"].unit < INSTRUMENT * 2.0
