"""Labels of a report, in English and Chinese (terms as in the GB/T standards of the field)."""

import re

from models.bilingual import Bilingual, Language
from models.machinery.fault_names import fault_name
from models.signal.misreadings import MISREADINGS
from models.texts.indicator_names import indicator_name
from stream.analysis.analysing import Analysis, WhyNoZone
from stream.texts.phrases import FLAGS

__all__ = [
    "LABELS",
    "VERDICTS",
    "flag_name",
    "indicator_rows",
    "number",
    "severity_sentence",
    "share",
    "unit_label",
    "verdict_name",
]

VERDICTS = {
    "healthy": Bilingual("Healthy: nothing found", "正常：未发现故障"),
    "unknown": Bilingual("Unknown", "无法判断"),
}

LABELS = {
    "title": Bilingual("Vibration analysis", "振动分析报告"),
    "not_given": Bilingual("not given", "未给出"),
    "quality": Bilingual("Quality", "信号质量"),
    "good": Bilingual("good", "良好"),
    "bad": Bilingual("cannot be trusted", "不可信"),
    "severity": Bilingual("Severity", "振动烈度等级"),
    "indicators": Bilingual("Indicators", "指标"),
    "verdict": Bilingual("Verdict", "诊断结论"),
    "why_unknown": Bilingual("Why", "原因"),
    "evidence": Bilingual("Evidence", "依据"),
    "next_check": Bilingual("Check next", "下一步检查"),
    "also": Bilingual("Also possible", "其他可能"),
    "possible": Bilingual("Possible", "可能"),
    "signal_line": Bilingual(
        "{signal}; speed {speed}; bearing {bearing}", "{signal}；转速 {speed}；轴承 {bearing}"
    ),
    "sure": Bilingual("{verdict} (confidence {share})", "{verdict}（置信度 {share}）"),
    "listed": Bilingual("{label}: {text}", "{label}：{text}"),
    "missing": Bilingual("Give also", "请补充"),
    "speed_wanted": Bilingual(
        "--speed RPM, from a tachometer or the nameplate, to 2 % or better",
        "--speed 转速（转速表或铭牌，误差不超过 2 %）",
    ),
    "bearing_wanted": Bilingual(
        "--bearing, its designation or geometry (`stethos bearings` lists what is known)",
        "--bearing 轴承型号或几何尺寸（stethos bearings 可查询已知型号）",
    ),
    "look_first": Bilingual("Look first at", "首先检查"),
    "measure_again": Bilingual(
        "Nothing to do now; measure again as planned and lay the results side by side.",
        "目前无需处理；按计划复测并与本次结果比较。",
    ),
    "more": Bilingual("and {n} more with --json or --report", "其余 {n} 项见 --json 或 --report"),
    "overview": Bilingual("Overview", "总览"),
    "file": Bilingual("File", "文件"),
    "lines": Bilingual("spectral line no. {n}", "第 {n} 谱峰"),
    "waveform": Bilingual("Waveform", "时域波形"),
    "turns": Bilingual("{n} turns of the shaft around the highest peak", "最高峰附近 {n} 转"),
    "piece": Bilingual("around the highest peak", "最高峰附近"),
    "velocity_spectrum": Bilingual("Velocity spectrum", "速度频谱"),
    "band_choice": Bilingual(
        "Choice of the band: the darker, the more the harmonics stand out", "解调频带的选择（颜色越深，谐波越突出）"
    ),
    "envelope_spectrum": Bilingual("Envelope spectrum", "包络谱"),
    "envelope_of": Bilingual("Envelope spectrum, {low:.0f} to {high:.0f} Hz", "{low:.0f}~{high:.0f} Hz 包络谱"),
    "harmonics_of": Bilingual("harmonics of {hz:.2f} Hz", "{hz:.2f} Hz 的谐波"),
    "sidebands_at": Bilingual("sidebands {hz:.2f} Hz apart", "间隔 {hz:.2f} Hz 的边频带"),
    "shaft_at": Bilingual("shaft, {hz:.2f} Hz", "转频 {hz:.2f} Hz"),
    "found_lines": Bilingual("what the verdict rests on", "诊断依据"),
    "looked_for": Bilingual("what was looked for", "查找的特征频率"),
    "decibels": Bilingual("dB over the noise", "高出噪声 (dB)"),
    "acceleration": Bilingual("acceleration ({unit})", "加速度 ({unit})"),
    "velocity_signal": Bilingual("velocity ({unit})", "速度 ({unit})"),
    "time": Bilingual("time (s)", "时间 (s)"),
    "frequency": Bilingual("frequency (Hz)", "频率 (Hz)"),
    "orders": Bilingual("multiples of shaft speed", "转频倍数"),
    "velocity": Bilingual("velocity (mm/s peak)", "速度 (mm/s 峰值)"),
    "envelope": Bilingual("times the noise", "噪声的倍数"),
    "depth": Bilingual("bandwidth", "带宽"),
    "chosen": Bilingual("chosen", "选用频带"),
    "strongest": Bilingual("strongest", "最强频带"),
    "no_picture": Bilingual(
        "No picture: the signal is too short or cannot be trusted.", "无图：信号过短或不可信。"
    ),
    "made_by": Bilingual("Made by Stethos {version}", "由 Stethos {version} 生成"),
    "taken_from": Bilingual("Taken from", "数据来源"),
    "assumed": Bilingual("Assumed", "假定"),
    "suspected": Bilingual("Check", "请核对"),
    "outlier": Bilingual(
        "one sample is a hundred times all others: a title, a count or a rate read as one? look at the file",
        "有一个样本是其余样本的百倍以上，可能误把标题、计数或采样率当作样本：请检查文件",
    ),
    "zero_runs": Bilingual(
        "runs of zeros: lost samples that were filled, or a signal cut off at zero",
        "连续零值：丢失的样本被填零，或信号在零处截断",
    ),
    "repeated_values": Bilingual(
        "runs of repeated values: lost samples that were filled with the last one",
        "连续重复值：丢失的样本被前值填充",
    ),
    "held_values": Bilingual(
        "values come in groups of equal ones: the true sampling rate is lower than the stored one",
        "数值成组重复：真实采样频率低于记录的采样频率",
    ),
    "lost_samples": Bilingual("the file says that samples were lost", "文件注明有样本丢失"),
    "gaps": Bilingual("recording has gaps; its longest piece was taken", "记录有间断，取最长一段"),
    "speed_varies": Bilingual("speed varies by more than 2 %", "转速变化超过 2 %"),
    "implausible": Bilingual(
        "no machine shakes so much or so little: check --unit and --scale",
        "幅值不合常理，请核对 --unit 和 --scale",
    ),
    "in_zone": Bilingual(
        "{measured}: zone {zone}, {meaning} (A to {ab:g}, B to {bc:g}, C to {cd:g} mm/s, D above; after {source})",
        "{measured}：{zone} 区，{meaning}（A 区 ≤ {ab:g}，B 区 ≤ {bc:g}，C 区 ≤ {cd:g} mm/s，以上为 D 区；"
        "参照 {source}）",
    ),
    "no_zone": Bilingual("{measured}: {why}", "{measured}：{why}"),
}

