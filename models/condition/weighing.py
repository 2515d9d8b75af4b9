"""Facts weighed against each other: whether a machine runs, where speed, level, current and load don't agree.

A speed says whether the machine turns, and so does the level of its vibration against its own running baseline.
Where they say the opposite, nobody can tell which instrument is wrong. The motor's current, or a load, may decide
it. What a neighbour shakes is no contradiction: a machine that stands beside running ones vibrates a little.
"""

from math import log
from typing import NamedTuple

from models.condition.channel import Channel, MeasuredObservation
from models.condition.contradiction import Drive, Told
from models.condition.features import value_to_log
from models.condition.operating_state import is_running, slowest_rpm
from models.condition.regimes import OperatingPoint
from models.condition.state import MachineState
from models.observations import ReadingObserved, TemperatureObserved, VibrationObserved
from models.signal.reading_names import drive_in, speed_rpm_in

__all__ = ["Weighed", "weigh"]

_LOUD, _STILL_LOUD = log(0.5), log(0.3)
"""Against the least running baseline: from where a speed of 0 is contradicted, and down to where it stays so."""
_QUIET, _STILL_QUIET = log(0.1), log(0.15)
"""Against the baseline of this very way of running: below it a speed is contradicted that says that it runs."""
_LOADED_PERCENT = 10.0
_NEAR_SPEED = 0.25
_AS_LOADED = log(1.25)
_RMS = "rms_g"


class Weighed(NamedTuple):
    """What an observation comes to, weighed against all others."""

    running: bool | None
    """Whether the machine runs by it; None where it doesn't tell."""
    point: OperatingPoint
    """Speed and load, as far as they are believed."""
    contradicts: bool = False
    """Whether facts contradict each other, so that it can't be judged by its machine's past."""


def weigh(
    state: MachineState,
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    point: OperatingPoint,
) -> Weighed:
    """Weigh one observation in order of a trusted sensor."""
    contradiction = state.contradiction
    running = is_running(channel, observation, values, state.operation, state.configuration)
    if not contradiction.told and running and _is_plain(state, channel, values, point):
        return Weighed(running, point)
    if isinstance(observation, TemperatureObserved):
        return Weighed(running, point, contradiction.mutes)
    if isinstance(observation, ReadingObserved):
        _update_drive(state, channel, values, time_us)
    if point.load is not None:
        point = _believed_load(state, channel, values, point)
    if running is False or channel.standing.since_us is not None or contradiction.told == "quiet":
        running = _update_standing(state, channel, observation, values, time_us, running=running)
    rpm = _told_rpm(state, observation, values, time_us)
    told: Told | None = None if rpm is None else _contradicts(state, channel, values, rpm, point)
    if not told and contradiction.told in ("", "quiet"):
        return Weighed(running, point, contradiction.mutes)
    return _decided(state, channel, told, rpm, time_us, Weighed(running, point))


def _is_plain(state: MachineState, channel: Channel, values: dict[str, float], point: OperatingPoint) -> bool:
    """Whether a vibration point that says that the machine runs is as loud as that: the usual case."""
    if channel.measurement != "indicators" or channel.standing.since_us is not None or _RMS not in values:
        return False
    if point.load == 0.0 or state.contradiction.is_load_false is not None:
        return False
    baseline = channel.regime_baseline.baselines[_RMS]
    return not baseline.ready or value_to_log(values[_RMS]) >= baseline.location + _QUIET


def _decided(
    state: MachineState, channel: Channel, told: Told | None, rpm: float | None, time_us: int, weighed: Weighed
) -> Weighed:
    """Decide by a third fact where a speed and a level don't agree, and note it."""
    contradiction, key = state.contradiction, f"{channel.measurement}/{channel.point}"
    if not told or rpm is None:
        _agrees(state, key, told, time_us)
        return weighed._replace(contradicts=contradiction.mutes)
    third = _third(state, time_us)
    if third is False:  # a neighbour shakes it, or the speed is stuck
        contradiction.release(key, time_us)
        return weighed._replace(running=False)
    outvoted = third is True if told == "stands" else contradiction.outvoted
    contradiction.hold(told, key, rpm, time_us, outvoted=outvoted)
    if outvoted and told == "stands":
        return weighed._replace(running=True, point=weighed.point._replace(speed=None))
    return weighed._replace(running=None, contradicts=True)


def _agrees(state: MachineState, key: str, told: Told | None, time_us: int) -> None:
    """Note that an observation shows no contradiction: that of its own point is over, or another's is outvoted.

    Where one sensor sees nothing and another sees the machine run, as its speed says, the first one is wrong.
    """
    contradiction = state.contradiction
    if key == contradiction.key:
        contradiction.release(key, time_us)
    elif told == "" and contradiction.told == "runs":
        contradiction.outvoted = True


def _third(state: MachineState, time_us: int) -> bool | None:
    """Give whether a third fact says that the machine runs; None where there is none.

    A current of 0 from where the speed comes from is no other fact: one broken line tells both.
    """
    operation, drive = state.operation, state.contradiction.drive
    driven = None if drive is None else drive.says(time_us)
    told_by = None if operation.speed_rpm is None else operation.speed_rpm.key
    if driven is not None and drive is not None and (driven or drive.key != told_by):
        return driven
    load = operation.load_percent
    return True if load is not None and load.value >= _LOADED_PERCENT and load.is_valid(time_us) else None


