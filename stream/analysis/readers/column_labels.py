"""Labels of columns and keys: what they say of a signal's unit, and which of them only count."""

import re
import unicodedata
from typing import NamedTuple

from models.signal.units import Unit

__all__ = [
    "Sensitivity",
    "foreign_unit",
    "is_index",
    "is_unit",
    "plain",
    "scaled_unit",
    "sensitivity_of",
    "without_brackets",
    "without_unit",
]

_UNITS: dict[str, tuple[Unit, float]] = {
    "g": ("g", 1.0),
    "mg": ("g", 1e-3),
    "m/s2": ("m/s2", 1.0),
    "mm/s2": ("m/s2", 1e-3),
    "cm/s2": ("m/s2", 1e-2),
    "mm/s": ("mm/s", 1.0),
    "m/s": ("mm/s", 1e3),
    "cm/s": ("mm/s", 10.0),
    "in/s": ("mm/s", 25.4),
    "ips": ("mm/s", 25.4),
}
"""What is written in front of a column, in the units that are known here: which one, and how many of it."""
_SPELLINGS = (
    (re.compile(r"[\s_^*·⋅.()]"), ""),
    (re.compile(r"[−–]"), "-"),
    (re.compile(r"/sec\b|/s\b|s-1$"), "/s"),
    (re.compile(r"(?<![/])/?s-2$|/s/s$|/ss$"), "/s2"),
)
_SUFFIXES = {"_mm_s2": "mm/s2", "_m_s2": "m/s2", "_mm_s": "mm/s", "_in_s": "in/s", "_mg": "mg", "_g": "g"}
_INDEX_NAMES = frozenset(
    (
        *("", "index", "idx", "i", "n", "no", "nr", "sample", "samples", "#", "row", "count", "counter", "packet"),
        *("unnamed: 0", "sample number", "sample no", "序号", "编号", "采样点", "点号"),
    )
)
_BRACKETS = re.compile(r"\s*[\[(]\s*([^\[\]()]*?)\s*[\])]\s*$")
_NARROW = str.maketrans("（）［］", "()[]")
_RAW = r"(?:[mµμu]?v(?:olts?)?|[mµμu]?a|counts?|cts|lsb|digits?|bits?|adc|raw|pc|计数|伏)"
_FOREIGN = re.compile(rf"{_RAW}(?:\s*(?:rms|pk|p-p))?")
_SENSITIVITY = re.compile(
    rf"(?:^|[^a-z0-9.,])(?P<many>\d+(?:[.,]\d+)?)?\s*(?P<raw>{_RAW})\s*/\s*(?P<unit>\(?\s*(?:mm|m|cm|in)\s*/\s*s.*|m?g)\b"
)
_SMALL = re.compile(r"(?:^|[^A-Za-z])[av]\s*/")
"""A small `a` or `v` before the slash is what is measured, acceleration or velocity; large ones ampere and volt."""


class Sensitivity(NamedTuple):
    """A sensor's sensitivity: so many of what the recorder measures for one of the unit."""

    many: float | None
    raw: str
    unit: str

    @property
    def text(self) -> str:
        """The sensitivity as it is written: `100 mV/g`."""
        return f"{'' if self.many is None else f'{self.many:g} '}{self.raw}/{self.unit}"

    def arithmetic(self) -> str:
        """Say which scale it makes; empty where its number is not told.

        >>> Sensitivity(100.0, "mv", "g").arithmetic()
        '100 mV/g makes --scale 10 of volts, 0.01 of millivolts'
        """
        name = {"mv": "mV", "v": "V", "pc": "pC"}.get(self.raw, self.raw)
        if not self.many:
            return ""
        if self.raw in ("v", "mv"):
            millivolts = self.many * (1e3 if self.raw == "v" else 1.0)
            return (
                f"{self.many:g} {name}/{self.unit} makes --scale {1e3 / millivolts:.6g} of volts, "
                f"{1 / millivolts:.6g} of millivolts"
            )
        return f"{self.many:g} {name}/{self.unit} makes --scale {1 / self.many:.6g} of {name}"


