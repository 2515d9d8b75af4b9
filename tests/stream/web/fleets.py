"""Fleets to look at, made by hand so that tests know what must be seen."""

import math
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from models.errors import ServiceError
from models.machinery.machine import Machine, Name
from models.outputs import Action, Alert, Anomaly, Deduction, Health, Intake, Quality, Row
from models.probes.known import KNOWN
from models.probes.records import INPUTS, ProbeResult
from stream.stores.store import HealthAt, ValueAt

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
UNJUDGED = Anomaly(score=None, limit=None, anomalous=None)

MACHINES = MappingProxyType(
    {
        "P-101": Machine(
            id="P-101",
            name=Name(en="Cooling water pump 1", zh="1号冷却水泵"),
            kind="pump",
            line="Cooling water",
            power_kw=37.0,
            mounting="rigid",
            temperature_limit_c=90.0,
        ),
        "F-201": Machine(id="F-201", name=Name(en="Exhaust fan 2", zh="2号排风机"), kind="fan", line="Paint shop"),
        "M-301": Machine(
            id="M-301", name=Name(en="Conveyor motor", zh="输送带电机"), kind="motor", temperature_limit_c=110.0
        ),
        "G-401": Machine(id="G-401", name=Name(en="Mixer gearbox", zh="搅拌机齿轮箱"), kind="gearbox"),
    }
)


def health(
    machine,
    point,
    time,
    *,
    status="healthy",
    score=100.0,
    deductions=(),
    flags=(),
    reason="",
    reason_zh="",
    **others,
):
    return Health(
        machine=machine,
        point=point,
        time=time,
        status=status,
        score=score,
        deductions=deductions,
        quality=Quality(ok=not flags, flags=flags),
        reason=reason,
        reason_zh=reason_zh,
        **others,
    )


def deduction(points, code, point, english, chinese):
    return Deduction(
        reason=english, reason_zh=chinese, points=points, code=code, point=point, value=1.19, limit=0.5
    )


def alert(machine, point, rule, priority, since, english, chinese, *, state="active", id=None):  # noqa: A002 -- as in Alert
    return Alert(
        id=id or f"{machine}-{point}-{rule}",
        machine=machine,
        point=point,
        time=since,
        rule=rule,
        state=state,
        priority=priority,
        value=1.19,
        limit=0.5,
        text=english,
        text_zh=chinese,
        since=since,
        configuration="abc",
        observation="0123456789abcdef",
    )


PUMP_DEDUCTIONS = (
    deduction(
        60.0,
        "change",
        "drive-end",
        "drive-end: High-frequency envelope (RMS) 1.19 g, at or above the limit of 0.5 g.",
        "drive-end:高频包络有效值 1.19 g,达到或超过限值 0.5 g。",
    ),
    deduction(11.5, "temperature", "bearing", "bearing: Temperature 73.6 °C.", "bearing:温度 73.6 °C。"),
)


def four(now=NOW, hours=6):
    """Outputs of the four: a bearing fault, a broken sensor, a hot motor, a sound gearbox."""
    outputs = []
    for minute in range(60 * hours, -1, -1):
        time = now - timedelta(minutes=minute)
        learning = minute > 60 * hours - 100
        gone = max(0.0, 1 - minute / 180)
        for place, (machine, point) in enumerate(_points()):
            at = time - timedelta(seconds=20 - 2 * place)
            outputs.append(_health_at(machine, point, at, learning=learning, gone=gone))
            outputs.append(_row_at(machine, point, at, gone))
    return [*outputs, *open_alerts(now)]


def open_alerts(now=NOW):
    return [
        alert(
            "P-101",
            "drive-end",
            "change",
            "high",
            now - timedelta(hours=2, minutes=10),
            "drive-end: High-frequency envelope (RMS) 1.19 g, at or above the limit of 0.5 g. Look at the bearing.",
            "drive-end:高频包络有效值 1.19 g,达到或超过限值 0.5 g。请检查轴承。",
        ),
        alert(
            "P-101",
            "bearing",
            "temperature",
            "low",
            now - timedelta(minutes=22),
            "bearing: Temperature 73.6 °C, above the limit of 66.8 °C.",
            "bearing:温度 73.6 °C,超过限值 66.8 °C。",
        ),
        alert(
            "M-301",
            "winding",
            "temperature",
            "medium",
            now - timedelta(hours=1),
            "winding: Temperature 112 °C, above the limit of 110 °C. Look at cooling.",
            "winding:温度 112 °C,超过限值 110 °C。请检查冷却。",
        ),
        alert(
            "F-201",
            "drive-end",
            "sensor_fault",
            "low",
            now - timedelta(minutes=90),
            "drive-end: sensor fault (stuck signal).",
            "drive-end:传感器故障(信号卡死)。",
        ),
    ]


def _points():
    for machine, warm in (("P-101", "bearing"), ("F-201", "bearing"), ("M-301", "winding"), ("G-401", "oil")):
        yield machine, "drive-end"
        yield machine, "non-drive-end"
        yield machine, warm


