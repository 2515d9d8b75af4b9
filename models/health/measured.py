"""Assessment where a point is measured otherwise than before: what both ways share is judged, the rest learned.

What a block says in another way is compared with that way's own past. Once it has come so for a while, that is how
the point is measured, and the way before is the other one. So a change of the logger's settings raises nothing
against a baseline that means another band; and no fault that comes with it is learned as usual: the level that both
ways share must be within a quarter of what it was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import exp, fsum, log
from statistics import median

from models.alarms.alarm import Alarm
from models.alarms.symptom import Symptom
from models.condition.anomaly import AnomalyModel
from models.condition.baseline import MIN_BASELINE_VALUES, Baseline
from models.condition.channel import CHANGE_FLOOR, CHANGE_INDICATORS, Channel, MeasuredObservation
from models.condition.features import value_to_log
from models.condition.measuring import HELD, OtherWay, way_of
from models.condition.running_median import RunningMedian
from models.condition.unit_step import has_fallen
from models.health.assessment import Assessment, assess
from models.health.falls import FALL
from models.machinery.machine import Configuration
from models.observations import VibrationObserved
from models.outputs import Anomaly, Guard

__all__ = ["assess_as_measured", "can_raise"]

_AGREES = log(1.25)
_FIRST_SCALE = 0.15
"""Of a baseline that begins with a handful of values."""
_BANDS = "bands"
_RMS = "rms_g"
_UNJUDGED = Anomaly(score=None, limit=None, anomalous=None)


def assess_as_measured(
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    configuration: Configuration,
    measured_rpm: float | None = None,
) -> tuple[Assessment, Guard | None]:
    """Assess one observation as `assess` does, in the way in which it was measured.

    With it comes `remeasured` where nothing of it could be compared with the point's own past.
    """
    measuring = channel.measuring
    usual = not isinstance(observation, VibrationObserved) or measuring.is_usual(observation)
    if usual:
        if measuring.other is not None:
            measuring.end_run()
        before = channel.symptoms
        assessment = assess(channel, observation, values, time_us, configuration, measured_rpm=measured_rpm)
        if measuring.anew:
            assessment = _learning_anew(channel, assessment, configuration)
        if _may_have_fallen(channel, assessment) and has_fallen(channel):
            before = [symptom for symptom in before if not symptom.is_fall]  # it was the unit's, not the machine's
            return _only_what_it_tells(channel, assessment, before, shares_level=False), "remeasured"
        return assessment, None

    def assessed() -> Assessment:
        return assess(channel, observation, values, time_us, configuration, measured_rpm=measured_rpm)

    assert isinstance(observation, VibrationObserved)
    now, way = way_of(observation), measuring.way
    if way is not None and way.has_rate_of(now) and not channel.ready:
        way.widen(now)
        return assessed(), None
    return _assess_otherwise(channel, measuring.update_run(observation, time_us), values, time_us, assessed)


def _may_have_fallen(channel: Channel, assessment: Assessment) -> bool:
    """Whether a step of unit goes on, or may begin: what has been quieter for a while already was no step."""
    measuring = channel.measuring
    if measuring.fell or measuring.fell_run:
        return True
    if not (assessment.anomaly.anomalous or any(each.degree >= 2.0 and each.is_fall for each in channel.symptoms)):
        return False
    change = channel.alarms.get("change")
    return change is None or not change.level or change.about != FALL


def _assess_otherwise(
    channel: Channel,
    other: OtherWay,
    values: dict[str, float],
    time_us: int,
    assessed: Callable[[], Assessment],
) -> tuple[Assessment, Guard | None]:
    """Assess a block of another way against that way's own past, and make it the present one once it has held."""
    measuring = channel.measuring
    assert measuring.way is not None
    names = measuring.way.unshared(other.way)
    known = _is_known(other, names)
    bands = _bands_ratio(channel, values)
    before = channel.symptoms
    with _compared_with(channel, other, names):
        assessment = assessed()
    if not known:
        assessment = _only_what_it_tells(channel, assessment, before, shares_level=_RMS not in names)
    if bands is not None and not known:
        other.medians.setdefault(_BANDS, RunningMedian()).add(time_us, bands)
    judged = not channel.ready or any(
        (other.baselines if name in names else channel.baselines)[name].ready for name in CHANGE_INDICATORS
    )
    if other.run >= HELD:
        _hold(channel, other, names, known=known)
    return assessment, None if judged else "remeasured"


def _is_known(other: OtherWay, names: list[str]) -> bool:
    return all(name in other.baselines and other.baselines[name].ready for name in names)


@contextmanager
def _compared_with(channel: Channel, other: OtherWay, names: list[str]) -> Iterator[None]:
    """Let a point be compared with another way's past meanwhile, for the indicators that are not shared."""
    here, measuring = channel.regime_baseline, channel.measuring
    model, anew = channel.model, measuring.anew
    baselines = {name: here.baselines[name] for name in names}
    medians = {name: here.medians.pop(name) for name in names if name in here.medians}
    here.baselines.update({name: other.baselines.get(name) or _fresh() for name in names})
    here.medians.update({name: each for name, each in other.medians.items() if name in names})
    channel.model, measuring.anew = _blank(model), names
    try:
        yield
    finally:
        other.baselines = {name: here.baselines[name] for name in names}
        other.medians.update({name: here.medians.pop(name) for name in names if name in here.medians})
        here.baselines.update(baselines)
        here.medians.update(medians)
        channel.model, measuring.anew = model, anew


