"""Labels of time: which columns tell the time, and in which unit they say so."""

import re
from typing import NamedTuple

from stream.analysis.readers.column_labels import plain

__all__ = ["TimeLabel", "is_time_unit", "seconds_in", "time_label"]

_SECONDS = {
    1e-9: "ns nsec nanosec nanosecs nanos nanosecond nanoseconds 纳秒",
    1e-6: "us µs μs usec usecs µsec μsec micros microsec microsecond microseconds 微秒",
    1e-3: "ms msec msecs millis millisec millisecond milliseconds 毫秒",
    1.0: "s sec secs second seconds sekunden secondes segundos 秒",
    60.0: "min mins minute minutes minuten 分 分钟",
    3600.0: "h hr hrs hour hours std stunden 小时 时",
    86_400.0: "d day days tage 天 日",
}
_STEPS_S = {word: step for step, words in _SECONDS.items() for word in words.split()}
_EPOCH = re.compile(
    r"\b(epoch|unix|posix|since|utc|gmt|local|elapsed|relative|time|timestamp|from|start|1970|the|in)\b"
)
_CORE = frozenset(
    (
        *("t", "time", "times", "timestamp", "timestamps", "datetime", "date", "clock", "epoch"),
        *("zeit", "zeitstempel", "temps", "tiempo", "tempo", "tijd", "tid", "czas"),
        *("时间", "時間", "时间戳", "采样时间", "时刻", "日期时间", "日期", "x_value", "x_values", "xvalue"),
    )
)
_BESIDE = frozenset(
    (
        *("stamp", "elapsed", "relative", "absolute", "abs", "rel", "utc", "gmt", "local", "axis", "x", "unix"),
        *("posix", "posixtime", "system", "device", "gps", "since", "start", "in", "of", "value", "sampling"),
        "measurement",
    )
)
_BRACKETS = re.compile(r"\s*[\[(]\s*([^\[\]()]*?)\s*[\])]\s*$")
_CLOCK = re.compile(r"[dhms:.,f 0yn/-]+")


class TimeLabel(NamedTuple):
    """What a label of time says of its unit."""

    written: str
    """Empty where it says none."""
    step_s: float | None
    """Seconds in one; None where it says none, or an unknown one."""


def seconds_in(unit: str) -> float | None:
    """Give how many seconds a unit of time has, also of `epoch ms`; None for what is no such unit.

    >>> [seconds_in(unit) for unit in ("ms", "min", "epoch ms", "samples", "分钟")]
    [0.001, 60.0, 0.001, None, 60.0]
    """
    text = " ".join(_EPOCH.sub(" ", plain(unit).replace("_", " ")).split()).strip(".")
    return _STEPS_S.get(text)


def is_time_unit(text: str) -> bool:
    """Whether a cell under a column's name holds nothing but a unit of time."""
    return seconds_in(text) is not None


def time_label(name: str) -> TimeLabel | None:
    """Read a label of time; None for a name that is no time's.

    >>> [label and tuple(label) for label in map(time_label, ("Time", "time [ms]", "时间/s", "DE_time"))]
    [('', None), ('ms', 0.001), ('s', 1.0), None]
    >>> time_label("Time (fortnights)")
    TimeLabel(written='fortnights', step_s=None)
    """
    text = plain(name)
    match = _BRACKETS.search(text)
    bare, unit = (text[: match.start()], match[1]) if match else (text, "")
    if not match:
        behind = re.fullmatch(r"(.+?)(?:\s+in\s+|[_/ ]+)([^_/ ]+)", text)
        if behind is not None and behind[2] in _STEPS_S:
            bare, unit = behind[1], behind[2]
        elif text in _STEPS_S and len(text) > 1:  # `seconds`, `ms`; a lone letter may be anything
            bare, unit = "time", text
    if bare not in _CORE:
        words = re.split(r"[\s_/-]+", bare)
        if not (set(words) & _CORE and set(words) <= _CORE | _BESIDE):
            return None
    if (
        not unit
        or (_CLOCK.fullmatch(unit) and ":" in unit)
        or (seconds_in(f"x {unit}") is None and not _says(unit))
    ):
        return TimeLabel("", None)
    return TimeLabel(unit, seconds_in(unit))


def _says(unit: str) -> bool:
    """Whether a text in brackets says anything of a unit: of `UTC` and the like only the clock is told."""
    return bool(_EPOCH.sub(" ", unit).strip())
