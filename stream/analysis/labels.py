"""What names of columns and keys say: the unit of a signal, the rate, the time."""

import re
import unicodedata

from models.signal.units import Unit

__all__ = ["is_index", "is_rate_key", "is_unit", "time_step_s", "unit_of"]

_UNITS: tuple[tuple[Unit, str], ...] = (
    ("mm/s", r"mm/s|mm/sec|mm\*s-1"),
    ("m/s2", r"m/s2|m/s\^2|m/s/s|m\*s-2"),
    ("g", r"g"),
)
_UNIT_SUFFIXES: tuple[tuple[Unit, str], ...] = (("mm/s", "_mm_s"), ("m/s2", "_m_s2"), ("g", "_g"))

_TIME_NAMES = frozenset(
    ("t", "time", "times", "timestamp", "datetime", "date", "zeit", "x_time", "时间", "時間", "时间戳", "采样时间")
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
    "微秒": 1e-6,
}
_RATE_KEYS = frozenset(("fs", "fs_hz", "sr", "rate_hz", "sampling_rate", "sample_rate", "采样率", "采样频率"))


def unit_of(name: str) -> Unit | None:
    """Give the unit that a name says, in brackets or as a suffix; None where it says none.

    >>> [unit_of(name) for name in ("acc [g]", "加速度(m/s²)", "v_mm_s", "DE_time", "weight")]
    ['g', 'm/s2', 'mm/s', None, None]
    """
    plain = _plain(name)
    bracketed = re.findall(r"[\[(]([^\])]*)[\])]", plain)
    for unit, pattern in _UNITS:
        if any(re.fullmatch(pattern, inside.replace(" ", "")) for inside in bracketed):
            return unit
    return next((unit for unit, suffix in _UNIT_SUFFIXES if plain.endswith(suffix)), None)


def time_step_s(name: str) -> float | None:
    """Give how many seconds one step of a time column is; None for a name that is no time's.

    >>> [time_step_s(name) for name in ("Time", "time [ms]", "t_us", "时间(s)", "DE_time")]
    [1.0, 0.001, 1e-06, 1.0, None]
    """
    plain = _plain(name)
    match = re.fullmatch(r"(.*?)\s*(?:[\[(]\s*(.*?)\s*[\])]|[_ ](s|sec|seconds|ms|us|µs))?", plain)
    if match is None or match[1] not in _TIME_NAMES:
        return None
    return _STEPS_S.get(match[2] or match[3] or "s", 1.0)


def is_unit(text: str) -> bool:
    """Whether a cell under a column's name holds nothing but a unit.

    >>> [is_unit(text) for text in ("ms", "m/s²", "time")]
    [True, True, False]
    """
    return unit_of(f"[{text}]") is not None or _plain(text) in _STEPS_S


def is_index(name: str) -> bool:
    """Whether a name is that of a column that only counts."""
    return _plain(name) in _INDEX_NAMES


def is_rate_key(name: str) -> bool:
    """Whether a name is one of the sampling rate in Hz; plain `rate` is not, which may be the shaft's."""
    return _plain(name.rsplit(".", 1)[-1]) in _RATE_KEYS


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().strip("\"'").casefold()
