"""What every store must do for charts and a machine's page: steps of time, and one machine's alerts."""

from datetime import UTC, datetime, timedelta

from stream.stores.store import ExtremesAt, HealthAt
from tests.stream.stores.outputs import alert, health, row

BEGUN = datetime(2024, 1, 8, 6, tzinfo=UTC)
MINUTES = timedelta(minutes=10)
DAYS = timedelta(days=30)


def after(minutes, seconds=0):
    return BEGUN + timedelta(minutes=minutes, seconds=seconds)


def test_steps_keep_lowest_and_highest_and_leave_out_empty_ones(use, machine):
    values = {0: 3.0, 4: -1.5, 9: 2.0, 10: 0.1, 35: 7.0}
    rows = [row(machine, after(minute), rms_g=value) for minute, value in values.items()]
    rows += [row(machine, after(5), kurtosis=99.0), row(machine, after(5), point="other", rms_g=99.0)]

    async def work(store):
        await store.write(rows)
        return [
            await store.extremes("indicators", machine, "drive end", "rms_g", since, until, MINUTES)
            for since, until in ((BEGUN, BEGUN + DAYS), (after(4), after(10)), (after(11), after(34)))
        ] + [await store.extremes("indicators", machine, "drive end", "nothing", BEGUN, BEGUN + DAYS, MINUTES)]

    assert use(work) == [
        [ExtremesAt(after(0), -1.5, 3.0), ExtremesAt(after(10), 0.1, 0.1), ExtremesAt(after(30), 7.0, 7.0)],
        [ExtremesAt(after(0), -1.5, 2.0), ExtremesAt(after(10), 0.1, 0.1)],
        [],
        [],
    ]


def test_steps_of_health_keep_the_lowest_and_tell_where_it_was_withheld(use, machine):
    written = [
        health(machine, after(1), score=80.0),
        health(machine, after(3), point="other", score=40.5, status="warning"),
        health(machine, after(7), score=90.0),
        health(machine, after(12), score=None, status="stopped"),
        health(machine, after(13), score=None, status="no_data"),
        health(machine, after(21), score=None, status="stopped"),
        health(machine, after(22), score=0.0, status="critical"),
    ]

    async def work(store):
        await store.write(written)
        return await store.health_lows(machine, BEGUN, BEGUN + DAYS, MINUTES)

    assert use(work) == [
        HealthAt(after(0), 40.5, "healthy"),
        HealthAt(after(10), None, "no_data"),
        HealthAt(after(20), 0.0, "critical"),
    ]


def test_one_machine_s_alerts_are_told_apart(use, machine):
    other = f"{machine} too"
    written = [
        alert(machine, after(0), number=1),
        alert(machine, after(1), number=1, state="cleared"),
        alert(other, after(2), number=2),
        alert(machine, after(3), number=3),
        alert(machine, after(4), number=4, rule="severity", state="cleared"),
    ]

    async def work(store):
        await store.write(written)
        return (
            await store.alerts(machine=machine),
            await store.alerts(machine=machine, open_only=True),
            await store.alerts(machine=machine, limit=1),
            await store.alerts(machine=other),
            await store.alerts(machine="nobody' OR 1=1"),
        )

    everything, open_now, newest, others, none = use(work)
    assert everything == [written[4], written[3], written[1]]
    assert open_now == [written[3]]
    assert newest == [written[4]]
    assert others == [written[2]]
    assert none == []
