"""What each point of a machine measures now: value, unit, limit, direction and age, and whether to believe it."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from models.machinery.severity import boundaries_of
from models.machinery.temperature import temperature_limit_c
from models.outputs import Health
from models.signal.quality import SHORTENED
from models.texts.diagnosis_sentences import STRONGER_AT
from stream.stores.store import ValueAt
from stream.texts.phrases import FLAGS, POINTS
from stream.texts.times import age_text, span_text
from stream.web.views.snapshot import Series

__all__ = ["PointView", "ValueView", "flag_texts", "point_name", "points_view", "with_point_names"]


_LABELS = {
    "velocity_rms_mm_s": Bilingual("Velocity RMS", "振动速度有效值"),
    "rms_g": Bilingual("Acceleration RMS", "加速度有效值"),
    "value_c": Bilingual("Temperature", "温度"),
}
_UNITS = {"velocity_rms_mm_s": "mm/s", "rms_g": "g", "value_c": "°C"}
_DECIMALS = {"velocity_rms_mm_s": 2, "rms_g": 3, "value_c": 1}
_LIMIT = Bilingual("limit {limit} {unit}", "限值 {limit} {unit}")
_ZONE_LIMIT = Bilingual("limit {limit} {unit} (zone C)", "限值 {limit} {unit}（C区）")
_TRUSTED = Bilingual("Signal good", "信号正常")
_SHORTENED = Bilingual("Signal good: {flags}", "信号正常：{flags}")
_FAULT = Bilingual("Sensor fault: {flags}", "传感器故障：{flags}")
_SILENT = Bilingual("Nothing has come for {span}", "已{span}没有数据")
_SILENT_AFTER = timedelta(minutes=30)
_UNKNOWN_FAULT = Bilingual("signal not plausible", "信号不可信")
_DIRECTIONS = {
    1: Bilingual("↗ rising", "↗ 上升"),
    0: Bilingual("→ steady", "→ 平稳"),
    -1: Bilingual("↘ falling", "↘ 下降"),
}


class ValueView(msgspec.Struct, frozen=True, kw_only=True):
    """One number with all that belongs to it."""

    label: str
    text: str
    limit_text: str
    direction: str
    age: str
    old: bool
    over: bool
    """Whether it has reached its limit."""


class PointView(msgspec.Struct, frozen=True, kw_only=True):
    """One point."""

    id: str
    name: str
    ok: bool
    quality: str
    values: tuple[ValueView, ...]


def point_name(point: str, language: Language) -> str:
    """Give a point's everyday name, or the one it has.

    >>> point_name("drive-end", "zh"), point_name("Punkt 7", "en")
    ('驱动端', 'Punkt 7')
    """
    known = POINTS.get(point)
    return known.say(language) if known else point


def with_point_names(text: str, point: str, language: Language) -> str:
    """Put everyday names where a sentence begins with its point, and where it ends with another one to look at.

    >>> with_point_names("drive-end: Unbalance. It is stronger at another point; look there first: non-drive-end.",
    ...                  "drive-end", "en")
    'Drive end: Unbalance. It is stronger at another point; look there first: non-drive end.'
    """
    for stem in STRONGER_AT:
        before, found, other = text.rpartition(stem)
        if found:
            text = before + found + point_name(other[:-1], language) + other[-1:]
    for colon in (":", "："):
        if point and text.startswith(point + colon):
            name = point_name(point, language)
            return name[:1].upper() + name[1:] + text[len(point) :]
    return text


def flag_texts(flags: Sequence[str], language: Language) -> str:
    """Say what is wrong with a signal; flags that nobody has named yet are given as they are."""
    named = [FLAGS[flag].say(language) if flag in FLAGS else flag for flag in flags]
    return ("、" if language == "zh" else ", ").join(named) or _UNKNOWN_FAULT.say(language)


def points_view(
    healths: Sequence[Health], series: Sequence[Series], machine: Machine, *, now: datetime, language: Language
) -> tuple[PointView, ...]:
    """Give the points of one machine, faulty ones first; `healths` has one of each point."""
    newest = max(healths, key=lambda health: health.time, default=None)
    since = newest.time - _SILENT_AFTER if newest is not None and newest.guard == "silent" else None
    views = [
        _point(health, series, machine, now, language, silent=since is not None and health.time < since)
        for health in healths
    ]
    return tuple(sorted(views, key=lambda view: (view.ok, view.name)))


def _point(
    health: Health, series: Sequence[Series], machine: Machine, now: datetime, language: Language, *, silent: bool
) -> PointView:
    ok = health.quality.ok
    shortened = SHORTENED in health.quality.flags
    quality = _SILENT if silent else _FAULT if not ok else _SHORTENED if shortened else _TRUSTED
    return PointView(
        id=health.point,
        name=point_name(health.point, language),
        ok=ok,
        quality=quality.say(
            language,
            flags=flag_texts(health.quality.flags, language),
            span=span_text((now - health.time).total_seconds(), language),
        ),
        values=tuple(
            _value(each, machine, now, language) for each in series if each.point == health.point and each.values
        ),
    )


def _value(series: Series, machine: Machine, now: datetime, language: Language) -> ValueView:
    last = series.values[-1]
    decimals, unit = _DECIMALS[series.field], _UNITS[series.field]
    limit, phrase = _limit(series, machine)
    age_s = (now - last.time).total_seconds()
    return ValueView(
        label=_LABELS[series.field].say(language),
        text=f"{last.value:.{decimals}f} {unit}",
        limit_text=phrase.say(language, limit=f"{limit:g}", unit=unit) if limit is not None else "",
        direction=_direction(series.values, language),
        age=age_text(age_s, language),
        old=age_s > max(2 * _interval_s(series.values), 120),
        over=limit is not None and last.value >= limit,
    )


def _limit(series: Series, machine: Machine) -> tuple[float | None, Bilingual]:
    if series.field == "velocity_rms_mm_s":
        boundaries = boundaries_of(machine)
        return (boundaries.bc_mm_s if boundaries else None), _ZONE_LIMIT
    return (temperature_limit_c(machine, series.point) if series.field == "value_c" else None), _LIMIT


def _interval_s(values: Sequence[ValueAt]) -> float:
    steps = [(b.time - a.time).total_seconds() for a, b in itertools.pairwise(values)]
    return median(steps) if steps else 0.0


def _direction(values: Sequence[ValueAt], language: Language) -> str:
    """Compare the last ten minutes with the time an hour before, by medians; a tenth is a change."""
    end = values[-1].time
    last = [each.value for each in values if each.time > end - timedelta(minutes=10)]
    before = [each.value for each in values if each.time <= end - timedelta(minutes=30)]
    if not before:
        return ""
    earlier, later = median(before), median(last)
    change = 0 if abs(later - earlier) <= 0.1 * max(abs(earlier), 1e-9) else 1 if later > earlier else -1
    return _DIRECTIONS[change].say(language)
