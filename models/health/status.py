"""The status and health of a machine, from its points."""

from datetime import datetime

import msgspec

from models.alarms.alarm import DEADBAND, Alarm
from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.condition.channel import INSTRUMENT_RULES, Channel
from models.condition.state import MachineState
from models.health.acceptance import speaks_of_fault
from models.health.degradation import remaining_life
from models.health.localization import stronger_point
from models.health.planned import is_quiet_by_plan, planned_reason
from models.health.score import FREE_DEGREE, deductions_of
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
    return bool(_stands(state))


def _stands(state: MachineState) -> bool | None:
    """Say whether the machine stands, as `is_stopped` does; None where nothing shows it."""
    machine_us = state.time_us
    if state.contradiction.mutes or machine_us is None:
        return None
    by_vibration: bool | None = None
    by_others: bool | None = None
    for channel in state.channels.values():
        if not channel.tells_running or channel.sensor.faulty or not channel.is_heard(machine_us):
            continue
        if channel.measurement == "indicators":
            by_vibration = channel.stopped and by_vibration is not False
        else:
            by_others = channel.stopped and by_others is not False
    return by_others if by_vibration is None else by_vibration


class _Overview(msgspec.Struct):
    """What the points of a machine come to, looked at once."""

    trusted: list[Channel] = []
    level: int = 0
    """The highest of an open alert of any point, trusted or not."""
    untrusted: bool = False
    """Whether an alert stands at a point whose sensor is at fault."""
    unknown: bool = False
    """Whether one stands at a trusted point that knows too little of its regime."""
    ready: bool = False
    doubted: bool = False
    """Whether an alert of what measures stands."""
    seen: bool = False
    """Whether a point can be trusted of what shows most."""
    judged_us: int | None = None
    symptoms: list[tuple[str, Symptom]] = []
    """Those that may take off points, each with its point."""


def _overview(state: MachineState) -> _Overview:
    found = _Overview()
    vibration = vibration_seen = False
    for channel in state.channels.values():
        level, faulty = 0, channel.sensor.faulty
        for rule, alarm in channel.alarms.items():
            if alarm.level:
                if rule in INSTRUMENT_RULES:
                    found.doubted = True
                elif alarm.level > level:
                    level = alarm.level
        if level:
            found.level = max(found.level, level)
            found.untrusted = found.untrusted or faulty
            found.unknown = found.unknown or not (faulty or channel.ready)
        if channel.measurement == "indicators":
            vibration, vibration_seen = True, vibration_seen or not faulty
        if not faulty:
            found.trusted.append(channel)
            found.symptoms += [
                (channel.point, _counted(channel, symptom))
                for symptom in channel.symptoms
                if level or symptom.degree > FREE_DEGREE
            ]
            found.ready = found.ready or channel.ready
        judged_us = channel.judging.judged_us
        if judged_us is not None and (found.judged_us is None or judged_us > found.judged_us):
            found.judged_us = judged_us
    # A thermometer doesn't stand for a lost accelerometer.
    found.seen = vibration_seen if vibration else bool(found.trusted) or not state.channels
    return found


def _running_of(state: MachineState, *, stands: bool | None) -> Running | None:
    """Give how the machine runs; None where nothing shows it, or nothing has come for long."""
    if state.silence.present or stands is None or state.time_us is None or is_quiet_by_plan(state):
        return None
    if stands:
        return "stopped"
    loud = any(each.starts is not None and each.starts.is_loud for each in state.channels.values())
    if loud or state.operation.is_starting(state.time_us):
        return "starting"
    return "idle" if state.operation.is_idle(state.time_us) else "running"


def _status_of(state: MachineState, found: _Overview, guard: Guard | None, *, stopped: bool) -> Status:
    """Give the status: that of the worst open alert of any point, trusted or not; else why nothing can be told."""
    if found.level:
        return _BY_LEVEL[found.level]
    if state.silence.present:
        return "no_data"
    if not found.seen:
        return "sensor_fault"
    if stopped or guard is not None:
        return "stopped" if stopped and guard != "planned" else "not_judged"
    if not found.ready:
        return "warming_up"
    doubted = found.doubted or is_open(state.silence) or is_open(state.contradiction.alarm)
    return "watch" if doubted else "healthy"


