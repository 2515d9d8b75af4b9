"""The spectra of a machine as the page shows them: what may be chosen, what is laid beside what, what is marked.

Pure: lists of kept spectra and what a reader has chosen in, frozen structs to draw out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.captures.capture import Capture, CaptureKind
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Machine
from stream.web.views.points_view import point_name
from stream.web.views.spectra_view import Earlier, Family, bearing_families, earlier_choices, nearest, shaft_family

__all__ = [
    "Chosen",
    "SpectrumDrawing",
    "SpectrumSectionView",
    "SpectrumView",
    "point_looked_at",
    "spectrum_drawing",
    "spectrum_section_view",
]

_NOTHING = Bilingual("nothing", "不对比")
_AXES = (("hz", Bilingual("Hz", "Hz")), ("orders", Bilingual("orders", "阶次")))
_ABOUT = Bilingual("Measured {clock}{speed}{bearing}.", "测量于{clock}{speed}{bearing}。")
_SPEED = Bilingual(" at {rpm} rpm", "，转速 {rpm} r/min")
_BEARING = Bilingual(", bearing {name}", "，轴承 {name}")
_NO_SPEED = Bilingual("No shaft speed is known, so nothing can be marked.", "转速未知，无法标出特征频率。")
_NO_BEARING = Bilingual(
    "No known bearing is described for this point: write its designation or geometry into machines.toml.",
    "该测点未登记已知轴承：请在 machines.toml 中填写型号或几何参数。",
)
_NOT_YET = Bilingual(
    "No spectrum is kept yet: the first good waveform of each hour leaves one.",
    "尚无频谱：每小时第一段有效波形会保存一份。",
)

Option = tuple[str, str]
"""Key and text of what a reader may choose."""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader has chosen."""

    point: str = ""
    older: str = ""
    """Key of an age, as of `earlier_choices`; empty for none."""
    moment: datetime | None = None
    """Any other time to compare with; goes before `older`."""
    orders: bool = False
    """Whether the axis is to be in orders of the shaft instead of Hz."""


class SpectrumView(msgspec.Struct, frozen=True, kw_only=True):
    """One chart before its values are read; what is equal looks the same."""

    newest: Capture
    older: Capture | None
    orders: bool
    """Only where the speed of both is known."""
    verdict: str
    """Of the point: the lines of the part that it names are marked."""


class SpectrumSectionView(msgspec.Struct, frozen=True, kw_only=True):
    """All of the section but the charts themselves."""

    points: tuple[Option, ...]
    point: str
    earlier: tuple[Option, ...]
    """What the newest may be compared with; empty where there is nothing."""
    compared: str
    axes: tuple[Option, ...]
    axis: str
    guide: str
    """What to wait for where no spectrum is kept."""
    spectra: Mapping[CaptureKind, SpectrumView | None]


class SpectrumDrawing(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn of a spectrum once its values are read."""

    newest: Capture
    name: str
    older: Capture | None
    older_name: str
    families: tuple[Family, ...]
    about: str
    missing: str
    """What would have to be known to mark more."""


def point_looked_at(points: Sequence[str], chosen: str, suspect: str) -> str:
    """Give the point to show: the chosen one while there is such, else the suspect one, else the first; or none.

    >>> point_looked_at(["axial", "drive-end"], "", "drive-end")
    'drive-end'
    """
    return next((point for point in (chosen, suspect) if point in points), points[0] if points else "")


def spectrum_section_view(
    points: Sequence[str],
    kept: Mapping[CaptureKind, Sequence[Capture]],
    chosen: Chosen,
    verdicts: Mapping[str, str],
    *,
    zone: tzinfo,
    language: Language,
) -> SpectrumSectionView:
    """Draw the section up from what is `kept` of the chosen point (oldest first) and the verdict of each point."""
    listed = kept["velocity_spectrum"] or kept["envelope_spectrum"]
    choices = earlier_choices(listed, zone, language)
    has_speed = bool(listed and listed[-1].speed_rpm)
    return SpectrumSectionView(
        points=tuple((each, point_name(each, language)) for each in points),
        point=chosen.point,
        earlier=(("", _NOTHING.say(language)), *((each.key, each.text) for each in choices)) if choices else (),
        compared="moment" if chosen.moment else chosen.older,
        axes=tuple((key, phrase.say(language)) for key, phrase in _AXES) if has_speed else (),
        axis="orders" if chosen.orders else "hz",
        guide="" if listed else _NOT_YET.say(language),
        spectra={kind: _spectrum_view(captures, choices, chosen, verdicts) for kind, captures in kept.items()},
    )


def _spectrum_view(
    captures: Sequence[Capture], choices: Sequence[Earlier], chosen: Chosen, verdicts: Mapping[str, str]
) -> SpectrumView | None:
    if not captures:
        return None
    newest, before = captures[-1], captures[:-1]
    moment = chosen.moment or next((each.time for each in choices if each.key == chosen.older), None)
    older = nearest(before, moment) if moment else None
    speeds_known = all(each.speed_rpm for each in (newest, older) if each)
    return SpectrumView(
        newest=newest,
        older=older,
        orders=chosen.orders and speeds_known,
        verdict=verdicts.get(newest.point, ""),
    )


def spectrum_drawing(
    newest: Capture,
    older: Capture | None,
    machine: Machine,
    orders: BearingOrders | None,
    verdict: str,
    *,
    zone: tzinfo,
    language: Language,
) -> SpectrumDrawing:
    """Say what to draw of two spectra with their values; `orders` are those of the point's bearing."""
    families, missing = _families(newest, orders, verdict, language)
    has_bearing = newest.kind == "envelope_spectrum" and not missing
    bearing = machine.bearings.get(newest.point, "") if has_bearing else ""
    about = _ABOUT.say(
        language,
        clock=_clock(newest, zone),
        speed=_SPEED.say(language, rpm=f"{newest.speed_rpm:.0f}") if newest.speed_rpm else "",
        bearing=_BEARING.say(language, name=bearing) if bearing else "",
    )
    return SpectrumDrawing(
        newest=newest,
        name=_clock(newest, zone),
        older=older,
        older_name=_clock(older, zone) if older else "",
        families=families,
        about=about,
        missing=missing,
    )


def _families(
    capture: Capture, orders: BearingOrders | None, verdict: str, language: Language
) -> tuple[tuple[Family, ...], str]:
    """Give the lines to mark, and what is missing to mark more."""
    highest_hz = capture.first + capture.step * capture.count
    shaft = shaft_family(capture.speed_rpm, highest_hz, language)
    if shaft is None:
        return (), _NO_SPEED.say(language)
    if capture.kind == "velocity_spectrum":
        return (shaft,), ""
    families = bearing_families(orders, capture.speed_rpm, highest_hz, language, verdict)
    return families or (shaft,), "" if families else _NO_BEARING.say(language)


def _clock(capture: Capture, zone: tzinfo) -> str:
    return f"{capture.measured.astimezone(zone):%Y-%m-%d %H:%M}"