_WHY_NO_ZONE: dict[WhyNoZone, Bilingual] = {
    "sensor_fault": Bilingual("no zone: the signal cannot be trusted", "不评定：信号不可信"),
    "short": Bilingual("no zone: less than a second of signal", "不评定：信号不足一秒"),
    "no_velocity": Bilingual("no zone: the signal does not hold the velocity band", "不评定：信号不含速度频带"),
    "unknown_machine": Bilingual(
        "no zone, as rated power and mounting were not given (--power, --mounting)",
        "不评定：未给出功率和安装方式（--power、--mounting）",
    ),
    "implausible": Bilingual("no zone: the level makes no sense", "不评定：幅值不合常理"),
    "below_15_kw": Bilingual("no zone: below 15 kW the standard does not apply", "不评定：15 kW 以下不适用该标准"),
    "none_for_kind": Bilingual(
        "no zone: the pack of this kind has none for such a machine, or needs --category (see stethos packs)",
        "不评定：该类设备的知识包没有适用的限值，或需要 --category（见 stethos packs）",
    ),
}

_ZONES = {
    "A": Bilingual("as low as on a new machine", "振动水平相当于新机器"),
    "B": Bilingual("fit for unrestricted long-term running", "可长期运行"),
    "C": Bilingual("not fit for long-term running: plan a repair", "不宜长期运行，请安排检修"),
    "D": Bilingual("severe enough to do damage: act now", "足以造成损坏，请立即处理"),
}

