"""What the page makes of outputs, and spectra of a known signal."""

import asyncio
from datetime import UTC

import numpy as np

from models.captures.taking import hourly_spectra
from models.machinery.kinematics import BearingOrders
from stream.stores.sqlite.store import SqliteStore
from stream.web.data.feed import Feed
from stream.web.data.history import RANGES, HistoryReader
from stream.web.fleet.query import FleetQuery
from stream.web.fleet.view import fleet_view
from stream.web.machine.page_view import machine_page_view
from tests.stream.web.fleets import MACHINES, NOW, MemoryStore

BEARING = BearingOrders(bpfo=3.58, bpfi=5.42, bsf2=4.71, ftf=0.398)
NOISE = np.random.default_rng(0).standard_normal(25_600)
SAMPLES = 0.1 * np.sin(2 * np.pi * 50 * np.arange(25_600) / 25_600) + 0.2 * NOISE


def spectra(time=NOW, *, speed_rpm=1500.0, samples=SAMPLES):
    return hourly_spectra(
        samples,
        machine="P-101",
        point="drive-end",
        measured=time,
        rate_hz=25_600.0,
        unit="g",
        speed_rpm=speed_rpm,
    )


def velocity(time=NOW, **others):
    return spectra(time, **others)[0]


def envelope(time=NOW, **others):
    return spectra(time, **others)[1]


def read(outputs, *, machines=MACHINES, now=NOW, turns=3, opened=()):
    async def snapshot():
        feed = Feed(MemoryStore(outputs), machines, clock=lambda: now)
        feed.subscribe("a viewer", opened)
        for _ in range(turns):
            await feed.read()
        return feed.snapshot

    return asyncio.run(snapshot())


def fleet(snapshot, *, machines=MACHINES, language="en", clock=NOW, opened=None, **asked):
    """Give the page for one viewer, who has every row open unless told otherwise."""
    names = {*machines, *(each.machine for each in snapshot.healths)} if opened is None else opened
    query = FleetQuery(opened=tuple(names), **asked)
    return fleet_view(snapshot, machines, clock=clock, zone=UTC, language=language, query=query)


def cards(shown):
    """Give what the open rows show of the machines that need someone."""
    return [row.details for row in shown.attention]


def quiet_cards(shown):
    """Give what the open rows show of those that need nobody."""
    return [row.details for row in shown.rest if row.details]


def machine_page(snapshot, machine="P-101", *, machines=MACHINES, language="en", clock=NOW):
    return machine_page_view(snapshot, machines, machine, clock=clock, zone=UTC, language=language)


def history_of(tmp_path, outputs, machine="P-101", *, range_=RANGES[1], newest=NOW, now=NOW):
    async def work():
        store = SqliteStore(tmp_path / "results.db")
        await store.open()
        await store.write(outputs)
        history = await HistoryReader(store, monotonic=lambda: 0.0).read(machine, range_, newest=newest, now=now)
        await store.close()
        return history

    return asyncio.run(work())
