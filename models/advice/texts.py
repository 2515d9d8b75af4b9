"""Sentences for people, in English and Chinese: what was measured, against which limit, and what to look at."""

from typing import NamedTuple

from models.condition.degree import Finding

__all__ = [
    "Sentence",
    "cleared_sentence",
    "data_back_sentence",
    "finding_sentence",
    "no_data_sentence",
    "number",
    "sensor_sentence",
    "withheld_sentence",
]


class Sentence(NamedTuple):
    """The same sentence in both languages."""

    en: str
    zh: str


_INDICATORS = {
    "rms_g": ("Vibration acceleration (RMS)", "振动加速度有效值", "g"),
    "velocity_rms_mm_s": ("Vibration velocity (RMS, 10-1000 Hz)", "振动烈度(10-1000 Hz)", "mm/s"),
    "envelope_rms_g": ("High-frequency envelope (RMS)", "高频包络有效值", "g"),
    "rise": ("Temperature", "温度", "°C"),
    "value_c": ("Temperature", "温度", "°C"),
}

_LOOK = {
    "severity": (
        "Look at unbalance, alignment, loose feet and the bearings.",
        "请检查不平衡、不对中、地脚松动和轴承。",
    ),
    "change": (
        "Look at the bearing: listen, check lubrication, and compare the spectra.",
        "请检查轴承:听音、检查润滑并对比频谱。",
    ),
    "anomaly": (
        "Look at what changed: load, speed, process or mounting.",
        "请查看工况变化:负载、转速、工艺或安装。",
    ),
    "temperature": ("Look at lubrication, cooling, load and friction.", "请检查润滑、冷却、负载和摩擦。"),
}

_FLAGS = {
    "not_finite": ("values that are no numbers", "数值无效"),
    "clipped": ("clipped signal", "信号削波"),
    "stuck": ("stuck signal", "信号卡死"),
    "too_short": ("too few samples", "样本过少"),
    "offset": ("offset", "零点偏移"),
    "open": ("open circuit", "传感器开路"),
    "out_of_range": ("values out of range", "数值超出量程"),
    "erratic": ("erratic values", "数值跳动"),
    "jump": ("a jump that no machine makes", "数值突跳"),
}


def number(value: float) -> str:
    """Three significant digits, as people write them.

    >>> number(0.012345), number(4.5), number(1234.5)
    ('0.0123', '4.5', '1234')
    """
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:.3g}"


def finding_sentence(point: str, finding: Finding, *, look: bool = False) -> Sentence:
    """Say what a finding found; with `look`, also what to look at."""
    limit = finding.limit(max(int(finding.degree), 1))
    above = finding.value >= limit
    if finding.rule == "anomaly":
        english = f"{point}: unlike its own past, score {number(finding.value)} (limit {number(limit)})."
        chinese = f"{point}:与自身历史不符,异常分数 {number(finding.value)}(限值 {number(limit)})。"
    else:
        name_en, name_zh, unit = _INDICATORS[finding.indicator]
        english = f"{point}: {name_en} {number(finding.value)} {unit}"
        chinese = f"{point}:{name_zh} {number(finding.value)} {unit}"
        if finding.reference is not None:
            more_en, more_zh = _against(finding)
            english, chinese = english + more_en, chinese + more_zh
        verb_en, verb_zh = ("at or above", "达到或超过") if above else ("below", "低于")
        zone = " zone" if finding.rule == "severity" and above and finding.degree >= 2 else ""
        english += f", {verb_en} the{zone} limit of {number(limit)} {unit}."
        chinese += f",{verb_zh}限值 {number(limit)} {unit}。"
    if look:
        look_en, look_zh = _LOOK[finding.rule]
        return Sentence(f"{english} {look_en}", f"{chinese}{look_zh}")
    return Sentence(english, chinese)


def _against(finding: Finding) -> tuple[str, str]:
    reference = finding.reference or 0.0
    if finding.rule == "temperature":
        rise = finding.value - reference
        return (
            f", {number(rise)} K above its warm state of {number(reference)} °C",
            f",比正常温度 {number(reference)} °C 高 {number(rise)} K",
        )
    factor, unit = finding.value / max(reference, 1e-12), _INDICATORS[finding.indicator][2]
    return (
        f", {number(factor)} times its baseline of {number(reference)} {unit}",
        f",为基线 {number(reference)} {unit} 的 {number(factor)} 倍",
    )


def sensor_sentence(point: str, flags: tuple[str, ...]) -> Sentence:
    """Say that a sensor cannot be trusted, and why."""
    known = [_FLAGS[flag] for flag in flags if flag in _FLAGS]
    english = ", ".join(word for word, _ in known) or "signal not plausible"
    chinese = "、".join(word for _, word in known) or "信号不可信"
    return Sentence(
        f"{point}: sensor fault ({english}). Check sensor, cable and mounting; the machine is not judged by it.",
        f"{point}:传感器故障({chinese})。请检查传感器、电缆和安装;不以其判断设备状态。",
    )


def no_data_sentence(silent_s: float, limit_s: float) -> Sentence:
    """Say that a machine has gone silent."""
    return Sentence(
        f"No data for {number(silent_s / 60)} min (limit {number(limit_s / 60)} min). Look at gateway and network.",
        f"已 {number(silent_s / 60)} 分钟无数据(限值 {number(limit_s / 60)} 分钟)。请检查网关和网络。",
    )


_WITHHELD = {
    "warming_up": ("Still learning what is usual for this machine.", "正在学习设备的正常状态。"),
    "sensor_fault": ("No sensor of this machine can be trusted.", "设备的传感器均不可信。"),
    "stopped": ("The machine stands still.", "设备停机。"),
    "no_data": ("Nothing has come from this machine for too long.", "设备长时间无数据。"),
}


def withheld_sentence(status: str) -> Sentence:
    """Say why a score is withheld; empty where it isn't."""
    return Sentence(*_WITHHELD.get(status, ("", "")))


def cleared_sentence(point: str, finding: Finding | None) -> Sentence:
    """Say that an alert is over, with the value where there is one."""
    if finding is None:
        return Sentence(f"{point}: back to usual.", f"{point}:已恢复正常。")
    english, chinese = finding_sentence(point, finding)
    return Sentence(f"Back to usual. {english}", f"已恢复正常。{chinese}")


def data_back_sentence() -> Sentence:
    """Say that a machine sends again."""
    return Sentence("Data are coming again.", "数据已恢复。")
