"""Sentences on how a point is measured, in English and Chinese: what has changed, and what is to be done."""

from typing import NamedTuple

from models.bilingual import Bilingual
from models.clock import to_datetime
from models.texts.commands import command_at
from models.texts.sentences import number

__all__ = [
    "Sampling",
    "clipped_sentence",
    "fallen_sentence",
    "measured_as_before_sentence",
    "remeasured_sentence",
    "with_standstill_doubt",
    "with_unit_doubt",
]


class Sampling(NamedTuple):
    """Rate, length of a block and unit of a way of measuring."""

    rate_hz: float
    seconds: float
    unit: str


def _rate(rate_hz: float) -> str:
    return f"{number(rate_hz / 1000)} kHz" if rate_hz >= 1000 else f"{number(rate_hz)} Hz"


def _named(sampling: Sampling, other: Sampling) -> Bilingual:
    """Name a way of measuring, by its unit too where another's differs."""
    parts = [_rate(sampling.rate_hz), f"{number(sampling.seconds)} s"]
    parts += [sampling.unit] if sampling.unit != other.unit and sampling.unit else []
    return Bilingual(", ".join(parts), "、".join(parts))


_THEN = Bilingual("report maintenance or accept it as new normal", "登记维修或确认为新的正常状态")
_THEN_MAINTENANCE = Bilingual("report maintenance", "登记维修")
"""What ends it, where nothing speaks of a fault, and where something does."""


def remeasured_sentence(
    point: str, before: Sampling, now: Sampling, since_us: int, *, level_ratio: float, stands: bool, accept: bool
) -> Bilingual:
    """Say that a point is measured otherwise than before; `stands` where something keeps it from being learned.

    Accepting it is offered only where that is said to be right (`accept`).
    """
    one, other = _named(before, now), _named(now, before)
    at = to_datetime(since_us).strftime("%H:%M")
    said = Bilingual(
        f"{point}: sampling changed from {one.en} to {other.en} at {at} UTC.",
        f"{point}：采样方式于 {at} UTC 由 {one.zh} 变为 {other.zh}。",
    )
    then = _THEN if accept else _THEN_MAINTENANCE
    if level_ratio != 1.0:
        times = number(level_ratio)
        return Bilingual(
            f"{said.en} The level changed with it, to {times} times its usual, so it is not learned anew: check "
            f"sensor, mounting and machine, then {then.en}.",
            f"{said.zh}振动水平也随之变为平常的 {times} 倍，因此不重新学习：请检查传感器、安装和设备，"
            f"然后{then.zh}。",
        )
    if stands:
        return Bilingual(
            f"{said.en} While an alert stands nothing is learned anew: look at that first, then {then.en}.",
            f"{said.zh}报警未解除时不重新学习：请先处理报警，然后{then.zh}。",
        )
    return Bilingual(
        f"{said.en} What both ways measure is judged as before, the rest is learned anew. If nobody meant to "
        "change it, look at the settings of the logger.",
        f"{said.zh}两种方式都能测得的量照常判断，其余重新学习。若并非有意更改，请检查采集器设置。",
    )


_UNITS = {
    9.80665: Bilingual(
        "m/s² and g confused, or a scale that is off by ten", "可能混淆了 m/s² 与 g，或量程相差十倍"
    ),
    25.4: Bilingual("mm/s and inch/s confused", "可能混淆了 mm/s 与 inch/s"),
}
_SCALE = Bilingual("another unit or scale", "可能使用了其他单位或量程")


def _unit(factor: float) -> Bilingual:
    near = next((known for known in _UNITS if abs(factor / known - 1.0) < 1e-6), None)
    return _SCALE if near is None else _UNITS[near]


def fallen_sentence(point: str, times: float, *, accept: bool) -> Bilingual:
    """Say that everything fell at once as if told in another unit.

    >>> fallen_sentence("fan", 25.4, accept=True).en[:62]
    'fan: everything fell to 1/25.4 of its usual at once: mm/s and '
    """
    unit, factor, then = _unit(times), number(times), _THEN if accept else _THEN_MAINTENANCE
    return Bilingual(
        f"{point}: everything fell to 1/{factor} of its usual at once: {unit.en}? Check unit, scale and sensor, "
        f"then {then.en}; until then this point is not judged.",
        f"{point}：所有数值同时降为平常的 1/{factor}：{unit.zh}？请检查单位、量程和传感器，"
        f"然后{then.zh}；在此之前不判断该测点。",
    )


def with_unit_doubt(sentence: Bilingual, factor: float | None, *, fahrenheit: bool = False) -> Bilingual:
    """Add to what an alert says that it may be of a unit; the alert stays as it is."""
    if fahrenheit:
        return Bilingual(
            f"{sentence.en} It is its usual temperature in °F: check the unit first.",
            f"{sentence.zh}该数值等于平常温度的华氏度：请先检查单位。",
        )
    if factor is None or factor < 1.0:
        return sentence
    unit = _unit(factor)
    return Bilingual(
        f"{sentence.en} Everything is {number(factor)} times its usual: {unit.en}? Check that first.",
        f"{sentence.zh}所有数值均为平常的 {number(factor)} 倍：{unit.zh}？请先检查。",
    )


def with_standstill_doubt(sentence: Bilingual, machine: str, point: str) -> Bilingual:
    """Add to what an alert says that the machine may have stood while its usual was learned.

    >>> with_standstill_doubt(Bilingual("Loud.", "振动大。"), "P", "gear").en
    'Loud. Did it stand while this was learned? Then let it be learned anew: `stethos maintenance P --point gear`.'
    """
    command = command_at("maintenance", machine, point)
    return Bilingual(
        f"{sentence.en} Did it stand while this was learned? Then let it be learned anew: `{command}`.",
        f"{sentence.zh}学习期间设备是否停机？若是，请重新学习：`{command}`。",
    )


def measured_as_before_sentence(point: str) -> Bilingual:
    """Say that nothing about how a point is measured is new any more."""
    return Bilingual(
        f"{point}: what is usual is known for the way in which it is measured.",
        f"{point}：当前测量方式的正常状态已掌握。",
    )


def clipped_sentence(value_g: float, reference_g: float) -> Bilingual:
    """Say how loud a point is at least, whose sensor can't show more."""
    times = number(value_g / max(reference_g, 1e-12))
    return Bilingual(
        f"RMS acceleration at least {number(value_g)} g, {times} times its baseline of {number(reference_g)} g or "
        "more: the signal meets its sensor's limit.",
        f"加速度有效值至少 {number(value_g)} g，为基线 {number(reference_g)} g 的 {times} 倍以上："
        "信号已达传感器量程。",
    )
