"""A spectrum as a chart: today's line, an older one behind it, and marks where shaft and bearing have theirs."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from models.bilingual import Bilingual, Language
from models.captures.capture import Capture
from models.captures.taking import values_of
from models.signal.indicators import LOWER_HZ, SLOW_RPM
from stream.web.charts.style import (
    Options,
    Theme,
    axis_label,
    line_style,
    round_above,
    significant,
    text_style,
    tooltip,
    zoom_bar,
)
from stream.web.scripts import SPECTRUM_BOX
from stream.web.views.spectra_view import Family

__all__ = ["HEIGHT_PX", "Axis", "Shown", "spectrum_chart"]

HEIGHT_PX = 340
_HZ = Bilingual("Frequency, Hz", "频率，Hz")
_ORDERS = Bilingual("Orders (multiples of shaft speed)", "阶次（转频的倍数）")
_AMPLITUDE = {
    "velocity_spectrum": Bilingual("Velocity, mm/s RMS", "振动速度，mm/s 有效值"),
    "envelope_spectrum": Bilingual("Envelope, g RMS", "包络，g 有效值"),
}
_UNITS = {"velocity_spectrum": "mm/s", "envelope_spectrum": "g"}
"""By kind, as their axes say: what a stored capture calls its unit is not asked."""
_OLDER: dict[Theme, str] = {"light": "#9a9a97", "dark": "#8b8b88"}
_DIGITS = 3
_LABEL_ROOM = 0.07
"""Between two labels, of the axis: as much as one needs on a telephone."""


class Axis(msgspec.Struct, frozen=True):
    """What stands below: Hz, or orders of the shaft."""

    orders: bool = False


class Shown(msgspec.Struct, frozen=True):
    """A spectrum to draw, and what to call it."""

    capture: Capture
    name: str


def spectrum_chart(
    shown: Shown,
    older: Shown | None,
    families: Sequence[Family],
    *,
    axis: Axis,
    language: Language,
    theme: Theme,
) -> Options:
    """Draw a spectrum, `HEIGHT_PX` high; in orders each by its own speed, which both must have."""
    capture = shown.capture
    series = [_line(shown, axis, line_style(0, theme)["color"], behind=False)]
    if older is not None:
        series.insert(0, _line(older, axis, _OLDER[theme], behind=True))
    highest_hz = capture.first + capture.step * (capture.count - 1)
    labelled = _labelled([family for family in families if family.shown], _LABEL_ROOM * highest_hz)
    series += [
        _marks(family, _per_hz(capture, axis), number, theme, labelled)
        for number, family in enumerate(families, start=1)
    ]
    return {
        "animation": False,
        "textStyle": text_style(theme),
        "aria": {"enabled": True},
        "legend": {
            "top": 4,
            "left": 4,
            "type": "scroll",
            "textStyle": text_style(theme),
            "itemWidth": 26,
            "itemStyle": {"opacity": 0},
            "pageTextStyle": text_style(theme),
            "selected": {family.name: family.shown for family in families},
        },
        "grid": {"left": 60, "right": 28, "top": 84, "bottom": 92},
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": significant(highest_hz * _per_hz(capture, axis), 3),
            "name": (_ORDERS if axis.orders else _HZ).say(language),
            "nameLocation": "middle",
            "nameGap": 26,
            "nameTextStyle": text_style(theme),
            **axis_label(theme, last=False),
        },
        "yAxis": {
            "type": "value",
            "max": _top(capture),
            "name": _AMPLITUDE[capture.kind].say(language),
            "nameGap": 26,
            "nameTextStyle": {**text_style(theme), "align": "left", "padding": [0, 0, 0, -46]},
            **axis_label(theme),
        },
        "tooltip": {**tooltip(theme), ":formatter": SPECTRUM_BOX},
        "dataZoom": zoom_bar(theme, [0], bottom=8),
        "series": series,
    }


def _per_hz(capture: Capture, axis: Axis) -> float:
    return 60 / capture.speed_rpm if axis.orders and capture.speed_rpm else 1.0


def _line(shown: Shown, axis: Axis, colour: str, *, behind: bool) -> Options:
    capture = shown.capture
    frequency = (capture.first + capture.step * np.arange(capture.count)) * _per_hz(capture, axis)
    values = values_of(capture)
    return {
        "type": "line",
        "name": shown.name,
        "dimensions": ["×" if axis.orders else "Hz", _UNITS[capture.kind]],
        "symbol": "none",
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 1 if behind else 1.3},
        **({"areaStyle": {"color": colour, "opacity": 0.25}} if behind else {}),
        "data": [
            [significant(float(x), 5), significant(float(y), _DIGITS)]
            for x, y in zip(frequency, values, strict=True)
        ],
    }


def _top(capture: Capture) -> float | None:
    """End the axis at the strongest line of the band that counts: below it stands what integration blows up."""
    fast = capture.speed_rpm is not None and abs(capture.speed_rpm) > SLOW_RPM
    if capture.kind != "velocity_spectrum" or not fast:
        return None
    values = values_of(capture)[max(0, math.ceil((LOWER_HZ - capture.first) / capture.step)) :]
    top = float(values.max(initial=0.0))
    return round_above(top) if top > 0 else None


def _labelled(families: Sequence[Family], room_hz: float) -> set[tuple[str, int]]:
    """Choose marks that get a label: every family's first, and of the others those with room around them."""
    firsts = [(family.lines_hz[0], family.key, 1) for family in families]
    others = [(hz, family.key, n) for family in families for n, hz in enumerate(family.lines_hz[1:], start=2)]
    chosen: list[tuple[float, str, int]] = []
    for mark in [*firsts, *sorted(others)]:
        room = room_hz if mark[2] > 1 else room_hz / 2
        if all(abs(mark[0] - other[0]) >= room for other in chosen):
            chosen.append(mark)
    return {(key, n) for _, key, n in chosen}


def _marks(family: Family, per_hz: float, number: int, theme: Theme, labelled: set[tuple[str, int]]) -> Options:
    style = line_style(number, theme)
    return {
        "type": "line",
        "name": family.name,
        "itemStyle": {"color": style["color"]},
        "lineStyle": style,
        "symbol": "none",
        "data": [],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "data": [
                {
                    "xAxis": significant(hz * per_hz, 6),
                    "lineStyle": {**style, "width": 1.2, "opacity": 0.85},
                    "label": {
                        "show": (family.key, harmonic) in labelled or not family.shown,
                        "formatter": f"{harmonic}×",
                        "color": style["color"],
                        "fontSize": 12,
                        "rotate": 0,
                    },
                }
                for harmonic, hz in enumerate(family.lines_hz, start=1)
            ],
        },
    }
