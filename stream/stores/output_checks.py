"""Checks of outputs, alike in both stores: what gets a row, what no store can hold, how an output is kept whole."""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from math import isfinite

import msgspec

from models.captures.capture import Capture
from models.captures.checking import check_capture
from models.diagnosis.observed_diagnosis import ObservedFault
from models.errors import MessageError
from models.outputs import Action, Alert, Health, Intake, Row, Uptime
from models.probes.records import ProbeResult
from stream.messages.records import Stored
from stream.stores.store import PermanentStoreError

__all__ = ["check", "gets_row", "kept_capture", "kept_captures", "record", "without_forgotten"]

log = logging.getLogger(__name__)

_OfMachine = Row | Health | Alert | Uptime | Action | Capture | Intake

_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\\\\\u2028\u2029\ud800-\udfff]")
"""Line protocol cannot carry these in a tag without ambiguity, so no name of either store may hold them."""

_PARTITIONS = range(1000)
"""No topic of ours has more (`partitions` in the settings)."""

_REWRITES_HISTORY = frozenset({"late", "future"})


def gets_row(output: Stored) -> bool:
    """Say whether an output is stored: health of a late or future observation isn't, it would rewrite history."""
    return not (isinstance(output, Health) and _REWRITES_HISTORY.intersection(output.quality.flags))


def without_forgotten(healths: Iterable[Health]) -> list[Health]:
    """Leave out what was said of machines up to when they were forgotten, and that they were."""
    found = list(healths)
    gone: dict[str, datetime] = {}
    for each in found:
        if each.guard == "forgotten":
            gone[each.machine] = max(each.time, gone.get(each.machine, each.time))
    return [each for each in found if each.machine not in gone or each.time > gone[each.machine]]


def check(output: Stored) -> None:
    """Raise `PermanentStoreError`, naming what is wrong, for an output that cannot be kept as it is."""
    if isinstance(output, ProbeResult):
        _check_probe(output)
        return
    _check_names(_names(output))
    if isinstance(output, Row) and all(map(isfinite, output.fields.values())):
        return  # nearly all of what is stored: name by name it would cost more than writing it
    for what, number in _numbers(output):
        if number is not None and not isfinite(number):
            raise PermanentStoreError(f"{what} of {output.machine!r} is {number}: only finite numbers are stored")


def record(output: Health | Alert | Action | Capture | Intake) -> str:
    """Give an output as JSON that decodes to the very same one; `PermanentStoreError` if a text is broken.

    A capture's data stand apart from it, so that it can be listed without them.
    """
    if isinstance(output, Capture):
        output = msgspec.structs.replace(output, data=b"")
    try:
        return msgspec.json.encode(output).decode()
    except UnicodeEncodeError as error:
        raise PermanentStoreError(f"a text of {output.machine!r} is not valid Unicode ({error.reason})") from error


def _check_probe(result: ProbeResult) -> None:
    """No machine, and names that are fixed: only its numbers can be wrong."""
    if result.partition not in _PARTITIONS:
        raise PermanentStoreError(f"a probe of partition {result.partition}: there is none")
    if not all(map(isfinite, (result.delay_s, result.value, result.transitions))):
        raise PermanentStoreError(
            f"a number of a probe of {result.input} is not finite: only finite ones are stored"
        )


def kept_captures(records: Iterable[str]) -> list[Capture]:
    """Read what is kept of captures, without their data; those that nobody can draw are left out, and told."""
    captures = []
    for text in records:
        try:
            captures.append(_decoded_capture(text, b"", with_data=False))
        except MessageError as error:
            log.warning("store: left out: %s", error)
    return captures


def kept_capture(text: str, data: bytes) -> Capture:
    """Read one that is kept, with its data; `MessageError` where it cannot be shown."""
    return _decoded_capture(text, data, with_data=True)


def _decoded_capture(text: str, data: bytes, *, with_data: bool) -> Capture:
    try:
        capture = msgspec.structs.replace(msgspec.json.decode(text, type=Capture), data=data)
    except msgspec.DecodeError as error:
        raise MessageError(f"a spectrum or waveform that is kept cannot be read ({error})") from None
    check_capture(capture, with_data=with_data)
    return capture


@lru_cache(maxsize=4096)
def _check_names(names: tuple[str, ...]) -> None:
    for name in names:
        match = _UNWRITABLE.search(name)
        if match:
            raise PermanentStoreError(
                f"the name {name!r} holds {match[0]!r}: leave out backslashes and line breaks"
            )


def _names(output: _OfMachine) -> tuple[str, ...]:
    if not output.machine:
        raise PermanentStoreError("an output without a machine cannot be stored: give the machine an id")
    if isinstance(output, Row):
        if "" in output.fields:
            raise PermanentStoreError(f"a value of {output.machine!r} has no name: give every value one")
        return (output.machine, output.point, *output.fields, *output.flags)
    if isinstance(output, Uptime | Intake):
        return (output.machine,)
    if isinstance(output, Alert):
        return (output.machine, output.point, output.rule)
    if isinstance(output, Capture):
        return (output.machine, output.point, *output.flags)
    if isinstance(output, Health):
        return (output.machine, output.point, *(deduction.code for deduction in output.deductions))
    return (output.machine, output.point)


def _numbers(output: _OfMachine) -> Iterator[tuple[str, float | None]]:
    if isinstance(output, Row):
        yield from output.fields.items()
    elif isinstance(output, Alert):
        yield from (("value", output.value), ("limit", output.limit))
    elif isinstance(output, Capture):
        yield from (("first", output.first), ("step", output.step), ("top", output.top))
        yield from (("band", edge) for edge in output.band_hz or ())
        yield "speed", output.speed_rpm
    elif isinstance(output, Uptime | Intake):
        yield from _spans(output)
    elif isinstance(output, Health):
        yield "score", output.score
        for deduction in output.deductions:
            yield from (("points", deduction.points), ("value", deduction.value), ("limit", deduction.limit))
        if output.anomaly:
            yield from (("anomaly score", output.anomaly.score), ("anomaly limit", output.anomaly.limit))
        if output.diagnosis:
            yield "confidence", output.diagnosis.confidence
            yield from _numbers_seen(output.diagnosis.evidence)
        if output.remaining_life_h:
            life = output.remaining_life_h
            yield from (("remaining life", hours) for hours in (life.low, life.median, life.high))


def _spans(output: Uptime | Intake) -> Iterator[tuple[str, float | None]]:
    if isinstance(output, Intake):
        yield "interval", output.interval_s
    else:
        yield from (("running", output.running_s), ("stopped", output.stopped_s), ("unknown", output.unknown_s))


def _numbers_seen(evidence: ObservedFault | None) -> Iterator[tuple[str, float | None]]:
    if evidence is not None:
        seen = msgspec.structs.asdict(evidence)
        yield from (("evidence", value) for value in seen.values() if isinstance(value, float))
        yield from (("evidence", edge) for edge in evidence.band_hz or ())
