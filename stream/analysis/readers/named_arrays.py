"""One waveform out of named arrays, whatever file they are from, with what stands beside it: rate, times, unit."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.bilingual import Bilingual
from models.errors import RecordingError
from models.machinery.mechanism import Words
from stream.analysis.readers.column_labels import foreign_unit, scaled_unit, sensitivity_of
from stream.analysis.readers.rate_lines import Stated, is_interval_key, is_rate_key
from stream.analysis.readers.rates import settled_rate
from stream.analysis.readers.raw_values import why_raw
from stream.analysis.readers.time_axis import axis_of, seconds_of
from stream.analysis.readers.time_labels import time_label
from stream.analysis.readers.waveform import Assumed, Hints, Waveform, listed, make_waveform, numbers, one_column

__all__ = ["MIN_SAMPLES", "Arrays", "chosen_waveform"]

MIN_SAMPLES = 64
"""An array with fewer values is no waveform but something about it."""

Arrays = Mapping[str, NDArray[np.generic]]


def chosen_waveform(
    path: Path, arrays: Arrays, hints: Hints, stated: Mapping[str, tuple[Stated, ...]] | None = None
) -> Waveform:
    """Take the one array that may be a waveform, or the one that is named, with the rate beside it.

    `stated`: rates that the file's own head gives for some keys. Raises `RecordingError`.
    """
    key, column_hint = _key(path, arrays, hints)
    column, name = one_column(path, arrays[key], column_hint, name=key)
    unit, step = scaled_unit(key) or (None, None)
    raw = why_raw(key, [], whole=False, step=step) if sensitivity_of(key) or foreign_unit(key) else ""
    samples = (
        column.astype(np.float64)
        if raw and hints.scale is None
        else numbers(path, column, hints, name=name, step=step)
    )
    rates, assumed = _rates(path, arrays, key, column.size, hints)
    rates = [*(stated or {}).get(key, ()), *rates]
    rate = settled_rate(path, rates) if hints.rate_hz is None else rates[0] if rates else None
    return make_waveform(
        path,
        samples,
        hints,
        point=name,
        channel=Words(f"key {name}", f"变量 {name}"),
        rate=rate,
        unit=unit,
        raw=raw,
        assumed=assumed,
    )


def _key(path: Path, arrays: Arrays, hints: Hints) -> tuple[str, str | None]:
    """Give the key, and the column in it; of a cell array that is named the column is the number of the cell."""
    if hints.key is None:
        return _only(path, arrays), hints.column
    if hints.key in arrays:
        return hints.key, hints.column
    in_cell = f"{hints.key}.{hints.column}"
    if hints.column is not None and in_cell in arrays:
        return in_cell, None
    inside = {name: array for name, array in arrays.items() if name.startswith(f"{hints.key}.")}
    if inside:
        raise RecordingError(f"{path}: {hints.key} holds several; choose one with --key: {_described(inside)}")
    raise RecordingError(f"{path}: there is no key {hints.key!r}; it has {_described(arrays)}")


def _only(path: Path, arrays: Arrays) -> str:
    long = [name for name, array in arrays.items() if array.dtype.kind in "iuf" and array.size >= MIN_SAMPLES]
    waveforms = [name for name in long if not _is_time(name)] or long
    if len(waveforms) == 1:
        return waveforms[0]
    if len(arrays) == 1:
        return next(iter(arrays))
    what = "several waveforms" if waveforms else "no waveform"
    fix = "choose one with --key NAME" if waveforms else "check the file"
    raise RecordingError(f"{path}: has {what}; {fix}; it has {_described(arrays)}")


def _is_time(name: str) -> bool:
    return time_label(name.rsplit(".", 1)[-1]) is not None


def _rates(
    path: Path, arrays: Arrays, key: str, size: int, hints: Hints
) -> tuple[list[Stated], dict[str, Assumed]]:
    """Give the rates that stand beside the signal: of its own struct, or else of the whole file."""
    prefix = key.rpartition(".")[0]
    beside = {name: array for name, array in arrays.items() if name.rpartition(".")[0] == prefix}
    for group in (beside, dict(arrays)):
        stated = [*_single(group)]
        times, assumed = _times(path, group, key, size, hints)
        if stated or times:
            return [*stated, *times], assumed
    return [], {}


def _single(arrays: Arrays) -> list[Stated]:
    found = []
    for name, array in arrays.items():
        if array.size != 1 or array.dtype.kind not in "iuf":
            continue
        value = float(array.reshape(-1)[0])
        if value > 0 and np.isfinite(value) and (is_rate_key(name) or is_interval_key(name)):
            rate_hz = value if is_rate_key(name) else 1 / value
            found.append(Stated(rate_hz, Bilingual(f"key {name}", f"变量 {name}")))
    return found


def _times(
    path: Path, arrays: Arrays, key: str, size: int, hints: Hints
) -> tuple[list[Stated], dict[str, Assumed]]:
    """Give the rate of an array of times that is as long as the signal."""
    for name, array in arrays.items():
        last = name.rsplit(".", 1)[-1]
        if (
            name == key
            or array.size != size
            or size < 2
            or array.dtype.kind not in "iuf"
            or time_label(last) is None
        ):
            continue
        try:
            seconds, assumed = seconds_of(path, np.asarray(array, dtype=np.float64).reshape(-1), last, named=True)
            axis = axis_of(path, seconds, name)
        except RecordingError:
            if hints.rate_hz is not None or _single(arrays):
                continue
            raise
        if axis is not None and not axis.gaps:
            where = Bilingual(f"the times in {name}", f"{name} 中的时间")
            return [Stated(axis.rate_hz, where)], {"time_unit": assumed} if assumed else {}
    return [], {}


def _described(arrays: Arrays) -> str:
    """List keys with their shapes, single numbers with their values."""
    return listed([f"{name} {_shape(array)}" for name, array in arrays.items()]) or "nothing"


def _shape(array: NDArray[np.generic]) -> str:
    if array.size == 1 and array.dtype.kind in "iuf":
        return f"= {float(array.reshape(-1)[0]):g}"
    kind = "struct" if array.dtype.names else array.dtype.name
    return f"({' x '.join(str(side) for side in array.shape)}, {kind})"
