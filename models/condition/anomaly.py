"""How unlike its own sound past an observation is: the largest deviation of any of its values.

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
from models.condition.running_statistics import MEMORY, RunningStatistics

__all__ = ["AnomalyModel", "AnomalyScore", "ModelNumbers"]

_MAX_DEVIATION = 50.0
_MIN_LIMIT = 4.0
_LIMIT_SIGMAS = 4.0
_SCORE_FLOOR = 0.1
_MIN_LESSONS = 10


class AnomalyScore(NamedTuple):
    """What one observation looks like to a model; lists run along the names that the model knows."""

    score: float | None
    """Largest deviation; None where there is nothing to compare with yet."""
    deviations: dict[str, float]
    """In standard deviations, without sign, widened for what is not known."""
    smoothed: dict[str, float]

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
    """What was usual in one operating regime."""

    spreads: dict[str, RunningStatistics] = {}
    """Of the names that the model knows, in one order in all regimes; a count of 0 was never seen here."""
    count: int = 0
    scores: Baseline = msgspec.field(default_factory=lambda: Baseline(floor=_SCORE_FLOOR))


class PackedRegimeStatistics(msgspec.Struct, array_like=True):
    """A past as it is kept: its spreads are doubles one after the other, in the order of the model's names."""

    spreads: bytes
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
    """A River anomaly detector: the worst deviation of any value from its own past, or from what the others tell.

    Each value is smoothed exponentially, which shows small shifts that last (Roberts 1959; Lowry et al. 1992, "A
    multivariate exponentially weighted moving average control chart"), and standardised by the spread that its
    smoothed self had while sound (`condition.spread`). What the other values predict of it is taken off in a second
    reckoning (`condition.ties`); the worse of the two counts. Values may come and go; the first 24 names are kept.

    Each operating regime has a past of its own to compare with (`enter`); how values move together about it is
    pooled over all of them, as the covariance within classes is in a discriminant analysis.

    Parameters
    ----------
    floor
        The least standard deviation, in the value's own unit.
    relative_floor
        The least standard deviation as a part of the mean.
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
    def statistics(self) -> RegimeStatistics:
        """What is compared with now."""
        return self.regimes[self.regime]

    @property
    def spreads(self) -> dict[str, RunningStatistics]:
        """Of every name, in this regime."""
        return self.statistics.spreads

    @property
    def scores(self) -> Baseline:
        """Of sound observations in this regime."""
        return self.statistics.scores

    def enter(self, regime: int) -> None:
        """Compare from now on with the past of this regime, which begins now unless there is one."""
        if regime not in self.regimes:
            self.regimes[regime] = RegimeStatistics(
                {name: RunningStatistics(newest=0.0) for name in self.statistics.spreads}
            )
        self.regime = regime

    def keep(self, regimes: Collection[int]) -> None:
        """Forget the pasts of all regimes but these and the present one."""
        self.regimes = {key: past for key, past in self.regimes.items() if key in regimes or key == self.regime}

    @property
    def limit(self) -> float | None:
        """The score above which an observation is anomalous; None while there are too few sound ones.

        Four standard deviations; where sound scores are restless, four of theirs above their usual one.
        """
        scores = self.scores
        if not scores.ready:
            return None
        return max(_MIN_LIMIT, scores.location + _LIMIT_SIGMAS * max(scores.scale, scores.floor))

    def score_features(self, features: Mapping[str, float]) -> AnomalyScore:
        """Compare an observation with the past, without learning from it; what is not finite counts as missing."""
        features = _finite(features)
        past, weight = self.statistics, self.smoothing
        spreads, smooths = past.spreads, weight < 1.0
        smoothed: dict[str, float] = {}
        deviations: list[float] = []
        for name, spread in spreads.items():
            value = features.get(name)
            if value is None or not spread.count:
                deviations.append(0.0)
                continue
            if smooths and not spread.fresh:
                value = spread.newest + weight * (value - spread.newest)
            smoothed[name] = value
            deviation = (value - spread.mean) / spread.unit
            if not -_MAX_DEVIATION < deviation < _MAX_DEVIATION:
                deviation = _MAX_DEVIATION if deviation > 0 else -_MAX_DEVIATION
            deviations.append(deviation)
        if past.count < _MIN_LESSONS or not smoothed:
            return AnomalyScore(None, {}, smoothed)
        beside = self.correlations.residuals(deviations)
        beside += [0.0] * (len(deviations) - len(beside))
        found: dict[str, float] = {}
        for (name, spread), deviation, residual in zip(spreads.items(), deviations, beside, strict=True):
            if name in smoothed:
                found[name] = max(abs(deviation), abs(residual)) / spread.width
        return AnomalyScore(max(found.values()), found, smoothed)

    def learn_scored(self, features: Mapping[str, float], look: AnomalyScore) -> None:
        """Take in a sound observation together with the look it had before; what is not finite is left out."""
        features = _finite(features)
        past = self.statistics
        spreads = past.spreads
        for name, value in features.items():
            if name not in spreads and len(spreads) < MAX_FEATURES:
                for each in self.regimes.values():
                    each.spreads[name] = RunningStatistics(newest=value)
        deviations = []
        for name, spread in spreads.items():
            given = features.get(name)
            if given is None:
                deviations.append(0.0)
                continue
            smoothed = look.smoothed.get(name, given)
            spread.learn(given, smoothed, self.floor, self.relative_floor)
            deviations.append(spread.deviation(smoothed))
        if not deviations:
            return
        past.count = min(past.count + 1, MEMORY)
        self.correlations.learn(deviations, 1.0 / min(self.correlations.count + 1, MEMORY))
        if self.correlations.stale:
            self.correlations.refresh([self._independent(name) for name in spreads])
        if look.score is not None and isfinite(look.score):
            past.scores.learn(look.score)

    def _independent(self, name: str) -> float:
        """Give how many independent values all regimes together have of a name."""
        return fsum(past.spreads[name].effective_sample_size() for past in self.regimes.values())

    def advance(self, look: AnomalyScore) -> None:
        """Let an observation in order, sound or not, move what the next one is smoothed with."""
        if self.smoothing >= 1.0:
            return
        spreads = self.statistics.spreads
        for name, smoothed in look.smoothed.items():
            spread = spreads[name]
            spread.newest = smoothed
            if spread.fresh:
                spread.fresh = False

    def forget_recent(self) -> None:
        """Begin smoothing afresh, as after a standstill."""
        for past in self.regimes.values():
            for spread in past.spreads.values():
                spread.fresh = True

    def score_one(self, x: dict[Hashable, Any]) -> float:
        """Give the score alone, as River asks for it; 0 where there is nothing to compare with."""
        return self.score_features({str(name): value for name, value in x.items()}).score or 0.0

    def learn_one(self, x: dict[Hashable, Any]) -> None:
        """Take in an observation that is known to be sound, as River does it."""
        features = {str(name): value for name, value in x.items()}
        look = self.score_features(features)
        self.learn_scored(features, look)
        self.advance(look)

    def to_numbers(self) -> ModelNumbers:
        """Give the whole state as plain numbers."""
        return ModelNumbers(
            floor=self.floor,
            relative_floor=self.relative_floor,
            smoothing=self.smoothing,
            names=list(self.spreads),
            regimes={
                regime: PackedRegimeStatistics(
                    b"".join(s.packed() for s in past.spreads.values()), past.count, past.scores
                )
                for regime, past in self.regimes.items()
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
        try:
            for regime, past in numbers.regimes.items():
                spreads = RunningStatistics.unpacked(past.spreads, model.floor, model.relative_floor)
                model.regimes[regime] = RegimeStatistics(
                    dict(zip(numbers.names, spreads, strict=True)), past.count, past.scores
                )
            model.correlations = Correlations(
                numbers.lessons, unpacked(numbers.correlation), unpacked(numbers.precision)
            )
        except struct.error as error:
            raise ValueError(f"no numbers of a model: {error}") from error
        model.regimes = {regime: model.regimes[regime] for regime in numbers.regimes}
        model.enter(numbers.regime)
        return model


def _finite(features: Mapping[str, float]) -> Mapping[str, float]:
    """Give the features as they are, or a copy without those that are no finite numbers."""
    if all(map(isfinite, features.values())):
        return features
    return {name: value for name, value in features.items() if isfinite(value)}
