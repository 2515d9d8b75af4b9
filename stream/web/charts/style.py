"""The style of all charts: quiet axes, few colours, text large enough, times and numbers without words."""

import math
from typing import Any, Literal

__all__ = [
    "FONT_PX",
    "Options",
    "Theme",
    "axis_label",
    "line_style",
    "round_above",
    "significant",
    "text_style",
    "tooltip",
    "zoom_bar",
]

Options = dict[str, Any]
"""Of ECharts (https://echarts.apache.org/en/option.html)."""
Theme = Literal["light", "dark"]

FONT_PX = 12
_INK: dict[Theme, str] = {"light": "#565656", "dark": "#b5b5b2"}
_RULE: dict[Theme, str] = {"light": "#d9d9d6", "dark": "#3b3d41"}
_PAPER: dict[Theme, str] = {"light": "#ffffff", "dark": "#222427"}
_LINES: dict[Theme, tuple[str, ...]] = {
    "light": ("#0072b2", "#cc5fa0", "#00795a", "#7a7a77", "#5a4fcf"),
    "dark": ("#56b4e9", "#e08fc0", "#2fc498", "#b5b5b2", "#a49cf5"),
}
"""After Okabe and Ito, without the colours that mean a status."""
_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_DASHES: tuple[str | list[int], ...] = ("solid", [6, 3], [2, 2], [8, 3, 2, 3])


def text_style(theme: Theme) -> Options:
    """Give colour and size of a chart's text."""
    return {"color": _INK[theme], "fontSize": FONT_PX}


def line_style(number: int, theme: Theme) -> Options:
    """Tell lines apart by colour and, without colours, by their dashes."""
    colours = _LINES[theme]
    return {"color": colours[number % len(colours)], "type": _DASHES[number % len(_DASHES)], "width": 1.5}


def axis_label(theme: Theme, *, last: bool = True) -> Options:
    """Give an axis' quiet lines and labels, the `last` label only where it is a round one."""
    return {
        "axisLabel": {**text_style(theme), "hideOverlap": True, **({} if last else {"showMaxLabel": False})},
        "axisLine": {"lineStyle": {"color": _RULE[theme]}},
        "axisTick": {"lineStyle": {"color": _RULE[theme]}},
        "splitLine": {"lineStyle": {"color": _RULE[theme], "opacity": 0.6}},
    }


def tooltip(theme: Theme) -> Options:
    """Give the box that follows pointer or finger; what it says is a `:formatter` of `stream.web.scripts`."""
    return {
        "trigger": "axis",
        "confine": True,
        "backgroundColor": _PAPER[theme],
        "borderColor": _RULE[theme],
        "textStyle": {**text_style(theme)},
        "axisPointer": {"lineStyle": {"color": _INK[theme]}, "label": {"show": False}},
    }


def significant(value: float, digits: int = 4) -> float:
    """Round to so many digits, as no more can be seen.

    >>> significant(0.00123456), significant(-0.0)
    (0.001235, 0.0)
    """
    return float(f"{value:.{digits}g}") + 0.0


def round_above(value: float) -> float:
    """Give a round number not below a value above 0, to end an axis at.

    >>> round_above(0.77), round_above(3.1), round_above(99.0)
    (0.8, 4.0, 100.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return significant(next(step for step in _ROUND if step * power >= 0.9999 * value) * power)


def zoom_bar(theme: Theme, axes: list[int], *, bottom: int) -> list[Options]:
    """Give the bar below a chart that zooms into it: dragging the chart itself must scroll the page."""
    return [
        {
            "type": "slider",
            "xAxisIndex": axes,
            "bottom": bottom,
            "height": 28,
            "left": 56,
            "right": 28,
            "showDetail": False,
            "brushSelect": False,
            "borderColor": _RULE[theme],
            "handleSize": "120%",
            "filterMode": "none",
        }
    ]
