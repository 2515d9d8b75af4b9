"""The status and health of a machine, from its points."""

from datetime import datetime

import msgspec

from models.alarms.alarm import DEADBAND, Alarm
from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.health.degradation import remaining_life
from models.health.localization import stronger_point
from models.health.score import deductions_of
from models.health.silence import silence_guard, silent_channel
from models.health.verdict import diagnosis_of
from models.outputs import Anomaly, Diagnosis, Guard, Health, Quality, Running, Status
from models.texts.diagnosis_sentences import with_stronger
from models.texts.withheld import withheld_sentence

__all__ = ["health_of", "is_open", "is_stopped"]

_BY_LEVEL: tuple[Status, Status, Status, Status] = ("healthy", "watch", "warning", "critical")
_WITHHELD: tuple[Status, ...] = ("warming_up", "sensor_fault", "stopped", "no_data", "not_judged")
_UNCONFIRMED = 0.999


def is_open(alarm: Alarm | None) -> bool:
    """Whether an alert stands."""
    return alarm is not None and alarm.level > 0


def is_stopped(state: MachineState) -> bool:
    """Whether every trusted vibration point says that the machine stands; without any, every speed that is read.

    Only points count that can show it, and have not fallen silent.
    """
    if state.contradiction.mutes:
        return False
    by_vibration: bool | None = None
    by_others: bool | None = None
    for channel in state.channels.values():
        if not _tells_running(state, channel):
            continue
        if channel.measurement == "indicators":
            by_vibration = channel.stopped and by_vibration is not False
        else:
            by_others = channel.stopped and by_others is not False
    return bool(by_others if by_vibration is None else by_vibration)


def _tells_running(state: MachineState, channel: Channel) -> bool:
    if not channel.tells_running or channel.sensor.faulty or state.time_us is None:
        return False
    return channel.is_heard(state.time_us)


def _running_of(state: MachineState, trusted: list[Channel], *, stopped: bool) -> Running | None:
    """Give how the machine runs; None where nothing shows it, or nothing has come for long."""
    if state.silence.present or state.contradiction.mutes:
        return None
    if stopped:
        return "stopped"
    if state.time_us is None or not any(_tells_running(state, channel) for channel in trusted):
        return None
    if state.operation.is_starting(state.time_us):
        return "starting"
    return "idle" if state.operation.is_idle(state.time_us) else "running"


def _trusted(state: MachineState) -> list[Channel]:
    return [channel for channel in state.channels.values() if not channel.sensor.faulty]


def _is_any_ready(trusted: list[Channel]) -> bool:
    return any(channel.ready for channel in trusted)


def _status_of(state: MachineState, *, stopped: bool, ready: bool, guard: Guard | None) -> Status:
    """Give the status: that of the worst open alert of any point, trusted or not; else why nothing can be told."""
    channels = state.channels.values()
    level = max([channel.level for channel in channels], default=0)
    without_alert: dict[Status, bool] = {
        "sensor_fault": _is_blind(state),
        "stopped": stopped,
        "not_judged": guard is not None,
        "warming_up": not ready,
        "watch": is_open(state.silence)
        or is_open(state.contradiction.alarm)
        or any(channel.alarms and channel.doubts_instrument for channel in channels),
    }
    if state.silence.present:
        return "no_data"
    return _BY_LEVEL[level] if level else next((status for status, so in without_alert.items() if so), "healthy")


def _is_blind(state: MachineState) -> bool:
    """Whether no point can be trusted of what shows most: a thermometer doesn't stand for a lost accelerometer."""
    channels = [each for each in state.channels.values() if each.measurement == "indicators"]
    channels = channels or list(state.channels.values())
    return bool(channels) and all(channel.sensor.faulty for channel in channels)


def _guard_of(state: MachineState) -> Guard | None:
    """Give what has left out of judgement all that came of a vibration point, or of all points, for too long."""
    if state.contradiction.mutes:
        return "contradiction"
    guards = {key: channel.judging.overdue() for key, channel in state.channels.items()}
    vibration = [guards[key] for key, channel in state.channels.items() if channel.measurement == "indicators"]
    overdue = next((guard for guard in vibration if guard is not None), None)
    if overdue is None and guards and all(guard is not None for guard in guards.values()):
        overdue = next(iter(guards.values()))
    return overdue or silence_guard(state)


