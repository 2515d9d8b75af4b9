"""Anomaly score: how unlike its own sound past an observation is, as the largest deviation of any of its values.

Score first, learn afterwards, only from what is sound.
"""

import struct
from collections.abc import Collection, Hashable, Mapping
from math import fsum, isfinite
from typing import Any, NamedTuple

import msgspec
from river import base

from models.condition.baseline import Baseline
from models.condition.correlations import MAX_FEATURES, Correlations, packed, unpacked
from models.condition.floors import floors_of
from models.condition.running_statistics import MEMORY, RunningStatistics

__all__ = ["AnomalyModel", "AnomalyScore", "ModelNumbers"]

_MAX_DEVIATION = 50.0
_MIN_LIMIT = 4.0
_LIMIT_SIGMAS = 4.0
_SCORE_FLOOR = 0.1
_MIN_LESSONS = 10


class AnomalyScore(NamedTuple):
    """Score of one observation, with what it comes from, by the names that the model knows."""

    score: float | None
    """Largest deviation; None where there is nothing to compare with yet."""
    deviations: dict[str, float]
    """In standard deviations, without sign, widened for what is not known."""
    smoothed: dict[str, float]
    """The observation's values as they were compared."""

    def shares(self, most: int | None = None) -> dict[str, float]:
        """Give each value's part in what is unusual, by squares, largest first; all of them sum to 1.

        >>> AnomalyScore(4.0, {"flow": 4.0, "current": 3.0, "level": 0.0}, {}).shares(2)
        {'flow': 0.64, 'current': 0.36}
        """
        squares = {name: deviation**2 for name, deviation in self.deviations.items()}
        whole = sum(squares.values())
        if whole <= 0.0:
            return {}
        ranked = sorted([(-square, name) for name, square in squares.items()])[:most]
        return {name: -negative / whole for negative, name in ranked}


class RegimeStatistics(msgspec.Struct, array_like=True):
    """Running statistics of sound observations in one operating regime."""

    by_name: dict[str, RunningStatistics] = {}
    """Of the names that the model knows, in one order in all regimes; a count of 0 was never seen here."""
    count: int = 0
    scores: Baseline = msgspec.field(default_factory=lambda: Baseline(floor=_SCORE_FLOOR))


class PackedRegimeStatistics(msgspec.Struct, array_like=True):
    """A regime's statistics as they are stored."""

    values: bytes
    """`RunningStatistics.packed` of each name, one after the other, in the order of the model's names."""
    count: int
    scores: Baseline


class ModelNumbers(msgspec.Struct, array_like=True):
    """Everything a model knows, as plain numbers; matrices are doubles, row by row."""

    floor: float
    relative_floor: float
    smoothing: float
    names: list[str]
    regimes: dict[int, PackedRegimeStatistics]
    regime: int
    lessons: int
    correlation: bytes
    precision: bytes


