"""What every store must do with values and health, tried on each: SQLite always, and a real InfluxDB."""

import asyncio
from datetime import timedelta, timezone

import pytest

from models.outputs import Anomaly, Quality
from stream.stores.store import HealthAt, ValueAt, Written
from tests.stream.stores.outputs import START, alert, alerts_of, at, full_health, health, of_machine, row


def test_values_come_back_exactly(use, machine):
    written = [
        row(machine, START, rms_g=0.1 + 0.2, velocity_rms_mm_s=-0.0),
        row(machine, at(1), rms_g=5e-324, kurtosis=1.7976931348623157e308),
        row(machine, at(seconds=10), rms_g=3),
    ]

    async def work(store):
        assert await store.write(written) == Written(kept=3)
        return (
            await store.series("indicators", machine, "drive end", "rms_g", START, at(seconds=10)),
            await store.series("indicators", machine, "drive end", "kurtosis", START, at(seconds=10)),
        )

    rms, kurtosis = use(work)
    assert rms == [ValueAt(START, 0.1 + 0.2), ValueAt(at(1), 5e-324), ValueAt(at(seconds=10), 3.0)]
    assert kurtosis == [ValueAt(at(1), 1.7976931348623157e308)]
    assert all(isinstance(found.value, float) and found.time.utcoffset() == timedelta(0) for found in rms)


def test_health_comes_back_exactly(use, machine):
    bare = health(machine, at(1), point="other", status="healthy")
    empty = health(machine, at(2), point="third", anomaly=Anomaly(score=None, limit=None, anomalous=None))
    written = [full_health(machine), bare, empty]

    async def work(store):
        await store.write(written)
        return await of_machine(store, machine)

    assert use(work) == {found.point: found for found in written}


def test_rows_outlive_the_store_that_wrote_them(use, machine):
    async def write(store):
        await store.write([full_health(machine), alert(machine), row(machine, rms_g=1.0)])

    async def read(store):
        assert list((await of_machine(store, machine)).values()) == [full_health(machine)]
        assert await alerts_of(store, machine) == [alert(machine)]
        assert await store.points("indicators", machine) == ["drive end"]

    use(write)
    use(read)


def test_repeats_change_nothing(use, machine):
    batch = [row(machine, at(i), rms_g=float(i)) for i in range(20)]
    batch += [health(machine, at(i), score=90.0 + i / 10) for i in range(20)]
    batch += [alert(machine, START), alert(machine, at(5), state="cleared")]

    async def work(store):
        seen = []
        for part in (batch, batch, batch[:7], batch[25:30], batch[40:41]):
            await store.write(part)
            seen.append(
                (
                    await store.series("indicators", machine, "drive end", "rms_g", START, at(seconds=1)),
                    await store.health_history(machine, START, at(seconds=1)),
                    await of_machine(store, machine),
                    await alerts_of(store, machine),
                    await alerts_of(store, machine, open_only=True),
                )
            )
        return seen

    first, *others = use(work)
    assert len(first[0]) == len(first[1]) == 20
    assert first[3] == [alert(machine, at(5), state="cleared")]
    assert others == [first] * 4


def test_withheld_scores_stay_withheld(use, machine):
    stopped = health(machine, at(1), score=None, status="stopped", reason="stopped: 0.01 g, 停机")

    async def work(store):
        await store.write([health(machine, START, score=0.0, status="critical"), stopped])
        return await store.health_history(machine, START, at(1)), await of_machine(store, machine)

    history, latest = use(work)
    assert history == [HealthAt(START, 0.0, "critical"), HealthAt(at(1), None, "stopped")]
    assert latest == {"drive end": stopped}


def test_a_later_judgement_of_the_same_moment_takes_its_place(use, machine):
    silent = health(machine, START, score=None, status="no_data", reason="nothing for 10 min")

    async def work(store):
        await store.write([full_health(machine)])
        await store.write([silent])
        return await store.health_history(machine, START, START), await of_machine(store, machine)

    history, latest = use(work)
    assert history == [HealthAt(START, None, "no_data")]
    assert latest == {"drive end": silent}


def test_the_last_of_one_batch_wins(use, machine):
    batch = [health(machine, START, score=50.0), health(machine, START, score=60.0)]

    async def work(store):
        await store.write(batch)
        return await store.health_history(machine, START, START)

    assert use(work) == [HealthAt(START, 60.0, "healthy")]


@pytest.mark.parametrize("flag", ["late", "future"])
def test_late_and_future_health_gets_no_row(use, machine, flag):
    name = f"{machine} {flag}"
    astray = health(
        name, at(seconds=5), score=10.0, status="critical", quality=Quality(ok=True, flags=("short", flag))
    )
    measured = row(name, at(seconds=5), rms_g=1.0, flags=(flag,))

    async def work(store):
        assert await store.write([health(name), astray, measured]) == Written(kept=2)
        assert await store.write([astray]) == Written(kept=0)
        assert len(await store.series("indicators", name, "drive end", "rms_g", START, at(seconds=9))) == 1
        return await store.health_history(name, START, at(seconds=9)), await of_machine(store, name)

    history, latest = use(work)
    assert history == [HealthAt(START, 100.0, "healthy")]
    assert latest == {"drive end": health(name)}


