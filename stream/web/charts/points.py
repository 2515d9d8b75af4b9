"""Values over time as points of a chart, cut where data are missing or withheld: nothing is drawn across."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from stream.stores.store import HealthAt
from stream.web.charts.style import significant

__all__ = ["drawn", "milliseconds", "withheld_runs"]


def drawn(
    points: Sequence[tuple[datetime, tuple[float, float] | None]], interval: timedelta, step: timedelta
) -> list[list[float | None]]:
    """Give low and high of each step as two points, and nothing (None) where data are missing or withheld."""
    pairs: list[list[float | None]] = []
    before: datetime | None = None
    for time, pair in points:
        if before is not None and time - before > interval:
            pairs.append([milliseconds(before + step), None])
        if pair is None:
            pairs.append([milliseconds(time), None])
        else:
            low, high = significant(pair[0]), significant(pair[1])
            pairs.append([milliseconds(time), low])
            if high != low:
                pairs.append([milliseconds(time + step / 2), high])
        before = time
    return pairs


def withheld_runs(history: Sequence[HealthAt], interval: timedelta) -> Iterator[list[HealthAt]]:
    """Cut where health is known, where the reason changes, and where data are missing."""
    run: list[HealthAt] = []
    for each in history:
        goes_on = run and each.status == run[-1].status and each.time - run[-1].time <= interval
        if run and (each.score is not None or not goes_on):
            yield run
            run = []
        if each.score is None:
            run = [*run, each]
    if run:
        yield run


def milliseconds(moment: datetime) -> float:
    """Give a moment as charts take it."""
    return round(moment.timestamp() * 1000)