def _told_rpm(
    state: MachineState, observation: MeasuredObservation, values: dict[str, float], time_us: int
) -> float | None:
    """Give the speed that holds for an observation, where one is measured; a nominal one says nothing."""
    measured_rpm = state.operation.measured_rpm(time_us)
    if isinstance(observation, VibrationObserved):
        rpm = observation.speed_rpm if measured_rpm is None else measured_rpm
        return None if rpm == state.configuration.machine.speed_rpm else rpm
    rpm = speed_rpm_in(values)
    return measured_rpm if rpm is None else rpm


def _contradicts(
    state: MachineState, channel: Channel, values: dict[str, float], rpm: float, point: OperatingPoint
) -> Told | None:
    """Give what a speed says against the level; None where the observation has no level to compare."""
    holds = state.contradiction.told
    if abs(rpm) < slowest_rpm(state.configuration.machine.speed_rpm):
        above = _least_above_running(channel, values)
        if above is None:
            return None
        return "stands" if above >= (_STILL_LOUD if holds == "stands" else _LOUD) else ""
    above = _most_above_present(channel, values)
    if above is None or not channel.ready:
        return None
    if above >= (_STILL_QUIET if holds == "runs" else _QUIET):
        return ""
    return "runs" if channel.regimes.holds(point, _NEAR_SPEED) else None


def _least_above_running(channel: Channel, values: dict[str, float]) -> float | None:
    """Give how far every level lies above that of the quietest way of running, as a logarithm."""
    if channel.measurement == "indicators":
        quietest = channel.quietest
        return None if quietest is None or _RMS not in values else value_to_log(values[_RMS]) - quietest
    return min(_above_present(channel, values), default=None) if channel.ready else None


def _most_above_present(channel: Channel, values: dict[str, float]) -> float | None:
    if channel.measurement == "indicators":
        baseline = channel.baselines.get(_RMS)
        if baseline is None or not baseline.ready or _RMS not in values:
            return None
        return value_to_log(values[_RMS]) - baseline.location
    return max(_above_present(channel, values), default=None)


def _above_present(channel: Channel, values: dict[str, float]) -> list[float]:
    return [
        value_to_log(values[name]) - baseline.location
        for name, baseline in channel.baselines.items()
        if name in values and baseline.ready
    ]


def _update_standing(
    state: MachineState,
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    *,
    running: bool | None,
) -> bool | None:
    """Update how the machine stands by a level; give whether it runs, None where that is asked again.

    Once people have said that the sensor is another now, a doubtful standstill is none: it is learned from. Else
    nobody can tell, until the level is as it was when it ran, or as it is when it stands.
    """
    contradiction, standing = state.contradiction, channel.standing
    key, quietest = f"{channel.measurement}/{channel.point}", channel.quietest
    if _RMS not in values or quietest is None or channel.measurement != "indicators":
        return running
    level = value_to_log(values[_RMS])
    if contradiction.told == "quiet" and contradiction.key == key:
        return _still_doubted(state, channel, level - quietest, time_us, running=running)
    if running is not False:
        if running:
            standing.end(time_us)
        return running
    standing.add(level, time_us)
    speed_agrees = _told_rpm(state, observation, values, time_us) is not None  # a second fact, in whatever came
    if speed_agrees or not standing.is_doubtful(quietest, time_us):
        return running
    if standing.is_told:
        standing.forget()
        channel.former_quietest = None
        return None
    if not contradiction.told:
        contradiction.hold("quiet", key, 0.0, time_us, outvoted=False)
    return running


def _still_doubted(
    state: MachineState, channel: Channel, above: float, time_us: int, *, running: bool | None
) -> bool | None:
    """Hold a doubt whether the machine stands until the level is as it was when it ran, or at its standstills."""
    contradiction, standing, quietest = state.contradiction, channel.standing, channel.quietest
    if quietest is not None and above < _LOUD:
        standing.add(quietest + above, time_us)
        if standing.stays_doubtful(quietest):
            contradiction.hold("quiet", contradiction.key, 0.0, time_us, outvoted=False)
            return running
    contradiction.forget()
    if running:
        standing.end(time_us)
    return running


def _believed_load(
    state: MachineState, channel: Channel, values: dict[str, float], point: OperatingPoint
) -> OperatingPoint:
    """Give the operating point without a load of exactly 0 that came while the level stayed what it was.

    A machine that loses its load gets quieter or louder, or has idled before; a register that died doesn't.
    """
    contradiction = state.contradiction
    if point.load != 0.0:
        if contradiction.is_load_false is not None and _tells_load(state):
            contradiction.is_load_false = None
        return point
    if contradiction.is_load_false is None:
        above = _most_above_present(channel, values) if channel.ready else None
        if above is not None:
            strange = not channel.regimes.knows(point)
            contradiction.is_load_false = strange and abs(above) <= _AS_LOADED
    return point._replace(load=None) if contradiction.is_load_false else point


def _tells_load(state: MachineState) -> bool:
    load = state.operation.load_percent
    return load is not None and load.value != 0.0


def _update_drive(state: MachineState, channel: Channel, values: dict[str, float], time_us: int) -> None:
    """Update what the motor's current or power says, from the point that told it first."""
    value = drive_in(values)
    if value is None:
        return
    key = f"{channel.measurement}/{channel.point}"
    drive = state.contradiction.drive
    if drive is None:
        drive = state.contradiction.drive = Drive(key=key, value=value, time_us=time_us, usual=value)
    if drive.key == key:
        runs = not channel.stopped and state.operation.stood_us is None and not state.contradiction.told
        drive.update(value, time_us, runs=runs)
