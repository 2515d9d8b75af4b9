"""A waveform from any file, and what a person says about a file that does not say it itself."""

import unicodedata
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.errors import RecordingError
from models.machinery.mechanism import Words
from models.signal.quality import is_rate
from models.signal.units import Unit
from stream.analysis.readers.rate_lines import Stated

__all__ = [
    "MAX_SAMPLES",
    "Assumed",
    "Choice",
    "Hints",
    "Waveform",
    "as_name",
    "listed",
    "make_waveform",
    "numbers",
    "one_column",
]

MAX_SAMPLES = 1 << 26
"""Longer ones (three quarters of an hour at 25.6 kHz) are refused: nobody's spectrum gets better by them."""

Assumed = float | str | tuple[float, ...]

_NAME_LENGTH = 64
_LISTED = 20


class Waveform(msgspec.Struct, frozen=True, kw_only=True):
    """One point's signal: samples of shape (n,) in `unit`."""

    machine: str
    point: str
    samples: NDArray[np.float64]
    rate_hz: float
    unit: Unit
    speed_rpm: float | None = None
    begins_us: int | None = None
    """Microseconds since the epoch of the first sample, where it is known."""
    notes: tuple[str, ...] = ()
    """What is special about how it was put together: `gaps`, `lost_samples`, `speed_varies`."""
    taken_from: dict[str, Words] = {}
    """Where `rate`, `unit`, `channel`, `scale` and `speed` came from."""
    assumed: dict[str, Assumed] = {}
    """What was neither said nor found, with the value that was taken."""

    @property
    def seconds(self) -> float:
        """Length."""
        return self.samples.size / self.rate_hz


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What a person adds to a file; None where nothing was said."""

    rate_hz: float | None = None
    unit: Unit | None = None
    speed_rpm: float | None = None
    column: str | None = None
    """Name, or number from 1 on."""
    key: str | None = None
    scale: float | None = None
    """Units per stored step; for sound, units at full scale."""


class Choice:
    """Which machine and point of a file is wanted (None: any), and what else was met."""

    def __init__(self, machine: str | None = None, point: str | None = None) -> None:
        self._machine, self._point = machine, point
        self.others: dict[tuple[str, str], None] = {}

    def __call__(self, machine: str, point: str) -> bool:
        """Whether this one is wanted; if not, it is kept among the others."""
        wanted = self._machine in (None, machine) and self._point in (None, point)
        if not wanted:
            self.others[machine, point] = None
        return wanted


def make_waveform(
    path: Path,
    samples: NDArray[np.float64],
    hints: Hints,
    *,
    point: str,
    channel: Words,
    rate: Stated | None = None,
    unit: Unit | None = None,
    raw: str = "",
    notes: tuple[str, ...] = (),
    assumed: dict[str, Assumed] | None = None,
) -> Waveform:
    """Make a waveform of samples; hints go above what the file says, in `rate` and in the `unit` of a name.

    `raw` says why the samples are no vibration yet, where a scale is to be asked for. Raises `RecordingError` that
    asks for everything that is open, at once.
    """
    rate_hz = hints.rate_hz if hints.rate_hz is not None else rate.rate_hz if rate is not None else None
    known = hints.unit or unit
    asked = []
    if rate_hz is None:
        asked.append("--rate HZ (samples a second)")
    if known is None:
        asked.append("--unit g, m/s2 or mm/s")
    if raw and hints.scale is None:
        asked.append(f"--scale, the units per stored step ({raw})")
    if rate_hz is None or known is None or asked:
        raise RecordingError(f"{path}: the file leaves it open; give {' and '.join(asked)}")
    if not is_rate(rate_hz):
        raise RecordingError(f"{path}: {rate_hz:g} Hz is no sampling rate; give --rate HZ")
    if not samples.size:
        raise RecordingError(f"{path}: there are no samples in it; check the file")
    if samples.size > MAX_SAMPLES:
        raise RecordingError(f"{path}: has {samples.size} samples, more than {MAX_SAMPLES}; cut a piece of it")
    scale: dict[str, Assumed] = {"scale": 1.0} if hints.unit is not None and hints.scale is None else {}
    return Waveform(
        machine=as_name(path.name.split(".")[0]),
        point=as_name(point),
        samples=samples,
        rate_hz=rate_hz,
        unit=known,
        speed_rpm=hints.speed_rpm,
        notes=notes,
        taken_from=_origins(hints, rate, channel),
        assumed=(assumed or {}) | scale,
    )


def _origins(hints: Hints, rate: Stated | None, channel: Words) -> dict[str, Words]:
    """Say where the facts of a file came from; a rate that was given stands beside the one that the file says."""
    said = rate.where if rate is not None else None
    origins = {"rate": Words(said.en, said.zh)} if said is not None else {}
    if hints.rate_hz is not None:
        beside = f" ({said.en}: {rate.rate_hz:.6g} Hz)" if rate is not None and said is not None else ""
        origins["rate"] = Words(f"given with --rate{beside}", f"由 --rate 给出{beside}")
    origins["unit"] = _given("--unit") if hints.unit is not None else Words("the name of the channel", "通道名称")
    origins["channel"] = channel
    if hints.scale is not None:
        origins["scale"] = _given("--scale")
    if hints.speed_rpm is not None:
        origins["speed"] = _given("--speed")
    return origins


def _given(option: str) -> Words:
    return Words(f"given with {option}", f"由 {option} 给出")


def numbers(
    path: Path, values: NDArray[np.generic], hints: Hints, *, name: str, step: float | None = None
) -> NDArray[np.float64]:
    """Give stored values as numbers in their unit, same shape; `step` is how many of it the name says one is.

    What a person says of unit or scale goes above the name. Integers whose name says no unit are counts of a
    converter: their scale must be given. Raises `RecordingError`.
    """
    kind = values.dtype.kind
    if kind not in "iuf":
        raise RecordingError(
            f"{path}: {name} holds {values.dtype}, no real numbers; choose another (--key, --column)"
        )
    if kind in "iu" and hints.scale is None and step in (None, 1.0):
        raise RecordingError(
            f"{path}: {name} holds whole numbers ({values.dtype}), counts of a converter; give --scale, the units "
            "per count (1 if they are in the unit already)"
        )
    plain: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    scale = hints.scale if hints.scale is not None else step if hints.unit is None else None
    if scale is None:
        return plain
    with np.errstate(over="ignore", invalid="ignore"):  # an infinite sample is for the quality flags
        return plain * scale


def one_column(
    path: Path, values: NDArray[np.generic], column: str | None, *, name: str
) -> tuple[NDArray[np.generic], str]:
    """Give one channel of an array, shape (n,), and what to call it; the longer axis is time.

    Raises `RecordingError` that lists what there is to choose from.
    """
    squeezed = np.squeeze(values)
    if squeezed.ndim == 0:
        raise RecordingError(f"{path}: {name} is a single value, no waveform; choose another (--key)")
    if squeezed.ndim == 1:
        if column not in (None, "1", name):
            raise RecordingError(f"{path}: {name} has one column, no --column {column}; leave it out")
        return squeezed, name
    if squeezed.ndim > 2:
        raise RecordingError(
            f"{path}: {name} has {squeezed.ndim} axes {squeezed.shape}; save one channel by itself"
        )
    if squeezed.shape[1] > squeezed.shape[0]:
        squeezed = squeezed.T
    count = squeezed.shape[1]
    if column is None or not column.isascii() or not column.isdigit() or not 1 <= int(column) <= count:
        said = f"no column {column!r}" if column else "several columns"
        raise RecordingError(f"{path}: {name} has {said}; give --column, a number from 1 to {count}")
    return squeezed[:, int(column) - 1], f"{name}-{column}"


def as_name(text: str) -> str:
    """Make a name of a machine or a point of any text: letters and digits of any script, `._-` and inner spaces.

    >>> as_name("泵 1#(驱动端)"), as_name("###")
    ('泵 1--驱动端', 'unnamed')
    """
    kept = "".join(c if c in "._- " or unicodedata.category(c)[0] in "LMN" else "-" for c in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Nl", "No"))
    return kept[:_NAME_LENGTH].strip(" -") or "unnamed"


def listed(names: list[str]) -> str:
    """Name things in an error; many are cut short.

    >>> listed(["a", "b"])
    'a, b'
    """
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