def _only_what_it_tells(
    channel: Channel, assessment: Assessment, before: list[Symptom], *, shares_level: bool
) -> Assessment:
    """Keep what was seen against the point's past where a block cannot tell that it is over.

    What is louder than usual all the same is so at least; what is quieter may be so by the way it is measured.
    """
    rise = next((each for each in channel.symptoms if each.rule == "change" and not each.is_fall), None)
    tells = shares_level or (rise is not None and can_raise(channel.alarms.get("change"), rise.degree))
    silent = {"anomaly"} if tells else {"anomaly", "change"}
    channel.symptoms = [symptom for symptom in channel.symptoms if symptom.rule not in silent]
    channel.symptoms += [symptom for symptom in before if symptom.rule in silent]
    return Assessment(_UNJUDGED, assessment.rules - silent)


def can_raise(alarm: Alarm | None, degree: float) -> bool:
    """Whether a degree that is a lower bound says anything of an alarm: that it holds, or gets worse."""
    return degree >= max(0 if alarm is None else alarm.confirmed, 1)


def _bands_ratio(channel: Channel, values: dict[str, float]) -> float | None:
    """Give how much louder than usual the octaves are that both ways hold, together; a natural logarithm."""
    usual = channel.model.statistics_by_name
    shared = [
        (2.0 * value_to_log(value), 2.0 * usual[name].mean)
        for name, value in values.items()
        if name.startswith("band_") and name in usual and usual[name].count
    ]
    if not shared:
        return None
    return 0.5 * log(fsum(exp(now) for now, _ in shared) / fsum(exp(past) for _, past in shared))


def _hold(channel: Channel, other: OtherWay, names: list[str], *, known: bool) -> None:
    """Make a way that has held the present one, unless the level changed with it, or an alert stands."""
    first = not channel.ready and len(channel.baselines_by_regime) == 1
    if known or first:
        _take_over(channel, other, names)
        return
    if not channel.ready:
        return
    measuring = channel.measuring
    ratio = _level_ratio(channel, other, names)
    measuring.is_told, measuring.level_ratio = True, 1.0 if abs(ratio) <= _AGREES else exp(ratio)
    if measuring.level_ratio == 1.0 and not channel.level:
        _take_over(channel, other, names)
    else:
        other.baselines = {}  # what came with a change of level is not learned


def _level_ratio(channel: Channel, other: OtherWay, names: list[str]) -> float:
    """Give by how much the level changed with the way, as a natural logarithm.

    Of what both share that which changed most; where they share no level, either all that is measured or the
    octaves that both hold must be as before: a logger may filter what its slower rate can't show, or fold it back.
    """
    here = channel.regime_baseline
    shared = [
        median(here.medians[name].values) - baseline.location
        for name, baseline in here.baselines.items()
        if name not in names and baseline.ready and name in here.medians
    ]
    if shared:
        return max(shared, key=abs)
    rms = here.baselines[_RMS]
    either = [median(other.medians[_BANDS].values)] if _BANDS in other.medians else []
    if rms.ready and _RMS in other.medians:
        either.append(median(other.medians[_RMS].values) - rms.location)
    return min(either, key=abs, default=0.0)


def _take_over(channel: Channel, other: OtherWay, names: list[str]) -> None:
    """Make the other way the present one; what is usual there begins with the values that came so far."""
    here, measuring = channel.regime_baseline, channel.measuring
    assert measuring.way is not None
    former = OtherWay(measuring.way, {name: here.baselines[name] for name in names}, since_us=other.since_us)
    for regime_baseline in channel.baselines_by_regime.values():
        for name in names:
            regime_baseline.baselines[name] = _fresh()
            regime_baseline.medians.pop(name, None)
    for name in names:
        here.baselines[name] = _begun(other.baselines.get(name), other.medians.get(name))
        if name in other.medians:
            here.medians[name] = other.medians[name]
    model = channel.model
    channel.model = _blank(model)
    channel.model.enter_regime(channel.present)
    channel.model.keep_regimes({channel.present})
    measuring.way, measuring.other, measuring.anew = other.way, former, names


def _begun(learned: Baseline | None, newest: RunningMedian | None) -> Baseline:
    """Give a baseline to go on with: as it was learned, or begun with the newest values."""
    if learned is not None and learned.ready:
        return learned
    if newest is None or not newest.values:
        return learned or _fresh()
    return Baseline(
        floor=CHANGE_FLOOR, count=MIN_BASELINE_VALUES, location=median(newest.values), scale=_FIRST_SCALE
    )


def _learning_anew(channel: Channel, assessment: Assessment, configuration: Configuration) -> Assessment:
    """Go on learning anew what both ways don't share, until as much is known as after any learning."""
    measuring = channel.measuring
    least = configuration.learning.observations
    if channel.model.scores.ready and all(channel.baselines[name].count >= least for name in measuring.anew):
        measuring.anew, measuring.is_told = [], measuring.fell != 0.0
    return Assessment(_UNJUDGED, assessment.rules)


def _fresh() -> Baseline:
    return Baseline(floor=CHANGE_FLOOR)


def _blank(model: AnomalyModel) -> AnomalyModel:
    return AnomalyModel(model.floor, model.relative_floor, model.smoothing)
