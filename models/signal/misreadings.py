"""What a wrongly read file looks like: a sample that stands alone, filled gaps, values held; factors people mix up.

All of it looks at values only. A machine's vibration is band-limited: it neither stands still exactly nor jumps for
one sample to a hundred times everything else.
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.signal.units import STANDARD_GRAVITY_M_S2, Unit

__all__ = ["MISREADINGS", "Suspicion", "known_factors", "misreadings"]

Waveform = NDArray[np.float64]

MISREADINGS = frozenset({"outlier", "zero_runs", "repeated_values", "held_values"})
"""Flags of a recording that was read or written wrongly: its spectrum is not the machine's."""

_ALONE = 100.0
"""How many times the RMS of the rest one sample must be that its neighbours know nothing of."""
_NEIGHBOUR = 0.05
_MOST_ALONE = 3
_RUN = 8
_SHORT_RUN, _SHORT_RUNS = 4, 4
_FINE = 4.0
"""Steps of a signal, in steps of its resolution, from which it never stands still by chance."""
_HELD = 0.4
_AS_GRAVITY = 0.03
_LINE = 0.8


class Suspicion(msgspec.Struct, frozen=True):
    """A factor that explains what is seen, so that people look: nothing is changed by it."""

    kind: Literal[
        "speed_in_hz", "rate_halved", "rate_doubled", "really_m_s2", "really_g", "thousandth", "thousandfold"
    ]
    found: float
    """What was given or measured: rpm, Hz or g."""
    suggested: float
    """What it would be: rpm, Hz or g."""


def misreadings(samples: Waveform) -> tuple[str, ...]:
    """Give flags of samples of shape (n,) that no sensor gives so.

    - `outlier`: one sample a hundred times the rest, its neighbours untouched: a title, a count, a header.
    - `zero_runs`: exact zeros in rows within a signal of fine resolution: lost samples that were filled.
    - `repeated_values`: the same with another value.
    - `held_values`: most samples equal the one before: the true rate is lower than the stored one.
    """
    if samples.size < 64 or not np.isfinite(samples).all() or float(np.ptp(samples)) == 0.0:
        return ()
    still = samples[1:] == samples[:-1]
    steps = np.abs(np.diff(samples))
    moving = steps[steps > 0]
    fine = float(np.median(moving)) > _FINE * _resolution(samples)
    flags = ["outlier"] if _stands_alone(samples) else []
    if not fine:
        return tuple(flags)
    if float(still.mean()) >= _HELD:
        lengths = np.diff(np.flatnonzero(np.concatenate(([True], ~still, [True]))))
        if float(np.median(lengths)) >= 2:
            return (*flags, "held_values")
    edges = np.flatnonzero(np.diff(np.concatenate(([False], still, [False])).astype(np.int8)))
    starts, lengths = edges[::2], edges[1::2] - edges[::2] + 1
    low, high = float(samples.min()), float(samples.max())
    values = samples[starts]
    ends = starts + lengths
    leaps = np.maximum(
        np.where(starts > 0, np.abs(values - samples[starts - 1]), 0.0),
        np.where(ends < samples.size, np.abs(values - samples[np.minimum(ends, samples.size - 1)]), 0.0),
    )
    sudden = leaps > max(
        0.2 * float(np.median(moving)), _FINE * _resolution(samples)
    )  # a smooth crest stands still too
    chance = float(np.count_nonzero(lengths == 2)) / samples.size
    starts, lengths, values = starts[sudden], lengths[sudden], values[sudden]
    zero = values == 0.0
    other = ~zero & (values > low) & (values < high)  # a run at an extreme is for the check of clipping
    flags += ["zero_runs"] if _are_runs(lengths[zero], samples.size, chance) else []
    flags += ["repeated_values"] if _are_runs(lengths[other], samples.size, chance) else []
    return tuple(flags)


def known_factors(
    samples: Waveform, *, rate_hz: float, unit: Unit, speed_rpm: float | None, rms_g: float | None
) -> tuple[Suspicion, ...]:
    """Factors of 2, 9.81, 60 and 1000 that would explain what is seen."""
    if samples.size < 64 or not np.isfinite(samples).all():
        return ()
    found = [*_of_gravity(samples, unit), *_of_level(rms_g)]
    if speed_rpm is not None:
        found += _of_speed(samples, rate_hz, unit, abs(speed_rpm))
    return tuple(found)