def _judged_at(state: MachineState, guard: Guard | None) -> datetime | None:
    """Give when the newest was measured that was judged; where a guard stands, of the points that it speaks of."""
    channels = list(state.channels.values())
    if guard is not None:
        silent = silent_channel(state)
        channels = [each for each in channels if each is silent or each.judging.overdue() is not None]
    judged_us = [each.judging.judged_us for each in channels if each.judging.judged_us is not None]
    return to_datetime(max(judged_us)) if judged_us else None


def _why_withheld(
    state: MachineState, trusted: list[Channel], status: Status, guard: Guard | None, *, stopped: bool
) -> Status | None:
    """Give the status that says why there is no score, which an open alert may hide; None where there is one."""
    if status in _WITHHELD:
        return status
    if _is_blind(state) or any(channel.level and channel.sensor.faulty for channel in state.channels.values()):
        return "sensor_fault"
    if stopped or guard is not None or state.contradiction.mutes:
        return "stopped" if stopped else "not_judged"
    unknown = not _is_any_ready(trusted) or any(channel.level and not channel.ready for channel in trusted)
    return "warming_up" if unknown else None


def _counted(channel: Channel, symptom: Symptom) -> Symptom:
    """Give a symptom as far as its alarm has confirmed it: so score and status say the same.

    What hasn't held for long enough yet takes off no more than the level that stands; and what stands does so until
    it has gone for long enough. What findings rate low is shown as low, and takes off what its evidence is.
    """
    alarm = channel.alarms.get(symptom.rule)
    level = max(alarm.level, alarm.confirmed) if alarm is not None else 0
    least = level - DEADBAND if level else 0.0
    degree = min(max(symptom.degree, least), level + _UNCONFIRMED)
    return symptom if degree == symptom.degree else msgspec.structs.replace(symptom, degree=degree)


def _diagnosis(state: MachineState, channel: Channel) -> Diagnosis | None:
    diagnosis = diagnosis_of(channel.diagnosis_votes, channel.symptoms, state.configuration.machine.mechanism)
    point = stronger_point(state, channel)
    if diagnosis is None or not point:
        return diagnosis
    sentence = with_stronger(Bilingual(diagnosis.text, diagnosis.text_zh), point)
    return msgspec.structs.replace(diagnosis, text=sentence.en, text_zh=sentence.zh, stronger_at=point)


def health_of(
    state: MachineState,
    point: str,
    time_us: int,
    *,
    anomaly: Anomaly | None = None,
    quality: Quality | None = None,
    channel: Channel | None = None,
) -> Health:
    """Give the machine's health at a moment, with what one point's observation in its channel adds to it.

    No score is given while an alert stands at a point that cannot be trusted, or is in a regime of which it knows
    too little to judge: what the alert stands for would not count.
    """
    trusted, stopped = _trusted(state), is_stopped(state)
    guard = _guard_of(state)
    status = _status_of(state, stopped=stopped, ready=_is_any_ready(trusted), guard=guard)
    why = _why_withheld(state, trusted, status, guard, stopped=stopped)
    running = _running_of(state, trusted, stopped=stopped)
    since_us = None if running is None else state.operation.since_us(running, time_us)
    silent = silent_channel(state) if guard == "silent" else None
    reason = withheld_sentence(why, guard, "" if silent is None else silent.point)
    points, deductions = (
        deductions_of([(each.point, _counted(each, symptom)) for each in trusted for symptom in each.symptoms])
        if not why
        else (None, ())
    )
    return Health(
        machine=state.machine,
        point=point,
        time=to_datetime(time_us),
        status=status,
        score=points,
        deductions=deductions,
        anomaly=anomaly,
        diagnosis=None if channel is None else _diagnosis(state, channel),
        quality=quality or Quality(ok=True),
        remaining_life_h=remaining_life(state, trusted) if not why else None,
        configuration=state.version,
        reason=reason.en,
        reason_zh=reason.zh,
        running=running,
        running_since=None if since_us is None else to_datetime(since_us),
        judged_at=_judged_at(state, guard),
        guard=guard,
    )
