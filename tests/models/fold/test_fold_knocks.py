"""Single loud blocks, again and again: told as knocks, of low priority, unless that is how the machine works."""

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import fold
from models.alarms.symptom import KNOCKS
from models.clock import SECOND_US
from models.condition.channel import Channel
from models.machinery.machine import Learning
from models.observations import AcceptObserved, MaintenanceObserved
from tests.models.fold.observed import START_US, alerts, configured, healths, reading, run, vibration

BEGIN = 300
LEARNING = Learning(duration_s=60.0, observations=100)
MINUTE_US = 60 * SECOND_US


def blocks(first, last, loud, *, step_s=60, **changes):
    """Blocks every minute, or so; `loud` says of each number by what factor."""
    for i in range(first, last):
        time_us = START_US + i * step_s * SECOND_US
        yield vibration(i, factor=loud(i), time_us=time_us, observed_us=time_us, **changes)


def every(k, *, width=1, begin=BEGIN, times=10.0):
    return lambda i: times if i > begin and i % k < width else 1.0


def by_chance(share, *, begin=BEGIN, seed=0):
    drawn = Random(seed)
    chances = [drawn.random() for _ in range(20_000)]
    return lambda i: 10.0 if i > begin and chances[i] < share else 1.0


def knocking(outputs):
    """The numbers of the observations at which knocks were told."""
    return [
        i
        for i, out in enumerate(outputs)
        for alert in alerts([out])
        if alert.state == "active" and "knocks" in alert.text
    ]


def told(loud, *, last=1_300, **changes):
    """How many blocks after they began knocks were told first; None where they weren't."""
    _, outputs = run([configured(learning=LEARNING), *blocks(0, last, loud, **changes)])
    found = knocking(outputs)
    assert all(alert.priority == "low" for alert in alerts(outputs) if "knocks" in alert.text)
    return found[0] - 1 - BEGIN if found else None


@pytest.mark.parametrize(
    ("k", "width", "least", "most"),
    [(3, 1, 15, 40), (5, 1, 20, 60), (10, 1, 50, 100), (20, 2, 50, 100), (20, 3, 30, 80)],
)
def test_one_block_in_ten_or_more_is_told(k, width, least, most):
    assert least <= told(every(k, width=width)) <= most


@pytest.mark.parametrize("k", [20, 50])
def test_one_block_in_twenty_is_not(k):
    assert told(every(k)) is None


@pytest.mark.parametrize("step_s", [1, 10, 600, 3_600])
def test_however_often_blocks_come(step_s):
    """At a block a second it has to hold for a quarter of an hour; else it takes about as many blocks."""
    assert 50 <= told(every(10), step_s=step_s, last=2_300) <= max(100, 960 // step_s + 100)


def test_the_status_says_so_and_the_score_counts_it():
    _, outputs = run([configured(learning=LEARNING), *blocks(0, 600, every(10))])
    last = healths(outputs)[-1]
    assert last.status == "watch"
    assert [deduction.code for deduction in last.deductions] == ["change"]
    assert 70.0 <= last.score < 90.0
    assert "knocks" in last.deductions[0].reason
    assert "敲击" in last.deductions[0].reason_zh
    assert last.remaining_life_h is None


def test_every_second_block_is_no_health():
    _, outputs = run([configured(learning=LEARNING), *blocks(0, 600, every(2))])
    assert healths(outputs)[-1].status == "watch"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5])
def test_a_hammer_mill_that_knocks_from_the_first_day_is_sound(share):
    for seed in range(2):
        _, outputs = run([configured(learning=LEARNING), *blocks(0, 2_000, by_chance(share, begin=-1, seed=seed))])
        assert not knocking(outputs)


def test_a_press_that_knocks_much_more_often_than_it_did_is_told():
    _, outputs = run(
        [
            configured(learning=LEARNING),
            *blocks(0, 1_000, lambda i: 10.0 if i % (10 if i < BEGIN else 3) == 0 else 1.0),
        ]
    )
    assert knocking(outputs)[0] > BEGIN


def test_shocks_are_none():
    """Half a minute of hammering beside a machine that is measured each second, a fork-lift every hour."""
    loud = by_chance(0.4)
    _, outputs = run(
        [configured(learning=LEARNING), *blocks(0, 4_000, lambda i: loud(i) if i % 1_000 < 30 else 1.0, step_s=1)]
    )
    assert not knocking(outputs)
    _, outputs = run([configured(learning=LEARNING), *blocks(0, 2_000, every(60, width=2))])
    assert not knocking(outputs)


def test_what_a_sensor_is_at_fault_for_is_no_knock():
    for flag in ("clipped", "erratic"):
        observations = [
            *blocks(0, BEGIN, lambda _: 1.0),
            *(
                block
                for i in range(BEGIN, 1_000)
                for block in blocks(i, i + 1, every(10), flags=(flag,) if i % 10 == 0 else ())
            ),
        ]
        _, outputs = run([configured(learning=LEARNING), *observations])
        assert not knocking(outputs)


def test_a_fault_that_stands_is_told_by_its_level_and_leaves_no_knocks_behind():
    _, outputs = run([configured(learning=LEARNING), *blocks(0, 1_200, lambda i: 10.0 if BEGIN < i < 700 else 1.0)])
    assert not knocking(outputs)
    assert healths(outputs)[-1].status == "healthy"


