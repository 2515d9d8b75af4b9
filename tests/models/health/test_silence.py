"""A vibration point falls silent while others go on: not judged, until it speaks, is given up, or worse stands."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.clock import DAY_US, HOUR_US, MINUTE_US, to_datetime
from models.machinery.machine import Learning
from models.observations import AcceptObserved, MaintenanceObserved, Tick
from tests.models.fold.observed import START_US, alerts, configured, healths, reading, run, temperature, vibration

LEARNED = 150
"""Minutes; learning lasts for 100 of them."""


def minutes(number):
    return START_US + number * MINUTE_US


def vibrating(number, point="drive-end", **changes):
    return vibration(number, point, time_us=minutes(number), observed_us=minutes(number), **changes)


def warm(number, **changes):
    return temperature(number, **{"time_us": minutes(number), "observed_us": minutes(number), **changes})


def both(first, last, *points):
    return [
        each
        for number in range(first, last)
        for each in (*(vibrating(number, point) for point in points or ("drive-end",)), warm(number))
    ]


def pump():
    return configured(learning=Learning(until_us=minutes(100)))


@pytest.fixture(scope="module")
def grown():
    """A sound pump of two and a half hours, as bytes."""
    state, outputs = run([pump(), *both(0, LEARNED)])
    assert healths(outputs)[-1].status == "healthy"
    return fold.dump_state(state)


def after(grown, observations):
    return run(observations, fold.load_state(grown))


def test_a_thermometer_alone_keeps_no_machine_healthy(grown):
    _, outputs = after(grown, [warm(number) for number in range(LEARNED, LEARNED + 60)])
    found = healths(outputs)
    assert {health.status for health in found[:29]} == {"healthy"}
    silent = found[31:]
    assert {(health.status, health.guard, health.score) for health in silent} == {("not_judged", "silent", None)}
    assert {health.judged_at for health in silent} == {to_datetime(minutes(LEARNED - 1))}
    assert silent[-1].reason.startswith("drive-end: nothing has come")
    assert silent[-1].reason_zh.startswith("drive-end")


def test_the_first_word_ends_it(grown):
    quiet = [warm(number) for number in range(LEARNED, LEARNED + 60)]
    _, outputs = after(grown, [*quiet, vibrating(LEARNED + 60), *both(LEARNED + 61, LEARNED + 70)])
    assert {health.status for health in healths(outputs)[-19:]} == {"healthy"}


def test_one_of_two_is_missed_too_and_both_are_no_data():
    state, _ = run([pump(), *both(0, LEARNED, "drive-end", "far-end")])
    state, outputs = run(both(LEARNED, LEARNED + 40, "far-end"), state)
    assert (healths(outputs)[-1].status, healths(outputs)[-1].reason[:9]) == ("not_judged", "drive-end")
    _, outputs = run([Tick(machine="pump", observed_us=minutes(LEARNED + 60))], state)
    assert healths(outputs)[-1].status == "no_data"


def test_a_worse_thing_that_stands_wins(grown):
    loud = [vibrating(number, factor=8.0) for number in range(LEARNED, LEARNED + 15)]
    _, outputs = after(grown, [*loud, *(warm(number) for number in range(LEARNED + 15, LEARNED + 60))])
    last = healths(outputs)[-1]
    assert (last.status, last.guard, last.score) == ("critical", "silent", None)
    assert last.reason.startswith("drive-end: nothing has come")
    assert [alert.state for alert in alerts(outputs) if alert.rule == "change"][-1] == "active"


def test_accepting_the_point_ends_it_and_nothing_else_of_the_machine(grown):
    quiet = [warm(number) for number in range(LEARNED, LEARNED + 60)]
    now_us = minutes(LEARNED + 60)
    said = {"machine": "pump", "time_us": now_us, "observed_us": now_us, "digest": "said"}
    state, _ = after(grown, quiet)
    kept = fold.dump_state(state)
    rest = [warm(number) for number in range(LEARNED + 61, LEARNED + 61 + 50 * 24)]
    _, outputs = run([AcceptObserved(point="drive-end", **said), *rest], fold.load_state(kept))
    assert {health.guard for health in healths(outputs)} == {None}
    for other in (AcceptObserved(point="", **said), MaintenanceObserved(point="drive-end", **said)):
        _, outputs = run([other, *rest[:200]], fold.load_state(kept))
        assert healths(outputs)[-1].guard == "silent", "that says nothing of a point that does not speak"


def test_a_point_that_comes_back_after_it_was_given_up_is_missed_again_once_it_is_judged(grown):
    now_us = minutes(LEARNED)
    said = AcceptObserved(machine="pump", point="drive-end", time_us=now_us, observed_us=now_us, digest="said")
    learning = both(LEARNED, LEARNED + 20)
    _, outputs = after(grown, [said, *learning, *(warm(n) for n in range(LEARNED + 20, LEARNED + 120))])
    assert {health.guard for health in healths(outputs)} == {None}
    learning = both(LEARNED, LEARNED + 150)
    _, outputs = after(grown, [said, *learning, *(warm(n) for n in range(LEARNED + 150, LEARNED + 190))])
    assert healths(outputs)[-1].guard == "silent"


def test_a_machine_that_stands_is_stopped_and_its_sensor_may_sleep(grown):
    stands = [vibrating(number, speed_rpm=0.0, factor=0.01) for number in range(LEARNED, LEARNED + 5)]
    _, outputs = after(grown, [*stands, *(warm(number) for number in range(LEARNED + 5, LEARNED + 300))])
    assert "not_judged" not in {health.status for health in healths(outputs)}


def test_a_backlog_that_comes_point_after_point_makes_no_point_silent(grown):
    """Two days of the thermometer within seconds, then two days of vibration."""
    now_us = minutes(LEARNED + 2 * 24 * 60)
    days = range(LEARNED, LEARNED + 2 * 24 * 60, 10)
    backlog = [each(n, observed_us=now_us + n * 1000) for each in (warm, _vibrating_late) for n in days]
    _, outputs = after(grown, backlog)
    assert {health.guard for health in healths(outputs)} == {None}


def _vibrating_late(number, observed_us):
    return msgspec.structs.replace(vibrating(number), observed_us=observed_us)


def test_nor_does_a_worker_that_was_away(grown):
    away = [
        msgspec.structs.replace(each, observed_us=each.observed_us + DAY_US) for each in both(LEARNED, LEARNED + 60)
    ]
    state, outputs = after(grown, [warm(LEARNED + 24 * 60), *away[1:]])
    assert {health.guard for health in healths(outputs)[:20]} == {None}
    assert state.heard_for_us < 5 * HOUR_US


def test_a_clock_that_stands_still_does_not_hide_it(grown):
    """What still comes is late, so no event time passes: nothing of the machine is judged, and that is said."""
    late = [
        warm(number, time_us=minutes(LEARNED - 5) + number, digest=f"late {number}")
        for number in range(LEARNED, LEARNED + 60)
    ]
    _, outputs = after(grown, late)
    last = healths(outputs)[-1]
    assert (last.status, last.guard) == ("not_judged", "silent")


def test_a_cheap_sensor_that_sends_its_level_as_a_reading_is_missed_as_an_accelerometer_is():
    def skid(number):
        level = {"rms_g": 0.3 * (1 + 0.02 * (number % 7))}
        return reading(number, time_us=minutes(number), observed_us=minutes(number), values=level)

    state, outputs = run([pump(), *(each(n) for n in range(LEARNED) for each in (skid, warm))])
    assert healths(outputs)[-1].status == "healthy"
    _, outputs = run([warm(number) for number in range(LEARNED, LEARNED + 40)], state)
    assert healths(outputs)[-1].guard == "silent"


def test_a_lost_thermometer_leaves_the_machine_judged_by_its_accelerometers(grown):
    _, outputs = after(grown, [vibrating(number) for number in range(LEARNED, LEARNED + 200)])
    assert {health.status for health in healths(outputs)} == {"healthy"}


def test_a_repeated_block_is_no_sign_of_life(grown):
    last = vibrating(LEARNED - 1)
    stuck = [
        each
        for n in range(LEARNED, LEARNED + 60)
        for each in (msgspec.structs.replace(last, observed_us=minutes(n)), warm(n))
    ]
    _, outputs = after(grown, stuck)
    assert healths(outputs)[-1].guard == "silent"


def test_a_state_from_before_goes_on_and_learns_what_is_usual(grown):
    """What an older version did not write has its default: nothing is missed until it has spoken again."""
    plain = msgspec.msgpack.decode(grown)
    del plain["state"]["heard_for_us"], plain["state"]["missed_from_us"]
    for channel in plain["state"]["channels"].values():
        channel.pop()
    old = msgspec.msgpack.encode(plain)
    _, outputs = run([warm(number) for number in range(LEARNED, LEARNED + 60)], fold.load_state(old))
    assert {health.guard for health in healths(outputs)} == {None}
    again = [*both(LEARNED, LEARNED + 5), *(warm(number) for number in range(LEARNED + 5, LEARNED + 60))]
    _, outputs = run(again, fold.load_state(old))
    assert healths(outputs)[-1].guard == "silent"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(["drive-end", "far-end", "bearing"]), data=st.data())
def test_in_whatever_order_points_come_the_same_one_is_missed(order, data):
    gone = data.draw(st.sampled_from(["drive-end", "far-end"]))
    cut = data.draw(st.integers(LEARNED, LEARNED + 20))

    def round_of(number):
        for point in order:
            if point == "bearing":
                yield warm(number)
            elif number < cut or point != gone:
                yield vibrating(number, point)

    _, outputs = run([pump(), *(each for number in range(cut + 40) for each in round_of(number))])
    found = healths(outputs)
    assert (found[-1].status, found[-1].guard) == ("not_judged", "silent")
    assert found[-1].reason.startswith(gone)
    assert {health.guard for health in found if health.time < to_datetime(minutes(cut + 29))} == {None}
