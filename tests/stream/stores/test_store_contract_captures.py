"""What every store must do with spectra and waveforms, tried on each: SQLite always, and a real InfluxDB."""

from datetime import timedelta

import msgspec
import numpy as np
import pytest

from models.captures.packing import MAX_SAMPLES
from models.captures.taking import hourly_spectra, kept_waveform, values_of
from models.errors import MessageError
from stream.stores.store import PermanentStoreError, Written
from tests.stream.stores.outputs import START, at, health, row

DAYS = timedelta(days=400)
NOISE = np.random.default_rng(0).standard_normal(25_600)


def about(machine, measured=START, **others):
    return {
        "machine": machine,
        "point": "风扇 端",
        "measured": measured,
        "rate_hz": 25_600.0,
        "unit": "g",
        "speed_rpm": 1480.0,
        "flags": ("short",),
        **others,
    }


def listed(capture):
    return msgspec.structs.replace(capture, data=b"")


def test_spectra_and_waveforms_come_back_exactly(use, machine):
    written = [*hourly_spectra(NOISE, **about(machine)), kept_waveform(NOISE, **about(machine, alert="a1"))]
    assert len(written) == 3

    async def work(store):
        assert await store.write([*written, row(machine, rms_g=1.0), health(machine)]) == Written(kept=5)
        return [
            (
                await store.captures(machine, "风扇 端", each.kind, START - DAYS, START + DAYS),
                await store.capture(machine, "风扇 端", each.kind, each.time),
            )
            for each in written
        ]

    for each, (found, whole) in zip(written, use(work), strict=True):
        assert found == [listed(each)]
        assert whole == each
        assert np.array_equal(values_of(whole), values_of(each))


def test_the_largest_waveform_fits(use, machine):
    largest = kept_waveform(np.random.default_rng(1).uniform(-9, 9, MAX_SAMPLES), **about(machine))

    async def work(store):
        await store.write([largest])
        return await store.capture(machine, "风扇 端", "waveform", largest.time)

    assert use(work) == largest


def test_a_later_one_of_the_same_hour_takes_its_place(use, machine):
    first = hourly_spectra(NOISE, **about(machine))[0]
    later = hourly_spectra(2 * NOISE[:12_800], **about(machine, at(seconds=600), flags=()))[0]
    other_hour = hourly_spectra(NOISE, **about(machine, at(seconds=3600)))[0]

    async def work(store):
        await store.write([first, other_hour])
        await store.write([later])
        await store.write([later])
        kind = "velocity_spectrum"
        return (
            await store.captures(machine, "风扇 端", kind, START - DAYS, START + DAYS),
            await store.capture(machine, "风扇 端", kind, first.time),
        )

    found, whole = use(work)
    assert found == [listed(later), listed(other_hour)]
    assert whole == later


def test_ranges_include_both_ends_and_points_stay_apart(use, machine):
    hours = [hourly_spectra(NOISE, **about(machine, at(seconds=3600 * i)))[0] for i in range(4)]
    elsewhere = [
        hourly_spectra(NOISE, **about(machine, point="other"))[0],
        hourly_spectra(NOISE, **about(f"{machine} too"))[0],
    ]

    async def work(store):
        await store.write([*hours, *elsewhere])
        some = await store.captures(machine, "风扇 端", "velocity_spectrum", hours[1].time, hours[2].time)
        none = await store.captures(machine, "风扇 端", "waveform", START - DAYS, START + DAYS)
        nowhere = await store.capture(machine, "nowhere", "velocity_spectrum", hours[0].time)
        between = await store.capture(machine, "风扇 端", "velocity_spectrum", hours[0].time + timedelta(seconds=1))
        return some, none, nowhere, between

    some, none, nowhere, between = use(work)
    assert some == [listed(hours[1]), listed(hours[2])]
    assert (none, nowhere, between) == ([], None, None)


def test_what_no_store_can_hold_is_refused(use, machine):
    good = hourly_spectra(NOISE, **about(machine))[0]
    wrong = [{"top": float("nan")}, {"speed_rpm": float("inf")}, {"point": "a\nb"}, {"machine": ""}]

    async def work(store):
        for change in wrong:
            with pytest.raises(PermanentStoreError):
                await store.write([msgspec.structs.replace(good, **change)])
        return await store.captures(machine, "风扇 端", "velocity_spectrum", START - DAYS, START + DAYS)

    assert use(work) == []


def test_one_that_nobody_can_have_taken_is_left_out_of_lists_and_not_given(use, machine):
    good = hourly_spectra(NOISE, **about(machine))[0]
    wrong = [
        msgspec.structs.replace(good, time=at(seconds=3600 * hour), **forged)
        for hour, forged in enumerate(({"unit": "<b>"}, {"step": 0.0}, {"count": 10**9}), start=1)
    ]
    short = msgspec.structs.replace(good, time=at(seconds=9 * 3600), count=good.count - 1)

    async def work(store):
        await store.write([good, *wrong, short])
        for each in (*wrong, short):
            with pytest.raises(MessageError):
                await store.capture(machine, "风扇 端", each.kind, each.time)
        return await store.captures(machine, "风扇 端", good.kind, START - DAYS, START + DAYS)

    assert use(work) == [listed(good), listed(short)]
