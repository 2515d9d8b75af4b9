"""Stuck instruments: the flag on an observation that is no new measurement (`models.condition.stillness`)."""

from models.clock import MINUTE_US
from models.condition.channel import Channel, MeasuredObservation
from models.condition.features import value_to_log
from models.condition.state import MachineState
from models.observations import ReadingObserved, VibrationObserved
from models.signal.quality import FAULTS, REPEATED

__all__ = ["with_stuck"]

_LEVEL_LEAST_US, _TEMPERATURE_LEAST_US = 10 * MINUTE_US, 30 * MINUTE_US
_MAX_VALUES = 4
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
        samples = observation.seconds * observation.rate_hz
        repeated = channel.stillness.repeats_waveform(values, samples) and FAULTS.isdisjoint(flags)
        return (*flags, "stuck", REPEATED) if repeated else flags
    followed = _followed(channel, observation, values)
    if not followed or not FAULTS.isdisjoint(flags):
        return flags
    if state.operation.stood_us is not None or state.operation.is_starting(time_us):
        channel.stillness.skip(time_us)
        return flags
    is_reading = isinstance(observation, ReadingObserved)
    least_us = _LEVEL_LEAST_US if is_reading else _TEMPERATURE_LEAST_US
    stuck = channel.stillness.is_stuck(followed, time_us, regime=channel.present, least_us=least_us)
    return (*flags, "stuck", REPEATED) if stuck else flags


def _followed(channel: Channel, observation: MeasuredObservation, values: dict[str, float]) -> dict[str, float]:
    """Give the values that move while a machine runs, where they are such as they then are.

    A machine that nobody says stands may do so: it is quieter and colder, and its values stand still lawfully.
    """
    if isinstance(observation, ReadingObserved):
        found = {}
        for name in list(channel.baselines)[:_MAX_VALUES]:
            baseline = channel.baselines[name]
            if name not in values or not baseline.ready:
                continue
            if value_to_log(values[name]) > baseline.location + _PART_OF_USUAL:
                found[name] = values[name]
        return found
    warm_c = channel.warm_state_c
    if warm_c is None or channel.warm_up.since_us is not None or not channel.ready or "value_c" not in values:
        return {}
    return {"value_c": values["value_c"]} if values["value_c"] > warm_c - _BELOW_WARM_K else {}
