"""Observes a message: makes the observation that the fold reads, with time, indicators and evidence of faults."""

from typing import Any, assert_never

import msgspec

from models.advice.actions import ActionObserved
from models.clock import SECOND_US, from_datetime
from models.diagnosis.block import diagnose_block
from models.machinery.machine import Configuration
from models.observations import (
    AcceptObserved,
    FindingObserved,
    MaintenanceObserved,
    ReadingObserved,
    RenameObserved,
    RosterObserved,
    ShelveObserved,
    Source,
    TemperatureObserved,
    UnshelveObserved,
    VibrationObserved,
)
from models.signal.indicators import waveform_indicators
from models.signal.quality import SHORTENED, is_fault
from models.signal.readings import reading_values
from models.signal.temperature import temperature_indicators
from stream.messages.actions import (
    Accept,
    ActionMessage,
    Finding,
    Maintenance,
    Rename,
    RosterAction,
    Shelve,
    Unshelve,
)
from stream.messages.digests import digest
from stream.messages.measurements import Message, Reading, Temperature, Vibration

__all__ = ["MOST_SAMPLES", "observe"]

MOST_SAMPLES = 1 << 20
"""So many samples of a block are looked at: what a message costs must have a bound, as others wait behind it."""


def observe(
    message: Message,
    configuration: Configuration,
    *,
    observed_us: int,
    source: Source | None,
    arrived_us: int | None = None,
) -> VibrationObserved | TemperatureObserved | ReadingObserved | ActionObserved:
    """Reduce a checked message to its observation. The event time of a block is its end.

    The shaft speed is the message's, or else the machine's nominal one.
    """
    if isinstance(message, Vibration):
        return _vibration(message, configuration, observed_us, source, arrived_us)
    observation = _observed(message, observed_us, source)
    return observation if arrived_us is None else msgspec.structs.replace(observation, arrived_us=arrived_us)


def _observed(
    message: Temperature | Reading | ActionMessage, observed_us: int, source: Source | None
) -> TemperatureObserved | ReadingObserved | ActionObserved:
    match message:
        case Temperature():
            return _temperature(message, observed_us, source)
        case Reading():
            return _reading(message, observed_us, source)
        case Finding() | Maintenance() | Accept() | Shelve() | Unshelve() | RosterAction() | Rename():
            return _action_observed(message, observed_us, source)
        case _:
            assert_never(message)


def _vibration(
    message: Vibration,
    configuration: Configuration,
    observed_us: int,
    source: Source | None,
    arrived_us: int | None,
) -> VibrationObserved:
    speed_rpm = configuration.machine.speed_rpm if message.speed is None else message.speed
    count, seconds = message.count, message.seconds
    whole = count <= MOST_SAMPLES
    waveform = message.waveform(MOST_SAMPLES)
    content = digest(message, waveform if whole else None)
    indicators = waveform_indicators(waveform, rate_hz=message.rate, unit=message.unit, speed_rpm=speed_rpm)
    diagnosis = None
    if not is_fault(indicators.flags):
        diagnosis = diagnose_block(
            waveform,
            point=message.point,
            rate_hz=message.rate,
            unit=message.unit,
            speed_rpm=speed_rpm,
            configuration=configuration,
        )
    return VibrationObserved(
        machine=message.machine,
        point=message.point,
        time_us=message.time_us + round(seconds * SECOND_US),
        observed_us=observed_us,
        source=source,
        digest=content,
        flags=indicators.flags if whole else (*indicators.flags, SHORTENED),
        seconds=seconds,
        rate_hz=message.rate,
        speed_rpm=speed_rpm,
        load_percent=message.load,
        indicators=indicators.values,
        diagnosis=diagnosis,
        unit=message.unit,
        samples=count,
        arrived_us=arrived_us,
    )


def _temperature(message: Temperature, observed_us: int, source: Source | None) -> TemperatureObserved:
    rate_hz = message.rate if message.seconds else None
    indicators = temperature_indicators(message.series(), unit=message.unit, rate_hz=rate_hz)
    return TemperatureObserved(
        machine=message.machine,
        point=message.point,
        time_us=message.time_us + round(message.seconds * SECOND_US),
        observed_us=observed_us,
        source=source,
        digest=digest(message),
        flags=indicators.flags,
        seconds=message.seconds,
        samples=message.count,
        indicators=indicators.values,
    )


def _reading(message: Reading, observed_us: int, source: Source | None) -> ReadingObserved:
    indicators = reading_values(message.numbers())
    return ReadingObserved(
        machine=message.machine,
        point=message.point,
        time_us=message.time_us,
        observed_us=observed_us,
        source=source,
        digest=digest(message),
        flags=indicators.flags,
        values=indicators.values,
    )


def _action_observed(  # noqa: PLR0911 -- one for each kind of action
    message: ActionMessage, observed_us: int, source: Source | None
) -> ActionObserved:
    said: dict[str, Any] = {
        "machine": message.machine,
        "observed_us": observed_us,
        "source": source,
        "time_us": message.time_us,
        "digest": digest(message),
        "by": message.by,
        "point": message.point,
        "note": message.note,
    }
    match message:
        case Finding():
            return FindingObserved(
                **said,
                verdict=message.verdict,
                fault=message.fault,
                done=message.done,
                since_us=None if message.since is None else from_datetime(message.since),
                alert=message.alert,
            )
        case Maintenance():
            return MaintenanceObserved(**said, done=message.done)
        case Accept():
            return AcceptObserved(**said, quiet=message.quiet)
        case Shelve():
            return ShelveObserved(
                **said,
                rule=message.rule,
                until_us=message.until_us,
                one_shot=message.one_shot,
                reason=message.reason,
            )
        case Unshelve():
            return UnshelveObserved(**said, rule=message.rule)
        case RosterAction():
            assert message.do != "alias", "decoded, it is a Rename"
            return RosterObserved(**said, do=message.do)
        case Rename():
            return RenameObserved(**said, alias=message.alias)
