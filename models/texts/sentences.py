"""Sentences for people, in English and Chinese: what was measured, against which limit, and what to look at."""

from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.diagnosis.fault_texts import FAULTS
from models.machinery.fault_names import fault_name
from models.machinery.mechanism import LookAt, Mechanism
from models.texts.escalations import escalation_sentence
from models.texts.indicator_names import indicator_name
from models.texts.knocks import LOOK_AT_KNOCKS, knocks_sentence

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
    "turned_sentence",
    "with_cause",
]


_NOTHING = Bilingual("", "")
_UNITS = {"rms_g": "g", "velocity_rms_mm_s": "mm/s", "envelope_rms_g": "g", "rise": "°C", "value_c": "°C"}


def _unit(indicator: str) -> str:
    """Give the unit with a space before it; nothing for a reading, whose unit isn't known."""
    return f" {_UNITS[indicator]}" if indicator in _UNITS else ""


_LOOK_AT = {  # by indicator where it says more, else by rule
    "velocity_rms_mm_s": Bilingual(
        "Look at unbalance, alignment, looseness and the bearings.",
        "请检查不平衡、不对中、松动和轴承。",
    ),
    "change": Bilingual(
        "Look at the bearings: listen, check lubrication, compare spectra.",
        "请检查轴承：听音、检查润滑、对比频谱。",
    ),
    "anomaly": Bilingual(
        "Look at what is new: load, speed, process or mounting.",
        "请查看有何变化：负载、转速、工艺或安装。",
    ),
    "temperature": Bilingual(
        "Look at lubrication, cooling, load and friction.",
        "请检查润滑、冷却、负载和摩擦。",
    ),
}

_FALLEN = Bilingual(
    "Look at belt, coupling, load and how the sensor is mounted.",
    "请检查皮带、联轴器、负载和传感器安装。",
)

_ABOUT: dict[str, LookAt] = {
    "velocity_rms_mm_s": "velocity",
    "change": "change",
    "temperature": "temperature",
    "anomaly": "anomaly",
}