_LINE = re.compile(r"(?:order|peak)\d_(?:g|mm_s)")
_NOTES = ("gaps", "speed_varies", "implausible", "lost_samples", *sorted(MISREADINGS))


def verdict_name(verdict: str, language: Language) -> str:
    """Name a verdict or a hypothesis, faults as alerts and the page do.

    >>> verdict_name("bearing_outer_race", "zh"), verdict_name("unbalance", "en"), verdict_name("bent_shaft", "en")
    ('轴承外圈损伤', 'Unbalance', 'Bent shaft')
    """
    if verdict in VERDICTS:
        return VERDICTS[verdict].say(language)
    name = fault_name(verdict)
    return name.zh if language == "zh" else name.en[0].upper() + name.en[1:].replace("_", " ")


def flag_name(flag: str, language: Language) -> str:
    """Say what a flag of quality means."""
    phrase = LABELS[flag] if flag in _NOTES else FLAGS.get(flag)
    return phrase.say(language) if phrase else flag.replace("_", " ")


def _indicator_label(name: str, language: Language) -> str:
    """Name an indicator."""
    return indicator_name(name).plain(language)


def share(confidence: float) -> str:
    """Write a probability; certainty is never claimed.

    >>> share(0.402), share(0.9999)
    ('40 %', '> 99 %')
    """
    return "> 99 %" if confidence > 0.99 else f"{100 * confidence:.0f} %"


def indicator_rows(values: dict[str, float], language: Language) -> list[tuple[str, str, str]]:
    """Give name, value and unit of each indicator; frequency and height of a line stand in one row."""
    rows = []
    for name, value in values.items():
        line = re.fullmatch(r"peak(\d)_(hz|g)", name)
        if line is None:
            rows.append((_indicator_label(name, language), number(value), unit_label(name, language)))
        elif line[2] == "hz":
            label, height = LABELS["lines"].say(language, n=line[1]), f"peak{line[1]}_g"
            row = (f"{label} ({number(value)} Hz)", number(values.get(height, 0.0)), unit_label(height, language))
            rows.append(row)
    return rows


def unit_label(name: str, language: Language) -> str:
    """Give the unit that an indicator's name ends in; nothing for a ratio. Lines are told by their peak.

    >>> [unit_label(name, "en") for name in ("rms_g", "order1_mm_s", "spectral_centroid_hz", "kurtosis")]
    ['g', 'mm/s peak', 'Hz', '']
    """
    units = {"_mm_s": "mm/s", "_hz": "Hz", "_g": "g"}
    unit = next((unit for ending, unit in units.items() if name.endswith(ending)), "")
    return f"{unit} {'峰值' if language == 'zh' else 'peak'}" if _LINE.match(name) else unit


def number(value: float) -> str:
    """Three significant digits, as people write them.

    >>> [number(value) for value in (0.0123456, 4.5, 1234.5678, 97656.0, 0.00042, 8.6e-6, -0.015, 0.0)]
    ['0.0123', '4.5', '1235', '97656', '0.0004', '< 0.0001', '-0.015', '0']
    """
    size = abs(value)
    if 0 < size < 1e-4:
        return "< 0.0001"
    if 1e3 <= size < 1e7:
        return f"{value:.0f}"
    return f"{value:.1g}" if 0 < size < 1e-3 else f"{value:.3g}"


def severity_sentence(analysis: Analysis, language: Language) -> str:
    """Say the zone with what it means and its boundaries, or why there is none."""
    severity = analysis.severity
    velocity = severity.velocity_rms_mm_s
    measured = f"{number(velocity)} mm/s RMS" if velocity is not None else ""
    if severity.zone is None or severity.boundaries_mm_s is None:
        why = _WHY_NO_ZONE[severity.why_none].say(language)
        return LABELS["no_zone"].say(language, measured=measured, why=why) if measured else why
    ab, bc, cd = severity.boundaries_mm_s
    meaning = _ZONES[severity.zone].say(language)
    return LABELS["in_zone"].say(
        language,
        measured=measured,
        zone=severity.zone,
        meaning=meaning,
        ab=ab,
        bc=bc,
        cd=cd,
        source=severity.source,
    )
