"""Indicators as people call them, in English and Chinese (terms as in GB/T 2298 and GB/T 6075)."""

import re
from collections.abc import Callable

__all__ = ["indicator_name"]

_KNOWN = {
    "rms_g": ("vibration acceleration (RMS)", "振动加速度有效值"),
    "peak_g": ("vibration acceleration (peak)", "振动加速度峰值"),
    "peak_to_peak_g": ("vibration acceleration (peak to peak)", "振动加速度峰峰值"),
    "velocity_rms_mm_s": ("vibration velocity (RMS, 10-1000 Hz)", "振动烈度（10-1000 Hz）"),
    "crest_factor": ("crest factor", "峰值因数"),
    "kurtosis": ("kurtosis", "峭度"),
    "skewness": ("skewness", "偏度"),
    "envelope_rms_g": ("high-frequency envelope (RMS)", "高频包络有效值"),
    "spectral_centroid_hz": ("spectral centroid", "频谱重心"),
    "rise": ("temperature", "温度"),
    "value_c": ("temperature", "温度"),
    "change_c": ("sudden change of temperature", "温度骤变"),
    "slope_c_per_min": ("rate of temperature change", "温度变化率"),
}
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (
        re.compile(r"band_(\d+)_(\d+)_hz_g"),
        lambda found: (f"vibration from {found[1]} to {found[2]} Hz", f"{found[1]}-{found[2]} Hz 频带振动"),
    ),
    (
        re.compile(r"order(\d)_mm_s"),
        lambda found: (f"vibration at {found[1]} x shaft speed", f"{found[1]} 倍频振动"),
    ),
    (
        re.compile(r"peak(\d)_(?:hz|g)"),
        lambda found: (f"spectral line no. {found[1]}", f"第 {found[1]} 谱峰"),
    ),
)


def indicator_name(indicator: str) -> tuple[str, str]:
    """Give an indicator's name in English and in Chinese; a reading's own name stays as it is.

    >>> indicator_name("order2_mm_s")
    ('vibration at 2 x shaft speed', '2 倍频振动')
    >>> indicator_name("Oil pressure")
    ('Oil pressure', 'Oil pressure')
    """
    if indicator in _KNOWN:
        return _KNOWN[indicator]
    for pattern, name in _PATTERNS:
        if found := pattern.fullmatch(indicator):
            return name(found)
    return indicator, indicator
