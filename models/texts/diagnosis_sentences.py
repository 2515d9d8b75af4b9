"""A diagnosis in sentences, English and Chinese: the name, how sure it is, what was seen, or why it is unknown."""

from models.bilingual import Bilingual
from models.diagnosis.fault_texts import FAULTS
from models.diagnosis.observed_diagnosis import ObservedFault
from models.diagnosis.reasons import Reason
from models.machinery.fault_names import fault_name
from models.machinery.mechanism import Mechanism

__all__ = [
    "STRONGER_AT",
    "changed_sentence",
    "contested_sentence",
    "few_sentence",
    "healthy_sentence",
    "named_sentence",
    "next_check",
    "reason_sentence",
    "seen_sentence",
    "with_stronger",
]


STRONGER_AT = Bilingual("It is stronger at another point; look there first: ", "另一测点更强，请先检查：")
"""What the point's id follows, and after that only a full stop, so that a page can put its everyday name there."""


def named_sentence(fault: str, confidence: float, times: int, of: int, seen: ObservedFault | None) -> Bilingual:
    """Name a fault with what it stands on.

    >>> named_sentence("unbalance", 0.875, 9, 15, None).en
    'Unbalance (confidence 88 %), in 9 of the last 15 observations.'
    """
    name = fault_name(fault)
    evidence = seen_sentence(seen) if seen else Bilingual("", "")
    return Bilingual(
        f"{name.en[0].upper()}{name.en[1:]} (confidence {100 * confidence:.0f} %), "
        f"in {times} of the last {of} observations{': ' if evidence.en else ''}{evidence.en}.",
        f"{name.zh}（置信度 {100 * confidence:.0f} %），最近 {of} 次测量中 {times} 次出现"
        f"{'：' if evidence.zh else ''}{evidence.zh}。",
    )


def seen_sentence(seen: ObservedFault) -> Bilingual:
    """Say what was seen of a fault last; empty where there are no numbers to tell."""
    if seen.kind == "envelope_line" and seen.found_hz and seen.expected_hz and seen.band_hz:
        return _harmonics(seen, seen.found_hz, seen.expected_hz, seen.band_hz)
    amplitude = seen.amplitude or 0.0
    if seen.kind == "carpet":
        return Bilingual(
            f"{amplitude:.1f} g RMS of noise without lines above 5 kHz",
            f"5 kHz 以上为无谱线的宽带噪声，有效值 {amplitude:.1f} g",
        )
    if not seen.found_hz:
        return Bilingual("", "")
    if seen.kind == "velocity_line":
        return Bilingual(
            f"{amplitude:.2f} mm/s RMS at {seen.found_hz:.1f} Hz",
            f"{seen.found_hz:.1f} Hz 处速度有效值 {amplitude:.2f} mm/s",
        )
    return Bilingual(
        f"{amplitude:.2f} g RMS at {seen.found_hz:.1f} Hz, "
        f"{seen.sidebands} of {seen.sidebands_of} sidebands stand out",
        f"{seen.found_hz:.1f} Hz 处加速度有效值 {amplitude:.2f} g，"
        f"{seen.sidebands_of} 条边频带中 {seen.sidebands} 条突出",
    )


def _harmonics(seen: ObservedFault, found_hz: float, expected_hz: float, band_hz: tuple[float, float]) -> Bilingual:
    above = f"{seen.prominence:.0f}" if seen.prominence is not None else "-"
    english = (
        f"the envelope of {band_hz[0]:.0f} to {band_hz[1]:.0f} Hz repeats at {found_hz:.1f} Hz "
        f"({expected_hz:.1f} Hz expected), {above} times above the noise, "
        f"with {seen.harmonics} of {seen.harmonics_of} harmonics"
    )
    chinese = (
        f"{band_hz[0]:.0f}~{band_hz[1]:.0f} Hz 频带的包络谱在 {found_hz:.1f} Hz 处有谱线"
        f"（理论值 {expected_hz:.1f} Hz），为背景噪声的 {above} 倍，"
        f"{seen.harmonics_of} 阶谐波中 {seen.harmonics} 阶突出"
    )
    if seen.sidebands_of:
        english += f" and {seen.sidebands} of {seen.sidebands_of} sidebands"
        chinese += f"，{seen.sidebands_of} 条边频带中 {seen.sidebands} 条突出"
    return Bilingual(english, chinese)


def with_stronger(sentence: Bilingual, point: str) -> Bilingual:
    """Add where the same is seen more strongly; nothing without a point.

    >>> with_stronger(Bilingual("Unbalance.", "不平衡。"), "drive-end").en
    'Unbalance. It is stronger at another point; look there first: drive-end.'
    """
    if not point:
        return sentence
    return Bilingual(f"{sentence.en} {STRONGER_AT.en}{point}.", f"{sentence.zh}{STRONGER_AT.zh}{point}。")


def next_check(fault: str, mechanism: Mechanism | None = None) -> Bilingual:
    """Say what to check next, as the pack of the machine's kind says it where it knows the fault."""
    of_kind = None if mechanism is None else mechanism.check.get(fault)
    if of_kind is not None:
        return Bilingual(of_kind.en, of_kind.zh)
    return FAULTS[fault].next_check


def healthy_sentence(times: int, of: int, turns: float) -> Bilingual:
    """Say that nothing was found, and in how much."""
    return Bilingual(
        f"No fault found in {times} of the last {of} observations, {turns:.0f} turns of the shaft.",
        f"最近 {of} 次测量（转轴共 {turns:.0f} 转）中 {times} 次未发现故障。",
    )


def few_sentence(times: int, fewest: int) -> Bilingual:
    """Say that too little has been measured yet."""
    return Bilingual(
        f"{times} of the {fewest} observations have been made that a diagnosis needs.",
        f"诊断至少需要 {fewest} 次测量，目前为 {times} 次。",
    )


def contested_sentence(faults: tuple[str, ...]) -> Bilingual:
    """Say that the observations name several faults that are easily taken for one another."""
    english = " or ".join(fault_name(fault).en for fault in faults)
    chinese = "或".join(fault_name(fault).zh for fault in faults)
    return Bilingual(
        f"The observations contradict each other: {english}. Measure longer, and check speed and bearing.",
        f"各次测量结论不一致：{chinese}。请延长测量时间，并核对转速和轴承型号。",
    )


def changed_sentence() -> Bilingual:
    """Say that there is something, though no fault can be named."""
    return Bilingual(
        "The vibration has changed or is too strong, and no fault can be named from it: measure longer blocks, or "
        "look at the spectra.",
        "振动已变化或过大，但无法据此判定故障：请延长单次测量时间，或查看频谱。",
    )


def reason_sentence(code: str, value: float, speed_hz: float) -> Bilingual:
    """Say why nothing can be told, by the code of the commonest reason."""
    order = value / speed_hz if speed_hz > 0 else 0.0
    return Reason[code.upper()].sentence(found=value, order=order)
