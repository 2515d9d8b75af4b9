"""Which kept spectra a reader may lay beside the newest, and where the lines of shaft and bearing stand."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.captures.capture import Capture
from models.machinery.kinematics import BearingOrders
from stream.texts.times import clock_text

__all__ = ["Earlier", "Family", "bearing_families", "earlier_choices", "nearest", "shaft_family"]

_HARMONICS = 10
_BEARING_HARMONICS = 4
_SHAFT = Bilingual("shaft speed", "转频")
_BEARING = {
    "bpfo": Bilingual("outer race", "外圈"),
    "bpfi": Bilingual("inner race", "内圈"),
    "bsf2": Bilingual("rolling element", "滚动体"),
    "ftf": Bilingual("cage", "保持架"),
}
_BY_VERDICT = {
    "bearing_outer_race": "bpfo",
    "bearing_inner_race": "bpfi",
    "bearing_rolling_element": "bsf2",
    "bearing_cage": "ftf",
}
_AGES = (
    ("hour", Bilingual("1 hour before", "1小时前"), timedelta(hours=1)),
    ("day", Bilingual("1 day before", "1天前"), timedelta(days=1)),
    ("week", Bilingual("1 week before", "1周前"), timedelta(days=7)),
    ("month", Bilingual("4 weeks before", "4周前"), timedelta(days=28)),
    ("quarter", Bilingual("3 months before", "3个月前"), timedelta(days=91)),
    ("year", Bilingual("1 year before", "1年前"), timedelta(days=365)),
)
_OLDEST = Bilingual("the oldest ({clock})", "最早的（{clock}）")
_AGE_TOLERANCE = 0.3
"""Of an age: so far off a kept spectrum still counts as of that age."""


class Family(msgspec.Struct, frozen=True):
    """Lines that belong together: multiples of one frequency."""

    key: str
    name: str
    lines_hz: tuple[float, ...]
    """The first harmonic, the second and so on."""
    shown: bool = True
    """Whether the lines are marked unless a reader chooses otherwise."""


class Earlier(msgspec.Struct, frozen=True):
    """A choice of an older spectrum."""

    key: str
    text: str
    time: datetime
    """Where it is kept."""


def shaft_family(speed_rpm: float | None, highest_hz: float, language: Language) -> Family | None:
    """Give the shaft's harmonics; None where the speed is not known or too high to show any.

    >>> shaft_family(1500.0, 60.0, "en").lines_hz
    (25.0, 50.0)
    """
    lines = _multiples((speed_rpm or 0.0) / 60, highest_hz, _HARMONICS)
    return Family("shaft", _SHAFT.say(language), lines) if lines else None


def bearing_families(
    orders: BearingOrders | None, speed_rpm: float | None, highest_hz: float, language: Language, verdict: str = ""
) -> tuple[Family, ...]:
    """Give the harmonics of what a bearing's parts do; none where bearing or speed is not known.

    Those of the part that a `verdict` names are marked, else those of both races.
    """
    if orders is None or not speed_rpm:
        return ()
    shown = (_BY_VERDICT[verdict],) if verdict in _BY_VERDICT else ("bpfo", "bpfi")
    families = (
        Family(
            key,
            phrase.say(language),
            _multiples(getattr(orders, key) * speed_rpm / 60, highest_hz, _BEARING_HARMONICS),
            shown=key in shown,
        )
        for key, phrase in _BEARING.items()
    )
    return tuple(family for family in families if family.lines_hz)


def earlier_choices(kept: Sequence[Capture], zone: tzinfo, language: Language) -> tuple[Earlier, ...]:
    """Give what the last of `kept` (by time) may be compared with: about an hour, a day and so on before it."""
    if len(kept) < 2:
        return ()
    newest, before = kept[-1], kept[:-1]
    choices = []
    for key, phrase, age in _AGES:
        older = nearest(before, newest.measured - age)
        if older is not None and abs(newest.measured - age - older.measured) <= _AGE_TOLERANCE * age:
            choices.append(Earlier(key, phrase.say(language), older.time))
    oldest = before[0]
    if oldest.time not in {choice.time for choice in choices}:
        clock = clock_text(oldest.measured, newest.measured, zone, language)
        choices.append(Earlier("oldest", _OLDEST.say(language, clock=clock), oldest.time))
    return tuple(choices)


def nearest(kept: Sequence[Capture], moment: datetime) -> Capture | None:
    """Give the one that was measured nearest to a moment."""
    return min(kept, key=lambda capture: abs(capture.measured - moment), default=None)


def _multiples(frequency_hz: float, highest_hz: float, most: int) -> tuple[float, ...]:
    if frequency_hz <= 0:
        return ()
    return tuple(n * frequency_hz for n in range(1, most + 1) if n * frequency_hz <= highest_hz)
