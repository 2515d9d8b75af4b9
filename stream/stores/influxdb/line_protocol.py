"""Outputs as InfluxDB line protocol with microseconds.

https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/ says how it escapes. Written by hand because
the client's `Point` takes ten times as long. Every number is a float, so that no field ever changes its type.
InfluxDB merges a row into one with the same tags and time, and a field cannot be taken back: a score that may be
missing therefore comes with a field that never is (`withheld`).
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from itertools import chain

import msgspec

from models.captures.capture import Capture
from models.clock import from_datetime
from models.outputs import Action, Alert, Deduction, Health, Intake, Row, Uptime
from models.probes.records import ProbeResult
from stream.messages.records import Stored
from stream.stores.output_checks import record
from stream.stores.store import PermanentStoreError

__all__ = ["DEDUCTION_CODES", "INTAKE_COUNTS", "field_name", "line", "measurement"]

DEDUCTION_CODES = ("severity", "change", "anomaly", "temperature", "diagnosis")
"""Each is a field of every health row that has a score, zero where nothing was deducted, so that charts end."""

INTAKE_COUNTS = ("received", "duplicates", "late", "future", "crowded", "put_aside", "unjudged")
"""Each is a field of every row of `intake`."""

_MEASUREMENTS: dict[type[Stored], str] = {
    Health: "health",
    Alert: "alerts",
    Capture: "spectra",
    Uptime: "uptime",
    Intake: "intake",
    ProbeResult: "pipeline",
    Action: "actions",
}

_RESERVED = frozenset({"time", "machine", "point", "flags"})

_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_TEXT = str.maketrans({"\\": "\\\\", '"': '\\"'})


def field_name(name: str) -> str:
    """Give the field that holds a value: names that InfluxDB or we need get one more underscore.

    >>> [field_name(name) for name in ("rms_g", "time", "time_")]
    ['rms_g', 'time_', 'time__']
    """
    return name + "_" if name.rstrip("_") in _RESERVED else name


def measurement(output: Stored) -> str:
    """Give the measurement that an output is a row of."""
    return output.measurement if isinstance(output, Row) else _MEASUREMENTS[type(output)]


def line(output: Stored) -> bytes:
    """Give one line; the output has passed `check`."""
    if isinstance(output, ProbeResult):
        return _probe_line(output)
    match output:
        case Row():
            tags, fields = _tags(output.machine, output.point), _row_fields(output)
        case Health():
            tags, fields = _tags(output.machine, output.point), _health_fields(output)
        case Alert():
            tags, fields = _tags(output.machine, output.point, rule=output.rule), _alert_fields(output)
        case Capture():
            tags, fields = _tags(output.machine, output.point, kind=output.kind), _capture_fields(output)
        case Uptime():
            tags, fields = _tags(output.machine, ""), _uptime_fields(output)
        case Intake():
            tags, fields = _tags(output.machine, ""), _intake_fields(output)
        case Action():
            tags, fields = _tags(output.machine, output.point, kind=output.kind), _action_fields(output)
    text = f"{measurement(output)}{tags} {','.join(fields)} {from_datetime(output.time)}"
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise PermanentStoreError(f"a text of {output.machine!r} is not valid Unicode ({error.reason})") from error


def _tags(machine: str, point: str, *, kind: str = "", rule: str = "") -> str:
    """Give the tags; an empty one cannot be written, and a missing one reads as empty."""
    tags = {"kind": kind, "machine": machine, "point": point, "rule": rule}
    return "".join(f",{name}={value.translate(_TAG)}" for name, value in tags.items() if value)


def _row_fields(row: Row) -> Iterator[str]:
    for name, value in row.fields.items():
        yield f"{field_name(name).translate(_TAG)}={float(value)!r}"
    if row.flags or not row.fields:
        yield _text("flags", ",".join(row.flags))


def _health_fields(health: Health) -> Iterator[str]:
    numbers: dict[str, float | None] = {
        "score": health.score,
        "withheld": float(health.score is None),
        "alarmed": float(health.status in {"warning", "critical"}),
    }
    if health.score is not None:
        numbers |= _deducted(health)
    if health.anomaly:
        numbers |= {"anomaly_score": health.anomaly.score, "anomaly_limit": health.anomaly.limit}
    if health.diagnosis:
        numbers["diagnosis_confidence"] = health.diagnosis.confidence
    if health.remaining_life_h:
        life = health.remaining_life_h
        numbers |= {
            "remaining_life_low_h": life.low,
            "remaining_life_median_h": life.median,
            "remaining_life_high_h": life.high,
            "remaining_life_forecasts_held": life.held,
            "remaining_life_forecasts_checked": life.checked,
        }
    whole = msgspec.structs.replace(health, deductions=())
    return chain(
        _floats(numbers),
        (
            _text("status", health.status),
            _text("reason", health.reason),
            _text("why", _why(health)),
            _text("why_zh", _why_zh(health)),
            _text("deductions", msgspec.json.encode(health.deductions).decode()),
            _text("flags", ",".join(health.quality.flags)),
            _text("running", health.running or ""),
            _text("verdict", health.diagnosis.verdict if health.diagnosis else ""),
            _text("diagnosis", health.diagnosis.text if health.diagnosis else ""),
            _text("diagnosis_zh", health.diagnosis.text_zh if health.diagnosis else ""),
            _text("record", record(whole)),
        ),
    )


def _deducted(health: Health) -> dict[str, float]:
    points = dict.fromkeys(DEDUCTION_CODES, 0.0)
    for deduction in health.deductions:
        points[deduction.code] = points.get(deduction.code, 0.0) + deduction.points
    return {f"deduction_{code}": sum_ for code, sum_ in points.items()}


def _why(health: Health) -> str:
    """Give what a table shows beside the score: the sentences behind it, the one that weighs most first."""
    return "; ".join(deduction.reason for deduction in _heaviest_first(health)) or health.reason


def _why_zh(health: Health) -> str:
    return "；".join(deduction.reason_zh for deduction in _heaviest_first(health)) or health.reason_zh


def _heaviest_first(health: Health) -> list[Deduction]:
    return sorted(health.deductions, key=lambda deduction: -deduction.points)


def _alert_fields(alert: Alert) -> Iterator[str]:
    return chain(
        _floats({"value": alert.value, "limit": alert.limit, "open": float(alert.state == "active")}),
        (
            _text("id", alert.id),
            _text("state", alert.state),
            _text("priority", alert.priority),
            _text("text", alert.text),
            _text("text_zh", alert.text_zh),
            _text("record", record(alert)),
        ),
    )


def _capture_fields(capture: Capture) -> Iterator[str]:
    """All of it is always written, so the later of two at one place leaves nothing of the earlier one."""
    yield _text("record", record(capture))
    yield _text("data", b64encode(capture.data).decode())


def _uptime_fields(hour: Uptime) -> Iterator[str]:
    return _floats({"running_s": hour.running_s, "stopped_s": hour.stopped_s, "unknown_s": hour.unknown_s})


def _intake_fields(intake: Intake) -> Iterator[str]:
    numbers = {name: float(getattr(intake, name)) for name in INTAKE_COUNTS}
    return chain(_floats(numbers), (_text("record", record(intake)),))


def _action_fields(action: Action) -> Iterator[str]:
    """All of it as texts, for tables, and whole."""
    for name in ("by", "verdict", "fault", "done", "reason", "note", "alias", "asset", "former_asset"):
        yield _text(name, getattr(action, name))
    yield _text("record", record(action))


def _probe_line(result: ProbeResult) -> bytes:
    """Beside the workers' own figures, whose fields have other names."""
    fields = _floats(
        {
            "probe_delay_s": result.delay_s,
            "probe_value": result.value,
            "probe_transitions": result.transitions,
        }
    )
    tags = f"input={result.input},partition={result.partition}"
    return f"{measurement(result)},{tags} {','.join(fields)} {from_datetime(result.time)}".encode()


def _floats(numbers: Mapping[str, float | None]) -> Iterator[str]:
    return (f"{name.translate(_TAG)}={float(value)!r}" for name, value in numbers.items() if value is not None)


def _text(name: str, value: str) -> str:
    return f'{name}="{value.translate(_TEXT)}"'
