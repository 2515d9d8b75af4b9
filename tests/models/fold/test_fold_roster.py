"""Whoever leaves and comes back, in whatever order: the fold goes on from any cut, and its alerts pair up."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from models.advice.open_alarms import open_alarms
from models.fold import dump_state, initial_state, load_state, step
from models.observations import Configured
from models.outputs import Alert
from tests.models.fold.leaving import HOUR, expire, roster, tick
from tests.models.fold.observed import alerts, at, configured, healths, learned, run, vibration

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("measure"), st.integers(1, 30), st.sampled_from([1.0, 1.0, 7.0])),
        st.tuples(st.sampled_from(["retire", "return", "forget"]), st.just(1), st.just(0.0)),
        st.tuples(st.sampled_from(["tick", "expire", "late", "configure"]), st.integers(1, 400), st.just(0.0)),
    ),
    max_size=25,
)


def history(steps):
    now, found = 0, [configured()]
    for number, (what, count, factor) in enumerate(steps):
        if what == "measure":
            for _ in range(count):
                now += 1
                found.append(vibration(now, factor=factor, arrived_us=at(now)))
        elif what == "late":
            found.append(vibration(max(now - count, 0), digest=f"late {number}", observed_us=at(now)))
        elif what == "configure":
            found.append(Configured(machine="pump", observed_us=at(now), configuration=configured().configuration))
        elif what == "tick":
            now += count
            found.append(tick(at(now)))
        elif what == "expire":
            found.append(expire(at(now), after_us=count * 10 * 10_000_000))
        else:
            now += count
            found.append(roster(what, now, arrived_us=at(now), digest=f"{what} {number}"))
    return found


@settings(max_examples=40, deadline=None)
@given(steps=STEPS, cut=st.floats(0.0, 1.0))
def test_any_history_goes_on_from_any_cut_bit_for_bit(steps, cut):
    observed = history(steps)
    place = int(cut * len(observed))
    whole, outputs = run(observed)
    state, first = run(observed[:place], initial_state("pump"))
    state, second = run(observed[place:], load_state(dump_state(state)))
    assert first + second == outputs
    assert dump_state(state) == dump_state(whole)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_alerts_pair_up_and_their_times_rise_whoever_comes_and_goes(steps):
    """Of each alert: raised once, its transitions at rising times, and none is left open on one that has left."""
    state, outputs = run(history(steps))
    by_id: dict[str, list[Alert]] = {}
    for each in alerts(outputs):
        by_id.setdefault(each.id, []).append(each)
    for found in by_id.values():
        assert [each.time for each in found] == sorted({each.time for each in found})
        assert found[0].state == "active"
        assert [each.state for each in found].count("cleared") <= 1
    standing = {found[-1].id for found in by_id.values() if found[-1].state == "active"}
    known = {each.alarm.id for each in open_alarms(state)}
    if state.left is not None and state.left.alarm is not None and state.left.alarm.level:
        known.add(state.left.alarm.id)
    assert standing == known
    if state.left is not None:
        assert not list(open_alarms(state))


@settings(max_examples=40, deadline=None)
@given(before=STEPS, after=st.integers(1, 40))
def test_a_life_after_forgetting_is_as_of_one_never_heard_of(before, after):
    state, _ = run(history(before), initial_state("pump"))
    begin = 20_000
    state, _ = run([configured(), roster("forget", begin, arrived_us=at(begin))], state)
    messages = [vibration(begin + i, arrived_us=at(begin + i)) for i in range(1, after)]
    state, outputs = run(messages, state)
    fresh, wanted = run([configured(), *messages], initial_state("pump"))

    def said(out):
        return [(h.time, h.status, h.score, h.anomaly, h.guard, h.reason) for h in healths(out)]

    assert said(outputs) == said(wanted[1:])
    assert {key: dump_of(c) for key, c in state.channels.items()} == {
        key: dump_of(c) for key, c in fresh.channels.items()
    }


def dump_of(channel):
    whole = initial_state("pump")
    whole.channels = {"only": channel}
    return dump_state(whole)


def test_a_state_that_knew_no_departure_loads_and_goes_on():
    """What former versions wrote has no such key."""
    state, _ = learned()
    plain = msgspec.msgpack.decode(dump_state(state))
    del plain["state"]["left"]
    older = load_state(msgspec.msgpack.encode(plain))
    assert older.left is None
    assert dump_state(step(older, vibration(100))[0]) == dump_state(step(state, vibration(100))[0])


def test_the_largest_state_of_a_retired_machine_is_a_few_bytes_more():
    state, _ = learned(roster("retire", 100), vibration(100 + HOUR))
    with_it = len(dump_state(state))
    assert state.left.alarm.level
    state.left = None
    assert with_it - len(dump_state(state)) < 100
