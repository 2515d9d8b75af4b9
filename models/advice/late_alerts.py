"""Alerts of what came late: gathered until nothing more comes, then raised and returned in one step, as past.

What comes late clears, lowers, teaches and delays nothing; what comes in order waits for none of it.
"""

from collections.abc import Iterable

import msgspec

from models.advice.transitions import PRIORITIES, transition
from models.alarms.alarm import Alarm
from models.clock import HOUR_US, MINUTE_US, SECOND_US, from_datetime, to_datetime
from models.condition.channel import Channel, MeasuredObservation
from models.condition.late_baseline import late_baseline
from models.condition.late_episode import LateEpisode, Stretch
from models.condition.state import MachineState
from models.health.late_judgement import judge_late
from models.health.starts import loud_start_us
from models.outputs import Alert
from models.signal.quality import FAULTS
from models.texts.late_sentences import late_over_sentence, late_sentence

__all__ = ["LATE_RULE", "close_late", "closing_due_us", "follow_late", "note_told"]

LATE_RULE = "late"

_START_US = 2 * MINUTE_US
"""What a start may take is no part of a delay: nobody can tell where one begins in what has no order."""
_BACK_US = HOUR_US
"""A clock that was this far ahead of what it says now has been put right; nothing waits for what it said."""
_NEAR_US = 15 * MINUTE_US
"""What reaches no further than this beyond something that was told is a part of it."""
_NO_CONDITION = frozenset({"sensor_fault", "no_data", "rhythm", LATE_RULE})
_APART = ("indicators", "temperature", "readings")
"""In microseconds: alerts of two kinds of measurement at one point never share a time."""


def follow_late(
    state: MachineState,
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    flags: tuple[str, ...],
) -> tuple[Alert, ...]:
    """Add one that came late, of a sensor without fault, to its point's episode, which it may begin.

    Gives the alerts of an episode from which it lies too far away, and which ends with that.
    """
    if not FAULTS.isdisjoint(flags):
        return ()
    told: tuple[Alert, ...] = ()
    episode, now_us = channel.late.episode, _now_us(state)
    if episode is not None and not episode.fits(time_us):
        told, episode = _told(state, channel, episode), None
    if episode is None:
        heat = channel.measurement == "temperature"
        baseline = late_baseline(channel.regimes, channel.baselines_by_regime, heat=heat)
        episode = channel.late.episode = LateEpisode(baseline, now_us, now_us)
    episode.moment_us = now_us
    symptom = judge_late(observation, values, episode.baseline, state.configuration)
    if symptom is not None:
        episode.add(time_us, observation.digest, symptom)
    _set_due(state)
    return told


def close_late(state: MachineState, *, all_of_them: bool = False) -> tuple[Alert, ...]:
    """End the episodes whose deadline has come, or all of them, and give their alerts."""
    if not state.late_due_us or not (all_of_them or _is_due(state, state.late_due_us)):
        return ()
    told: tuple[Alert, ...] = ()
    for channel in state.channels.values():
        episode = channel.late.episode
        if episode is not None and (all_of_them or _is_due(state, episode.due_us)):
            told += _told(state, channel, episode)
            channel.late.episode = None
    _set_due(state)
    return told


def closing_due_us(state: MachineState) -> int | None:
    """Give when the first open episode is to be told (observed time); None where there is none.

    One that is due already is due now: event time has run ahead of observed time, or that has been put back.
    """
    due_us = state.late_due_us
    if not due_us:
        return None
    return min(due_us, state.observed_us) if _is_due(state, due_us) else due_us


def note_told(channel: Channel, alerts: Iterable[Alert]) -> None:
    """Note alerts of a point's condition that have cleared: what was told as it happened isn't told again late."""
    for alert in alerts:
        if alert.state == "cleared" and alert.point == channel.point and alert.rule not in _NO_CONDITION:
            level = PRIORITIES.index(alert.priority) + 1
            channel.late.record_told(level, from_datetime(alert.since), from_datetime(alert.time))


def _now_us(state: MachineState) -> int:
    """Give the observed time; a replay of messages that came late takes it from those in order."""
    return state.observed_us if state.time_us is None else max(state.observed_us, state.time_us)


def _is_due(state: MachineState, due_us: int) -> bool:
    return not due_us - _BACK_US <= _now_us(state) < due_us


def _set_due(state: MachineState) -> None:
    episodes = (channel.late.episode for channel in state.channels.values())
    state.late_due_us = min((each.due_us for each in episodes if each is not None), default=0)


def _told(state: MachineState, channel: Channel, episode: LateEpisode) -> tuple[Alert, ...]:
    """Give the alerts of an episode that is over: the highest level that held for as long as its delay asks."""
    thresholds = state.configuration.thresholds
    delays_s = (thresholds.low_delay_s, thresholds.medium_delay_s, thresholds.high_delay_s)
    for level in (3, 2, 1):
        if not any(each >= level for each in episode.loudest):
            continue
        start_us = max(_START_US, state.operation.runs.start_us, loud_start_us(channel, level, thresholds))
        stretch = episode.stretch(level, int(delays_s[level - 1] * SECOND_US) + start_us)
        if stretch is None:
            continue
        if _was_told(channel, level, stretch):
            return ()
        channel.late.record_told(level, stretch.since_us, stretch.until_us)
        return _alerts(state, channel, episode, level, stretch)
    return ()


def _was_told(channel: Channel, level: int, stretch: Stretch) -> bool:
    """Whether people were told of as much at that time, by this point: then, or late before."""
    standing = [
        (alarm.level, alarm.since_us, channel.newest_us or alarm.since_us)
        for rule, alarm in channel.alarms.items()
        if alarm.level and rule not in _NO_CONDITION
    ]
    return any(
        at >= level and since_us - _NEAR_US <= stretch.since_us and stretch.until_us <= until_us + _NEAR_US
        for at, since_us, until_us in (*channel.late.told, *standing)
    )


def _alerts(
    state: MachineState, channel: Channel, episode: LateEpisode, level: int, stretch: Stretch
) -> tuple[Alert, ...]:
    """Raise the alert and return it in one step, at the event times between which it held."""
    since_us = stretch.since_us + _APART.index(channel.measurement)
    until_us = max(stretch.until_us + _APART.index(channel.measurement), since_us + len(_APART))
    shown = next(episode.loudest[at] for at in (level, *range(level + 1, 4)) if at in episode.loudest)
    symptom, mechanism = shown.symptom, state.configuration.machine.mechanism
    since, until = to_datetime(since_us), to_datetime(until_us)
    counts = (stretch.count, episode.judged)
    raised = late_sentence(channel.point, symptom, level, (since, until), counts, mechanism)
    alarm, noticed = Alarm(), to_datetime(_now_us(state))
    alerts = [
        transition(
            state,
            alarm,
            at,
            point=channel.point,
            rule=LATE_RULE,
            time_us=time_us,
            value=symptom.value,
            limit=symptom.limit(level),
            sentence=sentence,
            observation=shown.digest,
            past=True,
        )
        for at, time_us, sentence in ((level, since_us, raised), (0, until_us, late_over_sentence(raised)))
    ]
    return tuple(msgspec.structs.replace(alert, noticed=noticed) for alert in alerts if alert is not None)
