"""Synthetic observations for the tests of the fold: sound by default, everything can be overridden."""

import numpy as np

from models import fold
from models.clock import SECOND_US
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured, ReadingObserved, TemperatureObserved, VibrationObserved
from models.outputs import Alert, Health, Row

START_US = 1_700_000_000 * SECOND_US
STEP_US = 10 * SECOND_US
NOISE = np.random.default_rng(11).normal(0.0, 0.08, 50_000)


def at(i):
    """Time of the i-th observation of a point."""
    return START_US + i * STEP_US


def vibration(i, point="drive-end", *, machine="pump", factor=1.0, **changes):
    """A block of vibration; `factor` is how much louder than usual it is."""
    loud = {
        name: usual * factor * float(np.exp(NOISE[(7 * i + k * 131 + len(point)) % len(NOISE)]))
        for k, (name, usual) in enumerate(
            {"rms_g": 0.3, "velocity_rms_mm_s": 1.5, "envelope_rms_g": 0.2, "band_707_1414_hz_g": 0.1}.items()
        )
    }
    fields = {
        "machine": machine,
        "point": point,
        "time_us": at(i),
        "observed_us": at(i),
        "digest": f"vibration-{point}-{i}",
        "seconds": 1.0,
        "rate_hz": 25_600.0,
        "indicators": {**loud, "kurtosis": 3.0 + float(NOISE[i % len(NOISE)]), "crest_factor": 4.0},
        **changes,
    }
    return VibrationObserved(**fields)


def temperature(i, value_c=60.0, point="bearing", *, machine="pump", **changes):
    fields = {
        "machine": machine,
        "point": point,
        "time_us": at(i),
        "observed_us": at(i),
        "digest": f"temperature-{point}-{i}",
        "indicators": {"value_c": value_c + float(NOISE[i % len(NOISE)])},
        **changes,
    }
    return TemperatureObserved(**fields)


def reading(i, *, machine="pump", point="skid", **changes):
    noise = [float(NOISE[(3 * i + k * 97) % len(NOISE)]) for k in range(3)]
    fields = {
        "machine": machine,
        "point": point,
        "time_us": at(i),
        "observed_us": at(i),
        "digest": f"reading-{point}-{i}",
        "values": {"pressure_bar": 2.0 + noise[0], "current_a": 5.0 + noise[1], "flow": -3.0 + noise[2]},
        **changes,
    }
    return ReadingObserved(**fields)


def configured(*, machine="pump", learning=None, **description):
    """A configuration that learns from the first 60 observations, unless told otherwise."""
    return Configured(
        machine=machine,
        observed_us=START_US,
        configuration=Configuration(
            machine=Machine(id=machine, **description), learning=learning or Learning(until_us=at(60))
        ),
    )


def run(observations, state=None):
    """Fold all of them and give the state and the outputs, one tuple an observation."""
    outputs = []
    for observation in observations:
        state = state or fold.initial_state(observation.machine)
        state, out = fold.step(state, observation)
        outputs.append(out)
    return state, outputs


def kind(outputs, of):
    return [output for out in outputs for output in out if isinstance(output, of)]


def alerts(outputs):
    return kind(outputs, Alert)


def healths(outputs):
    return kind(outputs, Health)


def rows(outputs):
    return kind(outputs, Row)


def learned(*more, **description):
    """A sound pump, 100 observations old."""
    return run([configured(**description), *(vibration(i) for i in range(100)), *more])


def transitions(outputs):
    return [(alert.rule, alert.state, alert.priority) for alert in alerts(outputs)]
