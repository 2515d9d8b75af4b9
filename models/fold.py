"""The one fold: a machine's state is what `step` makes of its observations, in order, and of nothing else.

`step` reads no clock. Observed time (ticks, silence) and event time (delays, baselines, rows) both come as data.
"""

from collections.abc import Iterator
from math import isfinite

from models.advice.actions import apply_action
from models.advice.alarm_processing import AlarmContext, update_condition_alarms, update_sensor_alarm
from models.advice.asset_swap import follow_asset, is_judged_alike, with_known_asset
from models.advice.clock_alarm import rightly_timed, stored_fields, update_clock_alarm
from models.advice.contradiction_alert import update_contradiction_alert
from models.advice.crowding import is_full, make_room, refuse_point
from models.advice.instrument_alarms import update_instrument_alarms
from models.advice.late_alerts import close_late, follow_late, note_told
from models.advice.no_data import MIN_SILENCE_US, clear_no_data, raise_no_data, record_arrival, silence_time_us
from models.advice.rhythms import follow_rhythm
from models.advice.roster import while_away
from models.advice.shelving import end_shelves
from models.advice.sisters import compare, forget_likeness, tell_usual
from models.clock import to_datetime
from models.condition.channel import Channel, MeasuredObservation, measurement_of, new_channel
from models.condition.recent_observations import fingerprint
from models.condition.sources import was_folded
from models.condition.state import Counts, MachineState
from models.condition.state_codec import STATE_VERSION, dump_state, load_state
from models.health.assessment import score
from models.health.degradation import track_degradation
from models.health.in_order import judge_in_order
from models.health.silence import record_presence
from models.health.status import health_of, is_stopped
from models.machinery.machine import Configuration, Machine
from models.observations import (
    Compared,
    Configured,
    Experienced,
    Observation,
    ReadingObserved,
    TemperatureObserved,
    Tick,
    VibrationObserved,
)
from models.outputs import Alert, Anomaly, Health, Output, Quality, Row
from models.signal.quality import FAULTS

__all__ = [
    "FUTURE",
    "LATE",
    "STATE_VERSION",
    "Counts",
    "MachineState",
    "dump_state",
    "initial_state",
    "load_state",
    "step",
]

LATE = "late"
FUTURE = "future"
"""Notes that the fold adds to the flags: out of order, stamped ahead of its time."""

_NOT_FINITE = "not_finite"
_UNJUDGED = Anomaly(score=None, limit=None, anomalous=None)


def initial_state(machine: str) -> MachineState:
    """Give the state of a machine that nothing is known of, under the configuration of an unknown machine."""
    configuration = Configuration(machine=Machine(id=machine))
    return MachineState(machine=machine, configuration=configuration, version=configuration.version())


def step(state: MachineState, observation: Observation) -> tuple[MachineState, tuple[Output, ...]]:
    """Fold one observation into a machine's state, which is changed in place, and give what it means.

    A measurement gives one row, one health, the transitions of alerts, and now and then how long the machine ran.
    What people say or do gives an action, and ends alerts; so does another asset in the machine's place. A
    duplicate gives nothing, nor does a point too many.
    """
    state.observed_us = observation.observed_us  # back too: a worker's clock that was ahead must not stay so here
    if state.left is not None and (said := while_away(state, observation)) is not None:
        return state, said
    outputs: tuple[Output, ...] = ()
    match observation:
        case VibrationObserved() | TemperatureObserved() | ReadingObserved():
            outputs = (*close_late(state), *_measured(state, observation))
        case Configured():
            outputs = tuple(_configure(state, observation))
        case Tick():
            state.counts.ticks += 1
            outputs = (*close_late(state), *_tick(state))
        case Experienced(judgement=classifier):
            if classifier.lessons >= state.known.classifier.lessons:  # a former owner may send fewer, late
                state.known.classifier = classifier
        case Compared():
            outputs = tuple(compare(state, observation))
        case _ if was_folded(state, observation):
            state.counts.duplicates += 1
        case _:
            outputs = apply_action(state, observation)
    return state, (*outputs, *end_shelves(state, outputs)) if state.shelves else outputs


def _configure(state: MachineState, observed: Configured) -> Iterator[Output]:
    before, configuration = state.configuration, with_known_asset(state.configuration, observed.configuration)
    alike = is_judged_alike(before.machine, configuration.machine)
    if not alike:
        forget_likeness(state)
        state.operation.runs.configure(configuration.machine.start_s)
    if not alike or before.orders != configuration.orders:
        for channel in state.channels.values():
            channel.diagnosis_votes.forget()  # what was seen was seen with another bearing or speed in mind
    state.configuration, state.version = configuration, observed.configuration.version()
    yield from follow_asset(state, before.machine.asset, observed)


def _tick(state: MachineState) -> tuple[Output, ...]:
    alerts = raise_no_data(state)
    if alerts is None or state.time_us is None:
        return ()
    return (health_of(state, "", silence_time_us(state), anomaly=_UNJUDGED), *alerts)


def _measured(state: MachineState, observation: MeasuredObservation) -> tuple[Output, ...]:
    """Fold a measurement: what has been folded before and what comes of a point too many leave first."""
    if was_folded(state, observation):
        state.counts.duplicates += 1
        state.counts.reread += 1
        return ()
    arrival = state.arrival
    arrival.event_us, arrival.observed_us = observation.time_us, observation.observed_us
    arrival.unjudged += 1
    mark = fingerprint(observation.time_us, observation.digest)
    measurement = measurement_of(observation)
    key = f"{measurement}/{observation.point}"
    channel = state.channels.get(key)
    if channel is not None and channel.recent.contains(mark, observation.time_us):
        state.counts.duplicates += 1
        return ()
    alerts: list[Alert] = []
    if channel is None:
        alerts = make_room(state, observation)
        if is_full(state):
            return refuse_point(state, observation)
        channel = state.channels[key] = new_channel(observation.point, measurement)
    time_us = channel.recent.unique_time_us(observation.time_us)
    channel.recent.add(mark, time_us)
    return _timed(state, channel, observation, time_us, alerts)