class AnomalyModel(base.AnomalyDetector):
    """A River anomaly detector: the worst deviation of a value from its own past, or from what others predict.

    Each value is smoothed exponentially, which shows small shifts that last (Roberts 1959; Lowry et al. 1992, "A
    multivariate exponentially weighted moving average control chart") and standardised by the running statistics of
    its smoothed self while sound (`models.condition.running_statistics`). What the other values predict of it is
    taken off in a second reckoning (`models.condition.correlations`); the worse of the two counts. Values may come
    and go; the first 24 names are kept.

    Each operating regime has statistics of its own to compare with (`enter_regime`); how values move together about
    them is pooled over all regimes, as the covariance within classes is in a discriminant analysis.

    Parameters
    ----------
    floor
        The least standard deviation, in the value's own unit.
    relative_floor
        The least standard deviation as a part of the mean, of readings; what their names say of the quantity
        may make either of them more (`models.condition.floors`). 0 for what is no reading.
    smoothing
        Weight of the newest observation, above 0; 1 doesn't smooth.

    >>> model = AnomalyModel(floor=0.1)
    >>> for i in range(100):
    ...     model.learn_one({"flow": 5.0 + i % 2, "pressure": 2.0})
    >>> model.score_one({"flow": 5.5, "pressure": 2.0}) < 1 < 4 < model.score_one({"flow": 9.0, "pressure": 2.0})
    True

    """

    def __init__(self, floor: float = 1e-9, relative_floor: float = 0.0, smoothing: float = 1.0) -> None:
        self.floor = floor
        self.relative_floor = relative_floor
        self.smoothing = smoothing
        self.regimes: dict[int, RegimeStatistics] = {0: RegimeStatistics()}
        self.regime = 0
        self.correlations = Correlations()

    @property
    def regime_statistics(self) -> RegimeStatistics:
        """Those of the present regime, which are compared with."""
        return self.regimes[self.regime]

    @property
    def statistics_by_name(self) -> dict[str, RunningStatistics]:
        """Running statistics of every name in the present regime."""
        return self.regime_statistics.by_name

    @property
    def scores(self) -> Baseline:
        """Baseline of the scores of sound observations in the present regime."""
        return self.regimes[self.regime].scores

    def enter_regime(self, regime: int) -> None:
        """Compare from now on with the statistics of this regime, which begin now unless there are some."""
        if regime not in self.regimes:
            self.regimes[regime] = RegimeStatistics(
                {name: RunningStatistics(newest=0.0) for name in self.regime_statistics.by_name}
            )
        self.regime = regime

    def keep_regimes(self, regimes: Collection[int]) -> None:
        """Forget the statistics of all regimes but these and the present one."""
        kept = {*regimes, self.regime}
        self.regimes = {key: statistics for key, statistics in self.regimes.items() if key in kept}

    @property
    def limit(self) -> float | None:
        """The score above which an observation is anomalous; None while there are too few sound ones.

        Four standard deviations; where sound scores are restless, four of theirs above their location.
        """
        scores = self.scores
        if not scores.ready:
            return None
        return max(_MIN_LIMIT, scores.location + _LIMIT_SIGMAS * max(scores.scale, scores.floor))

    def score_features(self, features: Mapping[str, float]) -> AnomalyScore:
        """Compare an observation with the past, without learning from it; what is not finite counts as missing."""
        features = _finite(features)
        regime, weight = self.regime_statistics, self.smoothing
        by_name, smooths, most = regime.by_name, weight < 1.0, _MAX_DEVIATION
        smoothed: dict[str, float] = {}
        deviations: list[float] = []
        for name, statistics in by_name.items():
            value = features.get(name)
            if value is None or not statistics.count:
                deviations.append(0.0)
                continue
            unit = statistics.unit
            if smooths:
                newest = statistics.newest
                if statistics.beginning:
                    value, unit = statistics.smoothed(value, weight), statistics.beginning_unit()
                else:
                    value = newest + weight * (value - newest)
            smoothed[name] = value
            deviation = (value - statistics.mean) / unit
            if not -most < deviation < most:
                deviation = most if deviation > 0 else -most
            deviations.append(deviation)
        if regime.count < _MIN_LESSONS or not smoothed:
            return AnomalyScore(None, {}, smoothed)
        residuals = self.correlations.residuals(deviations)
        residuals += [0.0] * (len(deviations) - len(residuals))
        worst: dict[str, float] = {}
        for (name, statistics), deviation, residual in zip(by_name.items(), deviations, residuals, strict=True):
            if name in smoothed:
                apart = deviation if deviation >= 0.0 else -deviation
                alone = residual if residual >= 0.0 else -residual
                worst[name] = (alone if alone > apart else apart) / statistics.width
        return AnomalyScore(max(worst.values()), worst, smoothed)

    def learn_scored(self, features: Mapping[str, float], scored: AnomalyScore) -> None:
        """Learn a sound observation with the score that it had before; what is not finite is left out."""
        features = _finite(features)
        regime = self.regime_statistics
        by_name = regime.by_name
        for name, first in features.items():
            if name not in by_name and len(by_name) < MAX_FEATURES:
                for each in self.regimes.values():
                    each.by_name[name] = RunningStatistics(newest=first)
        deviations = []
        floor, relative_floor = self.floor, self.relative_floor
        for name, statistics in by_name.items():
            value = features.get(name)
            if value is None:
                deviations.append(0.0)
                continue
            smoothed = scored.smoothed.get(name, value)
            least, relative = floors_of(name, floor, relative_floor) if relative_floor else (floor, 0.0)
            statistics.learn_one(value, smoothed, least, relative)
            deviations.append((smoothed - statistics.mean) / statistics.unit)
        if not deviations:
            return
        regime.count = min(regime.count + 1, MEMORY)
        self.correlations.learn_one(deviations, 1.0 / min(self.correlations.count + 1, MEMORY))
        if self.correlations.is_stale:
            self.correlations.refresh([self._sample_size(name) for name in by_name])
        if scored.score is not None and isfinite(scored.score):
            regime.scores.learn_one(scored.score)

    def _sample_size(self, name: str) -> float:
        """Give the effective sample size of a name, all regimes together."""
        return fsum(regime.by_name[name].effective_sample_size() for regime in self.regimes.values())

    def update_smoothing(self, scored: AnomalyScore) -> None:
        """Smooth the next observation with this one too, which came in order, sound or not."""
        if self.smoothing >= 1.0:
            return
        by_name = self.regime_statistics.by_name
        for name, smoothed in scored.smoothed.items():
            statistics = by_name[name]
            statistics.newest = smoothed
            if statistics.beginning:
                statistics.settle(self.smoothing)

    def forget_recent(self) -> None:
        """Begin smoothing afresh, as after a standstill."""
        for regime in self.regimes.values():
            for statistics in regime.by_name.values():
                statistics.beginning = 1.0

    def score_one(self, x: dict[Hashable, Any]) -> float:
        """Give the score alone, as River asks for it; 0 where there is nothing to compare with."""
        return self.score_features({str(name): value for name, value in x.items()}).score or 0.0

    def learn_one(self, x: dict[Hashable, Any]) -> None:
        """Learn an observation that is known to be sound, as River does it."""
        features = {str(name): value for name, value in x.items()}
        scored = self.score_features(features)
        self.learn_scored(features, scored)
        self.update_smoothing(scored)

    def to_numbers(self) -> ModelNumbers:
        """Give the whole state as plain numbers."""
        return ModelNumbers(
            floor=self.floor,
            relative_floor=self.relative_floor,
            smoothing=self.smoothing,
            names=list(self.statistics_by_name),
            regimes={
                key: PackedRegimeStatistics(
                    b"".join(s.packed() for s in regime.by_name.values()), regime.count, regime.scores
                )
                for key, regime in self.regimes.items()
            },
            regime=self.regime,
            lessons=self.correlations.count,
            correlation=packed(self.correlations.correlation),
            precision=packed(self.correlations.precision),
        )

    @classmethod
    def from_numbers(cls, numbers: ModelNumbers) -> "AnomalyModel":
        """Continue, bit for bit, from what `to_numbers` gave; raises ValueError where it cannot be that."""
        model = cls(numbers.floor, numbers.relative_floor, numbers.smoothing)
        floors = [floors_of(name, model.floor, model.relative_floor) for name in numbers.names]
        try:
            for key, stored in numbers.regimes.items():
                statistics = RunningStatistics.unpacked(stored.values, floors)
                model.regimes[key] = RegimeStatistics(
                    dict(zip(numbers.names, statistics, strict=True)), stored.count, stored.scores
                )
            model.correlations = Correlations(
                numbers.lessons, unpacked(numbers.correlation), unpacked(numbers.precision)
            )
        except struct.error as error:
            raise ValueError(f"no numbers of a model: {error}") from error
        model.regimes = {key: model.regimes[key] for key in numbers.regimes}
        model.enter_regime(numbers.regime)
        return model


def _finite(features: Mapping[str, float]) -> Mapping[str, float]:
    """Give the features as they are, or a copy without those that are no finite numbers."""
    if all(map(isfinite, features.values())):
        return features
    return {name: value for name, value in features.items() if isfinite(value)}
