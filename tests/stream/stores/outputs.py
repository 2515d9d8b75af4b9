"""Outputs as the fold makes them, for the tests of stores and dashboards."""

from datetime import UTC, datetime, timedelta

from models.diagnosis.observed_diagnosis import ObservedFault
from models.outputs import Alert, Anomaly, Deduction, Diagnosis, Health, Quality, RemainingLife, Row

__all__ = ["START", "alert", "alerts_of", "at", "full_health", "health", "of_machine", "row"]

START = datetime(2024, 1, 8, 6, 30, 0, 123457, tzinfo=UTC)


def at(microseconds: int = 0, **others: float) -> datetime:
    return START + timedelta(microseconds=microseconds, **others)


def row(machine, time=START, *, point="drive end", measurement="indicators", flags=(), fields=None, **more):
    fields = {**(fields or {}), **more}
    return Row(measurement=measurement, machine=machine, point=point, time=time, fields=fields, flags=flags)


def health(machine, time=START, *, point="drive end", score=100.0, status="healthy", **others):
    return Health(machine=machine, point=point, time=time, status=status, score=score, **others)


def full_health(machine, time=START):
    """Give a health with every part present, and every awkward character in its texts."""
    deductions = (
        Deduction(
            reason='velocity 7.1 mm/s is above "4.5", C:\\ \\',
            points=30.1,
            code="severity",
            point="drive end",
            value=7.1,
            limit=4.5,
        ),
        Deduction(
            reason="change,\nup",
            reason_zh="振动烈度,\n升高",
            points=10.2,
            code="change",
            point="风扇 端",
            value=9.0,
            limit=8.0,
        ),
        Deduction(reason="once more", points=0.1, code="change", point="风扇 端", value=8.1, limit=8.0),
    )
    return health(
        machine,
        time,
        score=59.6,
        status="warning",
        deductions=deductions,
        anomaly=Anomaly(score=0.1 + 0.2, limit=1e-300, anomalous=True),
        diagnosis=Diagnosis(
            verdict="bearing_outer_race",
            confidence=0.71,
            text='outer race, "5 of 15"\\',
            text_zh="外圈,\n十五次中五次",
            next_check="listen",
            next_check_zh="听音",
            supporting=5,
            observations=15,
            since=time,
            evidence=ObservedFault(fault="bearing_outer_race", confidence=0.7, nats=20.5, band_hz=(1e3, 2e3)),
        ),
        quality=Quality(ok=True, flags=("short", "gap")),
        remaining_life_h=RemainingLife(low=1.5, median=20.25, high=400.0),
        configuration="0123456789ab",
        running="idle",
        running_since=time - timedelta(hours=3),
    )


def alert(machine, time=START, *, number=1, state="active", rule="change", point="drive end", **others):
    return Alert(
        id=f"{machine}-{point}-{rule}-{number}",
        machine=machine,
        point=point,
        time=time,
        rule=rule,
        state=state,
        **{
            "priority": "medium",
            "value": 9.25,
            "limit": 8.0,
            "text": 'up, "much"\\',
            "text_zh": "升高\n很多",
            **others,
        },
        since=START,
        configuration="0123456789ab",
        observation="00112233aabbccdd",
    )


async def of_machine(store, machine):
    """Newest health by point, of one machine."""
    return {found.point: found for found in await store.latest_health() if found.machine == machine}


async def alerts_of(store, machine, **options):
    return [found for found in await store.alerts(**options) if found.machine == machine]
