"""Sentences for people, in English and Chinese: what was measured, against which limit, and what to look at."""

from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.diagnosis.fault_texts import FAULTS
from models.machinery.fault_names import fault_name
from models.machinery.mechanism import LookAt, Mechanism
from models.texts.indicator_names import indicator_name

__all__ = [
    "accepted_sentence",
    "cleared_sentence",
    "data_back_sentence",
    "mended_sentence",
    "no_data_sentence",
    "number",
    "rated_low",
    "renamed_sentence",
    "sensor_sentence",
    "symptom_sentence",
    "with_cause",
    "withheld_sentence",
]


_UNITS = {"rms_g": "g", "velocity_rms_mm_s": "mm/s", "envelope_rms_g": "g", "rise": "°C", "value_c": "°C"}


def _unit(indicator: str) -> str:
    """Give the unit with a space before it; nothing for a reading, whose unit isn't known."""
    return f" {_UNITS[indicator]}" if indicator in _UNITS else ""


_LOOK = {  # by indicator where it says more, else by rule
    "velocity_rms_mm_s": (
        "Look at unbalance, alignment, looseness and the bearings.",
        "请检查不平衡、不对中、松动和轴承。",
    ),
    "change": (
        "Look at the bearings: listen, check lubrication, compare spectra.",
        "请检查轴承：听音、检查润滑、对比频谱。",
    ),
    "anomaly": (
        "Look at what is new: load, speed, process or mounting.",
        "请查看有何变化：负载、转速、工艺或安装。",
    ),
    "temperature": (
        "Look at lubrication, cooling, load and friction.",
        "请检查润滑、冷却、负载和摩擦。",
    ),
}

