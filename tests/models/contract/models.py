"""Everything in `models/` that learns or remembers online, each behind the same few calls.

A new one gets its line in `MODELS`; the tests beside this file then hold it to the contract. Parts of a model (the
running statistics and correlations of the anomaly model, the recurrence of an alarm) are held to it by their whole.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from models.alarms.alarm import Alarm, Delays
from models.alarms.symptom import Symptom
from models.clock import HOUR_US, MINUTE_US, SECOND_US
from models.condition.anomaly import AnomalyModel, ModelNumbers
from models.condition.baseline import Baseline
from models.condition.diagnosis_votes import DiagnosisVotes
from models.condition.knocks import Knocks
from models.condition.late_baseline import LateBaseline
from models.condition.late_episode import LateEpisode, LateWatch
from models.condition.measuring import Measuring
from models.condition.operating_state import OperatingState
from models.condition.presence import Presence
from models.condition.recent_observations import RecentObservations, fingerprint
from models.condition.regimes import OperatingPoint, Regimes
from models.condition.running_median import RunningMedian
from models.condition.sender_clock import SenderClock
from models.condition.sensor_latch import SensorLatch
from models.condition.start_profile import StartProfile
from models.condition.stillness import Stillness
from models.condition.sudden_rise import SuddenRise
from models.condition.thermal_baseline import ThermalBaseline, WarmUp
from models.condition.uploads import Uploads
from models.condition.uptime import RunTime
from models.diagnosis.observed_diagnosis import ObservedDiagnosis, ObservedFault
from models.observations import ReadingObserved, VibrationObserved
from models.prognosis.degradation import DegradationTrend
from models.prognosis.growth import GrowthTrend

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
    """Raised and cleared as the fold does it, so that it may come and go."""
    level = model.update(value, minute(i), Delays(on_us=(0, MINUTE_US, MINUTE_US), off_us=5 * MINUTE_US))
    if isfinite(value):
        model.level = model.hold(level, minute(i))
    return level, model.level, model.present, model.comings


def hears(model: Presence, i: int, value: float) -> object:
    """Intervals of half an hour to an hour, each told as it comes."""
    times_us = [minute(30 * j) for j in range(max(0, i - 8), i)] + [minute(30 * i) + int(abs(value)) % HOUR_US]
    if model.is_due(30.0 * MINUTE_US * i, times_us[-1]):
        model.update(30.0 * MINUTE_US * i, times_us[-1], model.updated_us or None, times_us, judged=value > 1.0)
    return model.missed_from_us(stood=value > 3.0), model.watched


def gathers(model: Uploads, i: int, value: float) -> object:
    """Each hour a minute's worth of messages, which covers that hour or doesn't."""
    hour, second = divmod(i, 10)
    observed_us = START_US + hour * HOUR_US + second * SECOND_US
    gap_us = SECOND_US if second else HOUR_US - 9 * SECOND_US
    model.record(observed_us, gap_us, int(min(abs(value), 2.0) * 10 * MINUTE_US))
    return model.allowed_us(observed_us)


WAYS = ((2_560.0, 0.1), (25_600.0, 1.0), (2_560.0, 0.1), (8_192.0, 0.5))


def measures(model: Measuring, i: int, value: float) -> object:
    rate_hz, seconds = WAYS[(i // 25 + (value > 2.0)) % len(WAYS)]
    block = VibrationObserved(
        machine="m", point="p", time_us=minute(i), observed_us=minute(i), digest=f"{i}",
        indicators={"rms_g": value}, rate_hz=rate_hz, seconds=seconds, samples=round(rate_hz * seconds),
    )  # fmt: skip
    if model.is_usual(block):
        model.end_run()
        return model.is_told, model.shares_level(block)
    other = model.update_run(block, minute(i))
    other.medians.setdefault("rms_g", RunningMedian()).add(minute(i), value)
    other.baselines.setdefault("rms_g", Baseline(floor=0.05)).learn_one(value)
    return other.run, other.since_us, model.shares_level(block)


def rises(model: SuddenRise, i: int, value: float) -> object:
    model.hold_speed(1_000.0 + 300.0 * (i // 40 % 3), minute(i))
    if value <= 1.0:
        model.forget()
        return model.is_steady(minute(i))
    return model.is_steady(minute(i)), model.confirm(
        {"rms_g": value}, minute(i), before_us=model.last_us, seconds=1.0
    )


def stands_still(model: Stillness, i: int, value: float) -> object:
    block = {"rms_g": value, "kurtosis": 3.0, "spectral_centroid_hz": 600.0 + i % 3}
    seen = {"rms": round(value, i // 200 % 3)}
    stuck = model.is_stuck(seen, minute(i), regime=i // 300 % 2, least_us=10 * MINUTE_US)
    return stuck, model.repeats_waveform(block, 1024)


def comes_late(model: LateWatch, i: int, value: float) -> object:
    """An episode after the other, each of two days and in no order."""
    if i % 500 == 250 and model.episode is not None:
        found = model.episode.stretch(1, 5 * MINUTE_US)
        model.record_told(1, START_US, minute(i))
        model.episode = None
        return found
    if model.episode is None:
        model.episode = LateEpisode(LateBaseline(["rms_g"], [], float(MINUTE_US)), minute(i), minute(i))
    symptom = Symptom("change", "rms_g", value, 1.0, [1.6, 2.5, 6.3], min(abs(value), 4.0))
    fits = model.episode.fits(minute(7 * i % 3_000))
    if fits:
        model.episode.add(minute(7 * i % 3_000), f"{i}", symptom)
    return fits, model.episode.judged, model.episode.due_us


def keeps_time(model: SenderClock, i: int, value: float) -> object:
    """A clock that is right, then ahead by as much as the values say, each for a while."""
    time_us = minute(i) + (int(value * 100.0 * SECOND_US) if i % 60 >= 30 else 0)
    if model.is_usual(time_us, minute(i), minute(i) - MINUTE_US):
        return model.offset_us
    ahead = model.is_ahead(time_us, minute(i), minute(i) - MINUTE_US, known=i % 7 > 0)
    return ahead, model.offset_us, model.finding, model.ahead_us, model.is_wrong


def grows(model: GrowthTrend, i: int, value: float) -> object:
    model.add(value + i / 500.0, minute(i + 1), least_rise=0.2)
    if i % 90 == 89:
        model.pause(MINUTE_US)
    return model.certain, model.per_hour


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


def starts(model: StartProfile, i: int, value: float) -> object:
    """Every four hours a start, which is loud for as long as the values say."""
    since_s = 60 * (i % 240)
    if not since_s:
        model.begin(sound=True)
    if model.since_s >= 0:
        model.since_s = since_s
        loud = value > 1.0 and since_s < 1_800
        model.note(value if loud else 0.0, abs(value), sound=not loud)
        model.end(sound=not loud, stopped=False)
    return model.allowed_rise, model.allowed_score, model.allows_more, model.is_loud, model.lasts_s(0.5)


def knocks(model: Knocks, i: int, value: float) -> object:
    model.note(knocked=value > 1.0, among=i + 1)
    if i < 100:
        model.learn(further=i % 2 == 1)
    return model.share, model.usual, model.limit


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
    "recent observations": Model(
        RecentObservations,
        counts,
        2_200,
        lambda model: msgspec.msgpack.encode(model.packed()),
        lambda data, kind: kind.unpacked(msgspec.msgpack.decode(data)),
        takes_numbers=False,
    ),
    "regimes": Model(Regimes, places, 600),
    "operating state": Model(OperatingState, operates, 100, takes_numbers=False),
    "sensor latch": Model(lambda: SensorLatch(thermometer=True), examines, 100),
    "alarm": Model(Alarm, alarms, 250),
    "uptime": Model(RunTime, runs, 100, takes_numbers=False),
    "diagnosis votes": Model(DiagnosisVotes, votes, 3_000),
    "degradation trend": Model(lambda: DegradationTrend(since_us=START_US), degrades, 600),
    "growth": Model(lambda: GrowthTrend(START_US, START_US, 0), grows, 250),
    "presence": Model(Presence, hears, 100, takes_numbers=False),
    "uploads": Model(Uploads, gathers, 100, takes_numbers=False),
    "measuring": Model(Measuring, measures, 450, takes_numbers=False),
    "sudden rise": Model(SuddenRise, rises, 100, takes_numbers=False),
    "knocks": Model(Knocks, knocks, 7, takes_numbers=False),
    "starts": Model(StartProfile, starts, 60, takes_numbers=False),
    "stillness": Model(Stillness, stands_still, 150, takes_numbers=False),
    "late watch": Model(LateWatch, comes_late, 1_200, takes_numbers=False),
    "sender clock": Model(SenderClock, keeps_time, 300, takes_numbers=False),
}
