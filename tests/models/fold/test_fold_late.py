"""What comes late: judged as it is, told once nothing more comes, in any order the same; and it moves nothing."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.clock import HOUR_US, MINUTE_US, SECOND_US, from_datetime, to_datetime
from models.condition.late_episode import LateWatch
from models.observations import Tick, VibrationObserved
from models.outputs import Health
from tests.models.fold.backlogs import BACK, LEARNED, OUT, backlog, come, fold_late, late_ones, learned, live
from tests.models.fold.observed import alerts, at, configured, healths, reading, run, temperature, vibration

drawn = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def plain(alert):
    return (alert.state, alert.priority, alert.since, alert.time, alert.value, alert.limit, alert.text)


@pytest.mark.parametrize("order", [lambda late: late, lambda late: late[::-1], lambda late: sorted(late, key=str)])
def test_an_hour_at_four_times_the_level_is_told_as_past_in_one_step(order):
    _, outputs = fold_late(order(backlog()))
    said = [out for out in outputs if any(output in late_ones([out]) for output in out)]
    assert len(said) == 1
    raised, cleared = late_ones(outputs)
    assert (raised.state, cleared.state) == ("active", "cleared")
    assert raised.id == cleared.id
    assert raised.priority == cleared.priority == "medium"
    assert raised.since == raised.time == cleared.since == to_datetime(at(OUT))
    assert cleared.time == to_datetime(at(BACK - 3))
    assert raised.value >= raised.limit
    assert raised.noticed == cleared.noticed
    assert 5 * MINUTE_US <= from_datetime(raised.noticed) - at(BACK + 4) <= 6 * MINUTE_US
    assert "120 of 120" in raised.text
    assert "120" in raised.text_zh
    assert raised.observation.startswith("vibration-drive-end")


def test_each_that_comes_late_has_one_health_and_none_waits():
    late = backlog()
    _, outputs = fold_late(late)
    assert all(sum(isinstance(output, Health) for output in out) == 1 for out in outputs)
    flagged = [health for health in healths(outputs) if "late" in health.quality.flags]
    assert len(flagged) == len(late)
    assert {health.status for health in healths(outputs)} == {"healthy"}, "the present is sound, and judged"


def test_what_comes_late_moves_nothing_live():
    """Its own state aside, a machine is what it would have been without it."""
    loud = [vibration(i, factor=3.0) for i in range(BACK, BACK + 60)]
    alone, outputs = run(loud, learned())
    both, mixed = run(
        [o for i, o in enumerate(loud) for o in (o, *come(backlog()[i : i + 2], o.observed_us))], learned()
    )
    told = [alert for alert in alerts(mixed) if alert.rule != "late"]
    assert [plain(alert) for alert in told] == [plain(alert) for alert in alerts(outputs)]
    assert told
    a, b = (state.channels["indicators/drive-end"] for state in (alone, both))
    for field in ("alarms", "symptoms", "newest_us", "judged_us", "degradation_trend", "sensor"):
        assert getattr(a, field) == getattr(b, field)
    assert a.regime_baseline == b.regime_baseline


@drawn
@given(st.data())
def test_any_order_in_between_live_data_gives_the_same(data):
    first = data.draw(st.integers(OUT, BACK - 60))
    late = backlog(
        loud=(first, data.draw(st.integers(first, BACK))), factor=data.draw(st.sampled_from([1.0, 2.0, 4.0, 9.0]))
    )
    told = []
    for order in (late, data.draw(st.permutations(late))):
        now = live(last=BACK + 30)
        begin = now[0]
        mixed = [begin, *come(order[:1], begin.observed_us)]
        rest, left = now[1:], order[1:]
        while left:
            many = data.draw(st.integers(1, 40))
            mixed += come(left[:many], mixed[-1].observed_us)
            left = left[many:]
            if rest and data.draw(st.booleans()):
                mixed.append(rest.pop(0))
        after = max(o.time_us for o in mixed) + 6 * MINUTE_US
        _, outputs = run([*mixed, Tick(machine="pump", observed_us=after)], learned())
        told.append([plain(alert) for alert in late_ones(outputs)])
    assert told[0] == told[1]


@drawn
@given(st.permutations(backlog(factor=1.0)), st.integers(1, 10), st.sampled_from([1.0, 0.5]))
def test_a_sound_backlog_of_any_order_gives_none(late, before, factor):
    quieter = [
        msgspec.structs.replace(o, indicators={n: v * factor for n, v in o.indicators.items()}) for o in late
    ]
    _, outputs = fold_late(quieter, before=before)
    assert not alerts(outputs)


@drawn
@given(st.permutations(backlog()), st.integers(1, 30), st.sampled_from([4.0, 8.0, 30.0]))
def test_an_hour_at_four_times_or_more_is_medium_or_high(late, before, factor):
    louder = [
        msgspec.structs.replace(o, indicators={n: v * factor / 4 for n, v in o.indicators.items()}) for o in late
    ]
    _, outputs = fold_late(louder, before=before)
    raised, _ = late_ones(outputs)
    assert raised.priority == ("medium" if factor == 4.0 else "high")


@drawn
@given(st.sets(st.integers(0, 119), max_size=30), st.randoms())
def test_shocks_raise_nothing(loud, random):
    """However loud, and one in four of all."""
    late = [vibration(i, factor=40.0 if k in loud else 1.0) for k, i in enumerate(range(OUT, BACK, 3))]
    if any({k, k + 1, k + 2, k + 3, k + 4} <= loud for k in range(120)):
        return  # so many in a row are no shocks
    random.shuffle(late)
    _, outputs = fold_late(late)
    assert not late_ones(outputs)


def test_starts_raise_nothing():
    """A machine that starts each ten minutes, two minutes of it four times as loud."""
    late = [vibration(i, factor=4.0 if i % 60 < 12 else 1.0) for i in range(OUT, BACK)]
    _, outputs = fold_late(late)
    assert not late_ones(outputs)


def test_what_is_sent_twice_is_told_once():
    late = backlog(step=1)  # more than the point remembers
    state, outputs = fold_late(late)
    assert len(late_ones(outputs)) == 2
    again = come([msgspec.structs.replace(o, source=None) for o in late], at(BACK + 300))
    _, outputs = run([*live(BACK + 300, BACK + 310), *again, *live(BACK + 310, BACK + 400)], state)
    assert not late_ones(outputs)


def test_what_was_told_as_it_happened_is_not_told_again_late():
    loud = [vibration(i, factor=8.0) for i in range(OUT, BACK)]
    quiet = live(BACK, BACK + 120)
    state, outputs = run([*loud, *quiet], learned())
    assert [alert.state for alert in alerts(outputs) if alert.rule == "change"][-1] == "cleared"
    again = come(loud[::-1], quiet[-1].observed_us)
    state, outputs = run([*again, *live(BACK + 120, BACK + 200)], state)
    assert state.counts.late > 200
    assert not alerts(outputs)


def test_what_is_worse_than_what_stands_is_told():
    state, outputs = run([vibration(i, factor=3.0) for i in range(OUT, OUT + 60)], learned())
    assert ("change", "medium") in {(alert.rule, alert.priority) for alert in alerts(outputs)}
    state, outputs = run([*live(BACK, BACK + 3, factor=3.0)], state)
    late = come(backlog(factor=9.0, loud=(OUT + 100, BACK), first=OUT + 60), at(BACK + 2))
    _, outputs = run([*late, *live(BACK + 3, BACK + 60, factor=3.0)], state)
    assert [(alert.state, alert.priority) for alert in late_ones(outputs)] == [
        ("active", "high"),
        ("cleared", "high"),
    ]


def test_a_tick_tells_it_where_nothing_more_comes():
    state, outputs = fold_late(backlog(), after=0)
    assert not late_ones(outputs)
    now_us = at(BACK + 4)
    state, outputs = run([Tick(machine="pump", observed_us=now_us + k * MINUTE_US) for k in range(1, 8)], state)
    assert [bool(late_ones([out])) for out in outputs] == [False] * 4 + [True, False, False]
    assert state.late_due_us == 0


def test_what_comes_after_it_was_told_is_another():
    state, outputs = fold_late(backlog(last=OUT + 120))
    assert len(late_ones(outputs)) == 2
    later = come(backlog(first=OUT + 240, loud=(OUT + 300, BACK)), at(BACK + 64))
    _, more = run([*later, *live(BACK + 65, BACK + 120)], state)
    (first, *_), (second, *_) = late_ones(outputs), late_ones(more)
    assert first.id != second.id
    assert second.since == to_datetime(at(OUT + 300))


def test_a_clock_that_was_years_ahead_once_holds_nothing_back():
    state, _ = run(live(last=BACK + 5), learned())
    ahead = come(backlog(), at(BACK) + 10**15)
    _, outputs = run([*ahead, *live(BACK + 5, BACK + 10)], state)
    assert len(late_ones(outputs)) == 2


def test_a_backlog_of_a_week_is_told_by_parts_of_two_days():
    """Its bins have no room for more; a fault of four hours shows in any part."""
    week = [vibration(i * 36, factor=4.0 if 300 <= i < 340 else 1.0, digest=f"w{i}") for i in range(40, 1700)]
    state, _ = run([*live(61_300, 61_310)], learned())
    for late in (week, week[::-1]):
        again = fold.load_state(fold.dump_state(state))
        _, outputs = run([*come(late, at(61_309)), *live(61_310, 61_400)], again)
        raised = [alert for alert in late_ones(outputs) if alert.state == "active"]
        assert {alert.priority for alert in raised} == {"medium"}
        assert len(raised) == 1
        assert abs(from_datetime(raised[0].since) - at(300 * 36)) <= HOUR_US


def test_a_maker_s_limit_and_a_rise_of_temperature_are_told():
    warm = [o for i in range(OUT) for o in (vibration(i), temperature(i, 60.0))]
    state, _ = run([configured(), *warm])
    late = [temperature(i, 60.0 + (30.0 if i >= OUT + 60 else 0.0)) for i in range(OUT, BACK, 3)]
    now = [o for i in range(BACK, BACK + 60) for o in (vibration(i), temperature(i, 60.0))]
    _, outputs = run([*now[:4], *come(late[::-1], at(BACK + 1)), *now[4:]], state)
    raised, _ = late_ones(outputs)
    assert (raised.priority, raised.point) == ("medium", "bearing")
    assert from_datetime(raised.since) - at(OUT + 60) in range(MINUTE_US)


def test_a_level_of_a_cheap_sensor_is_told():
    def level(i, factor=1.0):
        values = vibration(i).indicators
        return reading(i, values={"rms": values["rms_g"] * factor, "pressure": 3.0})

    state, _ = run([configured(), *(level(i) for i in range(OUT))])
    late = come([level(i, 4.0) for i in range(BACK - 1, OUT, -3)], at(BACK + 1))
    now = [level(i) for i in range(BACK, BACK + 60)]
    _, outputs = run([*now[:2], *late, *now[2:]], state)
    assert [alert.priority for alert in late_ones(outputs)] == ["medium", "medium"]


def test_a_faulty_sensor_s_word_is_none():
    late = [msgspec.structs.replace(o, flags=("clipped",)) for o in backlog(factor=30.0)]
    _, outputs = fold_late(late)
    assert not late_ones(outputs)


def test_before_anything_is_learned_nothing_is_compared():
    first = [vibration(i, factor=4.0) for i in range(20)]
    state, _ = run([configured(), *live(BACK, BACK + 10)])
    _, outputs = run([*come(first, at(BACK + 10)), *live(BACK + 10, BACK + 50)], state)
    assert not alerts(outputs)


def test_where_only_late_ones_come_the_machine_is_not_judged():
    """A clock that was put back: its word may be true, and nobody knows."""
    now = [msgspec.structs.replace(vibration(i), observed_us=at(i) + 2 * HOUR_US) for i in range(100, 230)]
    _, outputs = run(now, run([configured(), *live(0, 400)])[0])
    assert healths(outputs)[-1].status == "not_judged"
    assert healths(outputs)[-1].guard == "late"


def test_live_data_that_come_seldom_are_judged_through_a_trickle_of_late_ones():
    every = 120 * 10 * SECOND_US
    slow = [vibration(i, time_us=at(0) + i * every, observed_us=at(0) + i * every) for i in range(140)]
    state, outputs = run([configured(), *slow[:100]])
    mixed = []
    for k, each in enumerate(slow[110:]):
        trickle = [vibration(20_000 + k * 10 + j, time_us=at(0) + 100 * every + k * 10 + j) for j in range(9)]
        mixed += [
            each,
            *(
                msgspec.structs.replace(o, observed_us=each.observed_us + j * every // 10)
                for j, o in enumerate(trickle)
            ),
        ]
    _, outputs = run(mixed, state)
    assert {health.status for health in healths(outputs)} == {"healthy"}


def test_a_state_of_before_goes_on():
    """As an older version wrote it: without what came with this one."""
    plainly = msgspec.msgpack.decode(LEARNED)
    del plainly["state"]["late_due_us"]
    places = {
        name: at
        for at, name in enumerate(fold.load_state(LEARNED).channels["indicators/drive-end"].__struct_fields__)
    }
    channel = plainly["state"]["channels"]["indicators/drive-end"]
    del channel[places["late"] :]
    state = fold.load_state(msgspec.msgpack.encode(plainly))
    assert state.channels["indicators/drive-end"].late == LateWatch()
    _, outputs = fold_late(backlog(), state=state)
    assert len(late_ones(outputs)) == 2


@drawn
@given(st.permutations(backlog(loud=(OUT + 100, OUT + 220), step=6)), st.integers(0, 100))
def test_it_goes_on_from_any_cut_and_stays_small(late, cut):
    everything = [*live(last=BACK + 5), *come(late, at(BACK + 4)), *live(BACK + 5, BACK + 60)]
    whole, outputs = run(everything, learned())
    state, first = run(everything[:cut], learned())
    state, second = run(everything[cut:], fold.load_state(fold.dump_state(state or learned())))
    assert first + second == outputs
    assert fold.dump_state(state) == fold.dump_state(whole)
    during, _ = run(everything[: 5 + len(late)], learned())
    (watch,) = (channel.late for channel in during.channels.values())
    assert len(msgspec.msgpack.encode(watch)) < 700


def test_it_takes_any_numbers():
    wild = [
        msgspec.structs.replace(o, indicators={"rms_g": value, "velocity_rms_mm_s": -value, "envelope_rms_g": 0.0})
        for o, value in zip(backlog(), [1e300, -1e300, float("nan"), float("inf"), 0.0, 1e-300] * 20, strict=True)
    ]
    fast = [
        msgspec.structs.replace(o, speed_rpm=s, load_percent=s)
        for o, s in zip(wild, [float("nan"), float("inf"), -1e300, 0.0] * 30, strict=True)
    ]
    for each in (wild, fast):
        state, outputs = fold_late(each)
        assert isinstance(each[0], VibrationObserved)
        assert len(healths(outputs)) == len(outputs)
        assert fold.dump_state(fold.load_state(fold.dump_state(state)))
