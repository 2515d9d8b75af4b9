"""What is learned after learning, how long a machine runs in, and with what smoothing begins after a stop."""

import pytest

from models.machinery.machine import Learning
from tests.models.fold.observed import configured, healths, learned, reading, run, vibration

LEARNING = Learning(duration_s=600.0, observations=60)
HOUR = 360
"""Observations of one hour."""


def test_once_learning_is_over_every_fourth_sound_observation_teaches_the_anomaly_model():
    """So that it follows its machine, but forgets its past four times as slowly."""
    state, _ = learned()
    model = state.channels["indicators/drive-end"].model
    before = model.regime_statistics.count
    run((vibration(i) for i in range(100, 140)), state)
    assert model.regime_statistics.count - before == 10


@pytest.mark.parametrize(("after_h", "sinks"), [(2, True), (30, False)])
def test_a_baseline_sinks_with_a_machine_that_runs_in_for_a_day_and_no_longer(after_h, sinks):
    minute = 6
    sound = [vibration(i) for i in range(0, after_h * HOUR, minute)]
    state, _ = run([configured(learning=Learning(duration_s=600.0, observations=60)), *sound])
    baseline = state.channels["indicators/drive-end"].baselines["rms_g"]
    before = baseline.location
    run((vibration(i, factor=0.82) for i in range(after_h * HOUR, (after_h + 3) * HOUR, minute)), state)
    assert (before - baseline.location > 0.1) is sinks


def test_after_a_standstill_smoothing_begins_afresh():
    """What a reading was before it says nothing of how the machine runs now."""

    def skid(first, count, speed_rpm, flow):
        for i in range(first, first + count):
            yield reading(i, values={"speed_rpm": speed_rpm, "flow": flow + 0.1 * (i % 7)})

    state, _ = run([configured(learning=LEARNING), *skid(0, 200, 1480.0, 30.0)])
    state, outputs = run([*skid(200, 30, 1480.0, 45.0)], state)
    assert healths(outputs)[-1].anomaly.anomalous
    state, _ = run(skid(230, 30, 0.0, 0.0), state)
    _, outputs = run(skid(260, 30, 1480.0, 30.0), state)
    judged = [health.anomaly.anomalous for health in healths(outputs) if health.anomaly.score is not None]
    assert len(judged) > 10
    assert not any(judged[5:]), "and not after half an hour"
