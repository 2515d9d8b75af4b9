"""Sentences for what was taken from where, what was assumed, and factors that people mix up."""

from models.bilingual import Bilingual, Language
from models.signal.misreadings import Suspicion
from stream.analysis.readers.waveform import Assumed

__all__ = ["ORIGINS", "assumption_sentence", "suspicion_sentence"]

ORIGINS = {
    "rate": Bilingual("sampling rate", "采样频率"),
    "unit": Bilingual("unit", "单位"),
    "channel": Bilingual("channel", "通道"),
    "scale": Bilingual("scale", "换算系数"),
    "speed": Bilingual("speed", "转速"),
}
_ASSUMED = {
    "line_frequency_hz": Bilingual(
        "mains of {value} Hz, as none was given (--line-frequency)",
        "未给出电源频率，按 {value} Hz 查找（--line-frequency）",
    ),
    "velocity_limit_mm_s": Bilingual(
        "lines are faults from {value} mm/s on, as power and mounting were not given",
        "未给出功率和安装方式，谱线自 {value} mm/s 起视为故障",
    ),
    "time_unit": Bilingual("times are in {value}, as no unit is written", "时间列未注明单位，按 {value} 计"),
    "scale": Bilingual("values are in the unit that was given, scale {value}", "数值即为所给单位，系数 {value}"),
    "no_samples_in_lines": Bilingual("line {value} holds no samples", "第 {value} 行不是样本"),
}
_SUSPECTED = {
    "speed_in_hz": Bilingual(
        "the strongest line is at {found:g} Hz: was --speed {found:g} in Hz? Then give --speed {suggested:g}",
        "最强谱线在 {found:g} Hz：--speed {found:g} 是否为 Hz？若是，请用 --speed {suggested:g}",
    ),
    "rate_halved": Bilingual(
        "the strongest line is at half the speed: is the rate {suggested:g} Hz instead of {found:g} Hz?",
        "最强谱线在转频的一半：采样频率是否为 {suggested:g} Hz 而非 {found:g} Hz？",
    ),
    "rate_doubled": Bilingual(
        "the only line is at twice the speed: is the rate {suggested:g} Hz instead of {found:g} Hz?",
        "唯一的谱线在两倍转频：采样频率是否为 {suggested:g} Hz 而非 {found:g} Hz？",
    ),
    "really_m_s2": Bilingual(
        "the mean is {found:.3g}, as gravity is in m/s2: give --unit m/s2?",
        "均值为 {found:.3g}，与以 m/s² 计的重力相符：是否应为 --unit m/s2？",
    ),
    "really_g": Bilingual(
        "the mean is {found:.3g}, as gravity is in g: give --unit g?",
        "均值为 {found:.3g}，与以 g 计的重力相符：是否应为 --unit g？",
    ),
    "thousandth": Bilingual(
        "{found:.3g} g RMS; a thousandth of it would make sense: give --scale 0.001?",
        "有效值 {found:.3g} g，千分之一才合理：是否应为 --scale 0.001？",
    ),
    "thousandfold": Bilingual(
        "{found:.3g} g RMS; a thousand times that would make sense: give --scale 1000?",
        "有效值 {found:.3g} g，其千倍才合理：是否应为 --scale 1000？",
    ),
}


def assumption_sentence(name: str, value: Assumed, language: Language) -> str:
    """Say what was assumed.

    >>> assumption_sentence("line_frequency_hz", (50.0, 60.0), "en")
    'mains of 50 or 60 Hz, as none was given (--line-frequency)'
    """
    between = " 或 " if language == "zh" else " or "
    parts = value if isinstance(value, tuple) else (value,)
    text = between.join(f"{part:g}" if isinstance(part, float) else str(part) for part in parts)
    sentence = _ASSUMED.get(name)
    return sentence.say(language, value=text) if sentence else f"{name} = {text}"


def suspicion_sentence(suspicion: Suspicion, language: Language) -> str:
    """Say which factor would explain what is seen."""
    return _SUSPECTED[suspicion.kind].say(language, found=suspicion.found, suggested=suspicion.suggested)