def _health_at(machine, point, time, *, learning, gone):
    if learning:
        status, score, deductions = "warming_up", None, ()
    elif machine == "P-101" and gone:
        share = round(715 * gone) / 10
        status, score = ("critical" if share > 50 else "watch"), round(100 - share, 1)
        deductions = PUMP_DEDUCTIONS if gone == 1 else ()
    elif machine == "M-301" and gone:
        status, score = "warning", round(100 - 35 * gone, 1)
        deductions = (
            deduction(35.0, "temperature", "winding", "winding: Temperature 112 °C.", "winding:温度 112 °C。"),
        )
    else:
        status, score, deductions = "healthy", 100.0, ()
    broken = machine == "F-201" and point == "drive-end" and gone > 0.5
    return health(
        machine,
        point,
        time,
        status=status,
        score=score,
        deductions=deductions,
        flags=("stuck",) if broken else (),
        reason="Still learning what is usual for this machine." if learning else "",
        reason_zh="正在学习设备的正常状态。" if learning else "",
    )


def _row_at(machine, point, time, gone):
    wave = math.sin(time.timestamp() / 600)
    if point in ("bearing", "winding", "oil"):
        hot = 55 * gone if machine == "M-301" else 15 * gone if machine == "P-101" else 0
        return Row(
            measurement="temperature", machine=machine, point=point, time=time, fields={"value_c": 57 + wave + hot}
        )
    grown = 1 + 3 * gone if machine == "P-101" else 1
    return Row(
        measurement="indicators",
        machine=machine,
        point=point,
        time=time,
        fields={"velocity_rms_mm_s": (1 + 0.02 * wave) * grown, "rms_g": 0.06 * grown},
    )


def many(count=200, now=NOW):
    """A large plant: all sound but three."""
    found = []
    for number in range(count):
        time = now - timedelta(seconds=number % 50)
        found.append(health(f"PUMP-{number:03d}", "drive-end", time, score=100.0 - number % 4))
    found[17] = health("PUMP-017", "drive-end", now, status="warning", score=40.0, deductions=(PUMP_DEDUCTIONS[0],))
    found[150] = health("PUMP-150", "drive-end", now, status="critical", score=28.5, deductions=PUMP_DEDUCTIONS)
    found[90] = health("PUMP-090", "drive-end", now, status="no_data", score=None, reason="Nothing has come.")
    return found


def probes(now=NOW, *, partitions=12, inputs=INPUTS, value=None):
    """What workers have put through for every input and partition."""
    return [
        ProbeResult(
            input=each,
            partition=partition,
            time=now,
            delay_s=0.1,
            value=KNOWN[each].value if value is None else value,
            transitions=KNOWN[each].transitions,
        )
        for each in inputs
        for partition in range(partitions)
    ]


class MemoryStore:
    """What a store answers from memory; `trouble` makes every call fail."""

    def __init__(self, outputs=(), trouble=""):
        self.outputs, self.trouble, self.calls = list(outputs), trouble, 0

    def _check(self):
        self.calls += 1
        if self.trouble:
            raise ServiceError(self.trouble)

    def _of(self, kind):
        return [each for each in self.outputs if isinstance(each, kind)]

    async def open(self):
        self._check()

    async def close(self):
        pass

    async def write(self, outputs):
        raise AssertionError("a page writes nothing")

    async def latest_health(self):
        self._check()
        newest = {}
        for each in self._of(Health):
            key = each.machine, each.point
            if key not in newest or newest[key].time <= each.time:
                newest[key] = each
        return list(newest.values())

    async def health_history(self, machine, since, until):
        self._check()
        found = [each for each in self._of(Health) if each.machine == machine and since <= each.time <= until]
        return [HealthAt(each.time, each.score, each.status) for each in sorted(found, key=lambda each: each.time)]

    async def alerts(self, *, open_only=False, limit=200):
        self._check()
        last = {each.id: each for each in self._of(Alert)}
        return [each for each in last.values() if not open_only or each.state == "active"][:limit]

    async def probes(self):
        self._check()
        return self._of(ProbeResult)

    async def intakes(self):
        self._check()
        return list({each.machine: each for each in self._of(Intake)}.values())

    async def actions(self, machine, *, limit=50):
        self._check()
        found = [each for each in self._of(Action) if machine in (None, each.machine)]
        return sorted(found, key=lambda each: each.time, reverse=True)[:limit]

    async def points(self, measurement, machine):
        self._check()
        return sorted({r.point for r in self._of(Row) if r.measurement == measurement and r.machine == machine})

    async def series(self, measurement, machine, point, field, since, until):
        self._check()
        return [
            ValueAt(row.time, row.fields[field])
            for row in self._of(Row)
            if (row.measurement, row.machine, row.point) == (measurement, machine, point)
            and field in row.fields
            and since <= row.time <= until
        ]