def _of_gravity(samples: Waveform, unit: Unit) -> list[Suspicion]:
    mean = abs(float(samples.mean()))
    if unit == "g" and abs(mean / STANDARD_GRAVITY_M_S2 - 1) <= _AS_GRAVITY:
        return [Suspicion("really_m_s2", mean, 1.0)]
    if unit == "m/s2" and abs(mean - 1) <= _AS_GRAVITY and float(samples.std()) < 1.0:
        return [Suspicion("really_g", mean, 1.0)]
    return []


def _of_level(rms_g: float | None) -> list[Suspicion]:
    if rms_g is None:
        return []
    if rms_g > 100.0:
        return [Suspicion("thousandth", rms_g, rms_g / 1000)]
    return [Suspicion("thousandfold", rms_g, rms_g * 1000)] if 0 < rms_g < 1e-6 else []


def _of_speed(samples: Waveform, rate_hz: float, unit: Unit, speed_rpm: float) -> list[Suspicion]:
    """Compare the strongest line of the velocity with the speed as it was given, and with factors of it."""
    size = min(samples.size, 1 << 18)
    windowed = (samples[:size] - samples[:size].mean()) * np.hanning(size)
    spectrum = np.abs(np.fft.rfft(windowed))
    hz: Waveform = np.fft.rfftfreq(size, 1 / rate_hz).astype(np.float64)
    usable = hz >= 5.0
    if not usable.any():
        return []
    heights = spectrum if unit == "mm/s" else spectrum / np.maximum(hz, 5.0)
    velocity: Waveform = np.where(usable, heights, 0.0).astype(np.float64)
    top = int(np.argmax(velocity))
    share = float((velocity[max(0, top - 2) : top + 3] ** 2).sum() / max(float((velocity**2).sum()), 1e-300))
    width, line = max(2 * rate_hz / size, 0.01 * hz[top]), float(hz[top])
    if share < _LINE**2:
        return []
    if speed_rpm <= 200 and abs(line - speed_rpm) <= width:
        return [Suspicion("speed_in_hz", speed_rpm, speed_rpm * 60)]
    shaft_hz = speed_rpm / 60
    if abs(line - shaft_hz / 2) <= width:
        return [Suspicion("rate_halved", rate_hz, 2 * rate_hz)]
    if abs(line - shaft_hz * 2) <= width and _height(velocity, hz, shaft_hz) < 0.01 * float(velocity[top]):
        return [Suspicion("rate_doubled", rate_hz, rate_hz / 2)]
    return []


def _height(velocity: Waveform, hz: Waveform, at_hz: float) -> float:
    place = int(np.searchsorted(hz, at_hz))
    return float(velocity[max(0, place - 3) : place + 4].max())


def _stands_alone(samples: Waveform) -> bool:
    """Whether one sample, or a title's two or three, stand far above the rest, and those beside them do not."""
    sizes = np.abs(samples - np.median(samples))
    order = np.argpartition(sizes, -_MOST_ALONE)[-_MOST_ALONE:]
    largest = order[np.argsort(-sizes[order])]
    for count in range(1, _MOST_ALONE + 1):
        alone = largest[:count]
        rest = np.delete(sizes, alone)
        least = float(sizes[alone[-1]])
        beside = np.setdiff1d(np.concatenate((alone - 1, alone + 1)), alone)
        beside = beside[(beside >= 0) & (beside < sizes.size)]
        untouched = float(sizes[beside].max()) < _NEIGHBOUR * least
        if untouched and least > _ALONE * float(np.sqrt(np.mean(rest**2))):
            return True
    return False


def _are_runs(lengths: NDArray[np.intp], size: int, chance: float) -> bool:
    """Whether one run is long, or several are, beyond what coarse values make by chance.

    With `chance` that two neighbours are equal, runs of k or more begin at size * chance**(k - 1) places.
    """
    long = bool((lengths >= _RUN).any()) and size * chance ** (_RUN - 1) < 0.01
    return long or int((lengths >= _SHORT_RUN).sum()) >= _SHORT_RUNS + 10 * size * chance ** (_SHORT_RUN - 1)


def _resolution(samples: Waveform) -> float:
    distinct = np.unique(samples)
    return float(np.diff(distinct).min()) if distinct.size > 1 else 0.0
