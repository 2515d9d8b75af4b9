"""A machine is judged by its levels: whatever else goes on being told stands for none of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import MINUTE_US
from tests.models.fold.observed import NOISE, START_US, configured, healths, reading, run, vibration

LEVELS, OTHERS = ("rms_x_mm_s", "rms_y_mm_s", "envelope_rms_g"), ("current_a", "flow", "pressure")
LEARNED, AFTERWARDS = 150, 40


def at_minute(i):
    return {"time_us": START_US + i * MINUTE_US, "observed_us": START_US + i * MINUTE_US, "digest": f"{i:016x}"}


def told(i, names):
    return reading(
        i, **at_minute(i), values={name: 3.0 * float(np.exp(NOISE[7 * i + 131 * len(name)])) for name in names}
    )


def statuses_after(observations):
    _, outputs = run([configured(), *observations])
    return [(health.status, health.guard) for health in healths(outputs)[LEARNED + 20 :]]


@settings(deadline=None, max_examples=25)
@given(st.sets(st.sampled_from([*LEVELS, *OTHERS])))
def test_readings_without_any_of_their_levels_never_keep_a_machine_healthy(left):
    before = [told(i, (*LEVELS, *OTHERS)) for i in range(LEARNED)]
    after = [told(i, sorted(left)) for i in range(LEARNED, LEARNED + AFTERWARDS)]
    found = set(statuses_after([*before, *after]))
    assert found == ({("not_judged", "silent")} if left.isdisjoint(LEVELS) else {("healthy", None)})


def test_nor_do_blocks_without_a_level():
    before = [vibration(i, **at_minute(i)) for i in range(LEARNED)]
    after = [
        vibration(i, **at_minute(i), indicators={"kurtosis": 3.0 + float(NOISE[i]), "crest_factor": 4.0})
        for i in range(LEARNED, LEARNED + AFTERWARDS)
    ]
    assert set(statuses_after([*before, *after])) == {("not_judged", "silent")}


@pytest.mark.parametrize("every", [2, 5])
def test_levels_and_what_else_is_told_may_come_in_messages_of_their_own(every):
    observations = [told(i, LEVELS if i % every == 0 else OTHERS) for i in range(LEARNED * every + AFTERWARDS)]
    assert {guard for _, guard in statuses_after(observations)} == {None}


def test_readings_that_never_had_a_level_are_judged_as_ever():
    observations = [told(i, OTHERS) for i in range(LEARNED + AFTERWARDS)]
    assert set(statuses_after(observations)) == {("healthy", None)}
