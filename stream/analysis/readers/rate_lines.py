"""Sampling rates that a file states in words: lines above a table, keys beside an array."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from models.bilingual import Bilingual
from stream.analysis.readers.column_labels import plain
from stream.analysis.readers.time_labels import seconds_in

__all__ = ["PLAUSIBLE_HZ", "Stated", "is_interval_key", "is_plausible", "is_rate_key", "rates_stated"]

PLAUSIBLE_HZ = (100.0, 1e6)
"""Between these, sensors of vibration are sampled; another rate is asked about."""

_RATE_KEYS = frozenset(
    [
        "fs",
        "fshz",
        "sr",
        "sps",
        "ratehz",
        "samplingrate",
        "samplerate",
        "samplingfrequency",
        "samplefrequency",
        "samplingratehz",
        "sampleratehz",
        "samplingfreq",
        "samplefreq",
        "samplespersecond",
        "scanrate",
        "odr",
        "outputdatarate",
        "wfsamples",
        "采样率",
        "采样频率",
        "采样速率",
        "abtastrate",
        "abtastfrequenz",
        "fréquenced'échantillonnage",
        "frequenciadeamostragem",
    ]
)
_INTERVAL_KEYS = frozenset(
    [
        "dt",
        "deltat",
        "deltax",
        "δt",
        "samplinginterval",
        "sampleinterval",
        "samplingperiod",
        "sampleperiod",
        "timestep",
        "wfincrement",
        "采样间隔",
        "采样周期",
        "abtastintervall",
    ]
)
_STEPS_HZ = {"": 1.0, "hz": 1.0, "khz": 1e3, "mhz": 1e6, "sps": 1.0, "ksps": 1e3, "sa/s": 1.0, "s/s": 1.0}
_STEPS_HZ |= {"samples/s": 1.0, "samples/sec": 1.0, "ks/s": 1e3, "ksa/s": 1e3, "1/s": 1.0, "赫兹": 1.0, "千赫": 1e3}
_LINE = re.compile(
    r"[#%;!*/\s]*(?P<name>[^\d:=,;\t()\[\]]+?)\s*(?:[\[(]\s*(?P<bracket>[^\[\]()]*)\s*[\])])?\s*[:=,;\t]*\s*"
    r"(?<![\d.])(?P<value>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)[\s,;]*"
    r"(?P<unit>[a-z/µμ赫兹千秒毫微1]*)(?P<rest>.*)"
)


class Stated(NamedTuple):
    """A rate, and where it is stated."""

    rate_hz: float
    where: Bilingual


def is_plausible(rate_hz: float) -> bool:
    """Whether a sensor of vibration is sampled so."""
    low, high = PLAUSIBLE_HZ
    return low <= rate_hz <= high


def is_rate_key(name: str) -> bool:
    """Whether a name is one of the sampling rate; plain `rate` is not, which may be the shaft's."""
    return _key(name.rsplit(".", 1)[-1]) in _RATE_KEYS


def is_interval_key(name: str) -> bool:
    """Whether a name is one of the time between samples."""
    return _key(name.rsplit(".", 1)[-1]) in _INTERVAL_KEYS


def rates_stated(lines: Iterable[str]) -> Iterator[Stated]:
    """Give the rates that lines above a table state.

    >>> lines = ["# 采样频率: 12.8 kHz", ";SampleRate, 400,Hz", "Sample rate: 25,600 Hz", "dt = 50 us", "speed: 25"]
    >>> [stated.rate_hz for stated in rates_stated(lines)]
    [12800.0, 400.0, 25600.0, 20000.0]
    """
    for line in lines:
        match = _LINE.fullmatch(plain(line).replace('"', "").replace("\t", " ; "))
        if match is None:
            continue
        key = _key(match["name"])
        unit = match["unit"] or match["bracket"] or ""
        values = list(_read(match["value"]))
        if key in _RATE_KEYS and unit in _STEPS_HZ:
            found = [value * _STEPS_HZ[unit] for value in values]
        elif key in _INTERVAL_KEYS and (step_s := seconds_in(unit or "s")) is not None:
            found = [1 / (value * step_s) for value in values if value > 0]
        else:
            continue
        likely = [rate for rate in found if is_plausible(rate)]
        where = Bilingual(f"the line {line.strip()[:60]!r}", f"文件中的 {line.strip()[:60]!r}")
        yield from (Stated(rate, where) for rate in (likely or found[:1]))


def _key(name: str) -> str:
    return re.sub(r"[\s_.-]", "", plain(name)).removeprefix("the")


def _read(text: str) -> Iterator[float]:
    """Give what a number may mean: a comma before three digits parts thousands, or is a decimal one."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        yield float(text.replace(",", ""))
        if text.count(",") == 1:
            yield float(text.replace(",", "."))
    else:
        yield float(text.replace(",", "."))