def _overdue(state: MachineState) -> list[tuple[Channel, Guard]]:
    """Give the points of which nothing has been judged for too long, each with what left out most."""
    return [
        (channel, guard)
        for channel in state.channels.values()
        if channel.judging.left_out and (guard := channel.judging.overdue()) is not None
    ]


def _guard_of(state: MachineState, overdue: list[tuple[Channel, Guard]], level: int) -> Guard | None:
    """Give what has left out of judgement all that came of a point with levels, or of all points, for too long.

    Where an open alert of this `level` makes the status, that the machine is silent is told by its guard.
    """
    if is_quiet_by_plan(state):
        return "planned"
    if level and state.silence.present:
        return "silent"
    if state.contradiction.mutes:
        return "contradiction"
    for channel, guard in overdue:
        if guard != "sensor" and channel.baselines:
            return guard  # of a sensor's fault an alert tells, and others may be judged
    if overdue and len(overdue) == len(state.channels):
        return overdue[0][1]
    return silence_guard(state)


def _judged_at(found: _Overview, guard: Guard | None, unjudged: list[Channel]) -> datetime | None:
    """Give when the newest was measured that was judged; where a guard stands, of the points unjudged."""
    newest_us = found.judged_us
    if guard not in (None, "planned") and (unjudged or guard != "silent"):
        judged_us = [each.judging.judged_us for each in unjudged if each.judging.judged_us is not None]
        newest_us = max(judged_us, default=None)
    return None if newest_us is None else to_datetime(newest_us)


def _why_withheld(found: _Overview, status: Status, guard: Guard | None, *, stopped: bool) -> Status | None:
    """Give the status that says why there is no score, which an open alert may hide; None where there is one."""
    if status in _WITHHELD:
        return status
    if found.untrusted or not found.seen:
        return "sensor_fault"
    if stopped or guard is not None:
        return "stopped" if stopped and guard != "planned" else "not_judged"
    return "warming_up" if found.unknown or not found.ready else None


def _counted(channel: Channel, symptom: Symptom) -> Symptom:
    """Give a symptom as far as its alarm has confirmed it: so score and status say the same.

    What hasn't held for long enough yet takes off no more than the level that stands; and what stands does so until
    it has gone for long enough. What findings rate low is shown as low, and takes off what its evidence is.
    """
    alarm = channel.alarms.get(symptom.rule)
    level = max(alarm.level, alarm.confirmed) if alarm is not None else 0
    if not level and symptom.degree <= _UNCONFIRMED:
        return symptom
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
    found, stands, overdue = _overview(state), _stands(state), _overdue(state)
    stopped, guard = bool(stands), _guard_of(state, overdue, found.level)
    status = _status_of(state, found, guard, stopped=stopped)
    why = "no_data" if state.silence.present else _why_withheld(found, status, guard, stopped=stopped)
    running = _running_of(state, stands=stands)
    since_us = None if running is None else state.operation.since_us(running, time_us)
    silent = silent_channel(state) if guard is not None else None
    unjudged = [each for each, _ in overdue] + ([] if silent is None else [silent])
    accept = silent is not None and not speaks_of_fault(state)
    reason = planned_reason(state, why, guard) or withheld_sentence(
        why, guard, "" if silent is None else silent.point, accept=accept
    )
    points, deductions = (None, ()) if why else deductions_of(found.symptoms)
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
        remaining_life_h=remaining_life(state, found.trusted) if not why else None,
        configuration=state.version,
        reason=reason.en,
        reason_zh=reason.zh,
        running=running,
        running_since=None if since_us is None else to_datetime(since_us),
        judged_at=_judged_at(found, guard, unjudged),
        guard=guard,
    )