_ABOUT: dict[str, LookAt] = {
    "velocity_rms_mm_s": "velocity",
    "change": "change",
    "temperature": "temperature",
    "anomaly": "anomaly",
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

    >>> number(0.012345), number(4.5), number(999.9), number(1234.5)
    ('0.0123', '4.5', '1000', '1234')
    """
    return f"{value:.0f}" if 999.5 <= abs(value) < 1e7 else f"{value:.3g}"


def symptom_sentence(
    point: str, symptom: Symptom, level: int, *, look: bool = False, mechanism: Mechanism | None = None
) -> Bilingual:
    """Say what a symptom found against the limit of a level (1 to 3); with `look`, also what to look at.

    `mechanism` is what the pack of the machine's kind says, if there is one.
    """
    if symptom.said is not None:
        english, chinese = f"{point}: {symptom.said[0]}", f"{point}：{symptom.said[1]}"
    else:
        english, chinese = (_anomaly if symptom.rule == "anomaly" else _measured)(point, symptom, level)
    if not look:
        return Bilingual(english, chinese)
    look_en, look_zh = _look(symptom, mechanism)
    return Bilingual(f"{english} {look_en}", f"{chinese}{look_zh}")


def _look(symptom: Symptom, mechanism: Mechanism | None) -> tuple[str, str]:
    """Give what to check next for a named fault, else where to look first: as the pack says it, or generally."""
    of_kind = None
    if mechanism is not None and symptom.said is not None:
        of_kind = mechanism.check.get(symptom.indicator)
    elif mechanism is not None:
        of_kind = mechanism.look.get(_ABOUT.get(symptom.indicator) or _ABOUT.get(symptom.rule, "change"))
    if of_kind is not None:
        return of_kind.en, of_kind.zh
    if symptom.said is not None and symptom.indicator in FAULTS:
        fault = FAULTS[symptom.indicator]
        return fault.next_en, fault.next_zh
    return _LOOK.get(symptom.indicator) or _LOOK.get(symptom.rule) or ("", "")


def _anomaly(point: str, symptom: Symptom, level: int) -> Bilingual:
    most_en, most_zh = "", ""
    if symptom.shares:
        named = [(*indicator_name(name), round(100 * share)) for name, share in symptom.shares.items()]
        most_en = ", most of all " + ", ".join(f"{english} ({part} %)" for english, _, part in named)
        most_zh = "，主要为" + "、".join(f"{chinese}（{part}%）" for _, chinese, part in named)
    score, limit = number(symptom.value), number(symptom.limit(level))
    return Bilingual(
        f"{point}: unlike its own past{most_en}; score {score}, limit {limit}.",
        f"{point}：与自身历史不符{most_zh}；异常分数 {score}，限值 {limit}。",
    )


def _measured(point: str, symptom: Symptom, level: int) -> Bilingual:
    (name_en, name_zh), unit = indicator_name(symptom.indicator), _unit(symptom.indicator)
    limit = symptom.limit(level)
    above = symptom.value >= limit
    against_en, against_zh = ("", "") if symptom.reference is None else _against(symptom)
    verb_en, verb_zh = ("at or above", "达到或超过") if above else ("below", "低于")
    zone = " zone" if symptom.rule == "severity" and level >= 2 else ""
    value, bound = f"{number(symptom.value)}{unit}", f"{number(limit)}{unit}"
    shown = name_en if name_en == symptom.indicator else name_en[0].upper() + name_en[1:]
    return Bilingual(
        f"{point}: {shown} {value}{against_en}, {verb_en} the{zone} limit of {bound}.",
        f"{point}：{name_zh} {value}{against_zh}，{verb_zh}限值 {bound}。",
    )


def _against(symptom: Symptom) -> tuple[str, str]:
    reference = symptom.reference or 0.0
    if symptom.rule == "temperature":
        rise = symptom.value - reference
        way_en, way_zh = ("above", "高") if rise >= 0.0 else ("below", "低")
        return (
            f", {number(abs(rise))} °C {way_en} its usual {number(reference)} °C when warm",
            f"，比平时热态温度 {number(reference)} °C {way_zh} {number(abs(rise))} °C",
        )
    factor, unit = symptom.value / max(reference, 1e-12), _unit(symptom.indicator)
    return (
        f", {number(factor)} times its baseline of {number(reference)}{unit}",
        f"，为基线 {number(reference)}{unit} 的 {number(factor)} 倍",
    )


def sensor_sentence(point: str, flags: tuple[str, ...]) -> Bilingual:
    """Say that a sensor cannot be trusted, and why."""
    known = [_FLAGS[flag] for flag in flags if flag in _FLAGS]
    english = ", ".join(word for word, _ in known) or "signal not plausible"
    chinese = "、".join(word for _, word in known) or "信号不可信"
    return Bilingual(
        f"{point}: sensor fault ({english}). Check sensor, cable and mounting; the machine is not judged by it.",
        f"{point}：传感器故障（{chinese}）。请检查传感器、电缆和安装；不以其判断设备状态。",
    )


def no_data_sentence(silent_s: float, limit_s: float) -> Bilingual:
    """Say that a machine has gone silent."""
    return Bilingual(
        f"No data for {number(silent_s / 60)} min (limit {number(limit_s / 60)} min). Look at gateway and network.",
        f"已 {number(silent_s / 60)} 分钟无数据（限值 {number(limit_s / 60)} 分钟）。请检查网关和网络。",
    )


_WITHHELD = {
    "warming_up": ("Still learning what is usual for this machine.", "正在学习设备的正常状态。"),
    "sensor_fault": ("No sensor of this machine can be trusted.", "设备的传感器均不可信。"),
    "stopped": ("The machine stands still.", "设备停机。"),
    "no_data": ("Nothing has come from this machine for too long.", "设备长时间无数据。"),
}


def withheld_sentence(status: str) -> Bilingual:
    """Say why a score is withheld; empty where it isn't."""
    return Bilingual(*_WITHHELD.get(status, ("", "")))


def cleared_sentence(point: str, symptom: Symptom | None) -> Bilingual:
    """Say that an alert is over, with the value where there is one."""
    if symptom is None:
        return Bilingual(f"{point}: back to usual.", f"{point}：已恢复正常。")
    if symptom.rule == "anomaly":
        score, limit = number(symptom.value), number(symptom.limit(1))
        return Bilingual(
            f"Back to usual. {point}: like its own past again; score {score}, limit {limit}.",
            f"已恢复正常。{point}：重新与自身历史相符；异常分数 {score}，限值 {limit}。",
        )
    if symptom.rule == "diagnosis":
        name_en, name_zh = fault_name(symptom.indicator)
        return Bilingual(
            f"{point}: hardly any observation shows {name_en} any more.",
            f"{point}：近期测量已基本不再显示{name_zh}。",
        )
    english, chinese = symptom_sentence(point, symptom, 1)
    return Bilingual(f"Back to usual. {english}", f"已恢复正常。{chinese}")


def with_cause(sentence: Bilingual, fault: str, confidence: float) -> Bilingual:
    """Add to what an alert says the fault that the same point's diagnosis names.

    >>> with_cause(Bilingual("Loud.", "振动大。"), "unbalance", 0.9).en
    'Loud. Probable cause: unbalance (confidence 90 %).'
    """
    english, chinese = fault_name(fault)
    return Bilingual(
        f"{sentence.en} Probable cause: {english} (confidence {100 * confidence:.0f} %).",
        f"{sentence.zh}可能原因：{chinese}（置信度 {100 * confidence:.0f} %）。",
    )


def renamed_sentence(point: str, before: str, now: str) -> Bilingual:
    """Say that observations speak for another fault than before."""
    before_en, before_zh = fault_name(before)
    now_en, now_zh = fault_name(now)
    return Bilingual(
        f"{point}: the observations no longer speak for {before_en} but for {now_en}.",
        f"{point}：近期测量不再支持{before_zh}，而支持{now_zh}。",
    )


def data_back_sentence() -> Bilingual:
    """Say that a machine sends again."""
    return Bilingual("Data are coming again.", "数据已恢复。")


def accepted_sentence(by: str) -> Bilingual:
    """Say that somebody has called normal what the alert was raised for.

    >>> accepted_sentence("").en, accepted_sentence("王伟").zh
    ('Accepted as new normal.', '王伟已确认为新的正常状态。')
    """
    return Bilingual(f"Accepted as new normal{f' by {by}' if by else ''}.", f"{by}已确认为新的正常状态。")


def mended_sentence(by: str) -> Bilingual:
    """Say that the machine has been worked on since the alert was raised."""
    return Bilingual(f"Maintenance was done{f' by {by}' if by else ''}.", f"{by}已完成维修。")


def rated_low(sentence: Bilingual, probability: float) -> Bilingual:
    """Say why an alert is of low priority although its evidence would make it medium."""
    percent = f"{100 * probability:.0f} %"
    return Bilingual(
        f"{sentence.en} Rated low: by what findings have taught, the probability of a fault is {percent}.",
        f"{sentence.zh}已降为低优先级：根据以往的检查结果，故障概率为 {percent}。",
    )
