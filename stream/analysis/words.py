"""The words of a report, in English and Chinese (terms as in the GB/T standards of the field)."""

import re

from models.advice.names import indicator_name
from stream.analysis.analysing import Analysis, WhyNoZone
from stream.web.texts import FLAGS, Language, Phrase

__all__ = [
    "LABELS",
    "VERDICTS",
    "flag_name",
    "indicator_rows",
    "number",
    "severity_sentence",
    "unit_label",
    "verdict_name",
]

VERDICTS = {
    "healthy": Phrase("Healthy: nothing found", "正常：未发现故障"),
    "unknown": Phrase("Unknown", "无法判断"),
    "bearing_outer_race": Phrase("Bearing damage, outer race", "轴承外圈故障"),
    "bearing_inner_race": Phrase("Bearing damage, inner race", "轴承内圈故障"),
    "bearing_rolling_element": Phrase("Bearing damage, rolling element", "轴承滚动体故障"),
    "bearing_cage": Phrase("Bearing damage, cage", "轴承保持架故障"),
    "unbalance": Phrase("Unbalance", "不平衡"),
    "misalignment": Phrase("Misalignment", "不对中"),
    "looseness": Phrase("Looseness", "松动"),
    "gear": Phrase("Gear damage", "齿轮故障"),
    "electrical": Phrase("Electrical (motor)", "电气故障（电机）"),
    "blade_pass": Phrase("Blade pass", "叶片通过频率异常"),
    "lubrication": Phrase("Lubrication", "润滑不良"),
}

LABELS = {
    "title": Phrase("Vibration analysis", "振动分析报告"),
    "not_given": Phrase("not given", "未给出"),
    "quality": Phrase("Quality", "信号质量"),
    "good": Phrase("good", "良好"),
    "bad": Phrase("cannot be trusted", "不可信"),
    "severity": Phrase("Severity", "振动烈度等级"),
    "zone": Phrase("Zone", "区域"),
    "indicators": Phrase("Indicators", "指标"),
    "verdict": Phrase("Verdict", "诊断结论"),
    "why_unknown": Phrase("Why", "原因"),
    "evidence": Phrase("Evidence", "依据"),
    "next_check": Phrase("Check next", "下一步检查"),
    "also": Phrase("Also possible", "其他可能"),
    "possible": Phrase("Possible", "可能"),
    "signal_line": Phrase("{signal}; speed {speed}; bearing {bearing}", "{signal}；转速 {speed}；轴承 {bearing}"),
    "sure": Phrase("{verdict} (confidence {share})", "{verdict}（置信度 {share}）"),
    "listed": Phrase("{label}: {text}", "{label}：{text}"),
    "lines": Phrase("spectral line no. {n}", "第 {n} 谱峰"),
    "waveform": Phrase("Waveform", "时域波形"),
    "velocity_spectrum": Phrase("Velocity spectrum", "速度频谱"),
    "band_choice": Phrase(
        "Bands that were tried: the darker, the stronger the evidence", "解调频带的选择（颜色越深，依据越强）"
    ),
    "envelope_spectrum": Phrase("Envelope spectrum", "包络谱"),
    "time": Phrase("time (s)", "时间 (s)"),
    "frequency": Phrase("frequency (Hz)", "频率 (Hz)"),
    "orders": Phrase("multiples of shaft speed", "转频倍数"),
    "velocity": Phrase("velocity (mm/s peak)", "速度 (mm/s 峰值)"),
    "envelope": Phrase("squared envelope, power over noise", "平方包络谱（相对背景）"),
    "depth": Phrase("bandwidth", "带宽"),
    "no_picture": Phrase("No picture: the signal is too short or cannot be trusted.", "无图：信号过短或不可信。"),
    "made_by": Phrase("Made by Stethos {version}", "由 Stethos {version} 生成"),
    "gaps": Phrase("recording has gaps; its longest piece was taken", "记录有间断，取最长一段"),
    "speed_varies": Phrase("speed varies by more than 2 %", "转速变化超过 2 %"),
    "after_iso": Phrase("after ISO 20816-3", "参照 ISO 20816-3"),
}

_WHY_NO_ZONE: dict[WhyNoZone, Phrase] = {
    "sensor_fault": Phrase("no zone: the signal cannot be trusted", "不评定：信号不可信"),
    "short": Phrase("no zone: less than a second of signal", "不评定：信号不足一秒"),
    "no_velocity": Phrase("no zone: the signal does not hold the velocity band", "不评定：信号不含速度频带"),
    "unknown_machine": Phrase("no zone without --power and --mounting", "不评定：未给出 --power 和 --mounting"),
    "below_15_kw": Phrase("no zone: below 15 kW the standard does not apply", "不评定：15 kW 以下不适用该标准"),
}

_NOTES = ("gaps", "speed_varies")


def verdict_name(verdict: str, language: Language) -> str:
    """Name a verdict or a hypothesis.

    >>> verdict_name("bearing_outer_race", "zh"), verdict_name("bent_shaft", "en")
    ('轴承外圈故障', 'Bent shaft')
    """
    known = VERDICTS.get(verdict)
    return known.say(language) if known else verdict.replace("_", " ").capitalize()


def flag_name(flag: str, language: Language) -> str:
    """Say what a flag of quality means."""
    phrase = LABELS[flag] if flag in _NOTES else FLAGS.get(flag)
    return phrase.say(language) if phrase else flag.replace("_", " ")


def _indicator_label(name: str, language: Language) -> str:
    """Name an indicator."""
    english, chinese = indicator_name(name)
    return chinese if language == "zh" else english


def indicator_rows(values: dict[str, float], language: Language) -> list[tuple[str, str, str]]:
    """Give name, value and unit of each indicator; frequency and height of a line stand in one row."""
    rows = []
    for name, value in values.items():
        line = re.fullmatch(r"peak(\d)_(hz|g)", name)
        if line is None:
            rows.append((_indicator_label(name, language), number(value), unit_label(name)))
        elif line[2] == "hz":
            label = LABELS["lines"].say(language, n=line[1])
            rows.append((f"{label} ({number(value)} Hz)", number(values.get(f"peak{line[1]}_g", 0.0)), "g"))
    return rows


def unit_label(name: str) -> str:
    """Give the unit that an indicator's name ends in; nothing for a ratio.

    >>> [unit_label(name) for name in ("rms_g", "order1_mm_s", "peak1_hz", "kurtosis")]
    ['g', 'mm/s', 'Hz', '']
    """
    units = {"_mm_s": "mm/s", "_hz": "Hz", "_g": "g"}
    return next((unit for ending, unit in units.items() if name.endswith(ending)), "")


def number(value: float) -> str:
    """Four significant digits, as people write them.

    >>> [number(value) for value in (0.0123456, 4.5, 1234.5678, 97656.0)]
    ['0.01235', '4.5', '1235', '97656']
    """
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:.4g}"


def severity_sentence(analysis: Analysis, language: Language) -> str:
    """Say the zone with its boundaries, or why there is none."""
    severity = analysis.severity
    velocity = severity.velocity_rms_mm_s
    comma = "，" if language == "zh" else ", "
    measured = f"{number(velocity)} mm/s RMS{comma}" if velocity is not None else ""
    if severity.zone is None or severity.boundaries_mm_s is None:
        return measured + _WHY_NO_ZONE[severity.why_none].say(language)
    limits = " / ".join(f"{limit:g}" for limit in severity.boundaries_mm_s)
    zone = f"{LABELS['zone'].say(language)} {severity.zone}"
    return f"{measured}{zone} (A/B/C/D: {limits} mm/s, {LABELS['after_iso'].say(language)})"
