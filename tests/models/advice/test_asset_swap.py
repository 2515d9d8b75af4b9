"""Another asset at a machine's place: a new epoch, marked for all who look back; the same asset changes nothing."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import fold
from models.machinery.machine import Learning, Name
from models.outputs import Action, Alert
from tests.models.fold.observed import at, configured, healths, kind, run, transitions, vibration

LEARNING = Learning(duration_s=600.0, observations=60)


def described(i=0, **description):
    return msgspec.structs.replace(configured(learning=LEARNING, **description), observed_us=at(i))


def sound(first, last, **changes):
    return [vibration(i, **changes) for i in range(first, last)]


def faulty(*between):
    """A machine that has learned, then runs at seven times its level; `between` comes after that."""
    return run(
        [
            described(asset="SN 4711"),
            *sound(0, 100),
            *sound(100, 180, factor=7.0),
            *between,
            vibration(180, factor=7.0),
        ]
    )


def channel_of(state):
    return state.channels["indicators/drive-end"]


def test_a_swap_ends_open_alerts_baselines_and_degradation_and_says_why_in_both_languages():
    before, _ = faulty()
    assert channel_of(before).level
    state, outputs = faulty(described(180, asset="SN 4712"))
    (swap,) = [out for out in outputs if any(isinstance(each, Action) for each in out)][1:]
    action, *cleared = swap
    assert (action.kind, action.former_asset, action.asset) == ("asset", "SN 4711", "SN 4712")
    assert cleared
    assert all(isinstance(each, Alert) and each.state == "cleared" for each in cleared)
    assert {each.text for each in cleared} == {"It was swapped: SN 4711 -> SN 4712; what is usual is learned anew."}
    assert {each.text_zh for each in cleared} == {"设备已更换：SN 4711 -> SN 4712，重新学习正常状态。"}
    channel = channel_of(state)
    assert (channel.epoch, channel.level, channel.ready) == (1, 0, False)
    assert healths(outputs)[-1].status == "warming_up"


def test_the_new_one_is_judged_by_its_own_usual():
    """At seven times the former one's level it is sound: that is what it always did."""
    louder = [vibration(i, factor=7.0) for i in range(181, 400)]
    state, outputs = run([*louder], faulty(described(180, asset="SN 4712"))[0])
    assert not transitions(outputs)
    assert healths(outputs)[-1].status == "healthy"
    assert channel_of(state).ready


@pytest.mark.parametrize("again", ["SN 4711", "sn4711", "ＳＮ　4711".replace("　", " "), ""])
def test_the_same_asset_however_it_is_written_and_none_change_nothing(again):
    before, _ = faulty()
    state, outputs = faulty(described(180, asset=again))
    assert channel_of(state).epoch == 0
    assert len(kind(outputs, Action)) == 1, "that it was told of at first"
    assert channel_of(state).level == channel_of(before).level
    assert healths(outputs)[-1].score == healths(faulty()[1])[-1].score


def test_an_asset_that_is_only_now_described_is_noted_and_changes_nothing():
    plain = [described(), *sound(0, 100)]
    state, _ = run(plain)
    learned = msgspec.json.encode(channel_of(state).baselines)
    state, outputs = run([described(100, asset="SN 1")], state)
    ((action,),) = outputs
    assert (action.kind, action.former_asset, action.asset, action.point) == ("asset", "", "SN 1", "")
    assert (channel_of(state).epoch, msgspec.json.encode(channel_of(state).baselines)) == (0, learned)


def test_one_that_was_left_out_for_a_while_is_still_what_the_next_is_held_against():
    state, _ = faulty(described(180, asset=""))
    _, ((action, *_),) = run([described(181, asset="SN 9")], state)
    assert (action.former_asset, action.asset) == ("SN 4711", "SN 9")
    assert state.version == described(asset="SN 9").configuration.version()


def test_another_name_of_the_machine_forgets_nothing_that_was_learned_of_it():
    state, _ = run([described(), *sound(0, 100)])
    votes, told = channel_of(state).diagnosis_votes, channel_of(state).regime_baseline.told
    channel_of(state).regime_baseline.told = True
    run([described(100, name=Name("Feed pump", "给水泵"))], state)
    assert channel_of(state).diagnosis_votes == votes
    assert channel_of(state).regime_baseline.told, f"was {told} before"
    run([described(100, kind="pump")], state)
    assert not channel_of(state).regime_baseline.told, "another kind has other sisters"


def test_two_swaps_at_one_moment_are_two_rows():
    """A store keeps one row for each machine, time, point and kind."""
    _, outputs = run([described(0, asset=asset) for asset in ("A", "B", "C", "B")])
    actions = kind(outputs, Action)
    assert [each.asset for each in actions] == ["A", "B", "C", "B"]
    assert len({each.time for each in actions}) == 4


def test_a_state_of_a_version_that_knew_no_assets_goes_on():
    state, _ = run([described(), *sound(0, 100)])
    stored = fold.dump_state(state)
    assert b"asset" in stored
    older = stored.replace(b"\xa5asset\xa0", b"\xa5other\xa0")
    assert older != stored
    loaded = fold.load_state(older)
    assert loaded.configuration.machine.asset == ""
    later = [described(100, asset="SN 1"), *sound(100, 120)]
    assert run(later, loaded)[1] == run(later, state)[1]


ASSETS = st.sampled_from(["", "SN 1", "sn1", "SN 2", "电机 3", "ｅ" * 64])
STEPS = st.lists(st.one_of(ASSETS, st.integers(1, 40)), max_size=12)


def steps_of(drawn):
    observations, i = [], 0
    for each in drawn:
        if isinstance(each, str):
            observations.append(described(i, asset=each))
        else:
            observations += sound(i, i + each, factor=1.0 if each % 2 else 6.0)
            i += each
    return observations


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 200))
def test_swaps_go_on_from_any_cut_bit_for_bit_and_each_begins_one_epoch(drawn, cut):
    observations = steps_of(drawn)
    if not observations:
        return
    whole, outputs = run(observations)
    state, first = run(observations[:cut])
    rest = []
    if observations[cut:]:
        state, rest = run(observations[cut:], None if state is None else fold.load_state(fold.dump_state(state)))
    assert first + rest == outputs
    assert fold.dump_state(state) == fold.dump_state(whole)
    swaps = [each for each in kind(outputs, Action) if each.former_asset]
    assert all(each.former_asset != each.asset for each in swaps)
    if whole.channels:
        begun = next(i for i, out in enumerate(outputs) if any(h.point for h in healths([out])))
        assert channel_of(whole).epoch == len([e for e in kind(outputs[begun:], Action) if e.former_asset])
