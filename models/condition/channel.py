"""A channel, one point's one kind of measurement: all that is remembered of it to assess the next observation."""

from math import exp

import msgspec

from models.alarms.alarm import Alarm
from models.alarms.symptom import Symptom
from models.clock import HOUR_US, SECOND_US
from models.condition.anomaly import AnomalyModel, AnomalyScore
from models.condition.baseline import MIN_BASELINE_VALUES, Baseline
from models.condition.diagnosis_votes import DiagnosisVotes
from models.condition.floors import INSTRUMENT, TEMPERATURE, VIBRATION
from models.condition.judging import Judging
from models.condition.knocks import Knocks
from models.condition.late_episode import LateWatch
from models.condition.measuring import Measuring
from models.condition.presence import Presence
from models.condition.recent_observations import RECENT_US, RecentObservations, is_recent
from models.condition.regime_baseline import RegimeBaseline
from models.condition.regimes import OperatingPoint, Regimes
from models.condition.running_median import RunningMedian
from models.condition.sender_clock import SenderClock
from models.condition.sensor_latch import SensorLatch
from models.condition.standing import Standing
from models.condition.start_profile import StartProfile
from models.condition.stillness import Stillness
from models.condition.sudden_rise import SuddenRise
from models.condition.thermal_baseline import WarmUp
from models.machinery.machine import Learning
from models.observations import ReadingObserved, TemperatureObserved, VibrationObserved
from models.outputs import Measurement
from models.prognosis.degradation import DegradationTrend
from models.prognosis.growth import GrowthTrend

__all__ = [
    "CHANGE_FLOOR",
    "CHANGE_INDICATORS",
    "INSTRUMENT_RULES",
    "MAX_NAME_LENGTH",
    "Channel",
    "MeasuredObservation",
    "measurement_of",
    "new_channel",
]

MeasuredObservation = VibrationObserved | TemperatureObserved | ReadingObserved

CHANGE_INDICATORS = ("rms_g", "velocity_rms_mm_s", "envelope_rms_g")
"""Judged against their own baseline: they carry a fault's energy, and don't jump with every shock like kurtosis."""

INSTRUMENT_RULES = ("sensor_fault", "remeasured")
"""Alerts of what measures, not of the machine."""
_OF_NO_CHANGE = (*INSTRUMENT_RULES, "sisters")
"""Alerts that say of no change of the machine."""
CHANGE_FLOOR = 0.05
"""The least standard deviation of a level, as a natural logarithm."""
_MODELS: dict[Measurement, tuple[float, float, float]] = {
    "indicators": (VIBRATION, 0.0, 1.0),
    "temperature": (TEMPERATURE, 0.0, 1.0),
    "readings": (1e-9, INSTRUMENT, 0.1),
}
"""The anomaly model's least standard deviations (a reading's, by what it is) and smoothing:
indicators and temperatures sum up a block already, a reading is one noisy number."""
_RESTLESS_US = HOUR_US
"""A machine that stays in a regime for less, on average: its temperature is always on its way somewhere."""
_MAX_STAY_US = 6.0 * HOUR_US
_STAY_GAIN = 0.2
_WIDE_LEARNING_US = 24 * HOUR_US
MAX_NAME_LENGTH = 64
"""Of a reading that is judged."""
_MAX_LEVELS = 16
_RECENT_S = 1_800.0
"""How long a temperature's recent past lasts: the time constant of housings and windings is some 20 to 60 minutes.
Faster, it would follow a fault's heat as it comes; slower, it would be the level again, not the change."""


