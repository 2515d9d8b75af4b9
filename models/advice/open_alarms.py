"""All open alarms of a machine, of whatever kind, and how they end together, because somebody says so."""

from collections.abc import Iterator
from typing import NamedTuple

from models.advice.clock_alarm import CLOCK_RULE
from models.advice.contradiction_alert import CONTRADICTION_RULE
from models.advice.rhythms import RHYTHM_RULE
from models.advice.transitions import transition
from models.alarms.alarm import Alarm
from models.bilingual import Bilingual
from models.clock import from_datetime
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.outputs import Alert

__all__ = ["NO_DATA_RULE", "OpenAlarm", "end_alarms", "open_alarms"]

NO_DATA_RULE = "no_data"


class OpenAlarm(NamedTuple):
    """An alarm whose alert stands."""

    alarm: Alarm
    point: str
    rule: str
    channel: Channel | None = None


def open_alarms(state: MachineState) -> Iterator[OpenAlarm]:
    """Give every alarm of a machine whose alert stands."""
    found = [OpenAlarm(state.silence, "", NO_DATA_RULE)]
    if state.rhythm is not None:
        found.append(OpenAlarm(state.rhythm.alarm, "", RHYTHM_RULE))
    doubt = state.contradiction.alarm
    if doubt.level:
        found.append(OpenAlarm(doubt, doubt.about.split("/", 2)[2], CONTRADICTION_RULE))
    for channel in state.channels.values():
        if channel.clock.alarm is not None:
            found.append(OpenAlarm(channel.clock.alarm, channel.point, CLOCK_RULE, channel))
        found += [OpenAlarm(alarm, channel.point, rule, channel) for rule, alarm in channel.alarms.items()]
    return (each for each in found if each.alarm.level)


def end_alarms(state: MachineState, sentence: Bilingual, digest: str) -> Iterator[Alert]:
    """Clear all that stands, in these words, and let every alarm begin anew."""
    now_us = 0 if state.time_us is None else max(state.time_us, state.shelved_us) + 1
    last_us = state.shelved_us
    for alarm, point, rule, _ in tuple(open_alarms(state)):
        alert = transition(
            state,
            alarm,
            0,
            point=point,
            rule=rule,
            time_us=max(now_us, alarm.since_us + 1),
            value=0.0,
            limit=0.0,
            sentence=sentence,
            observation=digest,
        )
        if alert is not None:
            yield alert
            last_us = max(last_us, from_datetime(alert.time))
    state.shelved_us = max(last_us, state.shelved_us)
    state.silence = Alarm()
    if state.rhythm is not None:
        state.rhythm.alarm, state.rhythm.proposed = Alarm(), None  # what it asked may be asked again
        state.rhythm.expected_us = 0
    state.contradiction.forget()
    state.contradiction.alarm = Alarm()
    for channel in state.channels.values():
        channel.alarms.clear()
        channel.clock.alarm = None
