"""The sparkline of a machine's health: lines where it is known, marked gaps where it is withheld or missing."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import median

import msgspec

from models.bilingual import Bilingual, Language
from models.outputs import Status
from stream.stores.store import HealthAt
from stream.texts.phrases import STATUSES
from stream.texts.times import span_text

__all__ = ["HEIGHT", "WIDTH", "Gap", "Line", "TrendView", "trend_view"]

WIDTH, HEIGHT = 300, 60
"""Of the drawing, in its own units; health 100 is at the top, 0 at the bottom."""
_SPANS_H = (1, 2, 3, 4, 6, 8, 12, 16, 24)
_MISSING_INTERVALS = 4
Place = Callable[[datetime], float]
_TITLE = Bilingual("Health, last {span}", "最近{span}健康度")
_WITHHELD = Bilingual("Grey: health not given ({reasons})", "灰色：暂不给出健康度（{reasons}）")
_FALLING = Bilingual("↘ down {points} in {span}", "↘ {span}内下降{points}")
_RISING = Bilingual("↗ up {points} in {span}", "↗ {span}内上升{points}")
_STEADY = Bilingual("→ steady", "→ 平稳")


Line = tuple[tuple[float, float], ...]
"""The points of one line: x and y of each."""


class Gap(msgspec.Struct, frozen=True):
    """A stretch without health, in the drawing's units, and why."""

    x: float
    width: float
    status: Status


class TrendView(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw, in the drawing's units."""

    title: str
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    gap_text: str
    change_text: str
    """How health moved lately; empty where that can't be said."""
    falling: bool = False


def trend_view(history: Sequence[HealthAt], *, until: datetime, language: Language) -> TrendView | None:
    """Draw a history that is oldest first, up to `until`; None for less than two moments.

    The span is the shortest of a few from 1 to 24 hours that shows all of it, or the last 24 hours.
    """
    span = _span(history, until)
    shown = [each for each in history if until - span <= each.time <= until]
    if len(shown) < 2:
        return None
    start = until - span

    def place(moment: datetime) -> float:
        return round((moment - start) / span * WIDTH, 1)

    runs = _runs(shown)
    lines = tuple(_line(run, place) for run in runs if run[0].score is not None)
    gaps = tuple(_gap(run, place) for run in runs if run[0].score is None)
    reasons = ", ".join(dict.fromkeys(STATUSES[gap.status].say(language) for gap in gaps))
    change, falling = _change(shown, language)
    return TrendView(
        title=_TITLE.say(language, span=span_text(span.total_seconds(), language)),
        lines=lines,
        gaps=gaps,
        gap_text=_WITHHELD.say(language, reasons=reasons) if gaps else "",
        change_text=change,
        falling=falling,
    )


def _span(history: Sequence[HealthAt], until: datetime) -> timedelta:
    known = until - history[0].time if history else timedelta(0)
    return next((span for h in _SPANS_H if (span := timedelta(hours=h)) >= known), timedelta(hours=_SPANS_H[-1]))


def _runs(shown: Sequence[HealthAt]) -> list[list[HealthAt]]:
    """Cut where health begins or ends to be known, where the reason changes, and where data are missing."""
    steps = [(later.time - earlier.time).total_seconds() for earlier, later in itertools.pairwise(shown)]
    missing_s = max(_MISSING_INTERVALS * median(steps), 1.0) * _points_factor(steps)
    runs = [[shown[0]]]
    for step_s, each in zip(steps, shown[1:], strict=True):
        last = runs[-1][-1]
        same = (each.score is None) == (last.score is None) and (
            each.score is not None or each.status == last.status
        )
        if same and step_s <= missing_s:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _points_factor(steps: Sequence[float]) -> float:
    """Points of one machine report close together and then not for an interval: allow for the long steps."""
    longest_usual = sorted(steps)[int(0.9 * (len(steps) - 1))]
    return max(1.0, longest_usual / max(median(steps), 1e-6))


def _line(run: list[HealthAt], place: Place) -> Line:
    """Join a run, thinned to the lowest and the highest of each unit of width, so that no dip is lost."""
    kept: dict[int, list[tuple[float, float]]] = {}
    for each in run:
        assert each.score is not None
        x, y = place(each.time), round((100 - each.score) / 100 * HEIGHT, 1)
        kept.setdefault(int(x), []).append((x, y))
    points = [p for column in kept.values() for p in sorted({min(column, key=_y), max(column, key=_y)})]
    if len(points) == 1:
        points.append((points[0][0] + 1, points[0][1]))
    return tuple(points)


def _y(point: tuple[float, float]) -> float:
    return point[1]


def _gap(run: list[HealthAt], place: Place) -> Gap:
    x = place(run[0].time)
    return Gap(x=x, width=max(1.0, round(place(run[-1].time) - x, 1)), status=run[-1].status)


def _change(shown: Sequence[HealthAt], language: Language) -> tuple[str, bool]:
    """Say how health moved from the median of the first to that of the last tenth of the last hour."""
    end = shown[-1].time
    last = [each for each in shown if each.time >= end - timedelta(hours=1) and each.score is not None]
    if len(last) < 10 or shown[-1].score is None:
        return "", False
    tenth = max(1, len(last) // 10)
    change = _median_score(last[-tenth:]) - _median_score(last[:tenth])
    minutes = 5 * round((end - last[0].time).total_seconds() / 300)
    span = span_text(60 * max(minutes, 5), language)
    if abs(change) < 2:
        return _STEADY.say(language), False
    phrase = _FALLING if change < 0 else _RISING
    return phrase.say(language, points=f"{abs(change):.0f}", span=span), change < 0


def _median_score(history: Sequence[HealthAt]) -> float:
    return median(each.score for each in history if each.score is not None)