_FLAGS = {
    "not_finite": Bilingual("values that are no numbers", "数值无效"),
    "clipped": Bilingual("clipped signal", "信号削波"),
    "stuck": Bilingual("stuck signal", "信号卡死"),
    "repeated": Bilingual(
        "it repeats what was sent before; look at the instrument and its gateway",
        "重复发送旧值；请检查仪表及其网关",
    ),
    "too_short": Bilingual("too few samples", "样本过少"),
    "offset": Bilingual("offset", "零点偏移"),
    "open": Bilingual("open circuit, or another unit or scale", "传感器开路，或单位、倍率不符"),
    "out_of_range": Bilingual("values out of range", "数值超出量程"),
    "erratic": Bilingual("erratic values", "数值跳动"),
    "jump": Bilingual("a jump that no machine makes", "数值突跳"),
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
    """Say how a symptom stands against the limit of a level (1 to 3); with `look`, also what to look at.

    `mechanism` is what the pack of the machine's kind says, if there is one.
    """
    if symptom.said is not None:
        sentence = Bilingual(f"{point}: {symptom.said.en}", f"{point}：{symptom.said.zh}")
    else:
        sentence = (_anomaly if symptom.rule == "anomaly" else _measured)(point, symptom, level)
        more = escalation_sentence(symptom)
        sentence = Bilingual(sentence.en + more.en, sentence.zh + more.zh)
    if not look:
        return sentence
    advice = _what_to_look_at(symptom, mechanism)
    return Bilingual(f"{sentence.en} {advice.en}", f"{sentence.zh}{advice.zh}")


def _what_to_look_at(symptom: Symptom, mechanism: Mechanism | None) -> Bilingual:
    """Give what to check next for a named fault, else where to look first: as the pack says it, or generally."""
    if symptom.is_fall:
        return _FALLEN
    if symptom.is_knocks:
        return LOOK_AT_KNOCKS
    of_kind = None
    if mechanism is not None and symptom.said is not None:
        of_kind = mechanism.check.get(symptom.indicator)
    elif mechanism is not None:
        of_kind = mechanism.look.get(_ABOUT.get(symptom.indicator) or _ABOUT.get(symptom.rule, "change"))
    if of_kind is not None:
        return Bilingual(of_kind.en, of_kind.zh)
    if symptom.said is not None and symptom.indicator in FAULTS:
        return FAULTS[symptom.indicator].next_check
    return _LOOK_AT.get(symptom.indicator) or _LOOK_AT.get(symptom.rule) or _NOTHING


def _anomaly(point: str, symptom: Symptom, level: int) -> Bilingual:
    most = _NOTHING
    if symptom.shares:
        named = [(indicator_name(name), round(100 * share)) for name, share in symptom.shares.items()]
        most = Bilingual(
            ", most of all " + ", ".join(f"{name.en} ({percent} %)" for name, percent in named),
            "，主要为" + "、".join(f"{name.zh}（{percent}%）" for name, percent in named),
        )
    score, limit = number(symptom.value), number(symptom.limit(level))
    return Bilingual(
        f"{point}: unlike its own past{most.en}; score {score}, limit {limit}.",
        f"{point}：与自身历史不符{most.zh}；异常分数 {score}，限值 {limit}。",
    )


def _measured(point: str, symptom: Symptom, level: int) -> Bilingual:
    if symptom.is_knocks:
        return knocks_sentence(point, symptom.value, symptom.limit(level))
    name, unit = indicator_name(symptom.indicator), _unit(symptom.indicator)
    limit = symptom.limit(level)
    above = symptom.value > limit if symptom.is_fall else symptom.value >= limit
    against = _NOTHING if symptom.reference is None else _against(symptom)
    side = Bilingual("at or above", "达到或超过") if above else Bilingual("below", "低于")
    quieter = _NOTHING
    if symptom.is_fall:
        side = Bilingual("above", "高于") if above else Bilingual("at or below", "达到或低于")
        quieter = _NOTHING if above else Bilingual(": quieter than it was", "：比以前安静")
    zone = " zone" if symptom.rule == "severity" and level >= 2 else ""
    value, bound = f"{number(symptom.value)}{unit}", f"{number(limit)}{unit}"
    shown = name.en if name.en == symptom.indicator else name.en[0].upper() + name.en[1:]
    return Bilingual(
        f"{point}: {shown} {value}{against.en}, {side.en} the{zone} limit of {bound}{quieter.en}.",
        f"{point}：{name.zh} {value}{against.zh}，{side.zh}限值 {bound}{quieter.zh}。",
    )


def _against(symptom: Symptom) -> Bilingual:
    reference = symptom.reference or 0.0
    if symptom.rule == "temperature":
        rise = symptom.value - reference
        side = Bilingual("above", "高") if rise >= 0.0 else Bilingual("below", "低")
        return Bilingual(
            f", {number(abs(rise))} °C {side.en} its usual {number(reference)} °C when warm",
            f"，比平时热态温度 {number(reference)} °C {side.zh} {number(abs(rise))} °C",
        )
    factor, unit = symptom.value / max(reference, 1e-12), _unit(symptom.indicator)
    return Bilingual(
        f", {number(factor)} times its baseline of {number(reference)}{unit}",
        f"，为基线 {number(reference)}{unit} 的 {number(factor)} 倍",
    )


def sensor_sentence(point: str, flags: tuple[str, ...]) -> Bilingual:
    """Say that a sensor cannot be trusted, and why."""
    known = [_FLAGS[flag] for flag in flags if flag in _FLAGS]
    english = ", ".join(flag.en for flag in known) or "signal not plausible"
    chinese = "、".join(flag.zh for flag in known) or "信号不可信"
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
        name = fault_name(symptom.indicator)
        return Bilingual(
            f"{point}: hardly any observation shows {name.en} any more.",
            f"{point}：近期测量已基本不再显示{name.zh}。",
        )
    sentence = symptom_sentence(point, symptom, 1)
    return Bilingual(f"Back to usual. {sentence.en}", f"已恢复正常。{sentence.zh}")


def with_cause(sentence: Bilingual, fault: str, confidence: float) -> Bilingual:
    """Add to what an alert says the fault that the same point's diagnosis names.

    >>> with_cause(Bilingual("Loud.", "振动大。"), "unbalance", 0.9).en
    'Loud. Probable cause: unbalance (confidence 90 %).'
    """
    name = fault_name(fault)
    return Bilingual(
        f"{sentence.en} Probable cause: {name.en} (confidence {100 * confidence:.0f} %).",
        f"{sentence.zh}可能原因：{name.zh}（置信度 {100 * confidence:.0f} %）。",
    )


def renamed_sentence(point: str, before: str, now: str) -> Bilingual:
    """Say that observations speak for another fault than before."""
    former, present = fault_name(before), fault_name(now)
    return Bilingual(
        f"{point}: the observations no longer speak for {former.en} but for {present.en}.",
        f"{point}：近期测量不再支持{former.zh}，而支持{present.zh}。",
    )


def turned_sentence(point: str, symptom: Symptom) -> Bilingual:
    """Say that what was quieter than it used to be is louder now, or the reverse."""
    if symptom.is_knocks:
        now = Bilingual("no longer quieter than usual, but it knocks", "不再低于平时，但有间歇敲击")
    elif symptom.is_fall:
        now = Bilingual("no longer louder than usual but quieter", "不再高于平时，而是低于平时")
    else:
        now = Bilingual("no longer quieter than usual but louder", "不再低于平时，而是高于平时")
    return Bilingual(f"{point}: {now.en}.", f"{point}：{now.zh}。")


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
    """Say why an alert is of low priority although its symptom would make it medium."""
    percent = f"{100 * probability:.0f} %"
    return Bilingual(
        f"{sentence.en} Rated low: by what findings have taught, the probability of a fault is {percent}.",
        f"{sentence.zh}已降为低优先级：根据以往的检查结果，故障概率为 {percent}。",
    )
