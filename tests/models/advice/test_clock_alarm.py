"""Wrong clocks in the fold: whatever the offset, it judges, says so, and shifts nothing that is merely late."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.clock import AHEAD_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, to_datetime
from models.condition.channel import Channel
from models.condition.sender_clock import SenderClock
from models.observations import MaintenanceObserved, Source
from tests.models.fold.observed import (
    alerts,
    at,
    configured,
    healths,
    reading,
    rows,
    run,
    temperature,
    vibration,
)

STEP_US = at(1) - at(0)
drawn = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HOURS = st.floats(-14, 14, allow_nan=False)


def sent(i, off_us=0, delay_us=0, *, make=vibration, **more):
    """An observation stamped by a clock that is off, and on its way for some time; read 20 ms after it arrived."""
    arrived_us = at(i) + delay_us
    return make(
        i,
        time_us=at(i) + round(off_us),
        arrived_us=arrived_us,
        observed_us=arrived_us + 20_000,
        source=Source("vibration", 0, i),
        **more,
    )


def judged_of(outputs):
    return [
        h.anomaly.anomalous is not None and not {"late", "future"} & set(h.quality.flags) for h in healths(outputs)
    ]


@drawn
@given(HOURS, st.floats(-900, 900), st.floats(0, 60), st.randoms(use_true_random=False))
def test_whatever_a_clock_is_off_it_is_judged_and_a_fault_is_told_within_half_an_hour(
    hours, a_day_s, jitter_s, random
):
    """Zones, drift and delays that vary; right from the first message."""

    def off_us(i):
        return hours * HOUR_US + a_day_s * SECOND_US * i * STEP_US / DAY_US

    def delay_us():
        return round(random.uniform(0, jitter_s) * SECOND_US)

    arriving = sorted((at(i) + delay_us(), i) for i in range(400))
    delays = [(i, arrived_us - at(i)) for arrived_us, i in sorted(arriving, key=lambda each: each[1])]
    start = configured(learning=fold.initial_state("pump").configuration.learning)
    state, outputs = run([start, *(sent(i, off_us(i), delay) for i, delay in delays[:300])])
    judged = judged_of(outputs)[200:]
    assert sum(judged) >= 0.9 * len(judged)
    state, outputs = run([sent(i, off_us(i), 0, factor=4.0) for i in range(300, 480)], state)
    assert "medium" in {alert.priority for alert in alerts(outputs)}
    assert healths(outputs)[-1].status in {"warning", "critical"}


@drawn
@given(st.floats(-14, 14), st.integers(0, 4), st.booleans())
def test_whatever_a_clock_jumps_healthy_stands_for_no_half_hour_beside_a_fault(hours, wild, back):
    off_us = hours * HOUR_US
    sound = [sent(i) for i in range(150)]
    strays = [sent(150 + i, 10 * 365 * DAY_US + i * 1000 * HOUR_US) for i in range(wild)]
    faulty = [sent(160 + i, 0 if back and i > 200 else off_us, factor=4.0) for i in range(500)]
    state, _ = run([configured(), *sound, *strays])
    state, outputs = run(faulty, state)
    said = healths(outputs)
    assert not any(h.status == "healthy" for h in said[180:])
    if abs(off_us) > AHEAD_US:
        assert any(a.rule == "clock" for a in alerts(outputs)) or hours < 0


@drawn
@given(st.floats(0, 30), st.integers(1, 4), st.sampled_from([0.02, 1.0, 9.0]))
def test_nothing_is_shifted_of_what_is_merely_late(days, gateways, apart_s):
    """However long it was on its way: in a backlog, from several gateways, steadily, with live data in between."""
    delay_us = round(days * DAY_US)
    steady = [sent(i, 0, delay_us) for i in range(100)]
    held = sorted(range(100, 160), key=lambda i: (i % gateways, i))
    begun_us = at(160) + delay_us
    backlog = [sent(i, 0, begun_us + round(k * apart_s * SECOND_US) - at(i)) for k, i in enumerate(held)]
    live = [sent(i, 0, begun_us + HOUR_US - at(160)) for i in range(160, 200)]
    state, outputs = run([configured(), *steady, *backlog, *live])
    assert state.channels["indicators/drive-end"].clock.offset_us == 0
    assert [row.time for row in rows(outputs)] == [to_datetime(o.time_us) for o in (*steady, *backlog, *live)]
    assert not any("clock_offset_s" in row.fields for row in rows(outputs))
    assert "future" not in {flag for h in healths(outputs) for flag in h.quality.flags}


def test_local_time_with_a_z_is_judged_from_the_third_message_on_and_stored_as_sent():
    state, outputs = run([configured(), *(sent(i, 8 * HOUR_US) for i in range(120))])
    said = healths(outputs)
    assert [h.quality.flags for h in said[:3]] == [("future",), ("future",), ()]
    assert said[-1].status == "healthy"
    assert said[-1].time == to_datetime(at(119))
    last = rows(outputs)[-1]
    assert last.time == to_datetime(at(119) + 8 * HOUR_US)
    assert last.fields["clock_offset_s"] == 8 * 3600
    assert "clock_offset_s" not in rows(outputs)[0].fields, "nothing was taken off that one"
    (alert,) = alerts(outputs)
    assert (alert.rule, alert.priority, alert.state, alert.value) == ("clock", "low", "active", 8 * 3600)
    assert "its clock is 8 h ahead" in alert.text
    assert "time zone" in alert.text
    assert "超前8小时" in alert.text_zh
    assert state.time_us == at(119)


def test_summer_time_there_and_back_is_one_flag_each_and_is_told_and_cleared():
    offs = [0] * 100 + [HOUR_US] * 500 + [0] * 500
    state, outputs = run([configured(), *(sent(i, off) for i, off in enumerate(offs))])
    assert sum(judged_of(outputs)[70:]) >= 0.99 * (len(offs) - 70)
    assert [(a.rule, a.state) for a in alerts(outputs)] == [("clock", "active"), ("clock", "cleared")]
    assert state.channels["indicators/drive-end"].clock.offset_us == 0


def test_a_drift_is_followed_in_order_and_its_correction_too():
    offs = [i * STEP_US // 20 for i in range(2000)] + [0] * 100
    _, outputs = run([configured(), *(sent(i, off) for i, off in enumerate(offs))])
    judged = judged_of(outputs)
    assert sum(judged[70:]) >= 0.98 * len(judged[70:])
    times = [h.time for h, so in zip(healths(outputs), judged, strict=True) if so]
    assert all(later > earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("anew_us", [0, 315_964_800 * SECOND_US, 2_085_978_496 * SECOND_US])
def test_a_clock_that_begins_anew_is_judged_by_arrival_until_it_is_set(anew_us):
    before, after = [sent(i) for i in range(150)], [sent(i) for i in range(450, 600)]
    anew = [sent(i, anew_us - at(150)) for i in range(150, 450)]
    state, outputs = run([configured(), *before, *anew, *after])
    judged = judged_of(outputs)
    assert sum(judged[150:450]) >= 0.7 * 300
    assert sum(judged[450:]) >= 0.95 * 150
    assert [row.time for row in rows(outputs)][200] == to_datetime(anew_us + 50 * STEP_US), "as sent"
    assert [(a.rule, a.state) for a in alerts(outputs)] == [("clock", "active"), ("clock", "cleared")]
    assert state.time_us == at(599)


@pytest.mark.parametrize("off_us", [11 * 365 * DAY_US, -53 * 365 * DAY_US])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("first", [0, 100])
def test_six_wild_messages_make_nothing_late_that_comes_after(off_us, known, first):
    """With arrivals, and without, as in a recording of inputs, which is observed at its own event times."""

    def made(i, off_us=0):
        return sent(i, off_us) if known else vibration(i, time_us=at(i) + off_us, observed_us=at(i) + off_us)

    wild = [made(first + k, off_us) for k in range(6)]
    state, outputs = run(
        [configured(), *(made(i) for i in range(first)), *wild, *(made(first + k) for k in range(6, 300))]
    )
    judged = judged_of(outputs)[first + 6 :]
    assert sum(judged[70:]) == len(judged[70:])
    assert state.time_us == at(first + 299)


def test_two_clocks_of_one_point_do_not_take_turns():
    """Twin gateways, one of them eight hours ahead: the right one is judged, the other flagged."""
    both = [o for i in range(0, 400, 2) for o in (sent(i), sent(i + 1, 8 * HOUR_US))]
    state, outputs = run([configured(), *both])
    flags = [h.quality.flags for h in healths(outputs)]
    assert set(flags[::2]) == {()}
    assert set(flags[1::2]) == {("future",)}
    assert state.channels["indicators/drive-end"].clock.offset_us == 0


def test_each_point_has_its_own_clock():
    made = [
        o
        for i in range(100)
        for o in (sent(i, 8 * HOUR_US), sent(i, make=temperature), sent(i, -HOUR_US, make=reading))
    ]
    for k, each in enumerate(made):
        made[k] = msgspec.structs.replace(each, source=None)
    state, _ = run([configured(), *made])
    assert [c.clock.offset_us // HOUR_US for c in state.channels.values()] == [8, 0, 0]


def test_maintenance_keeps_what_is_known_of_the_clock():
    state, _ = run([configured(), *(sent(i, 8 * HOUR_US) for i in range(100))])
    mended = MaintenanceObserved(machine="pump", observed_us=at(100), time_us=at(100), digest="mended")
    _, outputs = run([mended, *(sent(i, 8 * HOUR_US) for i in range(101, 110))], state)
    assert {h.quality.flags for h in healths(outputs)} == {()}


def test_the_state_of_an_older_version_is_read_and_goes_on():
    state, _ = run([configured(), *(sent(i) for i in range(100))])
    older = msgspec.msgpack.decode(fold.dump_state(state))
    for channel in older["state"]["channels"].values():
        fields = Channel.__struct_fields__
        del channel[fields.index("clock") :]  # and all fields since then
        del channel[fields.index("judging")][-2:]  # what `Judging` has been given with it
    state = fold.load_state(msgspec.msgpack.encode(older))
    assert state.channels["indicators/drive-end"].clock == SenderClock()
    _, outputs = run([sent(i, 8 * HOUR_US) for i in range(100, 120)], state)
    assert judged_of(outputs) == [False] * 2 + [True] * 18


def test_it_stays_small_and_is_empty_for_a_right_clock():
    state, _ = run([configured(), *(sent(i) for i in range(50))])
    clock = state.channels["indicators/drive-end"].clock
    assert len(msgspec.msgpack.encode(clock)) <= 12
    wild = [sent(50 + i, (i * 7919 % 100 + 1) * DAY_US) for i in range(300)]
    state, outputs = run(wild, state)
    assert len(msgspec.msgpack.encode(state.channels["indicators/drive-end"].clock)) <= 300
    assert [a.rule for a in alerts(outputs)] == ["clock"]
    assert healths(outputs)[-1].status == "not_judged"
    assert healths(outputs)[-1].guard == "clock"


def test_a_recording_of_a_wrong_clock_sent_at_once_is_told_of_though_it_cannot_be_judged():
    made = [sent(i, 8 * HOUR_US, at(100) - at(i) + i) for i in range(100)]
    state, outputs = run([configured(), *made])
    (alert,) = alerts(outputs)
    assert (alert.rule, alert.state, alert.time) == ("clock", "active", to_datetime(made[11].arrived_us + 1))
    assert "stored, not judged" in alert.text
    assert state.time_us is None


def test_hourly_uploads_of_a_wrong_clock_are_judged_by_their_newest_stamps():
    made = [sent(i, 8 * HOUR_US, (i // 360 + 1) * HOUR_US - i * STEP_US) for i in range(3600)]
    _, outputs = run([configured(), *made])
    judged = judged_of(outputs)
    assert all(judged[-1800:])


@drawn
@given(
    st.lists(st.tuples(st.integers(-(2**60), 2**60), st.integers(-MINUTE_US, 2**50), st.booleans()), max_size=40)
)
def test_no_stamp_and_no_arrival_however_wild_upsets_it(drawn_times):
    made = []
    for k, (time_us, arrived_us, known) in enumerate(drawn_times):
        near_us = at(k) + time_us % (400 * 365 * DAY_US) - 200 * 365 * DAY_US // 4
        made.append(vibration(k, time_us=near_us, arrived_us=arrived_us if known else None, observed_us=at(k)))
    state, outputs = run(made)
    assert len(rows(outputs)) == len(made)
    assert len({row.time for row in rows(outputs)}) == len(made)
    if state is not None:
        assert fold.dump_state(fold.load_state(fold.dump_state(state))) == fold.dump_state(state)
