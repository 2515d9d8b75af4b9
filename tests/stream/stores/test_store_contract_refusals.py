"""What every store must keep whatever it is called, and what it must refuse."""

import asyncio

import pytest

from models.diagnosis.observed_diagnosis import ObservedFault
from models.errors import ServiceError
from models.outputs import Anomaly, Diagnosis
from stream.stores.store import PermanentStoreError, ValueAt, Written
from tests.stream.stores.outputs import START, alert, health, row


@pytest.mark.parametrize(
    "name", ["flags", "time", "machine", "point", "flags_", "出口 压力", 'p = "x", 1', "value::tag", "#"]
)
def test_readings_may_have_any_name(use, machine, name):
    reading = row(f"{machine} {name}", measurement="readings", flags=("late",), fields={name: 4.5})

    async def work(store):
        await store.write([reading])
        return await store.series("readings", reading.machine, "drive end", name, START, START)

    assert use(work) == [ValueAt(START, 4.5)]


def _seen(**numbers):
    return Diagnosis(
        verdict="gear", confidence=0.9, evidence=ObservedFault(fault="gear", confidence=0.9, **numbers)
    )


@pytest.mark.parametrize(
    "spoilt",
    [
        row("m", rms_g=float("nan")),
        row("m", rms_g=float("-inf")),
        row("m", **{"": 1.0}),
        row("m", **{"a\nb": 1.0}),
        row("m\\", rms_g=1.0),
        row("m\n1", rms_g=1.0),
        row("a\\,b", rms_g=1.0),
        row("m\u2028", rms_g=1.0),
        row("m\ud800", rms_g=1.0),
        row("", rms_g=1.0),
        row("m", point="a\x00b", rms_g=1.0),
        health("m", score=float("nan")),
        health("m", anomaly=Anomaly(score=float("inf"), limit=1.0, anomalous=None)),
        health("m", diagnosis=Diagnosis(verdict="gear", confidence=float("nan"))),
        health("m", diagnosis=_seen(nats=float("inf"))),
        health("m", diagnosis=_seen(band_hz=(1.0, float("nan")))),
        health("m", reason="\udfff"),
        alert("m", rule="a\tb"),
        alert("m", value=float("nan")),
        alert("m", text="\ud800"),
    ],
    ids=lambda spoilt: "",
)
def test_what_cannot_be_stored_is_refused_for_good_and_spoils_nothing(use, machine, spoilt):
    async def work(store):
        with pytest.raises(PermanentStoreError):
            await store.write([row(machine, rms_g=1.0), spoilt])
        assert await store.write([row(machine, rms_g=2.0)]) == Written(kept=1)
        return await store.series("indicators", machine, "drive end", "rms_g", START, START)

    assert use(work) == [ValueAt(START, 2.0)]


def test_a_store_that_is_not_open_says_so(make_store):
    with pytest.raises(ServiceError, match="open it before use"):
        asyncio.run(make_store().write([row("m", rms_g=1.0)]))
