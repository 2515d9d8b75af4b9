"""An explosion is high within its second block; blows, forklifts, resonances, starts and steps of speed are not."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.fold import dump_state, load_state, step
from models.outputs import Alert
from tests.models.fold.observed import alerts, at, configured, healths, learned, run, vibration

drawn = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LARGE = {"power_kw": 90.0, "mounting": "rigid"}
LEARNED = dump_state(learned()[0])
LEARNED_AT_SPEED = dump_state(run([configured(), *(vibration(i, speed_rpm=1480.0) for i in range(100))])[0])


def after(observations, *, state=LEARNED):
    """The alerts of a pump that was sound for a hundred blocks, with the number of the block that told each."""
    told, known = [], load_state(state)
    for number, observation in enumerate(observations, start=1):
        known, out = step(known, observation)
        told += [
            (number, each.priority, each) for each in out if isinstance(each, Alert) and each.state == "active"
        ]
    return told


def serious(told):
    return [(number, priority) for number, priority, _ in told if priority != "low"]


def blocks(factors, *, first=100, **changes):
    return [vibration(first + i, factor=factor, **changes) for i, factor in enumerate(factors)]


@drawn
@given(st.floats(20.0, 500.0), st.floats(0.75, 1.35), st.integers(1, 90))
def test_an_explosion_is_high_within_its_second_block(factor, second, every):
    """At any rate of sampling, whatever is lost of it after."""
    told = after(
        msgspec.structs.replace(block, time_us=at(100 + every * i), observed_us=at(100 + every * i))
        for i, block in enumerate(blocks([1.0, factor, second * factor, 1.0, 1.0]))
    )
    assert serious(told) == [(3, "high")]
    ((_, _, alert),) = (each for each in told if each[1] == "high")
    assert (alert.rule, alert.value >= 2 * alert.limit) == ("change", True)
    assert "stop the machine" in alert.text
    assert "停机" in alert.text_zh


def test_score_and_status_say_so_too_and_it_stands_when_the_machine_stops():
    state, outputs = run(blocks([30.0, 30.0]), load_state(LEARNED))
    assert [(each.status, each.score < 45) for each in healths(outputs)][-1] == ("critical", True)
    _, outputs = run(blocks([30.0] * 3 + [0.001] * 50, first=102), state)
    assert alerts(outputs) == []
    assert healths(outputs)[-1].status == "critical"


def test_the_zones_explode_as_well_while_nothing_has_been_learned():
    quiet = [vibration(i) for i in range(3)]
    state, outputs = run(quiet)
    assert alerts(outputs) == []
    state, outputs = run([configured(**LARGE), *quiet, *(vibration(3 + i, factor=8.0) for i in range(2))])
    assert ("severity", "high") in [(each.rule, each.priority) for each in alerts(outputs)]
    assert state.channels["indicators/drive-end"].ready is False


@drawn
@given(st.lists(st.floats(2.0, 1000.0), min_size=10, max_size=10), st.integers(1, 6))
def test_ten_hammer_blows_raise_nothing_above_low(blows, quiet):
    factors = [each for blow in blows for each in (blow, *[1.0] * quiet)]
    assert serious(after(blocks(factors))) == []


@drawn
@given(st.lists(st.floats(20.0, 500.0), min_size=2, max_size=3), st.floats(0.25, 0.6))
def test_blows_in_blocks_that_follow_each_other_are_known_by_their_shape(blows, ring_s):
    """A blow that rings for a twentieth of the block has a kurtosis of 30; in two of them there may be as many."""
    hit = [vibration(100 + i, factor=f) for i, f in enumerate(blows)]
    hit = [
        msgspec.structs.replace(each, indicators={**each.indicators, "kurtosis": 1.5 / (ring_s / 10.0)})
        for each in hit
    ]
    assert serious(after([*hit, *blocks([1.0] * 30, first=110)])) == []


@drawn
@given(st.floats(1.0, 9.0), st.integers(1, 3), st.integers(1, 8))
def test_a_forklift_that_passes_raises_nothing_above_low(strongest, nearest, apart):
    """It comes and goes within some tens of seconds, and shakes no machine ten times as much as it does itself."""
    rise = [1.0 + (strongest - 1.0) * i / 3 for i in (1, 2)]
    one = [*rise, *[strongest] * nearest, *rise[::-1]]
    assert serious(after(blocks((one + [1.0] * (apart + 10)) * 4))) == []


@drawn
@given(st.floats(10.0, 200.0), st.floats(0.03, 0.3), st.booleans())
def test_crossing_a_resonance_raises_nothing_above_low(peak, by_block, up):
    """The speed moves by 3 % a block or more through a resonance 5 % wide, to a speed that is new."""
    speed, observations = 1480.0, []
    for i in range(100, 130):
        speed *= (1.0 + by_block) if up else 1.0 / (1.0 + by_block)
        off = (speed / (1480.0 * (2.0 if up else 0.5)) - 1.0) / 0.05
        observations.append(vibration(i, factor=1.0 + peak / (1.0 + off * off), speed_rpm=speed))
    assert serious(after(observations, state=LEARNED_AT_SPEED)) == []


@pytest.mark.parametrize("part", [0.5, 0.9, 0.97, 1.03, 1.1, 2.0])
def test_nothing_explodes_at_another_speed_than_the_one_that_was_held(part):
    told = after(blocks([20.0] * 3, speed_rpm=part * 1480.0), state=LEARNED_AT_SPEED)
    assert serious(told) == []
    told = after(blocks([1.0, 20.0, 20.0], speed_rpm=1.01 * 1480.0), state=LEARNED_AT_SPEED)
    assert serious(told) == [(3, "high")], "a machine's slip is no change of speed"


def test_a_start_does_not_explode():
    stands = blocks([0.001] * 20)
    assert serious(after([*stands, *blocks([25.0] * 6 + [1.0] * 30, first=130)])) == []


@pytest.mark.parametrize(
    "changes",
    [{"seconds": 0.1}, {"seconds": 0.9}, {"flags": ("clipped",)}, {"indicators": {}}],
    ids=["short", "almost a second", "sensor at its rail", "nothing measured"],
)
def test_what_says_too_little_does_not_explode(changes):
    assert serious(after(blocks([30.0] * 3, **changes))) == []


def test_overlapping_blocks_hold_one_blow_and_are_no_two():
    """Blocks of ten seconds, one a second: a blow is in ten of them."""
    moved = [
        msgspec.structs.replace(
            block, time_us=at(100) + i * 1_000_000, observed_us=at(100) + i * 1_000_000, seconds=10.0
        )
        for i, block in enumerate(blocks([1.0] * 5 + [30.0] * 10 + [1.0] * 10))
    ]
    assert serious(after(moved)) == []


def test_blocks_parted_by_one_left_out_or_by_a_lesser_one_are_not_two_running():
    faulty = vibration(101, factor=30.0, flags=("clipped",))
    assert serious(after([vibration(100, factor=30.0), faulty, vibration(102, factor=30.0)])) == []
    assert serious(after(blocks([30.0, 5.0, 30.0, 5.0, 30.0]))) == []
    assert serious(after(blocks([15.0, 30.0, 60.0, 15.0]))) == [], "no two within a factor of 1.5"


def test_a_repeated_or_late_block_is_no_second_one():
    loud = vibration(100, factor=30.0)
    late = msgspec.structs.replace(vibration(101, factor=30.0), time_us=at(99) + 1)
    assert serious(after([loud, loud, late, loud, vibration(101)])) == []


@drawn
@given(st.integers(0, 6), st.lists(st.sampled_from([1.0, 20.0, 27.0, 60.0]), min_size=4, max_size=8))
def test_it_goes_on_from_any_cut(cut, factors):
    observations = blocks(factors, speed_rpm=1480.0)
    whole, outputs = run(observations, load_state(LEARNED_AT_SPEED))
    first, before = run(observations[:cut], load_state(LEARNED_AT_SPEED))
    again, rest = run(observations[cut:], load_state(dump_state(first)))
    assert (dump_state(again), before + rest) == (dump_state(whole), outputs)