def _timed(
    state: MachineState, channel: Channel, observation: MeasuredObservation, time_us: int, alerts: list[Alert]
) -> tuple[Output, ...]:
    """Fold a new measurement by the right time: what is late or ahead of it moves nothing of the present."""
    observation, time_us, ahead = rightly_timed(state, channel, observation, time_us)
    notes = _notes(state, channel, time_us, ahead=ahead)
    alerts += _on_arrival(state, channel, observation, time_us, in_order=not notes)
    alerts += update_clock_alarm(state, channel, observation, time_us)
    if not notes:
        state.arrival.in_order_us, state.arrival.unjudged = observation.observed_us, 0
        return _judged(state, channel, observation, time_us, alerts)
    wrong = ahead or channel.clock.is_wrong
    channel.judging.record_left_out("clock" if wrong else "late", observation.observed_us)
    values, flags = _clean(observation)
    if LATE in notes:
        alerts += follow_late(state, channel, observation, values, time_us, flags)
    return (*_out_of_order(state, channel, observation, values, time_us, (*flags, *notes)), *alerts)


def _judged(
    state: MachineState, channel: Channel, observation: MeasuredObservation, time_us: int, alerts: list[Alert]
) -> tuple[Output, ...]:
    """Fold a measurement in order, and bring all alerts up to date that it has a say in."""
    values, flags = _clean(observation)
    result = judge_in_order(state, channel, observation, values, time_us, flags)
    context = AlarmContext(state, channel, time_us, observation.digest)
    alerts += update_instrument_alarms(context, observation, values, result.flags)
    alerts += update_sensor_alarm(context, result.flags)
    assessment = result.assessment
    said: tuple[Output, ...] = ()
    if result.guard is not None:
        channel.judging.record_left_out(result.guard, observation.observed_us, time_us)
    if assessment is not None:
        channel.mark_judged(time_us)
        alerts += update_condition_alarms(context, assessment.rules)
        if alerts:
            note_told(channel, alerts)
        if result.guard is None:
            channel.judging.record_judged(time_us, observation.observed_us)
            track_degradation(channel, time_us)
            if not channel.regime_baseline.told:
                said = tuple(tell_usual(state, channel, observation))
    alerts += update_contradiction_alert(state, time_us, observation.digest)
    anomaly = _UNJUDGED if assessment is None else assessment.anomaly
    quality = Quality(ok=not channel.sensor.faulty, flags=result.flags)
    return (
        *_row_and_health(state, observation, time_us, values, quality, anomaly, channel),
        *alerts,
        *result.uptimes,
        *said,
    )


def _out_of_order(
    state: MachineState,
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    flags: tuple[str, ...],
) -> tuple[Row, Health]:
    """Keep the values of what came late or is stamped ahead of its time, and score them; they move nothing."""
    trusted = not channel.sensor.faulty and FAULTS.isdisjoint(flags)
    anomaly = score(channel, values) if trusted and not is_stopped(state) else _UNJUDGED
    quality = Quality(ok=trusted, flags=flags)
    return _row_and_health(state, observation, time_us, values, quality, anomaly, channel)


def _row_and_health(
    state: MachineState,
    observation: MeasuredObservation,
    time_us: int,
    values: dict[str, float],
    quality: Quality,
    anomaly: Anomaly,
    channel: Channel,
) -> tuple[Row, Health]:
    row = Row(
        measurement=channel.measurement,
        machine=state.machine,
        point=observation.point,
        time=to_datetime(time_us + channel.clock.offset_us),
        fields=stored_fields(channel.clock, values),
        flags=quality.flags,
    )
    return row, health_of(state, observation.point, time_us, anomaly=anomaly, quality=quality, channel=channel)


def _clean(observation: MeasuredObservation) -> tuple[dict[str, float], tuple[str, ...]]:
    """Give an observation's finite values, and its flags, which say so where others were left out."""
    given = observation.values if isinstance(observation, ReadingObserved) else observation.indicators
    if all(map(isfinite, given.values())):
        return given, observation.flags
    flags = observation.flags if _NOT_FINITE in observation.flags else (*observation.flags, _NOT_FINITE)
    return {name: value for name, value in given.items() if isfinite(value)}, flags


def _notes(state: MachineState, channel: Channel, time_us: int, *, ahead: bool) -> tuple[str, ...]:
    if ahead:
        state.counts.future += 1
        return (FUTURE,)
    if channel.newest_us is not None and time_us < channel.newest_us:
        state.counts.late += 1
        return (LATE,)
    return ()


def _on_arrival(
    state: MachineState, channel: Channel, observation: MeasuredObservation, time_us: int, *, in_order: bool
) -> list[Alert]:
    state.counts.accepted += 1
    channel.heard = state.counts.accepted
    advance_us = max(0, time_us - state.time_us) if in_order and state.time_us is not None else 0
    silent_us = state.observed_us - state.heard_us
    record_arrival(state, state.observed_us, advance_us)
    record_presence(state, channel, time_us, in_order=in_order)
    alerts = clear_no_data(state, time_us if in_order else 0, observation.digest, silent_us)
    if state.rhythm is not None or silent_us > MIN_SILENCE_US:
        alerts += follow_rhythm(state, observation.arrived_us, silent_us, observation.digest)
    return alerts
