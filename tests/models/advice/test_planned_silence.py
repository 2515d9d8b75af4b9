"""A machine that is silent by plan: no alert, said as such, and told where it doesn't come back."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import fold
from models.advice.no_data import silence_due_us
from models.clock import DAY_US, HOUR_US, MINUTE_US, from_datetime, to_datetime
from models.machinery.machine import Configuration, Machine
from models.machinery.quiet_text import parse_quiet, parse_works
from models.machinery.quiet_times import NOTHING_QUIET, Calendar, QuietTimes
from models.machinery.time_zone import UTC_ZONE, Zone
from models.observations import AcceptObserved, Configured, TemperatureObserved, Tick
from models.outputs import Action
from tests.models.fold.observed import alerts, healths, kind, run, vibration

MONDAY_US = 20_787 * DAY_US
"""2026-11-30 00:00 UTC."""
BERLIN = Zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3")
NIGHTS = Calendar(UTC_ZONE, parse_quiet(["18:00-06:00"]))


def at(hour, minute=0, day=0):
    return MONDAY_US + day * DAY_US + hour * HOUR_US + minute * MINUTE_US


def measured(time_us, value_c=60.0, **changes):
    fields = {
        "machine": "pump",
        "point": "bearing",
        "time_us": time_us,
        "observed_us": time_us,
        "digest": str(time_us),
        "indicators": {"value_c": value_c},
        **changes,
    }
    return TemperatureObserved(**fields)


def working(begin_us, end_us, every_min=2):
    return [measured(us) for us in range(begin_us, end_us, every_min * MINUTE_US)]


def configured(calendar=NIGHTS, **machine):
    return Configured(
        machine="pump",
        observed_us=MONDAY_US,
        configuration=Configuration(machine=Machine(id="pump", **machine), calendar=calendar),
    )


def ticks(begin_us, end_us, every_min=1):
    return [Tick(machine="pump", observed_us=us) for us in range(begin_us, end_us, every_min * MINUTE_US)]


def silences(outputs):
    return [alert for alert in alerts(outputs) if alert.rule == "no_data"]


def day(calendar=NIGHTS, until=None):
    state, _ = run([configured(calendar), *working(at(6), until or at(18))])
    return state


def test_a_planned_silence_raises_nothing_and_is_said_with_the_expected_return():
    state, outputs = run([*ticks(at(18), at(6, day=1)), *working(at(6, day=1), at(7, day=1))], day())
    assert silences(outputs) == []
    said = [each for each in healths(outputs) if each.guard == "planned"]
    assert [(each.status, each.score, each.reason, each.reason_zh) for each in said] == [
        ("not_judged", None, "Quiet by plan, expected 06:00 UTC.", "按计划静默，预计 06:00 UTC 恢复数据。")
    ]
    assert said[0].judged_at is None or said[0].judged_at <= said[0].time
    assert healths(outputs)[-1].guard != "planned"
    assert state.rhythm.expected_us == 0


def test_the_expected_return_is_told_by_the_plants_clock():
    _, outputs = run(ticks(at(17), at(20)), day(Calendar(BERLIN, parse_quiet(NIGHTS_TEXT)), until=at(17)))
    assert healths(outputs)[-1].reason == "Quiet by plan, expected 06:00."
    friday = 4
    state, _ = run(
        [configured(Calendar(BERLIN, parse_quiet(NIGHTS_TEXT))), *working(at(6, day=friday), at(17, day=friday))]
    )
    _, outputs = run(ticks(at(17, day=friday), at(20, day=friday)), state)
    assert healths(outputs)[-1].reason == "Quiet by plan, expected Mon 06:00."


NIGHTS_TEXT = ("Mon-Fri 18:00-06:00", "Sat-Sun")


def test_one_that_does_not_come_back_is_told_an_hour_after_the_expected_return():
    _, outputs = run(ticks(at(18), at(9, day=1)), day())
    told = silences(outputs)
    assert len(told) == 1
    assert "Quiet by plan until 06:00 UTC, and not back since" in told[0].text
    by_minute = [
        us for us, out in zip(range(at(18), at(9, day=1), MINUTE_US), outputs, strict=True) if alerts([out])
    ]
    assert by_minute == [at(7, day=1)]
    assert [each.status for each in healths(outputs)] == ["not_judged", "no_data"]
    times = [each.time for each in healths(outputs)]
    assert times == sorted(set(times))


def test_one_that_dies_well_before_its_planned_silence_is_told_as_ever():
    state = day(until=at(15))
    _, outputs = run(ticks(at(15), at(18)), state)
    assert len(silences(outputs)) == 1
    assert healths(outputs)[-1].status == "no_data"


@pytest.mark.parametrize("early_min", [5, 20, 28])
def test_one_that_stops_a_little_early_is_quiet_by_plan(early_min):
    _, outputs = run(ticks(at(18), at(6, day=1)), day(until=at(17, 60 - early_min)))
    assert silences(outputs) == []


def test_data_in_a_planned_silence_are_no_fault_and_the_rest_of_it_is_planned_too():
    state, outputs = run([*working(at(18), at(21)), *ticks(at(21), at(6, day=1))], day())
    assert alerts(outputs) == []
    assert healths(outputs)[-1].guard == "planned"
    _, outputs = run(ticks(at(6, day=1), at(8, day=1)), state)
    assert len(silences(outputs)) == 1


def test_nothing_is_excused_while_a_medium_alert_is_open():
    hot = [measured(us, 95.0) for us in range(at(17), at(18), 2 * MINUTE_US)]
    state, outputs = run([configured(temperature_limit_c=80.0), *working(at(6), at(17)), *hot])
    assert {each.priority for each in alerts(outputs)} & {"medium", "high"}
    _, outputs = run(ticks(at(18), at(19)), state)
    assert len(silences(outputs)) == 1
    assert (healths(outputs)[-1].status, healths(outputs)[-1].guard) == ("critical", "silent")


def test_a_low_alert_stays_and_the_score_is_withheld():
    warm = [measured(us, 77.0) for us in range(at(16), at(18), 2 * MINUTE_US)]
    state, outputs = run([configured(), *working(at(6), at(16)), *warm])
    assert [each.priority for each in alerts(outputs)][-1] == "low"
    _, outputs = run(ticks(at(18), at(20)), state)
    said = healths(outputs)[-1]
    assert (said.status, said.score, said.guard) == ("watch", None, "planned")


def test_a_machine_that_stood_before_its_silence_is_not_judged_and_not_stopped():
    runs = [
        vibration(i, time_us=at(12) + i * MINUTE_US, observed_us=at(12) + i * MINUTE_US, speed_rpm=1480.0)
        for i in range(330)
    ]
    stands = [
        vibration(i, time_us=at(12) + i * MINUTE_US, observed_us=at(12) + i * MINUTE_US, speed_rpm=0.0, factor=0.01)
        for i in range(330, 360)
    ]
    state, outputs = run([configured(), *runs, *stands])
    assert healths(outputs)[-1].status == "stopped"
    _, outputs = run(ticks(at(18), at(22)), state)
    said = healths(outputs)[-1]
    assert (said.status, said.guard, said.running) == ("not_judged", "planned", None)


def test_a_sensor_that_sleeps_four_hours_is_expected_four_hours_after_its_last_word():
    calendar = Calendar(UTC_ZONE, QuietTimes(longest_min=240))
    bursts = [each for hour in (0, 4, 8, 12) for each in working(at(hour), at(hour, 6), every_min=1)]
    state, outputs = run([configured(calendar), *bursts, *ticks(at(12, 6), at(16))])
    assert silences(outputs) == []
    _, outputs = run(ticks(at(16), at(17)), state)
    assert len(silences(outputs)) == 1


def test_a_configuration_without_a_calendar_has_the_version_that_it_always_had():
    plain = Configuration(machine=Machine(id="pump"))
    assert b"calendar" not in msgspec.json.encode(plain)
    assert plain.version() != Configuration(machine=Machine(id="pump"), calendar=NIGHTS).version()
    assert msgspec.json.decode(msgspec.json.encode(plain), type=Configuration) == plain


def test_a_state_written_before_there_were_rhythms_goes_on():
    state, _ = run([configured(msgspec.UNSET), *working(at(6), at(18))])
    plain = msgspec.msgpack.decode(fold.dump_state(state))
    del plain["state"]["rhythm"]
    old = fold.load_state(msgspec.msgpack.encode(plain))
    after = [*ticks(at(18), at(20)), *working(at(6, day=1), at(8, day=1))]
    assert msgspec.msgpack.encode(run(after, old)[1]) == msgspec.msgpack.encode(run(after, state)[1])


def test_an_alert_that_stands_ends_where_its_silence_is_accepted_as_planned():
    state, outputs = run([configured(msgspec.UNSET), *working(at(6), at(18)), *ticks(at(18), at(20))])
    assert len(silences(outputs)) == 1
    said = AcceptObserved(
        machine="pump", observed_us=at(20), time_us=at(20), digest="a", by="王伟", quiet=NIGHTS.quiet
    )
    state, outputs = run([said, *ticks(at(20), at(21))], state)
    assert [(each.rule, each.state) for each in alerts(outputs)] == [("no_data", "cleared")]
    assert kind(outputs, Action)[0].done == "--rhythm 18:00-06:00"
    assert healths(outputs)[-1].guard == "planned"
    took_back = msgspec.structs.replace(said, observed_us=at(21), time_us=at(21), digest="b", quiet=NOTHING_QUIET)
    _, outputs = run([took_back, *ticks(at(21), at(22))], state)
    assert [(each.rule, each.state) for each in alerts(outputs)] == [("no_data", "active")]


CALENDARS = st.sampled_from(
    [
        msgspec.UNSET,
        NIGHTS,
        Calendar(BERLIN, parse_quiet(["Mon-Fri 18:00-06:00", "Sat-Sun"]), (20_788,)),
        Calendar(BERLIN, parse_works(["Mon-Fri 22:00-06:00"])),
        Calendar(UTC_ZONE, QuietTimes(longest_min=240)),
        Calendar(BERLIN),
    ]
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["measure", "measure", "measure", "tick", "late", "calendar", "accept", "none"]),
        st.integers(0, 900),
        st.sampled_from([60.0, 95.0]),
        CALENDARS,
    ),
    max_size=60,
)


def drawn(steps):
    now_us = at(12)
    yield configured()
    for number, (what, minutes, value_c, calendar) in enumerate(steps):
        now_us += minutes * MINUTE_US
        if what == "tick":
            yield Tick(machine="pump", observed_us=now_us)
        elif what == "calendar":
            yield msgspec.structs.replace(configured(calendar, temperature_limit_c=80.0), observed_us=now_us)
        elif what in ("accept", "none"):
            quiet = NOTHING_QUIET if what == "none" or isinstance(calendar, msgspec.UnsetType) else calendar.quiet
            yield AcceptObserved(
                machine="pump", observed_us=now_us, time_us=now_us, digest=f"{number}", quiet=quiet
            )
        else:
            yield measured(
                now_us - (HOUR_US if what == "late" else 0), value_c, digest=f"{number}", observed_us=now_us
            )


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_a_tick_at_the_due_time_leaves_a_later_one_or_none_and_ticks_between_change_nothing(steps):
    often, seldom, told = fold.initial_state("pump"), fold.initial_state("pump"), ([], [])
    observations = list(drawn(steps))
    for number, observation in enumerate(observations):
        often = keep(told[0], fold.step(often, observation))
        seldom = keep(told[1], fold.step(seldom, observation))
        due_us = silence_due_us(seldom)
        if due_us is not None:
            assert due_us > seldom.heard_us
        until_us = (
            observations[number + 1].observed_us if number + 1 < len(observations) else observation.observed_us
        )
        for _ in range(6):
            due_us = silence_due_us(seldom)
            if due_us is None or due_us >= until_us:
                break
            moment_us = max(due_us, seldom.observed_us)
            assert silence_due_us(often) == due_us
            seldom = keep(told[1], fold.step(seldom, Tick(machine="pump", observed_us=moment_us)))
            after_us = silence_due_us(seldom)
            assert after_us is None or after_us > moment_us
            often = keep(told[0], fold.step(often, Tick(machine="pump", observed_us=moment_us)))
            often = keep(told[0], fold.step(often, Tick(machine="pump", observed_us=moment_us)))
        else:
            pytest.fail("ticks at due times end")
    assert msgspec.msgpack.encode(told[0]) == msgspec.msgpack.encode(told[1])


def keep(outputs, stepped):
    state, out = stepped
    outputs += [each for each in out if each]
    return state


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 60))
def test_it_goes_on_bit_for_bit_from_any_cut(steps, cut):
    observations = list(drawn(steps))
    whole, outputs = run(observations)
    state, first = run(observations[:cut], fold.initial_state("pump"))
    state, second = run(observations[cut:], fold.load_state(fold.dump_state(state)))
    assert msgspec.msgpack.encode(first + second) == msgspec.msgpack.encode(outputs)
    assert fold.dump_state(state) == fold.dump_state(whole)
    assert from_datetime(to_datetime(at(18))) == at(18)
