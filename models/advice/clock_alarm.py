"""The clock of a point's sender in the fold: measurements get the right time, and an alert says that theirs is not.

The alert is of the instrument, not of the machine, which is judged as ever by the corrected time: it is low, and
neither status nor score know of it. While nothing can be judged the guard `clock` says so.
"""

from collections.abc import Iterable, Iterator

import msgspec

from models.advice.clock_restart import begin_again
from models.advice.transitions import transition
from models.alarms.alarm import Alarm
from models.clock import AHEAD_US, MINUTE_US, SECOND_US
from models.condition.channel import Channel, MeasuredObservation
from models.condition.sender_clock import SenderClock
from models.condition.state import MachineState
from models.outputs import Alert
from models.texts.clocks import clock_right_sentence, clock_sentence

__all__ = ["CLOCK_RULE", "OFFSET_FIELD", "rightly_timed", "stored_fields", "update_clock_alarm"]

CLOCK_RULE = "clock"
OFFSET_FIELD = "clock_offset_s"
"""Beside the values of a row, whose time is as sent: what was taken off to judge it."""

_MOVED_US = 10 * MINUTE_US
"""An offset that has changed by more since it was told is told anew."""


def rightly_timed(
    state: MachineState, channel: Channel, observation: MeasuredObservation, time_us: int
) -> tuple[MeasuredObservation, int, bool]:
    """Take the clock's offset off an observation and its final time; say whether it is put aside as ahead of it.

    Where nobody knows when it arrived, when it was observed stands for that: never earlier, so what is ahead of it
    is ahead. A recording of inputs is observed at its own event times, which says nothing.
    """
    arrived_us = observation.observed_us if observation.arrived_us is None else observation.arrived_us
    clock = channel.clock
    if clock.is_usual(time_us, arrived_us, channel.newest_us):
        return observation, time_us, False
    known = observation.arrived_us is not None or observation.observed_us != observation.time_us
    ahead = clock.is_ahead(time_us, arrived_us, channel.newest_us, known=known)
    if not clock.offset_us:
        if not known and clock.strays:
            begin_again(state, channel, time_us)
        return observation, time_us, ahead
    time_us -= clock.offset_us
    return msgspec.structs.replace(observation, time_us=time_us), time_us, ahead


def stored_fields(clock: SenderClock, values: dict[str, float]) -> dict[str, float]:
    """Give a row's fields: the values, and the clock's offset where there is one."""
    return {**values, OFFSET_FIELD: clock.offset_us / SECOND_US} if clock.offset_us else values


def update_clock_alarm(
    state: MachineState, channel: Channel, observation: MeasuredObservation, time_us: int
) -> Iterable[Alert]:
    """Raise, tell anew or clear the alert of a point's clock, as its last measurement has changed what is known."""
    clock = channel.clock
    if not clock.finding and (clock.alarm is None or not clock.alarm.level):
        return ()
    return _updated(state, channel, observation, time_us)


def _updated(
    state: MachineState, channel: Channel, observation: MeasuredObservation, time_us: int
) -> Iterator[Alert]:
    clock = channel.clock
    alarm, ahead_us = clock.alarm, clock.offset_us or clock.ahead_us
    if alarm is not None and alarm.level and not _is_news(clock, alarm, ahead_us):
        return
    arrived_us = observation.observed_us if observation.arrived_us is None else observation.arrived_us
    # Never a wild time: the newest that the machine had, or when it came where it had none.
    now_us = arrived_us if state.time_us is None else max(state.time_us, min(time_us, arrived_us)) + 1
    if alarm is None:
        alarm = clock.alarm = Alarm()
    now_us = max(now_us, alarm.since_us + 1)  # nothing may have been judged since, and two never share a time
    if alarm.level:
        yield from _transition(state, channel, alarm, 0, now_us, observation.digest)
    if clock.finding:
        alarm.about = f"{clock.finding} {ahead_us // _MOVED_US}"
        yield from _transition(state, channel, alarm, 1, now_us + 1, observation.digest)


def _is_news(clock: SenderClock, alarm: Alarm, ahead_us: int) -> bool:
    finding, _, told = alarm.about.partition(" ")
    if clock.finding != finding:
        return True
    return finding == "ahead" and abs(ahead_us - int(told) * _MOVED_US) > 2 * _MOVED_US


def _transition(
    state: MachineState, channel: Channel, alarm: Alarm, level: int, time_us: int, digest: str
) -> Iterator[Alert]:
    clock = channel.clock
    ahead_us = clock.offset_us or clock.ahead_us
    sentence = (
        clock_sentence(channel.point, clock.finding, ahead_us) if level else clock_right_sentence(channel.point)
    )
    alert = transition(
        state,
        alarm,
        level,
        point=channel.point,
        rule=CLOCK_RULE,
        time_us=time_us,
        value=ahead_us / SECOND_US,
        limit=AHEAD_US / SECOND_US,
        sentence=sentence,
        observation=digest,
    )
    if alert is not None:
        yield alert