def test_older_health_never_becomes_the_latest(use, machine):
    newer, older = health(machine, at(1), score=80.0), health(machine, START, score=90.0)

    async def work(store):
        await store.write([newer])
        await store.write([older])
        return await of_machine(store, machine)

    assert use(work) == {"drive end": newer}


def test_an_empty_batch_is_fine(use):
    assert use(lambda store: store.write([])) == Written(kept=0)


@pytest.mark.slow
def test_ten_thousand_rows_in_one_batch(use, machine):
    rows = [row(machine, at(i * 1000), **{f"band_{j}_hz_g": i + j / 10 for j in range(20)}) for i in range(10_000)]

    async def work(store):
        assert await store.write(rows) == Written(kept=10_000)
        return await store.series("indicators", machine, "drive end", "band_7_hz_g", START, at(seconds=10))

    assert use(work) == [ValueAt(at(i * 1000), i + 0.7) for i in range(10_000)]


def test_two_blocks_one_microsecond_apart_stay_two_rows(use, machine):
    async def work(store):
        await store.write([row(machine, START, rms_g=1.0), row(machine, at(1), rms_g=1.0)])
        return await store.series("indicators", machine, "drive end", "rms_g", START, at(1))

    assert use(work) == [ValueAt(START, 1.0), ValueAt(at(1), 1.0)]


def test_health_of_two_points_at_one_moment_stays_two(use, machine):
    both = [health(machine, point="风扇端", score=70.0), health(machine, point="drive end", score=80.0)]

    async def work(store):
        await store.write(both)
        return await store.health_history(machine, START, START), await of_machine(store, machine)

    history, latest = use(work)
    assert history == [HealthAt(START, 80.0, "healthy"), HealthAt(START, 70.0, "healthy")]  # in the points' order
    assert latest == {found.point: found for found in both}


def test_ranges_include_both_ends(use, machine):
    times = [at(i) for i in range(5)]

    async def work(store):
        await store.write(
            [row(machine, time, rms_g=1.0) for time in times] + [health(machine, time) for time in times]
        )
        east = timezone(timedelta(hours=8))
        since, until = times[1].astimezone(east), times[3].astimezone(east)
        series = await store.series("indicators", machine, "drive end", "rms_g", since, until)
        history = await store.health_history(machine, since, until)
        assert await store.health_history(machine, times[3], times[1]) == []
        return [found.time for found in series], [found.time for found in history]

    assert use(work) == (times[1:4], times[1:4])


def test_measurements_and_points_are_kept_apart(use, machine):
    async def work(store):
        await store.write(
            [
                row(machine, point="b", rms_g=1.0),
                row(machine, point="轴承 a", rms_g=2.0),
                row(machine, point="b", measurement="temperature", value_c=45.5),
                row(machine, point="line", measurement="readings", rms_g=9.0),
            ]
        )
        assert await store.points("indicators", machine) == ["b", "轴承 a"]
        assert await store.points("temperature", machine) == ["b"]
        assert await store.points("readings", machine) == ["line"]
        return await store.series("indicators", machine, "轴承 a", "rms_g", START, START)

    assert use(work) == [ValueAt(START, 2.0)]


def test_a_row_of_a_faulty_sensor_is_kept_without_values(use, machine):
    async def work(store):
        assert await store.write([row(machine, flags=("clipped", "stuck")), row(machine, at(1))]) == Written(kept=2)
        return await store.points("indicators", machine)

    assert use(work) == ["drive end"]


def test_the_unknown_gives_nothing(use, machine):
    async def work(store):
        await store.write([row(machine, rms_g=1.0)])
        assert await store.points("indicators", "nobody's") == []
        assert await store.health_history("nobody's", START, at(days=1)) == []
        assert await store.series("indicators", "nobody's", "drive end", "rms_g", START, at(days=1)) == []
        assert await store.series("indicators", machine, "nowhere", "rms_g", START, at(days=1)) == []
        return await store.series("indicators", machine, "drive end", 'no "such" \\ field', START, at(days=1))

    assert use(work) == []


def test_calls_at_the_same_time_do_not_disturb_each_other(use, machine):
    async def work(store):
        await asyncio.gather(
            *(store.write([row(machine, at(i * 100 + j), rms_g=float(j)) for j in range(100)]) for i in range(8)),
            *(store.latest_health() for _ in range(8)),
        )
        return await store.series("indicators", machine, "drive end", "rms_g", START, at(seconds=1))

    assert [found.value for found in use(work)] == [float(j) for j in range(100)] * 8
