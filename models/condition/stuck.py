"""Stuck instruments: the flag on an observation that is no new measurement (`models.condition.stillness`)."""

from models.clock import MINUTE_US
from models.condition.channel import Channel, MeasuredObservation
from models.condition.features import value_to_log
from models.condition.state import MachineState
from models.observations import ReadingObserved, VibrationObserved
from models.signal.quality import FAULTS, REPEATED

__all__ = ["with_stuck"]

_LEVEL_LEAST_US, _TEMPERATURE_LEAST_US = 10 * MINUTE_US, 30 * MINUTE_US
_MAX_VALUES = 2
_PART_OF_USUAL = value_to_log(1 / 3)
_BELOW_WARM_K = 10.0


def with_stuck(
    state: MachineState,
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    flags: tuple[str, ...],
) -> tuple[str, ...]:
    """Give an observation's flags, with `stuck` where it only repeats what was sent before.

    A level or a temperature is asked only while its machine runs, as it usually does: what stands repeats itself.
    """
    if isinstance(observation, VibrationObserved):
        samples = observation.samples or observation.seconds * observation.rate_hz
        if not channel.stillness.repeats_waveform(values, samples):
            return flags
        return (*flags, "stuck", REPEATED) if FAULTS.isdisjoint(flags) else flags
    if not FAULTS.isdisjoint(flags):
        return flags
    if state.operation.stood_us is not None or state.operation.is_starting(time_us):
        channel.stillness.skip(time_us)
        return flags
    is_reading = isinstance(observation, ReadingObserved)
    followed = _levels(channel, values) if is_reading else _temperature(channel, values)
    if not followed:
        return flags
    least_us = _LEVEL_LEAST_US if is_reading else _TEMPERATURE_LEAST_US
    stuck = channel.stillness.is_stuck(followed, time_us, regime=channel.present, least_us=least_us)
    return (*flags, "stuck", REPEATED) if stuck and _is_as_usual(channel, followed) else flags


def _levels(channel: Channel, values: dict[str, float]) -> dict[str, float]:
    """Give the levels of vibration among readings, which move while a machine runs."""
    found: dict[str, float] = {}
    for name in channel.baselines:
        if name in values:
            found[name] = values[name]
            if len(found) == _MAX_VALUES:
                break
    return found


def _temperature(channel: Channel, values: dict[str, float]) -> dict[str, float]:
    """Give a temperature that has settled: on its way to that it moves as it doesn't afterwards."""
    if channel.warm_up.since_us is not None or "value_c" not in values or not channel.ready:
        return {}
    warm_c = channel.warm_state_c
    return (
        {"value_c": values["value_c"]} if warm_c is not None and values["value_c"] > warm_c - _BELOW_WARM_K else {}
    )


def _is_as_usual(channel: Channel, values: dict[str, float]) -> bool:
    """Whether values are as of a machine that runs: what nobody says stands may do so, and repeat itself."""
    if channel.measurement == "temperature":
        return True
    known = [(value, channel.baselines[name]) for name, value in values.items() if channel.baselines[name].ready]
    return any(value_to_log(value) > baseline.location + _PART_OF_USUAL for value, baseline in known)
