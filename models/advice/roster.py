"""Machines that leave and come back: retired, returned, forgotten, and what comes of one that is away.

A retired machine keeps all that it has learned, and is neither expected nor judged; what it sends is stored, and
told after an hour. Of a forgotten one there is an empty state, with what tells a message that is read once more and
its configuration, which is no knowledge of the machine's own. The next message that is new begins it anew.
"""

from collections.abc import Iterator
from math import isfinite

from models.advice.clock_alarm import stored_fields
from models.advice.expiry import expiry_due_us
from models.advice.late_alerts import close_late
from models.advice.open_alarms import end_alarms
from models.advice.transitions import transition
from models.alarms.alarm import Alarm
from models.bilingual import Bilingual
from models.clock import AHEAD_US, HOUR_US, from_datetime, to_datetime
from models.condition.channel import MeasuredObservation, measurement_of
from models.condition.departure import Departure
from models.condition.recent_observations import fingerprint
from models.condition.sources import is_repeated, was_folded
from models.condition.state import MachineState
from models.health.status import health_of
from models.observations import (
    Compared,
    Observation,
    ReadingObserved,
    RosterObserved,
    TemperatureObserved,
    Tick,
    VibrationObserved,
)
from models.outputs import Alert, Anomaly, Health, Output, Quality, Row, Usual
from models.signal.quality import FAULTS
from models.texts.roster import left_sentence, returned_sentence, sends_though_retired_sentence
from models.texts.withheld import withheld_sentence

__all__ = ["RETIRED_RULE", "change_roster", "is_in_force", "while_away"]

RETIRED_RULE = "retired"
"""Of the alert that a machine sends although it is retired."""

_GRACE_US = HOUR_US
"""So long after it was retired a machine may go on sending: somebody has to get there to take its sensors off."""
_UNJUDGED = Anomaly(score=None, limit=None, anomalous=None)


def is_in_force(state: MachineState, observed: RosterObserved) -> bool:
    """Whether what was said still holds: a worker may have thought a machine silent that has sent meanwhile."""
    if observed.do != "expire":
        return True
    due_us = expiry_due_us(state, observed.after_us)
    return due_us is not None and observed.observed_us >= due_us


def change_roster(state: MachineState, observed: RosterObserved, time_us: int) -> Iterator[Output]:
    """Let a machine leave or come back, as was said at `time_us`; its alerts end by that."""
    match observed.do:
        case "retire":
            yield from _retire(state, observed, time_us)
        case "return":
            yield from _return(state, observed, time_us)
        case "forget" | "expire":
            yield from _forget(state, observed, time_us)


def while_away(state: MachineState, observation: Observation) -> tuple[Output, ...] | None:
    """Say what an observation means to a machine that has left; None: what it means to any other.

    A message that is new brings a forgotten machine back, as one that nobody has heard of.
    """
    left = state.left
    assert left is not None
    match observation:
        case VibrationObserved() | TemperatureObserved() | ReadingObserved() if left.kind == "retired":
            return _kept_of_retired(state, left, observation)
        case VibrationObserved() | TemperatureObserved() | ReadingObserved():
            if is_repeated(state, observation) or left.is_of_before(observation.arrived_us):
                left.passed += 1
                return ()
            state.left = None
            return None
        case Tick() | Compared():
            return ()
        case _:
            return None


def _retire(state: MachineState, observed: RosterObserved, time_us: int) -> Iterator[Output]:
    yield from close_late(state, all_of_them=True)
    yield from _end_alarms(state, left_sentence("retire", observed.by), observed.digest)
    state.left = Departure("retired", observed.observed_us, observed.arrived_us)
    yield _health_away(state, "", _told_us(state, time_us))


def _return(state: MachineState, observed: RosterObserved, time_us: int) -> Iterator[Output]:
    if state.left is None or state.left.kind != "retired":
        return
    yield from _end_alarms(state, returned_sentence(observed.by), observed.digest)
    state.left = None
    state.heard_us = observed.observed_us  # it is expected from now on
    for channel in state.channels.values():
        channel.interrupted = True
    yield health_of(state, "", _told_us(state, time_us), anomaly=_UNJUDGED)


def _forget(state: MachineState, observed: RosterObserved, time_us: int) -> Iterator[Output]:
    sentence = left_sentence(observed.do, observed.by, observed.after_us)
    yield from _end_alarms(state, sentence, observed.digest)
    now_us = _now_us(state, time_us)
    points = sorted({channel.point for channel in state.channels.values()})
    usuals, classifier = state.usuals, state.known.classifier
    fresh = MachineState(
        machine=state.machine,
        configuration=state.configuration,
        version=state.version,
        observed_us=state.observed_us,
        offsets=state.offsets,
        appended_us=state.appended_us,
        acts=state.acts,
        raised=state.raised,  # no alert of the next life may have the id of one of this
        left=Departure("forgotten", observed.observed_us, observed.arrived_us),
    )
    fresh.known.classifier = classifier  # what the fleet has taught is told once
    for name in MachineState.__struct_fields__:
        setattr(state, name, getattr(fresh, name))
    for point in (*points, ""):
        yield _health_away(state, point, now_us)
    for group, usual in usuals.items():  # its sisters are no longer held against it
        yield Usual(machine=state.machine, group=group, point=usual.point, time=to_datetime(now_us), values={})


