"""The operating state of a machine: whether it runs, idles, stands or starts, and its speed and load."""

import msgspec

from models.condition.channel import Channel, MeasuredObservation
from models.condition.features import value_to_log
from models.condition.recent_observations import is_recent
from models.condition.regimes import OperatingPoint, operating_point
from models.condition.runs import Runs
from models.machinery.machine import Configuration
from models.observations import ReadingObserved, VibrationObserved
from models.outputs import Running
from models.signal.reading_names import load_percent_in, speed_rpm_in

__all__ = ["OperatingState", "is_running", "is_still", "slowest_rpm"]

_STANDSTILL_PART = 0.1
_MIN_SPEED_RPM = 1.0
_MIN_SPEED_PART = 0.05
_HYSTERESIS = 1.5
"""What stands runs again only this many times above the limit below which it stands."""
_STANDS_BELOW = value_to_log(_STANDSTILL_PART)
_RUNS_AGAIN_FROM = value_to_log(_HYSTERESIS * _STANDSTILL_PART)
_IDLE_BELOW_PERCENT = 10.0


class _Reported(msgspec.Struct, array_like=True):
    """A speed or a load as a point reported it."""

    value: float
    key: str
    by_reading: bool
    time_us: int
    after_us: int = 0
    """How long after the same point's report before; 0 for the first."""

    def is_valid(self, time_us: int) -> bool:
        """Whether it may still be believed at an event time: the point that reported it may have died."""
        return is_recent(time_us - self.time_us, usual_us=self.after_us)


class OperatingState(msgspec.Struct, array_like=True):
    """The operating state of a machine as a whole, for the points that don't report it themselves."""

    speed_rpm: _Reported | None = None
    load_percent: _Reported | None = None
    started_us: int | None = None
    """Event time of its last start; None before."""
    stood_us: int | None = None
    """Event time since which it has been seen to stand; None while it runs."""
    loaded_us: int | None = None
    """Event time at which it last began to idle, or ceased to."""
    runs: Runs = msgspec.field(default_factory=Runs)

    def update(
        self, key: str, observation: MeasuredObservation, values: dict[str, float], time_us: int
    ) -> OperatingPoint:
        """Update speed and load from an observation in order; give the operating point that it belongs to.

        A measured speed that comes as a reading is believed rather than the nominal one of a block.
        """
        by_reading = isinstance(observation, ReadingObserved)
        speed_rpm, load_percent = None, None
        if isinstance(observation, VibrationObserved):
            speed_rpm, load_percent = observation.speed_rpm, observation.load_percent
        elif by_reading:
            speed_rpm, load_percent = speed_rpm_in(values), load_percent_in(values)
        if speed_rpm is not None:
            reported = self.speed_rpm = _newer(self.speed_rpm, _Reported(speed_rpm, key, by_reading, time_us))
            speed_rpm = reported.value if reported.by_reading else speed_rpm
        elif self.speed_rpm is not None and self.speed_rpm.is_valid(time_us):
            speed_rpm = self.speed_rpm.value
        if load_percent is not None:
            before = self.load_percent
            idled = self.is_idle(time_us) if before is not None and before.is_valid(time_us) else None
            self.load_percent = _newer(before, _Reported(load_percent, key, by_reading, time_us))
            if idled is not None and self.is_idle(time_us) is not idled:
                self.loaded_us = time_us
        elif self.load_percent is not None and self.load_percent.is_valid(time_us):
            load_percent = self.load_percent.value
        return operating_point(speed_rpm, load_percent)

    def record_start(self, time_us: int, stood_us: int) -> None:
        """Note that the machine runs again, by a point that saw it stand at `stood_us`."""
        self.started_us = time_us
        self.runs.begin(time_us - stood_us)

    def update_standstill(self, time_us: int, *, stands: bool) -> None:
        """Note whether the machine stands."""
        if not stands:
            self.stood_us, self.runs.ran_us = None, time_us
        elif self.stood_us is None:
            self.stood_us = time_us
            self.runs.end(self.started_us)

    def since_us(self, how: Running, time_us: int) -> int | None:
        """Give since when (event time) the machine runs in this way; None where that was never seen to begin."""
        if how == "stopped":
            return self.stood_us
        if how == "starting":
            return self.started_us
        seen = [us for us in (self.started_us, self.loaded_us) if us is not None and us <= time_us]
        return max(seen, default=None)

    def is_starting(self, time_us: int) -> bool:
        """Whether it began to run less than a start ago: two minutes, or less where its runs are that short."""
        return self.started_us is not None and time_us - self.started_us < self.runs.starting_us

    def is_idle(self, time_us: int) -> bool:
        """Whether it is known to do next to nothing: a load below 10 %."""
        load = self.load_percent
        return load is not None and load.value < _IDLE_BELOW_PERCENT and load.is_valid(time_us)

    def measured_rpm(self, time_us: int) -> float | None:
        """Give the speed that a reading reports; None where none does, or none has for too long."""
        reported = self.speed_rpm
        return (
            reported.value if reported is not None and reported.by_reading and reported.is_valid(time_us) else None
        )


def _newer(before: _Reported | None, now: _Reported) -> _Reported:
    """Give the report to believe: that of the point that reported first, unless nothing came from it for long."""
    if before is None:
        return now
    if before.key == now.key:
        now.after_us = now.time_us - before.time_us
        return now
    if not before.is_valid(now.time_us):
        return now
    return now if now.by_reading and not before.by_reading else before


def slowest_rpm(nominal_rpm: float | None) -> float:
    """Give the speed below which a machine stands."""
    return _MIN_SPEED_PART * nominal_rpm if nominal_rpm else _MIN_SPEED_RPM


def is_running(
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    operation: OperatingState,
    configuration: Configuration,
) -> bool | None:
    """Whether an observation is of a machine that runs; None where it does not show.

    It stands with hardly any speed, or with less than a tenth of its baseline of the RMS in the quietest regime.
    A speed other than nominal was measured, and then counts alone.
    """
    ease = _HYSTERESIS if channel.stopped else 1.0
    if isinstance(observation, ReadingObserved):
        speed_rpm = speed_rpm_in(values)
    elif isinstance(observation, VibrationObserved):
        speed_rpm = operation.measured_rpm(observation.time_us)
        speed_rpm = observation.speed_rpm if speed_rpm is None else speed_rpm
    else:
        return None
    by_speed = None if speed_rpm is None else not is_still(speed_rpm, configuration, ease=ease)
    measured = speed_rpm is not None and speed_rpm != configuration.machine.speed_rpm
    if by_speed is False or measured or "rms_g" not in values:
        return by_speed
    quietest = channel.quietest
    if quietest is None:
        return by_speed
    runs = value_to_log(values["rms_g"]) >= quietest + (_RUNS_AGAIN_FROM if channel.stopped else _STANDS_BELOW)
    if isinstance(observation, VibrationObserved) and not channel.measuring.shares_level(observation):
        return False if channel.stopped and not runs else by_speed  # less of the spectrum is no standstill
    return runs


def is_still(speed_rpm: float, configuration: Configuration, *, ease: float = 1.0) -> bool:
    """Whether a speed is that of a machine that stands: hardly any of its nominal one; `ease` times that."""
    return abs(speed_rpm) < ease * slowest_rpm(configuration.machine.speed_rpm)
