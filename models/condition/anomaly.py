"""How unlike its own sound past an observation is: a River pipeline whose state is a few plain numbers.

`FlooredScaler | CorrelatedDistance` gives the length of the standardised deviation, with what usually moves
together discounted (a regularised Mahalanobis distance). Score first, learn afterwards, only from what is sound.
"""

from collections.abc import Mapping
from math import isfinite, sqrt

import msgspec
from river import compose, preprocessing

from models.condition.baseline import Baseline
from models.condition.distance import MEMORY, MOST_FEATURES, CorrelatedDistance, Features

__all__ = ["AnomalyModel", "FlooredScaler", "ModelNumbers"]

_LARGEST_DEVIATION = 50.0
_LIMIT_SIGMAS = 4.0
_SCORE_FLOOR = 0.1


class FlooredScaler(preprocessing.StandardScaler):
    """River's running standardisation with a least standard deviation, and a memory that fades.

    Parameters
    ----------
    floor
        The least standard deviation, in the feature's own unit.
    relative_floor
        The least standard deviation as a part of the mean.

    """

    def __init__(self, floor: float = 1e-9, relative_floor: float = 0.0) -> None:
        super().__init__()
        self.floor = floor
        self.relative_floor = relative_floor

    def learn_one(self, x: Features) -> None:
        """Take in one observation."""
        counts = self.counts
        for name in x:
            counts[name] = min(counts[name], MEMORY)
        super().learn_one(x)  # type: ignore[no-untyped-call]  # River has no types here

    def transform_one(self, x: Features) -> Features:
        """Standardise, in standard deviations and at most 50 of them."""
        scaled: Features = {}
        for name, value in x.items():
            mean = self.means.get(name)
            if mean is None:
                continue
            sigma = max(sqrt(max(self.vars[name], 0.0)), self.floor, self.relative_floor * abs(mean))
            deviation = (value - mean) / sigma
            scaled[name] = min(max(deviation, -_LARGEST_DEVIATION), _LARGEST_DEVIATION)
        return scaled


class ModelNumbers(msgspec.Struct, array_like=True):
    """Everything a model knows, as plain numbers; lists run along `names`."""

    floor: float
    relative_floor: float
    smoothing: float
    smoothed: dict[str, float]
    names: list[str]
    counts: list[int]
    means: list[float]
    variances: list[float]
    detector_names: list[str]
    detector_count: int
    correlation: list[list[float]]
    """Lower triangle, along `detector_names`."""
    scores: Baseline


class AnomalyModel:
    """The pipeline of one point and the baseline of its own scores, from which the limit comes.

    What goes in is smoothed exponentially first, which shows small shifts that last (Lowry et al. 1992, "A
    multivariate exponentially weighted moving average control chart").

    Parameters
    ----------
    floor, relative_floor
        As for `FlooredScaler`.
    smoothing
        Weight of the newest observation, above 0; 1 doesn't smooth.

    """

    def __init__(self, floor: float, relative_floor: float = 0.0, smoothing: float = 1.0) -> None:
        self.smoothing = smoothing
        self.smoothed: dict[str, float] = {}
        self.scaler = FlooredScaler(floor, relative_floor)
        self.detector = CorrelatedDistance()
        self.pipeline = compose.Pipeline(self.scaler, self.detector)
        self.scores = Baseline(floor=_SCORE_FLOOR)

    @property
    def limit(self) -> float | None:
        """The score above which an observation is anomalous; None while there are too few sound ones."""
        scores = self.scores
        return scores.location + _LIMIT_SIGMAS * scores.sigma() if scores.ready else None

    def _taken(self, features: Mapping[str, float]) -> Features:
        """Smooth, and leave out names beyond the first 24, so that the state stays bounded."""
        known = self.scaler.counts
        room = MOST_FEATURES - len(known)
        new = [name for name in features if name not in known][:room]
        last, weight = self.smoothed, self.smoothing
        return {
            name: last.get(name, value) + weight * (value - last.get(name, value))
            for name, value in features.items()
            if name in known or name in new
        }

    def most_unusual(self, features: Mapping[str, float]) -> str:
        """Name the feature that is furthest from its mean, in its own standard deviations; empty without any."""
        scaled = self.scaler.transform_one(self._taken(features))
        return str(max(scaled, key=lambda name: abs(scaled[name]))) if scaled else ""

    def score(self, features: Mapping[str, float]) -> float | None:
        """Score an observation without learning from it; None where there is nothing to compare with yet."""
        if self.detector.count < max(10, len(self.detector.names)) or not features:
            return None
        return float(self.pipeline.score_one(self._taken(features)))

    def learn(self, features: Mapping[str, float], score: float | None) -> None:
        """Take in a sound observation together with the score it had before."""
        if not features:
            return
        self.pipeline.learn_one(self._taken(features))
        if score is not None and isfinite(score):
            self.scores.learn(score)

    def advance(self, features: Mapping[str, float]) -> None:
        """Let an observation in order, sound or not, move what the next one is smoothed with."""
        if self.smoothing < 1.0:
            known = self.scaler.counts
            self.smoothed.update(
                {str(name): value for name, value in self._taken(features).items() if name in known}
            )

    def forget_recent(self) -> None:
        """Begin smoothing afresh, as after a standstill."""
        self.smoothed.clear()

    def to_numbers(self) -> ModelNumbers:
        """Give the whole state as plain numbers."""
        scaler, detector = self.scaler, self.detector
        names = list(scaler.counts)
        return ModelNumbers(
            scaler.floor, scaler.relative_floor, self.smoothing, self.smoothed, names,
            [scaler.counts[n] for n in names], [scaler.means[n] for n in names], [scaler.vars[n] for n in names],
            [str(n) for n in detector.names], detector.count, detector.correlation, self.scores,
        )  # fmt: skip

    @classmethod
    def from_numbers(cls, numbers: ModelNumbers) -> "AnomalyModel":
        """Continue, bit for bit, from what `to_numbers` gave."""
        model = cls(numbers.floor, numbers.relative_floor, numbers.smoothing)
        model.smoothed = numbers.smoothed
        names, detector = numbers.names, model.detector
        model.scaler.counts.update(dict(zip(names, numbers.counts, strict=True)))
        model.scaler.means.update(zip(names, numbers.means, strict=True))
        model.scaler.vars.update(zip(names, numbers.variances, strict=True))
        detector.names, detector.count = list(numbers.detector_names), numbers.detector_count
        detector.correlation = numbers.correlation
        model.scores = numbers.scores
        return model
