"""The true course of a drawn history: when the machine runs, how loud and warm it is, since when it is faulty."""

from math import exp, inf, log

import numpy as np
from numpy.typing import NDArray

from soak.histories.plan import Fault, Plan

__all__ = ["FAULTY_K", "FAULTY_TIMES", "Course"]

Real = NDArray[np.float64]

FAULTY_TIMES = 4.0
"""Times its usual level from which a machine counts as faulty."""
FAULTY_K = 30.0
"""Kelvin beyond its usual temperature from which it does."""
_EXPLODES_S, _GOES_ON_S, _GOES_ON_TIMES = 300.0, 7_200.0, 3.0
_WARMS_S = 1_200.0
_RISE_K, _AMBIENT_C = 32.0, 22.0


class Course:
    """What happens in truth, as functions of the seconds since the history began."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.ends_s = plan.days * 86_400.0
        self.runs = _runs(plan, self.ends_s)
        """Shape (runs, 2): begin and end of each."""
        lengths = self.runs[:, 1] - self.runs[:, 0]
        self._edges = self.runs.ravel()
        done = np.concatenate(([0.0], np.cumsum(lengths)))
        self._ran = np.repeat(done, 2)[1:-1]
        self.total_s = float(done[-1])

    def running_s(self, at_s: Real) -> Real:
        """Give how long it had run by then."""
        found: Real = np.interp(at_s, self._edges, self._ran)
        return found

    def ran(self, at_s: float) -> float:
        """Give how long it had run by one moment."""
        return float(self.running_s(np.array([at_s]))[0])

    def moment_s(self, running_s: float) -> float:
        """Give the moment by which it had run for so long; infinity where it never has."""
        if running_s > self.total_s:
            return inf
        run = min(int(np.searchsorted(self._ran[1::2], running_s, side="left")), len(self.runs) - 1)
        return float(self.runs[run, 1] - (self._ran[2 * run + 1] - running_s))

    def runs_at(self, at_s: Real) -> NDArray[np.bool_]:
        """Whether it runs at these moments."""
        found: NDArray[np.bool_] = np.searchsorted(self._edges, at_s, side="right") % 2 == 1
        return found

    def since_start_s(self, at_s: Real) -> tuple[Real, NDArray[np.int64]]:
        """Give the seconds since its last start, and the number of that run (-1 before the first)."""
        run = np.searchsorted(self.runs[:, 0], at_s, side="right") - 1
        return at_s - self.runs[np.maximum(run, 0), 0], run

    def mode_at(self, at_s: Real) -> NDArray[np.int64]:
        """Give the mode in which it runs, by number."""
        modes = self._plan.modes
        if len(modes) == 1:
            return np.zeros(len(at_s), np.int64)
        stays = (self.running_s(at_s) / self._plan.stay_s).astype(np.int64)
        order = np.random.default_rng((self._plan.seed, 12)).integers(1, len(modes), int(stays.max(initial=0)) + 1)
        return np.cumsum(order)[stays] % len(modes)  # never the same twice in a row

    def usual_level(self, at_s: Real) -> Real:
        """Give the level of a sound machine that runs, in times its usual one."""
        plan, found = self._plan, np.array([mode.level for mode in self._plan.modes])[self.mode_at(at_s)]
        if plan.breath is not None:
            half = (plan.breath.times - 1.0) / 2
            found = found * (1.0 + half + half * np.sin(2 * np.pi * at_s / plan.breath.period_s))
        if plan.starts is not None:
            since_s, run = self.since_start_s(at_s)
            lengths = np.array(plan.starts.seconds)
            length_s = lengths[np.random.default_rng((plan.seed, 13)).integers(0, len(lengths), len(self.runs))]
            gone = since_s / length_s[np.maximum(run, 0)]
            found = found * np.where(gone < 1.0, plan.starts.times, 1.0)
        return found

    def speed_part(self, at_s: Real) -> Real:
        """Give the shaft's speed as a part of the nominal one."""
        part = np.array([mode.speed for mode in self._plan.modes])[self.mode_at(at_s)]
        if self._plan.starts is not None and self._plan.starts.ramp_s > 0:
            since_s, _ = self.since_start_s(at_s)
            part = part * np.clip(since_s / self._plan.starts.ramp_s, 0.05, 1.0)
        return np.where(self.runs_at(at_s), part, 0.0)

    def fault_times(self, at_s: Real) -> Real:
        """Give how many times as loud as sound the machine is."""
        plan, found = self._plan, np.ones(len(at_s))
        if plan.learned is not None:
            found = np.where(at_s < plan.learned.until_s, plan.learned.times, 1.0)
        fault = plan.fault
        if fault is None or fault.hot_k:
            return found
        worn_s = self.running_s(at_s) - self.ran(fault.at_s)
        there = (at_s >= fault.at_s) & (worn_s < fault.lasts_s)
        return np.where(there, found * _grown(fault, worn_s), found)

    def temperatures_c(self, at_s: Real) -> Real:
        """Give the bearing's temperature at these moments, which rise."""
        fault, begun_s = self._plan.fault, 0.0
        found, value_c, before_s = np.empty(len(at_s)), _AMBIENT_C + 0.8 * _RISE_K, 0.0
        runs, hot_k = self.runs_at(at_s), 0.0
        if fault is not None:
            hot_k, begun_s = fault.hot_k, fault.at_s
        for i, (now_s, running) in enumerate(zip(at_s.tolist(), runs.tolist(), strict=True)):
            target_c = _AMBIENT_C + (_RISE_K + (hot_k if now_s >= begun_s else 0.0) if running else 0.0)
            value_c += (target_c - value_c) * (1.0 - exp((before_s - now_s) / _WARMS_S))
            found[i], before_s = value_c, now_s
        return found

    def faulty_s(self) -> tuple[float, float] | None:
        """Give since when, and until when, it is faulty; None where it never is."""
        fault = self._plan.fault
        if fault is None:
            return None
        begun = self.ran(fault.at_s)
        since_s = self.moment_s(begun + _until_faulty_s(fault))
        if since_s == inf:
            return None
        return since_s, min(self.moment_s(begun + fault.lasts_s), self.ends_s)


