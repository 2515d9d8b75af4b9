"""Labels of columns and keys: what they say of a signal's unit, its rate, the time."""

import re
import unicodedata

from models.signal.units import Unit

__all__ = ["is_index", "is_rate_key", "is_unit", "rate_hz_of", "scaled_unit", "time_step_s", "without_unit"]

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

_TIME_NAMES = frozenset(
    (
        "t",
        "time",
        "times",
        "timestamp",
        "datetime",
        "date",
        "zeit",
        "temps",
        "tiempo",
        "tempo",
        "x_time",
        "时间",
        "時間",
        "时间戳",
        "采样时间",
    )
)
_INDEX_NAMES = frozenset(("", "index", "idx", "i", "n", "no", "nr", "sample", "samples", "#", "序号", "编号"))
_STEPS_S = {
    "s": 1.0,
    "sec": 1.0,
    "seconds": 1.0,
    "秒": 1.0,
    "ms": 1e-3,
    "毫秒": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "微秒": 1e-6,
}
_RATE_KEYS = frozenset(
    (
        *("fs", "fs_hz", "sr", "rate_hz", "sampling_rate", "sample_rate", "sampling_frequency", "sample_frequency"),
        *("采样率", "采样频率", "abtastrate"),
    )
)
_RATE_STEPS_HZ = {"": 1.0, "hz": 1.0, "khz": 1e3, "sps": 1.0, "ksps": 1e3, "sa/s": 1.0, "s/s": 1.0}
_BRACKETS = re.compile(r"\s*[\[(]\s*([^\[\]()]*?)\s*[\])]\s*$")
_NARROW = str.maketrans("（）［］", "()[]")


def scaled_unit(name: str) -> tuple[Unit, float] | None:
    """Give the unit that a name says, in brackets, behind a slash or as a suffix, and how many of it one step is.

    >>> [scaled_unit(name) for name in ("acc [g]", "加速度(m/s²)", "加速度/(m·s⁻²)", "v_mm_s")]
    [('g', 1.0), ('m/s2', 1.0), ('m/s2', 1.0), ('mm/s', 1.0)]
    >>> [scaled_unit(name) for name in ("X (mg)", "velocity [in/s]", "DE_time", "weight", "a (kg)")]
    [('g', 0.001), ('mm/s', 25.4), None, None, None]
    """
    text = _unit_text(name)
    if text is not None and text in _UNITS:
        return _UNITS[text]
    plain = _plain(name)
    return next((_UNITS[unit] for suffix, unit in _SUFFIXES.items() if plain.endswith(suffix)), None)


def without_unit(name: str) -> str:
    """Give a name without the unit behind it, which is no part of what is measured.

    >>> [without_unit(name) for name in ("X轴加速度（g）", "acc [m/s²]", "速度/(mm·s-1)", "v/mm/s", "end (left)")]
    ['X轴加速度', 'acc', '速度', 'v', 'end (left)']
    """
    text = _unit_text(name)
    if text is None or (text not in _UNITS and text not in _STEPS_S):
        return name
    plain = name.translate(_NARROW)
    bare = _BRACKETS.sub("", plain) if _BRACKETS.search(plain) else plain.partition("/")[0]
    return bare.rstrip("/ ").strip() or name


def time_step_s(name: str) -> float | None:
    """Give how many seconds one step of a time column is; None for a name that is no time's.

    >>> [time_step_s(name) for name in ("Time", "time [ms]", "t_us", "时间/s", "DE_time")]
    [1.0, 0.001, 1e-06, 1.0, None]
    """
    plain = _plain(name)
    match = re.fullmatch(r"(.*?)\s*(?:[\[(]\s*(.*?)\s*[\])]|[_ /](s|sec|seconds|ms|us|µs|μs))?", plain)
    if match is None or match[1] not in _TIME_NAMES:
        return None
    return _STEPS_S.get(match[2] or match[3] or "s", 1.0)


def is_unit(text: str) -> bool:
    """Whether a cell under a column's name holds nothing but a unit.

    >>> [is_unit(text) for text in ("ms", "m/s²", "time")]
    [True, True, False]
    """
    return scaled_unit(f"[{text}]") is not None or _plain(text) in _STEPS_S


def is_index(name: str) -> bool:
    """Whether a name is that of a column that only counts."""
    return _plain(name) in _INDEX_NAMES


def is_rate_key(name: str) -> bool:
    """Whether a name is one of the sampling rate in Hz; plain `rate` is not, which may be the shaft's."""
    return _plain(name.rsplit(".", 1)[-1]).replace(" ", "_") in _RATE_KEYS


def rate_hz_of(line: str) -> float | None:
    """Give the sampling rate that a line above the numbers of a table says; None where it says none.

    >>> [rate_hz_of(line) for line in ("# 采样频率: 12.8 kHz", "Sample rate (Hz),12000", "Fs = 25600", "speed: 25")]
    [12800.0, 12000.0, 25600.0, None]
    """
    match = re.fullmatch(
        r"[#%;\s]*([^\d:=,;\t()\[\]]+?)\s*(?:[\[(]\s*(\w+)\s*[\])])?\s*[:=,;\t]+\s*"
        r"(\d+(?:\.\d+)?)\s*([a-z/]*)[\s,;]*",
        _plain(line).replace('"', ""),
    )
    if match is None or not is_rate_key(match[1]):
        return None
    step_hz = _RATE_STEPS_HZ.get(match[4] or match[2] or "")
    return float(match[3]) * step_hz if step_hz else None


def _unit_text(name: str) -> str | None:
    """Give what stands in brackets or behind a slash at the end of a name, as `_UNITS` spells it."""
    plain = _plain(name)
    match = _BRACKETS.search(plain)
    text = match[1] if match else plain.partition("/")[2]
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text or None


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().strip("\"'").casefold()
