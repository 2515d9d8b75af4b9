"""What a reading's name says of it: whether it is a level of vibration, which is judged by factors."""

import re
from functools import lru_cache

__all__ = ["is_vibration_level"]

_LEVEL = re.compile(
    r"rms|vib|accel|veloc|envel|\bacc\b|\bvel\b|\bpeak\b|\bpk\b|\bg\b|mm/s|mm s|m/s2|m/s²|m s2"
    r"|振动|加速度|烈度|包络|有效值"
)
_OTHER = re.compile(
    r"flow|press|curr|volt|power|temp|speed|rpm|hz|freq|kurt|crest|skew|factor|phase|torque"
    r"|流量|压力|电流|电压|功率|温度|转速|频率|峭度|因数|因子|扭矩"
)
_APART = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])|[_.\-]+")


@lru_cache(maxsize=4096)
def is_vibration_level(name: str) -> bool:
    """Whether a reading is the level of a vibration: an RMS, a peak, a velocity, in whatever unit.

    >>> [is_vibration_level(n) for n in ("rms_x_g", "Accelerometer1RMS", "velocity_mm_s", "振动有效值")]
    [True, True, True, True]
    >>> [is_vibration_level(n) for n in ("Volume Flow RateRMS", "current_a", "kurtosis", "oil temperature", "gap")]
    [False, False, False, False, False]
    """
    words = _APART.sub(" ", name).lower()
    return bool(_LEVEL.search(words)) and not _OTHER.search(words)
