"""Duplicates, late ones, silence and stored states: what the fold does about order and time."""

import msgspec
import pytest

from models import fold
from models.clock import MINUTE_US, to_datetime
from models.condition.judging import Judging
from models.condition.late_episode import LateWatch
from models.condition.presence import Presence
from models.condition.recent_observations import RecentObservations
from models.condition.sender_clock import SenderClock
from models.errors import StateError
from models.observations import Source, Tick
from models.outputs import Alert, Health
from tests.models.fold.observed import START_US, alerts, at, healths, learned, rows, run, temperature, vibration


def test_duplicates_are_counted_and_give_nothing():
    state, outputs = learned(vibration(99), vibration(40))
    assert outputs[-2:] == [(), ()]
    assert state.counts.duplicates == 2


def test_a_source_offset_is_folded_once_however_old():
    source = [Source("vibration", 3, offset) for offset in (7, 8, 8, 5)]
    observations = [vibration(i, source=source[i]) for i in range(4)]
    state, outputs = run(observations)
    assert [len(out) for out in outputs] == [2, 2, 0, 0]
    _, outputs = run([vibration(9, source=Source("vibration", 4, 0))], state)
    assert len(outputs[0]) == 2


def test_a_source_is_known_again_after_others():
    topics = ("vibration", "temperature", "reading")
    state, _ = run([vibration(i, source=Source(topic, 0, 5)) for i, topic in enumerate(topics)])
    again = [vibration(10 + i, source=Source(topic, 0, 5)) for i, topic in enumerate(topics)]
    state, outputs = run(again, fold.load_state(fold.dump_state(state)))
    assert outputs == [()] * 3
    assert state.counts.duplicates == 3


def test_two_that_share_a_time_are_both_kept():
    twins = [vibration(5, digest=digest) for digest in ("a", "b", "c")]
    _, outputs = run(twins)
    assert [row.time for row in rows(outputs)] == [to_datetime(at(5) + k) for k in range(3)]
    assert [h.quality.flags for h in healths(outputs)] == [(), (), ()]


def test_vibration_and_temperature_of_one_point_do_not_disturb_each_other():
    _, outputs = run([vibration(5, "bearing"), temperature(4), temperature(5)])
    assert [row.time for row in rows(outputs)] == [to_datetime(t) for t in (at(5), at(4), at(5))]
    assert all(h.quality.flags == () for h in healths(outputs))


def taught(state):
    """All that a state has learned of its points, as bytes: without what it has seen, and when."""
    copy = fold.load_state(fold.dump_state(state))
    for channel in copy.channels.values():
        channel.recent, channel.heard, channel.judging = RecentObservations(), 0, Judging()
        channel.late = LateWatch()
        channel.presence = Presence()
        channel.clock = SenderClock()
    return fold.dump_state(msgspec.structs.replace(fold.initial_state("pump"), channels=copy.channels))


def test_late_and_future_ones_are_flagged_and_move_nothing():
    state, _ = learned()
    channel = state.channels["indicators/drive-end"]
    before = taught(state)
    late = vibration(20, digest="late", factor=9.0)
    future = vibration(100, time_us=at(100) + 6 * MINUTE_US, factor=9.0)
    state, outputs = run([late, future], state)
    assert [h.quality.flags for h in healths(outputs)] == [("late",), ("future",)]
    assert all(h.quality.ok and h.anomaly.anomalous is True for h in healths(outputs))
    assert taught(state) == before
    assert (channel.newest_us, state.time_us) == (at(99), at(99))
    assert (state.counts.late, state.counts.future) == (1, 1)
    _, outputs = run([vibration(101)], state)
    assert healths(outputs)[0].quality.flags == ()


def test_five_minutes_ahead_is_not_yet_the_future():
    _, outputs = run([vibration(0, time_us=START_US + 5 * MINUTE_US)])
    assert healths(outputs)[0].quality.flags == ()


# Silence


def tick(observed_us):
    return Tick(machine="pump", observed_us=observed_us)


def test_silence_is_told_once_and_ends_with_the_next_observation():
    state, _ = learned()
    newest_us = at(99)
    state, outputs = run([tick(newest_us + k * MINUTE_US) for k in range(1, 30)], state)
    said = [output for out in outputs for output in out]
    assert [type(output) for output in said] == [Health, Alert]
    health, alert = said
    assert (health.status, health.score, health.point) == ("no_data", None, "")
    assert health.time == alert.time == to_datetime(newest_us + 1)
    assert (alert.rule, alert.priority, alert.state, alert.observation) == ("no_data", "low", "active", "tick")
    assert health.reason
    assert [bool(out) for out in outputs].index(True) == 5
    assert state.time_us == newest_us
    _, outputs = run([vibration(400)], state)
    assert [(a.rule, a.state, a.id) for a in alerts(outputs)] == [("no_data", "cleared", alert.id)]
    assert healths(outputs)[0].status == "healthy"


