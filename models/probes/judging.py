"""Judging a probe: through the very fold of the machines, on a state of its own that nobody keeps."""

from typing import Any

from models.clock import SECOND_US, to_datetime
from models.errors import MessageError
from models.fold import MachineState, initial_state, step
from models.observations import (
    MaintenanceObserved,
    Observation,
    ReadingObserved,
    TemperatureObserved,
    VibrationObserved,
)
from models.outputs import Action, Alert, Output, Row
from models.probes.known import RATE_HZ, VALUE_NAMES
from models.probes.records import ProbeObserved, ProbeResult

__all__ = ["NAME", "judge_probe"]

NAME = "probe"
"""Of the machine and the point inside of a probe; neither leaves the fold's own state, which is thrown away."""

_BLOCK_S = 0.05
_FAULTS = 2
"""Blocks that stand still, from which on the fold raises the alert."""
_PLAUSIBLE = 7
"""Sound blocks after which it clears it: more than five, over more than a minute."""
_APART_US = 15 * SECOND_US
_EARLIEST_US, _LATEST_US = 0, 7_258_118_400 * SECOND_US
"""1970 to 2199, as for every message."""


def judge_probe(observed: ProbeObserved, judged_us: int) -> ProbeResult:
    """Fold what was observed and give what came out; `judged_us` is now.

    Raises `MessageError` for a time that no worker can have sent it at.
    """
    if not _EARLIEST_US <= observed.sent_us < _LATEST_US:
        raise MessageError(f"sent_us: {observed.sent_us} is outside the years 1970 to 2199; no worker sent this")
    state = initial_state(NAME)
    _, outputs = step(state, _observation(observed, 0, observed.flags))
    return ProbeResult(
        input=observed.input,
        partition=observed.partition,
        time=to_datetime(observed.sent_us),
        delay_s=(judged_us - observed.sent_us) / SECOND_US,
        value=_value(observed, outputs),
        transitions=float(_transitions(state, observed)) if observed.input == "vibration" else 0.0,
    )


def _transitions(state: MachineState, observed: ProbeObserved) -> int:
    """Count what a known fault and its end, minutes long in event time, mean to the alert of the sensor's fault."""
    flags = (observed.fault_flags,) * _FAULTS + (observed.flags,) * _PLAUSIBLE
    states: list[str] = []
    for number, each in enumerate(flags, 1):
        _, outputs = step(state, _observation(observed, number, each))
        states += [output.state for output in outputs if isinstance(output, Alert)]
    return len(states) if states == ["active", "cleared"] else 0


def _value(observed: ProbeObserved, outputs: tuple[Output, ...]) -> float:
    if observed.input == "actions":
        return float(sum(isinstance(output, Action) for output in outputs))
    rows = [output.fields for output in outputs if isinstance(output, Row)]
    return rows[0].get(VALUE_NAMES[observed.input], 0.0) if len(rows) == 1 else 0.0


def _observation(observed: ProbeObserved, number: int, flags: tuple[str, ...]) -> Observation:
    """Give the observation of the probe's block, as if `number` others had come before it."""
    time_us = observed.sent_us + number * _APART_US
    digest = f"{number:016x}"
    common: dict[str, Any] = {
        "machine": NAME, "point": NAME, "time_us": time_us, "observed_us": time_us, "digest": digest,
    }  # fmt: skip
    match observed.input:
        case "vibration":
            return VibrationObserved(
                **common, flags=flags, seconds=_BLOCK_S, rate_hz=RATE_HZ, indicators=observed.values
            )
        case "temperature":
            return TemperatureObserved(**common, flags=flags, indicators=observed.values)
        case "readings":
            return ReadingObserved(**common, flags=flags, values=observed.values)
        case "actions":
            return MaintenanceObserved(**common)
