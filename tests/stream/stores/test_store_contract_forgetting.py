"""What every store must do with machines that were forgotten, tried on each: SQLite always, and a real InfluxDB."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from models.captures.taking import hourly_spectra
from models.errors import ServiceError
from models.outputs import Action, Intake, Uptime
from stream.config.settings import Settings
from stream.config.settings_sections import Influxdb, Sqlite
from stream.stores.forgetting import forget_results
from tests.stream.stores.outputs import START, alert, alerts_of, at, health, of_machine, row

NOISE = np.random.default_rng(0).standard_normal(25_600)
YEARS = (at(days=-400), at(days=400))


def gone(machine, time, point=""):
    return health(machine, time, point=point, score=None, status="not_judged", guard="forgotten")


def life(machine):
    """Two points of a machine, an alert, and all else that is kept of one."""
    return [
        row(machine, rms_g=0.25),
        row(machine, at(5), rms_g=0.5),
        row(machine, point="bearing", measurement="temperature", value_c=60.0),
        health(machine),
        health(machine, at(4), point="bearing"),
        alert(machine, at(2)),
        Uptime(machine=machine, time=START.replace(minute=0, second=0, microsecond=0), running_s=3600.0,
               stopped_s=0.0, unknown_s=0.0),
        Intake(machine=machine, time=at(3), since=START, received=9),
        *hourly_spectra(
            NOISE, machine=machine, point="drive end", measured=START, rate_hz=25_600.0, unit="g", speed_rpm=1480.0
        ),
        Action(machine=machine, point="", time=at(1), kind="maintenance", by="王伟"),
    ]  # fmt: skip


def end(machine, time):
    return [
        alert(machine, time, state="cleared"),
        gone(machine, time, "drive end"),
        gone(machine, time, "bearing"),
        gone(machine, time),
        Action(machine=machine, point="", time=time, kind="forget", by="Li", note="typing error"),
    ]


def test_a_forgotten_machine_has_no_latest_health_and_its_history_stays(use, machine):
    async def work(store):
        await store.write(life(machine))
        await store.write(end(machine, at(10)))
        history = await store.health_history(machine, *YEARS)
        return await of_machine(store, machine), history, await alerts_of(store, machine, open_only=True)

    latest, history, open_alerts = use(work)
    assert (latest, open_alerts) == ({}, [])
    assert [each.status for each in history if each.score is not None] == ["healthy", "healthy"]


def test_so_it_is_however_batches_are_cut_and_repeated(use, machine):
    together = [*life(machine), *end(machine, at(10))]

    async def work(store):
        await store.write(together)
        once = await of_machine(store, machine)
        for each in together:
            await store.write([each])
        return once, await of_machine(store, machine)

    assert use(work) == ({}, {})


def test_its_next_life_stands_alone_without_the_points_of_the_former(use, machine):
    anew = [health(machine, at(20), point="drive end"), health(machine, at(30), point="")]

    async def work(store):
        await store.write([*life(machine), *end(machine, at(10)), *anew])
        return await of_machine(store, machine)

    assert use(work) == {each.point: each for each in anew}


def test_its_neighbours_are_as_they_were(use, machine):
    other = f"{machine} 2"

    async def work(store):
        await store.write([*life(machine), *life(other), *end(machine, at(10))])
        return await of_machine(store, other), await alerts_of(store, other, open_only=True)

    latest, open_alerts = use(work)
    assert set(latest) == {"drive end", "bearing"}
    assert len(open_alerts) == 1


@pytest.fixture
def stored_where(request, tmp_path):
    """Give the settings by which commands find the store of `use`."""

    def settings():
        if "sqlite" in request.node.name:
            return Settings(store="sqlite", sqlite=Sqlite(path=Path(tmp_path / "new folder" / "stethos.db")))
        server = request.getfixturevalue("influxdb")
        named = {"bucket": server.bucket, "bucket_raw": server.bucket_raw, "bucket_spectra": server.bucket_spectra}
        token = SecretStr(server.token)
        return Settings(store="influxdb", influxdb=Influxdb(url=server.url, org=server.org, token=token, **named))

    return settings


async def all_of(store, machine):
    """Give all that a store holds of a machine, but for actions."""
    of = [
        *(await of_machine(store, machine)).values(),
        *await store.health_history(machine, *YEARS),
        *await store.alerts(machine=machine),
        *await store.points("indicators", machine),
        *await store.points("temperature", machine),
        *await store.series("indicators", machine, "drive end", "rms_g", *YEARS),
        *await store.uptime(machine, *YEARS),
        *await store.captures(machine, "drive end", "velocity_spectrum", *YEARS),
    ]
    return of + [each for each in await store.intakes() if each.machine == machine]


def test_its_results_are_deleted_for_good_and_nobody_elses(use, stored_where, request):
    machine, other = f"泵 1 {request.node.name[-9:-1]}", f"泵 1 {request.node.name[-9:-1]}.2"

    async def begin(store):
        await store.write([*life(machine), *life(other), *end(machine, at(10))])
        return len(await all_of(store, machine)), len(await all_of(store, other))

    async def left(store):
        kinds = {each.kind for each in await store.actions(machine)}
        return len(await all_of(store, machine)), len(await all_of(store, other)), kinds

    before, others = use(begin)
    assert before > 8
    asyncio.run(forget_results(stored_where(), machine, at(10)))
    assert use(left) == (0, others, {"forget", "maintenance"})

    async def anew(store):
        await store.write([row(machine, at(50), rms_g=0.75), health(machine, at(50))])
        return [each.value for each in await store.series("indicators", machine, "drive end", "rms_g", *YEARS)]

    assert use(anew) == [0.75]


def test_nothing_is_deleted_before_the_store_knows_that_it_is_forgotten(use, stored_where, machine):
    name = "泵 3"

    async def begin(store):
        await store.write(life(name))

    use(begin)
    with pytest.raises(ServiceError, match="start a worker"):
        asyncio.run(forget_results(stored_where(), name, at(10), deadline_s=1.0))

    async def left(store):
        return len(await of_machine(store, name))

    assert use(left) == 2


def test_a_machine_that_was_silent_for_long_is_deleted_as_soon_as_the_store_knows(use, stored_where, request):
    """That it is forgotten stands just after what it measured last, long before what others do."""
    name, other = f"泵 4 {request.node.name[-9:-1]}", f"泵 5 {request.node.name[-9:-1]}"
    said = at(days=3)
    action = Action(machine=name, point="", time=said, kind="forget", by="Li")
    told = [each for each in end(name, at(10)) if not isinstance(each, Action)]

    async def work(store):
        await store.write([*life(name), *life(other), health(other, said)])
        forgetting = asyncio.create_task(forget_results(stored_where(), name, said, deadline_s=20.0))
        await store.write([action])  # by a topic of its own: first as well as last
        await asyncio.sleep(3)
        await store.write(told)
        await forgetting

    use(work)

    async def left(store):
        return len(await all_of(store, name))

    assert use(left) == 0