def _end_alarms(state: MachineState, sentence: Bilingual, digest: str) -> Iterator[Alert]:
    yield from end_alarms(state, sentence, digest)
    left = state.left
    if left is not None and left.alarm is not None and left.alarm.level:
        now_us = max(_now_us(state, 0), left.alarm.since_us + 1)
        yield from _told(state, left, 0, now_us, sentence, digest)


def _now_us(state: MachineState, said_us: int) -> int:
    """Just after all that was measured and told of it; where nothing was, when it was said."""
    if state.time_us is None:
        return said_us
    return max(state.time_us, state.shelved_us) + 1 + (state.rhythm.said if state.rhythm is not None else 0)


def _told_us(state: MachineState, said_us: int) -> int:
    """Give the time of what is told of leaving or coming back; the next of it stands behind."""
    now_us = _now_us(state, said_us)
    if state.time_us is not None:
        state.shelved_us = now_us
    return now_us


def _health_away(state: MachineState, point: str, time_us: int, quality: Quality | None = None) -> Health:
    """Say of a machine that has left that it is not judged, and why."""
    assert state.left is not None
    guard = state.left.kind
    reason = withheld_sentence("not_judged", guard)
    judged_us = max((c.judged_us for c in state.channels.values() if c.judged_us is not None), default=None)
    return Health(
        machine=state.machine,
        point=point,
        time=to_datetime(time_us),
        status="not_judged",
        score=None,
        anomaly=_UNJUDGED,
        quality=quality or Quality(ok=True),
        configuration=state.version,
        reason=reason.en,
        reason_zh=reason.zh,
        judged_at=None if judged_us is None else to_datetime(judged_us),
        guard=guard,
    )


def _kept_of_retired(state: MachineState, left: Departure, observation: MeasuredObservation) -> tuple[Output, ...]:
    """Keep what a retired machine has measured, and tell that it sends once it should no longer."""
    if was_folded(state, observation):
        state.counts.duplicates += 1
        state.counts.reread += 1
        return ()
    measurement = measurement_of(observation)
    channel = state.channels.get(f"{measurement}/{observation.point}")
    stamped_us, offset_us = observation.time_us, 0
    if channel is not None:
        mark, offset_us = fingerprint(observation.time_us, observation.digest), channel.clock.offset_us
        if channel.recent.contains(mark, observation.time_us):
            state.counts.duplicates += 1
            return ()
        stamped_us = channel.recent.unique_time_us(observation.time_us)
        channel.recent.add(mark, stamped_us)
    time_us = stamped_us - offset_us
    newest_us = None if channel is None else channel.newest_us
    note = _note(state, time_us, newest_us, observation)
    if not note:
        state.time_us = time_us if state.time_us is None else max(state.time_us, time_us)
    _count(state, observation)
    left.passed += 1
    values, flags = _finite(observation)
    if note:
        flags = (*flags, note)
    fields = values if channel is None else stored_fields(channel.clock, values)
    quality = Quality(ok=FAULTS.isdisjoint(flags), flags=flags)
    row = Row(
        measurement=measurement,
        machine=state.machine,
        point=observation.point,
        time=to_datetime(stamped_us),
        fields=fields,
        flags=flags,
    )
    return (
        row,
        _health_away(state, observation.point, time_us, quality),
        *_sends(state, left, observation),
    )


def _note(state: MachineState, time_us: int, newest_us: int | None, observation: MeasuredObservation) -> str:
    """Say whether it came late or ahead of time, by its own point as ever: points need not come in turn."""
    arrived_us = observation.observed_us if observation.arrived_us is None else observation.arrived_us
    if time_us > arrived_us + AHEAD_US:
        state.counts.future += 1
        return "future"
    if newest_us is not None and time_us < newest_us:
        state.counts.late += 1
        return "late"
    return ""


def _count(state: MachineState, observation: MeasuredObservation) -> None:
    """Count a measurement as taken and stored: of what is retired an alert tells, not the watch on what comes."""
    state.counts.accepted += 1
    arrival = state.arrival
    arrival.event_us = observation.time_us
    arrival.observed_us = arrival.in_order_us = observation.observed_us
    arrival.unjudged = 0


def _finite(observation: MeasuredObservation) -> tuple[dict[str, float], tuple[str, ...]]:
    given = observation.values if isinstance(observation, ReadingObserved) else observation.indicators
    values = {name: value for name, value in given.items() if isfinite(value)}
    flags = observation.flags
    return values, flags if len(values) == len(given) or "not_finite" in flags else (*flags, "not_finite")


def _sends(state: MachineState, left: Departure, observation: MeasuredObservation) -> Iterator[Alert]:
    if left.is_of_before(observation.arrived_us) or observation.observed_us - left.observed_us < _GRACE_US:
        return
    if left.alarm is None:
        left.alarm = Alarm()
    now_us = _now_us(state, observation.observed_us)  # however it is stamped
    sentence = sends_though_retired_sentence(state.machine, left.observed_us)
    yield from _told(state, left, 1, now_us, sentence, observation.digest)


def _told(
    state: MachineState, left: Departure, level: int, time_us: int, sentence: Bilingual, digest: str
) -> Iterator[Alert]:
    assert left.alarm is not None
    alert = transition(
        state,
        left.alarm,
        level,
        point="",
        rule=RETIRED_RULE,
        time_us=time_us,
        value=float(left.passed),
        limit=0.0,
        sentence=sentence,
        observation=digest,
    )
    if alert is not None:
        state.shelved_us = max(state.shelved_us, from_datetime(alert.time))
        yield alert
