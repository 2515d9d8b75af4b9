"""Names of indicators as people call them, in both languages (terms as in GB/T 2298 and GB/T 6075)."""

import re
from collections.abc import Callable

from models.bilingual import Bilingual

__all__ = ["indicator_name"]

_KNOWN = {
    "rms_g": Bilingual("vibration acceleration (RMS)", "振动加速度有效值"),
    "peak_g": Bilingual("vibration acceleration (peak)", "振动加速度峰值"),
    "peak_to_peak_g": Bilingual("vibration acceleration (peak to peak)", "振动加速度峰峰值"),
    "velocity_rms_mm_s": Bilingual("vibration velocity (RMS, 10-1000 Hz)", "振动烈度（10-1000 Hz）"),
    "crest_factor": Bilingual("crest factor", "峰值因数"),
    "kurtosis": Bilingual("kurtosis", "峭度"),
    "skewness": Bilingual("skewness", "偏度"),
    "envelope_rms_g": Bilingual("high-frequency envelope (RMS)", "高频包络有效值"),
    "spectral_centroid_hz": Bilingual("spectral centroid", "频谱重心"),
    "knocks_percent": Bilingual("share of loud measurements", "强冲击测量占比"),
    "rise": Bilingual("temperature", "温度"),
    "value_c": Bilingual("temperature", "温度"),
    "change_c": Bilingual("sudden change of temperature", "温度骤变"),
    "slope_c_per_min": Bilingual("rate of temperature change", "温度变化率"),
}
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Bilingual]], ...] = (
    (
        re.compile(r"band_(\d+)_(\d+)_hz_g"),
        lambda match: Bilingual(
            f"vibration from {match[1]} to {match[2]} Hz", f"{match[1]}-{match[2]} Hz 频带振动"
        ),
    ),
    (
        re.compile(r"order(\d)_mm_s"),
        lambda match: Bilingual(f"vibration at {match[1]} x shaft speed", f"{match[1]} 倍频振动"),
    ),
    (
        re.compile(r"peak(\d)_(?:hz|g)"),
        lambda match: Bilingual(f"spectral line no. {match[1]}", f"第 {match[1]} 谱峰"),
    ),
)


def indicator_name(indicator: str) -> Bilingual:
    """Give an indicator's name in English and in Chinese; a reading's own name stays as it is.

    >>> indicator_name("order2_mm_s")
    Bilingual(en='vibration at 2 x shaft speed', zh='2 倍频振动')
    >>> indicator_name("Oil pressure").zh
    'Oil pressure'
    """
    if indicator in _KNOWN:
        return _KNOWN[indicator]
    for pattern, name in _PATTERNS:
        if match := pattern.fullmatch(indicator):
            return name(match)
    return Bilingual(indicator, indicator)