def test_it_is_over_when_no_block_knocks_any_more():
    _, outputs = run([configured(learning=LEARNING), *blocks(0, 1_200, lambda i: every(10)(i) if i < 700 else 1.0)])
    (_, raised), (number, cleared) = [
        (i, a) for i, out in enumerate(outputs) for a in alerts([out]) if a.rule == "change"
    ]
    assert (raised.state, cleared.state, raised.id) == ("active", "cleared", cleared.id)
    assert 710 < number < 780
    assert healths(outputs)[-1].status == "healthy"


def test_where_all_blocks_become_louder_the_same_alert_says_so_and_goes_on():
    def loud(i):
        return every(10)(i) * (1.0 if i < 700 else 2.0 if i < 900 else 4.0)

    _, outputs = run([configured(learning=LEARNING), *blocks(0, 1_100, loud)])
    change = [alert for alert in alerts(outputs) if alert.rule == "change"]
    assert [(alert.priority, "knocks" in alert.text) for alert in change] == [
        ("low", True),
        ("low", False),
        ("medium", False),
    ]
    assert len({alert.id for alert in change}) == 1


def test_a_level_among_readings_knocks_as_well():
    def values(i):
        factor = every(10)(i)
        return {"vibration_rms": 1.5 * factor * (1.0 + 0.02 * (i * 7 % 5)), "pressure": 2.0 + 0.01 * (i * 3 % 7)}

    observations = [
        reading(i, values=values(i), time_us=START_US + i * MINUTE_US, observed_us=START_US + i * MINUTE_US)
        for i in range(900)
    ]
    _, outputs = run([configured(learning=LEARNING), *observations])
    assert 50 <= knocking(outputs)[0] - 1 - BEGIN <= 100


def test_in_one_way_of_running_only():
    """Told where it stays for long; it counts among all blocks, so half the time it must knock twice as often."""

    def speed(i):
        return 1_500.0 if i // 120 % 2 else 3_000.0

    observations = [
        block
        for i in range(2_500)
        for block in blocks(
            i, i + 1, lambda i: every(5, begin=1_000)(i) if speed(i) == 3_000.0 else 1.0, speed_rpm=speed(i)
        )
    ]
    _, outputs = run([configured(learning=LEARNING), *observations])
    assert 1_000 < knocking(outputs)[0] < 1_300


@pytest.mark.parametrize("act", [AcceptObserved, MaintenanceObserved])
def test_accept_and_maintenance_begin_anew(act):
    state, _ = run([configured(learning=LEARNING), *blocks(0, 600, every(10))])
    assert state.channels["indicators/drive-end"].symptoms[-1].indicator == KNOCKS
    time_us = START_US + 600 * MINUTE_US
    said = act(machine="pump", point="", time_us=time_us, observed_us=time_us, digest="act", by="wang")
    state, outputs = run([said], state)
    assert [alert.state for alert in alerts(outputs)] == ["cleared"]
    state, outputs = run(blocks(601, 1_600, every(10)), state)
    assert not knocking(outputs), "it has been learned"
    assert state.channels["indicators/drive-end"].knocks.usual > 0.05


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.sampled_from([1.0, 3.0, 5.0, 10.0, 40.0])), max_size=30))
def test_it_goes_on_bit_for_bit_from_any_cut_and_never_says_more_than_low(course):
    factors = [1.0] * 150 + [factor for count, times in course for factor in [1.0] * count + [times]] + [1.0] * 5
    observations = [configured(learning=LEARNING), *blocks(0, len(factors), factors.__getitem__)]
    whole, outputs = run(observations)
    half = len(observations) // 2
    state, first = run(observations[:half])
    state, second = run(observations[half:], fold.load_state(fold.dump_state(state)))
    assert [*first, *second] == outputs
    assert fold.dump_state(state) == fold.dump_state(whole)
    assert all(alert.priority == "low" for alert in alerts(outputs) if "knocks" in alert.text)


def test_a_state_of_before_goes_on():
    """What an older version wrote of a channel ends before this field."""
    state, _ = run([configured(learning=LEARNING), *blocks(0, 300, every(10))])
    stored = msgspec.msgpack.decode(fold.dump_state(state))
    for channel in stored["state"]["channels"].values():
        del channel[Channel.__struct_fields__.index("knocks") :]
    older = fold.load_state(msgspec.msgpack.encode(stored))
    assert older.channels["indicators/drive-end"].knocks is None
    later, outputs = run(blocks(300, 700, every(10)), older)
    assert later.channels["indicators/drive-end"].knocks is not None
    assert knocking(outputs)


def test_a_fault_that_knocks_is_not_learned_in_another_way_of_running():
    def loud(i):
        return every(4)(i)

    def speed(i):
        return 3_000.0 if i < 700 else 1_500.0

    observations = [block for i in range(1_500) for block in blocks(i, i + 1, loud, speed_rpm=speed(i))]
    state, outputs = run([configured(learning=LEARNING), *observations])
    assert knocking(outputs)
    assert state.channels["indicators/drive-end"].knocks.usual == 0.0
    assert healths(outputs)[-1].status == "watch"