class Channel(msgspec.Struct, array_like=True):
    """One point's one kind of measurement."""

    point: str
    measurement: Measurement
    model: AnomalyModel
    sensor: SensorLatch
    baselines_by_regime: dict[int, RegimeBaseline]
    """By the regime's id."""
    present: int = 0
    """Which of them is compared with now."""
    regimes: Regimes = msgspec.field(default_factory=Regimes)
    regime_us: int | None = None
    """When the machine came into its present regime; None in its first."""
    stay_us: float = _MAX_STAY_US
    """How long it stays in one, on average."""
    warmer_c: float | None = None
    """The warm state of the regime before; the warmer of both counts while the temperature is on its way."""
    newest_us: int | None = None
    """Latest final event time in order; None before the first."""
    heard: int = 0
    """Number of the machine's observation that came last from here."""
    recent: RecentObservations = msgspec.field(default_factory=RecentObservations)
    warm_up: WarmUp = msgspec.field(default_factory=WarmUp)
    alarms: dict[str, Alarm] = {}
    symptoms: list[Symptom] = []
    recent_c: float | None = None
    """A temperature's running mean over about its last half hour, to tell a sudden change by."""
    recent_us: int = 0
    """When it was moved last."""
    stopped: bool = False
    tells_running: bool = False
    """Whether it has shown before whether the machine runs."""
    diagnosis_votes: DiagnosisVotes = msgspec.field(default_factory=DiagnosisVotes)
    degradation_trend: DegradationTrend | None = None
    """Since its onset; None while there is none."""
    epoch: int = 0
    """How often its baselines have been reset (`models.advice.baseline_reset`)."""
    former_quietest: float | None = None
    """What `quietest` was in the epoch before, to tell a standstill by while this one learns."""
    judged_us: int = 0
    """Event time of what was judged last."""
    interrupted: bool = False
    """Whether the machine stood, or nothing came, since then."""
    judging: Judging = msgspec.field(default_factory=Judging)
    late: LateWatch = msgspec.field(default_factory=LateWatch)
    growth: GrowthTrend | None = None
    """Of a change that stands; None while there is none."""
    sudden_rise: SuddenRise = msgspec.field(default_factory=SuddenRise)
    presence: Presence = msgspec.field(default_factory=Presence)
    clock: SenderClock = msgspec.field(default_factory=SenderClock)
    standing: Standing = msgspec.field(default_factory=Standing)
    stillness: Stillness = msgspec.field(default_factory=Stillness)
    measuring: Measuring = msgspec.field(default_factory=Measuring)
    starts: StartProfile | None = None
    knocks: Knocks | None = None
    """None where no block was far louder than those about it."""

    @property
    def regime_baseline(self) -> RegimeBaseline:
        """The baseline of the present regime."""
        return self.baselines_by_regime[self.present]

    @property
    def baselines(self) -> dict[str, Baseline]:
        """Those of the present regime, by indicator that is judged against its own past."""
        return self.regime_baseline.baselines

    @property
    def learned(self) -> int:
        """How many observations the baseline of the present regime has been learned from."""
        return self.regime_baseline.learned

    @property
    def quietest(self) -> float | None:
        """Least baseline of the RMS in any regime, natural logarithm; while this epoch learns, that before it."""
        if not self.ready:
            return self.former_quietest
        least: float | None = None
        for regime_baseline in self.baselines_by_regime.values():
            baseline = regime_baseline.baselines.get("rms_g")
            if baseline is None or baseline.count < MIN_BASELINE_VALUES:
                continue
            if least is None or baseline.location < least:
                least = baseline.location
        return least

    @property
    def ready(self) -> bool:
        """Whether this point can be judged against its own past."""
        regime_baseline = self.baselines_by_regime[self.present]
        if not regime_baseline.ended or regime_baseline.learned < MIN_BASELINE_VALUES:
            return False
        return self.model.scores.ready or bool(self.measuring.anew)  # what both ways of measuring share is known

    @property
    def level(self) -> int:
        """Highest level of an open alert of its condition (0 none, 3 high)."""
        highest = 0
        for rule, alarm in self.alarms.items():
            if alarm.level > highest and rule not in _OF_NO_CHANGE:
                highest = alarm.level
        return highest

    @property
    def is_alarming(self) -> bool:
        """Whether an alert of its condition stands by what shows now, and not only because it comes and goes."""
        for rule, alarm in self.alarms.items():
            if alarm.level and alarm.present and rule not in _OF_NO_CHANGE:
                return True
        return False

    @property
    def doubts_instrument(self) -> bool:
        """Whether an alert of what measures stands."""
        return any(alarm.level > 0 for rule, alarm in self.alarms.items() if rule in INSTRUMENT_RULES)

    def is_heard(self, machine_us: int) -> bool:
        """Whether it still speaks for a machine whose event time has got this far: it may have fallen silent."""
        if self.newest_us is None:
            return False
        age_us = machine_us - self.newest_us
        return age_us <= RECENT_US or is_recent(age_us, usual_us=self.recent.usual_interval_us())

    def update_operating_point(self, operating_point: OperatingPoint, time_us: int) -> bool:
        """Update the regimes from an operating point; give whether it was held for long enough to be judged there.

        In a regime never seen a point learns first. A temperature is on its way to the regime's for hours.
        """
        if not self.regimes.update(self.regimes.completed(operating_point), time_us):
            return self.regimes.settled
        self._update_stay(time_us)
        self.warmer_c = self.warm_state_c
        self.warm_up.start(time_us)
        self.regime_baseline.shorten_medians()
        self.present, ids = self.regimes.present, self.regimes.ids()
        self.baselines_by_regime = {key: each for key, each in self.baselines_by_regime.items() if key in ids}
        if self.present not in self.baselines_by_regime:
            least_us = _WIDE_LEARNING_US if self.regimes.is_wide else 0
            baselines = _baselines(self.measurement)
            self.baselines_by_regime[self.present] = RegimeBaseline(
                baselines=baselines, later=True, least_us=least_us
            )
        self.model.enter_regime(self.present)
        self.model.keep_regimes(ids)
        return True

    @property
    def is_restless(self) -> bool:
        """Whether the machine usually changes its regime within the hour: its temperature is always on its way."""
        return self.stay_us < _RESTLESS_US

    def _update_stay(self, time_us: int) -> None:
        """Update the average stay by how long it stayed in the regime that it has left now."""
        if self.regime_us is not None:
            stayed_us = min(time_us - self.regime_us, _MAX_STAY_US)
            self.stay_us += _STAY_GAIN * (stayed_us - self.stay_us)
        self.regime_us = time_us

    @property
    def warm_state_c(self) -> float | None:
        """The temperature to compare with; on the way from one regime to another the higher of theirs."""
        own_c = self.regime_baseline.thermal_baseline.reference_c
        if self.warm_up.since_us is None or self.warmer_c is None or own_c is None:
            return own_c
        return max(own_c, self.warmer_c)

    def start_warm_up(self, time_us: int) -> None:
        """Start warming up, as the machine runs again; a warmer regime counts only while on the way from it."""
        if self.warm_up.is_late(time_us):
            self.warmer_c = None
        self.warm_up.start(time_us)

    def end_learning(self, learning: Learning, machine_us: int) -> None:
        """End learning for good once the machine's event time has reached its end; that is of the first epoch."""
        self.regime_baseline.end_learning(learning, machine_us, is_first=not self.epoch)

    def has_baseline(self, name: str) -> bool:
        """Whether a reading that is a level of vibration has a baseline, or gets one now; the first 16 do."""
        if len(name) > MAX_NAME_LENGTH:
            return False
        baselines = self.baselines
        if name in baselines:
            return True
        if len(baselines) >= _MAX_LEVELS:
            return False
        baselines[name] = Baseline(floor=CHANGE_FLOOR)
        return True

    def running_median(self, name: str) -> RunningMedian:
        """Give the running median of a value in the present regime, begun now where there is none."""
        medians = self.baselines_by_regime[self.present].medians
        running_median = medians.get(name)
        if running_median is None:
            running_median = medians[name] = RunningMedian()
        return running_median

    def smooth(self, name: str, time_us: int, value: float) -> float:
        """Add one value to its running median, and give that."""
        return self.running_median(name).add(time_us, value)

    def update_recent(self, features: dict[str, float], scored: AnomalyScore, time_us: int) -> None:
        """Update what the next observation is compared with from this one, which came in order, sound or not."""
        self.model.update_smoothing(scored)
        if "change_c" in features:
            recent_c = features["value_c"] - features["change_c"]
            weight = 1.0
            if self.warm_up.since_us is None:
                weight = 1.0 - exp((self.recent_us - time_us) / (_RECENT_S * SECOND_US))
            self.recent_c, self.recent_us = recent_c + weight * features["change_c"], time_us

    def skip_standstill(self, time_us: int) -> None:
        """Leave out a standstill that ends now: nothing wears, and no symptom holds, while a machine stands."""
        self.interrupted = True
        if self.degradation_trend is not None:
            self.degradation_trend.pause(time_us)

    def mark_judged(self, time_us: int) -> None:
        """Note that it was judged; whatever interrupted that is left out of how long symptoms have held."""
        if self.interrupted:
            for rule, alarm in self.alarms.items():
                if rule not in INSTRUMENT_RULES:
                    alarm.pause(time_us - self.judged_us)
        self.judged_us, self.interrupted = time_us, False

    def restart(self, time_us: int) -> None:
        """Smooth everything afresh, after a standstill that ends now."""
        self.skip_standstill(time_us)
        for regime_baseline in self.baselines_by_regime.values():
            regime_baseline.shorten_medians()
        self.model.forget_recent()
        self.recent_c = None


def measurement_of(observation: MeasuredObservation) -> Measurement:
    """Give the measurement that an observation's rows belong to."""
    if isinstance(observation, VibrationObserved):
        return "indicators"
    return "temperature" if isinstance(observation, TemperatureObserved) else "readings"


def new_channel(point: str, measurement: Measurement) -> Channel:
    """Give the state of a point that nothing is known of yet."""
    sensor = SensorLatch(thermometer=measurement == "temperature")
    first = RegimeBaseline(baselines=_baselines(measurement))
    return Channel(point, measurement, AnomalyModel(*_MODELS[measurement]), sensor, baselines_by_regime={0: first})


def _baselines(measurement: Measurement) -> dict[str, Baseline]:
    names = CHANGE_INDICATORS if measurement == "indicators" else ()
    return {name: Baseline(floor=CHANGE_FLOOR) for name in names}
