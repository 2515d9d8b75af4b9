"""Features of one observation for the anomaly model, on scales on which a machine's sound past spreads evenly."""

from functools import lru_cache
from math import log

from models.condition.channel import CHANGE_INDICATORS, MAX_NAME_LENGTH, Channel

__all__ = ["MAX_C", "MIN_C", "features_of", "value_to_log"]

MIN_C, MAX_C = -300.0, 5_000.0
"""What a temperature is clipped to."""

_MODEL_FEATURES = (*CHANGE_INDICATORS, "crest_factor", "kurtosis", "spectral_centroid_hz")
_MIN_VALUE = 1e-6
_MAX_VALUE = 1e12


@lru_cache(maxsize=1024)
def _model_features(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in _MODEL_FEATURES or name.startswith("band_"))


def features_of(channel: Channel, values: dict[str, float]) -> dict[str, float]:
    """Give the features for the anomaly model, clipped to what a machine can measure.

    Vibration in natural logarithms (indicators and octave bands), a temperature in degrees Celsius with its change
    against its own last few values, readings as is.
    """
    if channel.measurement == "indicators":
        return {
            name: log(value) if _MIN_VALUE < (value := values[name]) < _MAX_VALUE else value_to_log(value)
            for name in _model_features(tuple(values))
        }
    if channel.measurement == "temperature":
        if "value_c" not in values:
            return {}
        value_c = min(max(values["value_c"], MIN_C), MAX_C)
        recent_c = value_c if channel.recent_c is None else channel.recent_c
        return {"value_c": value_c, "change_c": value_c - recent_c}
    return {
        name: value if -_MAX_VALUE < value < _MAX_VALUE else min(max(value, -_MAX_VALUE), _MAX_VALUE)
        for name, value in values.items()
        if len(name) <= MAX_NAME_LENGTH
    }


def value_to_log(value: float) -> float:
    """Natural logarithm of a positive indicator, clipped to what can be measured.

    >>> value_to_log(0.0) == value_to_log(1e-9)
    True
    """
    return log(value if _MIN_VALUE < value < _MAX_VALUE else min(max(value, _MIN_VALUE), _MAX_VALUE))