def test_late_data_end_a_silence_after_it_began():
    state, _ = learned()
    state, told = run([tick(at(100) + 20 * MINUTE_US)], state)
    _, outputs = run([vibration(3, digest="late", observed_us=at(100) + 21 * MINUTE_US)], state)
    (raised,), (cleared,) = alerts(told), alerts(outputs)
    assert (cleared.state, cleared.id, cleared.since) == ("cleared", raised.id, raised.time)
    assert cleared.time > raised.time, "or one would take the other's place in the store"


def test_a_machine_that_reports_hourly_may_be_silent_for_ten_hours():
    hour_us = 60 * MINUTE_US
    observations = [
        vibration(i, time_us=START_US + i * hour_us, observed_us=START_US + i * hour_us) for i in range(60)
    ]
    state, _ = run(observations)
    last_us = START_US + 59 * hour_us
    state, outputs = run([tick(last_us + 9 * hour_us)], state)
    assert outputs == [()]
    _, outputs = run([tick(last_us + 11 * hour_us)], state)
    assert len(outputs[0]) == 2


def test_a_machine_never_heard_of_has_no_silence():
    _, outputs = run([tick(START_US + k * MINUTE_US) for k in range(100)])
    assert outputs == [()] * 100


def test_two_silences_have_two_ids():
    state, _ = learned()
    ids = []
    for k in range(2):
        state, outputs = run([tick(at(100) + (20 + 40 * k) * MINUTE_US)], state)
        ids.append(alerts(outputs)[0].id)
        back_us = at(100) + (30 + 40 * k) * MINUTE_US
        state, outputs = run([vibration(1000 + k, time_us=START_US - k, observed_us=back_us)], state)
        assert alerts(outputs)[0].state == "cleared"
    assert ids[0] != ids[1]


# State


def test_a_state_of_another_version_is_refused():
    data = fold.dump_state(fold.initial_state("pump"))
    other = data.replace(fold.STATE_VERSION.encode(), b"9" * len(fold.STATE_VERSION))
    with pytest.raises(StateError, match="rebuild"):
        fold.load_state(other)


@pytest.mark.parametrize("damage", [lambda d: d[:-7], lambda d: b"", lambda d: b"\xff" + d, lambda d: d + b"\x00"])
def test_a_damaged_state_is_refused(damage):
    data = fold.dump_state(learned()[0])
    with pytest.raises(StateError, match="rebuild"):
        fold.load_state(damage(data))


def test_the_state_of_three_points_is_small_and_does_not_grow():
    def hour(start):
        return [
            observation
            for i in range(start, start + 360)
            for observation in (vibration(i), vibration(i, "non-drive-end"), temperature(i))
        ]

    state, _ = run(hour(0))
    for k in range(1, 4):
        state, _ = run(hour(360 * k), state)
    first = len(fold.dump_state(state))
    state, _ = run(hour(1440), state)
    assert first < 20_000
    assert abs(len(fold.dump_state(state)) - first) < 200


def test_points_without_end_leave_the_state_bounded_and_those_there_are_alone():
    state, outputs = run([vibration(i, f"point {i}") for i in range(300)])
    assert len(state.channels) == 64
    assert "indicators/point 63" in state.channels
    assert {row.point for row in rows(outputs)} == {f"point {i}" for i in range(64)}


def test_a_point_too_many_is_refused_and_counted_without_row_or_health():
    state, outputs = run([vibration(i, f"point {k}") for i in range(20) for k in range(65)])
    assert {channel.newest_us for channel in state.channels.values()} == {vibration(19).time_us}
    assert (state.counts.accepted, state.counts.crowded) == (20 * 64, 20)
    assert len(healths(outputs)) == len(rows(outputs)) == state.counts.accepted
    assert "point 64" not in {output.point for output in (*healths(outputs), *rows(outputs))}


def test_a_machine_of_which_only_points_too_many_are_heard_is_not_silent():
    state, _ = run([vibration(0, f"point {k}") for k in range(64)])
    later = vibration(100, "point 64")
    state, outputs = run([later, tick(later.observed_us + 60 * 1_000_000)], state)
    assert state.heard_us == later.observed_us
    assert not alerts(outputs)


def test_a_new_point_takes_the_place_of_one_that_was_silent_for_a_week():
    eight_days = 8 * 24 * 360
    state, _ = run([vibration(0, "old"), *(vibration(eight_days, f"point {k}") for k in range(64))])
    assert "indicators/old" not in state.channels
    assert "indicators/point 63" in state.channels


def test_a_clock_that_was_years_ahead_once_hides_no_silence_afterwards():
    state, _ = run([vibration(i) for i in range(100)])
    ahead = Tick(machine="pump", observed_us=at(99) + 10**15)
    state, _ = run([ahead, *(vibration(i) for i in range(100, 110))], state)
    _, outputs = run([Tick(machine="pump", observed_us=at(110) + k * 60_000_000) for k in range(60)], state)
    assert [(alert.rule, alert.state) for alert in alerts(outputs)] == [("no_data", "active")]
