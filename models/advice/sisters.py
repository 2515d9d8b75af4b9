"""Unlike its sisters: what a machine learned as its normal, held against what is normal of machines like it.

It says only that the machine is another than those: low, and no points are taken off. Whoever knows why accepts it.
"""

from collections.abc import Iterator
from math import exp, log

from models.advice.transitions import transition
from models.alarms.alarm import Alarm
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.condition.channel import Channel, MeasuredObservation
from models.condition.state import MachineState, OwnUsual
from models.health.acceptance import speaks_of_fault
from models.learning.sisters import group_of
from models.observations import Compared, SisterBaseline, VibrationObserved
from models.outputs import Alert, Usual
from models.texts.recurrence import offered_sentence
from models.texts.sisters import like_its_sisters_sentence, unlike_its_sisters_sentence

__all__ = ["SISTERS_RULE", "compare", "forget_likeness", "forget_usuals", "tell_usual"]

SISTERS_RULE = "sisters"
_SIGMAS = 3.0
_TIMES = log(2.0)
_MAX_USUALS = 16


def tell_usual(state: MachineState, channel: Channel, observation: MeasuredObservation) -> Iterator[Usual | Alert]:
    """Tell the fleet, once, what a point has learned in its present regime; not while an alert stands anywhere."""
    regime_baseline = channel.regime_baseline
    if not isinstance(observation, VibrationObserved):
        regime_baseline.told = True
        return
    if not channel.ready or any(each.level for each in state.channels.values()):
        return
    regime_baseline.told = True
    regime = next((each for each in channel.regimes.known if each.id == channel.present), None)
    group = group_of(state.configuration.machine, channel.point, regime, observation.rate_hz)
    values = {name: each.location for name, each in channel.baselines.items() if each.ready}
    if group and values:
        state.usuals.pop(group, None)
        state.usuals[group] = OwnUsual(channel.point, values)
        if len(state.usuals) > _MAX_USUALS:
            del state.usuals[next(iter(state.usuals))]
        yield Usual(
            machine=state.machine,
            group=group,
            point=channel.point,
            time=to_datetime(state.time_us or 0),
            values=values,
        )
    yield from _update_alarms(state, observation.digest)


def compare(state: MachineState, observation: Compared) -> Iterator[Alert]:
    """Hold what this machine learned against machines like it, by the newest that is known of them."""
    if observation.number < state.sisters_number:  # a former owner may send fewer, late
        return
    state.sisters, state.sisters_number = observation.baselines, observation.number
    yield from _update_alarms(state, "sisters")


def forget_likeness(state: MachineState) -> None:
    """Begin anew with whom the machine is like, as another description says: it tells again what is usual of it."""
    state.usuals, state.sisters = {}, {}
    for channel in state.channels.values():
        for regime_baseline in channel.baselines_by_regime.values():
            regime_baseline.told = False


def forget_usuals(state: MachineState, point: str, *, mended: bool) -> None:
    """Forget what was told of a point (empty: of all), which learns anew; what was accepted is not asked again."""
    points = {each.point for each in state.channels.values() if point in ("", each.point)}
    state.usuals = {group: usual for group, usual in state.usuals.items() if usual.point not in points}
    accepted = set(state.unlike_accepted) - points if mended else set(state.unlike_accepted) | points
    state.unlike_accepted = sorted(accepted)


def _update_alarms(state: MachineState, digest: str) -> Iterator[Alert]:
    for channel in [each for each in state.channels.values() if each.measurement == "indicators"]:
        point = channel.point
        worst = None if point in state.unlike_accepted else _furthest(state, point)
        alarm = channel.alarms.get(SISTERS_RULE)
        if worst is None:
            if alarm is not None and alarm.level:
                yield from _move(state, channel, alarm, 0, digest, like_its_sisters_sentence(point), 0.0, 0.0)
        elif alarm is None or not alarm.level:
            alarm = channel.alarms[SISTERS_RULE] = Alarm()
            name, own, sisters = worst
            limit = sisters.location + _least(sisters) * (1 if own > sisters.location else -1)
            sentence = unlike_its_sisters_sentence(point, name, exp(own), exp(sisters.location), sisters.machines)
            if not speaks_of_fault(state):
                sentence = offered_sentence(sentence, state.machine, point)
            yield from _move(state, channel, alarm, 1, digest, sentence, exp(own), exp(limit))


def _furthest(state: MachineState, point: str) -> tuple[str, float, SisterBaseline] | None:
    """Give the indicator that is furthest beyond what machines like this one show; None where none is."""
    beyond = [
        (abs(own - sisters.location) / _least(sisters), name, own, sisters)
        for group, usual in state.usuals.items()
        if usual.point == point
        for name, own in usual.values.items()
        if (sisters := state.sisters.get(group, {}).get(name)) is not None
    ]
    if not beyond:
        return None
    times, name, own, sisters = max(beyond, key=lambda item: item[:2])
    return (name, own, sisters) if times >= 1.0 else None


def _least(sisters: SisterBaseline) -> float:
    return max(_TIMES, _SIGMAS * sisters.sigma)


def _move(
    state: MachineState,
    channel: Channel,
    alarm: Alarm,
    level: int,
    digest: str,
    sentence: Bilingual,
    value: float,
    limit: float,
) -> Iterator[Alert]:
    alert = transition(
        state,
        alarm,
        level,
        point=channel.point,
        rule=SISTERS_RULE,
        time_us=0 if state.time_us is None else state.time_us + 1,
        value=value,
        limit=limit,
        sentence=sentence,
        observation=digest,
    )
    if alert is not None:
        yield alert
