"""What one observation in order comes to: whether its sensor is trusted, its machine runs, and how it is judged.

Each thing that may leave it out of judgement is asked in its turn, and the first that does gives the guard's name.
"""

import msgspec

from models.condition.channel import Channel, MeasuredObservation
from models.condition.state import MachineState
from models.condition.stuck import with_stuck
from models.condition.weighing import weigh
from models.health.assessment import Assessment, assess_absolute
from models.health.measured import assess_as_measured
from models.health.starts import begin_start, end_start, enter_start, follow_start
from models.health.status import is_stopped
from models.outputs import Guard, Uptime

__all__ = ["InOrder", "judge_in_order"]


class InOrder(msgspec.Struct, frozen=True):
    """What one observation in order comes to."""

    flags: tuple[str, ...]
    """Its own, and what the sensor's latch added."""
    assessment: Assessment | None = None
    """None where it wasn't judged."""
    guard: Guard | None = None
    """What left it out then."""
    uptimes: tuple[Uptime, ...] = ()
    """Of the hours that it completes, or goes on with."""


def judge_in_order(
    state: MachineState,
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    flags: tuple[str, ...],
) -> InOrder:
    """Update the state of a point, and of its machine, from one observation in order."""
    channel.newest_us = time_us
    state.time_us = time_us if state.time_us is None else max(state.time_us, time_us)
    value_c = values.get("value_c") if channel.measurement == "temperature" else None
    flags = with_stuck(state, channel, observation, values, time_us, flags)
    flags = channel.sensor.update(flags, time_us, value_c)
    if channel.sensor.faulty:
        if channel.sensor.faults > 1:
            channel.diagnosis_votes.forget()
        return InOrder(flags, guard="sensor")
    operating_point = state.operation.update(f"{channel.measurement}/{channel.point}", observation, values, time_us)
    running, operating_point, contradicts = weigh(state, channel, observation, values, time_us, operating_point)
    if contradicts:
        absolute = assess_absolute(channel, observation, values, time_us, state.configuration)
        return InOrder(flags, absolute, guard="contradiction")
    uptimes: tuple[Uptime, ...] = ()
    if running is None:
        channel.stopped = False
        stands = is_stopped(state)
    else:
        stands, uptimes = _update_running(state, channel, time_us, running=running)
    if channel.stopped or stands:
        channel.diagnosis_votes.record_standstill(time_us)
        end_start(channel)
        return InOrder(flags, uptimes=uptimes, guard="standstill")
    channel.diagnosis_votes.record_running(time_us)
    settled = channel.update_operating_point(operating_point, time_us)
    if state.operation.is_starting(time_us):
        return InOrder(flags, uptimes=uptimes, guard="starting")
    if not settled:
        return InOrder(flags, uptimes=uptimes, guard="settling")
    channel.end_learning(state.configuration.learning, state.time_us)
    measured_rpm = state.operation.measured_rpm(time_us)
    enter_start(state, channel, time_us)
    assessment, guard = assess_as_measured(channel, observation, values, time_us, state.configuration, measured_rpm)
    follow_start(channel)
    if guard is None and not _has_level(channel, values):
        guard = "silent"
    return InOrder(flags, assessment, guard, uptimes)


def _has_level(channel: Channel, values: dict[str, float]) -> bool:
    """Whether a level came that the point is judged by, where it is by any: what else is told stands for none."""
    baselines = channel.baselines
    return not baselines or not baselines.keys().isdisjoint(values)


def _update_running(
    state: MachineState, channel: Channel, time_us: int, *, running: bool
) -> tuple[bool, tuple[Uptime, ...]]:
    """Update what runs from what one point says, and the uptime until now; give whether the machine stands."""
    stood, as_before = is_stopped(state), channel.tells_running and channel.stopped is not running
    if channel.stopped and running:
        channel.restart(time_us)
    channel.tells_running, channel.stopped = True, not running
    stands = stood if as_before else is_stopped(state)
    state.operation.update_standstill(time_us, stands=stands)
    earlier_us = channel.recent.times_us[:-1]
    if stood and not stands:
        state.operation.record_start(time_us, max(earlier_us, default=time_us))
        for other in state.channels.values():
            other.skip_standstill(time_us)
            begin_start(other)
            if other.measurement == "temperature":
                other.start_warm_up(time_us)
    return stands, state.run_time.update(state.machine, time_us, running=not stands, earlier_us=earlier_us)