def _runs(plan: Plan, ends_s: float) -> Real:
    work = plan.work
    if not work.run_s < ends_s or work.stand_s <= 0:
        return np.array([[0.0, ends_s]])
    generator, now_s, found = np.random.default_rng((plan.seed, 11)), 0.0, []
    while now_s < ends_s:
        run_s, stand_s = (
            each * generator.uniform(1 - work.spread, 1 + work.spread) for each in (work.run_s, work.stand_s)
        )
        found.append((now_s, min(now_s + run_s, ends_s)))
        now_s += run_s + stand_s
    return np.array(found)


def _grown(fault: Fault, worn_s: Real) -> Real:
    """Give how far a fault has grown after so much running, times the usual level."""
    match fault.growth:
        case "slow":
            return fault.size ** np.clip(worn_s / fault.grows_s, 0.0, 1.0)
        case "explosive":
            first = fault.size ** np.clip(worn_s / _EXPLODES_S, 0.0, 1.0)
            return first * (1.0 + (_GOES_ON_TIMES - 1.0) * np.clip(worn_s / _GOES_ON_S, 0.0, 1.0))
        case _:
            return np.full(len(worn_s), fault.size)


def _until_faulty_s(fault: Fault) -> float:
    """Give the running time from a fault's beginning until the machine counts as faulty."""
    if fault.hot_k:
        return -_WARMS_S * log(1.0 - FAULTY_K / fault.hot_k) if fault.hot_k > FAULTY_K else inf
    if fault.growth == "slow":
        return fault.grows_s * log(FAULTY_TIMES) / log(fault.size)
    return _EXPLODES_S * log(FAULTY_TIMES) / log(fault.size) if fault.growth == "explosive" else 0.0
