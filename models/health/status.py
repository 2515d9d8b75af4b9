"""The status and health of a machine, from its points."""

import msgspec

from models.alarms.alarm import Alarm
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.health.degradation import remaining_life
from models.health.localization import stronger_point
from models.health.score import deductions_of
from models.health.verdict import diagnosis_of
from models.outputs import Anomaly, Diagnosis, Health, Quality, Running, Status
from models.texts.diagnosis_sentences import with_stronger
from models.texts.sentences import withheld_sentence

__all__ = ["health_of", "is_open", "is_stopped"]

_BY_LEVEL: tuple[Status, Status, Status, Status] = ("healthy", "watch", "warning", "critical")
_WITHHELD: tuple[Status, ...] = ("warming_up", "sensor_fault", "stopped", "no_data")


def is_open(alarm: Alarm | None) -> bool:
    """Whether an alert stands."""
    return alarm is not None and alarm.level > 0


def is_stopped(state: MachineState) -> bool:
    """Whether every trusted vibration point says that the machine stands; without any, every speed that is read.

    Only points count that can show it, and have not fallen silent.
    """
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
    if is_open(state.silence):
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


def _status_of(state: MachineState, trusted: list[Channel], *, stopped: bool, ready: bool) -> Status:
    """Give the status: that of the worst point that can be judged, and why none can where that is so."""
    if is_open(state.silence):
        return "no_data"
    if state.channels and not trusted:
        return "sensor_fault"
    if stopped:
        return "stopped"
    level = max([channel.level for channel in trusted], default=0)
    if level == 0 and not ready:
        return "warming_up"
    return _BY_LEVEL[level]


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

    No score is given while an alert stands at a point that is in a regime of which it knows too little to judge:
    what the alert stands for would not count.
    """
    trusted, stopped = _trusted(state), is_stopped(state)
    ready = _is_any_ready(trusted)
    status = _status_of(state, trusted, stopped=stopped, ready=ready)
    judged = status not in _WITHHELD and ready
    if judged and status != "healthy":
        judged = not any(channel.level and not channel.ready for channel in trusted)
    running = _running_of(state, trusted, stopped=stopped)
    since_us = None if running is None else state.operation.since_us(running, time_us)
    reason = withheld_sentence("" if judged else (status if status in _WITHHELD else "warming_up"))
    points, deductions = (
        deductions_of([(channel.point, symptom) for channel in trusted for symptom in channel.symptoms])
        if judged
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
        remaining_life_h=remaining_life(state, trusted) if judged else None,
        configuration=state.version,
        reason=reason.en,
        reason_zh=reason.zh,
        running=running,
        running_since=None if since_us is None else to_datetime(since_us),
    )
