"""Everything in `models/` that learns or remembers online, each behind the same few calls.

A new one gets its line in `MODELS`; the tests beside this file then hold it to the contract. Parts of a model (the
running statistics and correlations of the anomaly model) are held to it by their whole.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from models.alarms.alarm import Alarm, Delays
from models.clock import MINUTE_US
from models.condition.anomaly import AnomalyModel, ModelNumbers
from models.condition.baseline import Baseline
from models.condition.diagnosis_votes import DiagnosisVotes
from models.condition.operating_state import OperatingState
from models.condition.recent_observations import RecentObservations, fingerprint
from models.condition.regimes import OperatingPoint, Regimes
from models.condition.running_median import RunningMedian
from models.condition.sensor_latch import SensorLatch
from models.condition.thermal_baseline import ThermalBaseline, WarmUp
from models.condition.uptime import RunTime
from models.diagnosis.observed_diagnosis import ObservedDiagnosis, ObservedFault
from models.observations import ReadingObserved
from models.prognosis.degradation import DegradationTrend

START_US = 1_700_000_000_000_000


class Model(NamedTuple):
    """One model: how it begins, what one value does to it (giving what it says), and how it is kept."""

    new: Callable[[], Any]
    feed: Callable[[Any, int, float], object]
    most_bytes: int
    """Of its state, however long it has lived."""
    dump: Callable[[Any], bytes] = msgspec.msgpack.encode
    load: Callable[[bytes, type], Any] = lambda data, kind: msgspec.msgpack.decode(data, type=kind)
    takes_numbers: bool = True
    """Whether a value could be no number at all; times and names cannot."""


def minute(i: int) -> int:
    return START_US + i * MINUTE_US


def learns(model: Baseline, i: int, value: float) -> object:
    if i < 40:
        model.learn_one(value)
    elif i % 2:
        model.follow(value, 60.0)
    else:
        model.tighten(value, 60.0)
    return model.location, model.sigma(), model.ready


def scores_and_learns(model: AnomalyModel, i: int, value: float) -> object:
    """Values that come and go, and from time to time another regime."""
    if i % 50 == 49:
        model.enter_regime(i // 50 % 3)
        model.keep_regimes({0, 1, 2})
    features = {"a": value, f"b{i % 3}": value / 2, **({"c": 1.0} if i % 7 else {})}
    scored = model.score_features(features)
    model.learn_scored(features, scored)
    model.update_smoothing(scored)
    return scored, model.limit


def warms(model: ThermalBaseline, i: int, value: float) -> object:
    model.update(value, minute(i), learning=i < 30)
    return model.reference_c


def warms_up(model: WarmUp, i: int, value: float) -> object:
    return model.update(value, minute(i))


def remembers(model: RunningMedian, i: int, value: float) -> object:
    try:
        return model.add(minute(i), value)
    except ValueError:
        assert not isfinite(value)
        return None


def counts(model: RecentObservations, i: int, value: float) -> object:
    free = model.unique_time_us(minute(i - i % 3))
    model.add(fingerprint(free, f"{value}"), free)
    return free


def places(model: Regimes, i: int, value: float) -> object:
    return model.update(OperatingPoint(speed=value / 100.0, load=0.5 if i % 2 else None), minute(i)), model.present


def operates(model: OperatingState, i: int, value: float) -> object:
    values = {"speed_rpm": abs(value) + 1.0} if isfinite(value) else {}
    told = ReadingObserved(
        machine="m", point="p", time_us=minute(i), observed_us=minute(i), digest=f"{i}", values=values
    )
    return model.update(f"readings/p{i % 2}", told, values, minute(i)), model.is_idle(minute(i))


def examines(model: SensorLatch, i: int, value: float) -> object:
    return model.update((), minute(i), value), model.faulty


def alarms(model: Alarm, i: int, value: float) -> object:
    return model.update(value, minute(i), Delays(on_us=(0, MINUTE_US, MINUTE_US), off_us=5 * MINUTE_US))


def runs(model: RunTime, i: int, value: float) -> object:
    return model.update("m", minute(i), running=value > 0, earlier_us=[minute(j) for j in range(max(0, i - 8), i)])


def votes(model: DiagnosisVotes, i: int, value: float) -> object:
    fault = ObservedFault(fault="unbalance" if i % 20 < 12 else "looseness", confidence=0.8, amplitude=abs(value))
    observed = ObservedDiagnosis(
        verdict=fault.fault,
        confidence=0.8,
        turns=100.0,
        speed_hz=25.0 if isfinite(value) else value,
        faults=(fault,),
    )
    if i % 90 == 89:
        model.record_standstill(minute(i))
    model.add(observed, rate_hz=25_600.0, time_us=minute(i))
    return model.leading_fault(), model.contested()


def degrades(model: DegradationTrend, i: int, value: float) -> object:
    model.add(value, minute(i))
    return model.remaining_h(minute(i)), model.checked, model.held


MODELS = {
    "baseline": Model(lambda: Baseline(floor=0.05), learns, 300),
    "anomaly": Model(
        lambda: AnomalyModel(1e-9, 1e-3),
        scores_and_learns,
        3_000,
        lambda model: msgspec.msgpack.encode(model.to_numbers()),
        lambda data, kind: kind.from_numbers(msgspec.msgpack.decode(data, type=ModelNumbers)),
    ),
    "thermal baseline": Model(ThermalBaseline, warms, 100),
    "warm-up": Model(lambda: WarmUp(since_us=START_US), warms_up, 50),
    "running median": Model(RunningMedian, remembers, 200),
    "recent observations": Model(RecentObservations, counts, 3_000, takes_numbers=False),
    "regimes": Model(Regimes, places, 600),
    "operating state": Model(OperatingState, operates, 100, takes_numbers=False),
    "sensor latch": Model(lambda: SensorLatch(thermometer=True), examines, 100),
    "alarm": Model(Alarm, alarms, 100),
    "uptime": Model(RunTime, runs, 100, takes_numbers=False),
    "diagnosis votes": Model(DiagnosisVotes, votes, 3_000),
    "degradation trend": Model(lambda: DegradationTrend(since_us=START_US), degrades, 600),
}