def sensitivity_of(name: str) -> Sensitivity | None:
    """Give the sensitivity that a label holds, which is no unit: what stands before the slash is one of its own.

    >>> [sensitivity_of(name) for name in ("CH1 ICP 100mV/g", "acc/g", "V/mm/s")]
    [Sensitivity(many=100.0, raw='mv', unit='g'), None, Sensitivity(many=None, raw='v', unit='mm/s')]
    """
    match = _SENSITIVITY.search(plain(name))
    if match is None or (match["raw"] in ("a", "v") and not match["many"] and _SMALL.search(name)):
        return None
    many = float(match["many"].replace(",", ".")) if match["many"] else None
    return Sensitivity(many or None, match["raw"], _spelled(match["unit"]))


def foreign_unit(name: str) -> str:
    """Give the unit behind a name that is a converter's or a sensor's output, no vibration; empty for others.

    >>> [foreign_unit(name) for name in ("CH1 (V)", "Ax [counts]", "acc (g)", "CH2_mV", "Temp (C)")]
    ['v', 'counts', '', 'mv', '']
    """
    text = plain(name)
    match = _BRACKETS.search(text)
    behind = match[1] if match else re.split(r"[_/ ]", text)[-1] if re.search(r"[_/ ]", text) else ""
    return behind if _FOREIGN.fullmatch(behind) else ""


def scaled_unit(name: str) -> tuple[Unit, float] | None:
    """Give the unit that a name says, in brackets, behind a slash or as a suffix, and how many of it one step is.

    >>> [scaled_unit(name) for name in ("acc [g]", "加速度(m/s²)", "加速度/(m·s⁻²)", "v_mm_s")]
    [('g', 1.0), ('m/s2', 1.0), ('m/s2', 1.0), ('mm/s', 1.0)]
    >>> [scaled_unit(name) for name in ("X (mg)", "velocity [in/s]", "DE_time", "weight", "a (kg)", "10 mV/g")]
    [('g', 0.001), ('mm/s', 25.4), None, None, None, None]
    """
    if sensitivity_of(name) is not None:
        return None
    text = _unit_text(name)
    if text is not None and text in _UNITS:
        return _UNITS[text]
    if plain(name) in _UNITS:
        return _UNITS[plain(name)]
    return next((_UNITS[unit] for suffix, unit in _SUFFIXES.items() if plain(name).endswith(suffix)), None)


def without_unit(name: str) -> str:
    """Give a name without the unit behind it, which is no part of what is measured.

    >>> [without_unit(name) for name in ("X轴加速度（g）", "acc [m/s²]", "速度/(mm·s-1)", "v/mm/s", "end (left)")]
    ['X轴加速度', 'acc', '速度', 'v', 'end (left)']
    """
    text = _unit_text(name)
    if text is None or text not in _UNITS or sensitivity_of(name) is not None:
        return name
    narrow = name.translate(_NARROW)
    bare = _BRACKETS.sub("", narrow) if _BRACKETS.search(narrow) else narrow.partition("/")[0]
    return bare.rstrip("/ ").strip() or name


def without_brackets(name: str) -> str:
    """Give a name without whatever stands in brackets behind it.

    >>> without_brackets("Tacho [V]")
    'Tacho'
    """
    return _BRACKETS.sub("", name.translate(_NARROW)).strip() or name


def is_unit(text: str) -> bool:
    """Whether a cell under a column's name holds nothing but a unit of vibration.

    >>> [is_unit(text) for text in ("V", "m/s²", "time")]
    [True, True, False]
    """
    return scaled_unit(f"[{text}]") is not None or bool(foreign_unit(f"[{text}]"))


def is_index(name: str) -> bool:
    """Whether a name is that of a column that only counts."""
    return plain(name) in _INDEX_NAMES


def plain(name: str) -> str:
    """Give a label in one spelling: narrow, without quotes and capitals."""
    return unicodedata.normalize("NFKC", name).strip().strip("\"'").casefold()


def _unit_text(name: str) -> str | None:
    """Give what stands in brackets or behind a slash at the end of a name, as `_UNITS` spells it."""
    text = plain(name)
    match = _BRACKETS.search(text)
    return _spelled(match[1] if match else text.partition("/")[2]) or None


def _spelled(text: str) -> str:
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text
