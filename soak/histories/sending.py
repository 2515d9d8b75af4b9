"""How what was measured is stamped, and when it comes: wrong clocks, gateways that gather, backlogs."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np

from soak.histories.measuring import Measured
from soak.histories.plan import Backlog, Clock, Plan

__all__ = ["arrivals", "claimed_us"]

_APART_S = 0.02
_LIVE_FIRST = 5
_FILE_S = 900.0
_UPLOADERS = 4

Arrival = tuple[float, int]
"""When something comes, and its number among what was measured."""


def claimed_us(clock: Clock | None, at_s: float, start_us: int) -> int:
    """Give what the instrument's clock says at a moment of true time.

    >>> claimed_us(Clock(at_s=10.0, ahead_s=3600.0), 20.0, 0)
    3620000000
    >>> claimed_us(Clock(at_s=10.0, anew_us=0), 12.5, 99)
    2500000
    """
    true_us = start_us + round(at_s * 1e6)
    if clock is None or not clock.at_s <= at_s < clock.until_s:
        return true_us
    since_s = at_s - clock.at_s
    if clock.anew_us is not None:
        return clock.anew_us + round(since_s * 1e6)
    return true_us + round((clock.ahead_s + clock.drift * since_s) * 1e6)


def arrivals(plan: Plan, measured: Sequence[Measured]) -> list[Arrival]:
    """Give when each comes, in the order in which they come; what is lost never does, and some come twice."""
    generator = np.random.default_rng((plan.seed, 41))
    live_s = [_live_s(plan, each.at_s, generator.uniform(0.5, 1.5)) for each in measured]
    live_s = np.maximum.accumulate(live_s).tolist()
    backlog = plan.backlog
    if backlog is None:
        return list(zip(live_s, range(len(measured)), strict=True))
    held = [i for i, each in enumerate(measured) if each.point and backlog.out_s <= each.at_s < backlog.back_s]
    out = set(held)
    live = [(live_s[i], i) for i in range(len(measured)) if i not in out]
    later = [at_s for at_s, i in live if measured[i].at_s >= backlog.back_s]
    coming = list(_backlog(backlog, held, measured, later, generator))
    return sorted([*live, *coming], key=lambda each: each[0])


def _live_s(plan: Plan, at_s: float, part: float) -> float:
    if plan.upload_s:
        return ceil(at_s / plan.upload_s) * plan.upload_s + plan.latency_s
    return at_s + plan.latency_s * part


def _backlog(
    backlog: Backlog,
    held: list[int],
    measured: Sequence[Measured],
    later_s: list[float],
    generator: np.random.Generator,
) -> Iterator[Arrival]:
    """Give when what was held back comes."""
    order, begin_s = held, backlog.back_s
    match backlog.order:
        case "lost":
            return
        case "newest-first":
            order = held[::-1]
        case "twice":
            order = held * 2
        case "four-uploaders":
            order = _by_uploaders(held, measured, generator)
        case "after-live":
            begin_s = later_s[min(_LIVE_FIRST, len(later_s)) - 1] if later_s else begin_s
        case "interleaved":
            for k, i in enumerate(held):
                place = min(k // 2, len(later_s) - 1)
                yield (later_s[place] if later_s else begin_s) + _APART_S * (1 + k - 2 * place), i
            return
    for k, i in enumerate(order, start=1):
        yield begin_s + _APART_S * k, i


def _by_uploaders(held: list[int], measured: Sequence[Measured], generator: np.random.Generator) -> list[int]:
    """Let four at a time send files of a quarter of an hour, each in order, side by side."""
    files: dict[int, list[int]] = {}
    for i in held:
        files.setdefault(int(measured[i].at_s // _FILE_S), []).append(i)
    waiting, found, open_ = list(files.values()), list[int](), list[list[int]]()
    while waiting or open_:
        while waiting and len(open_) < _UPLOADERS:
            open_.append(waiting.pop(0))
        chosen = open_[int(generator.integers(0, len(open_)))]
        found.append(chosen.pop(0))
        if not chosen:
            open_.remove(chosen)
    return found
