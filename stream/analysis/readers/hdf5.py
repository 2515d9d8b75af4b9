"""Waveforms from MATLAB 7.3 files, which are HDF5 inside."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import RecordingError
from stream.analysis.readers.budget import check_unpacked
from stream.analysis.readers.extras import library
from stream.analysis.readers.named_arrays import chosen_waveform
from stream.analysis.readers.waveform import Hints, Waveform

__all__ = ["waveform_of_hdf5"]

Untyped = Any  # the library has no types

_MAX_DEPTH = 6
_MAX_PARTS = 256
_TEXT = "char"


def waveform_of_hdf5(path: Path, hints: Hints) -> Waveform:
    """Read one array; groups are structs, references are cells, as MATLAB wrote them. Raises `RecordingError`."""
    h5py: Any = library(path, "h5py")
    try:
        with h5py.File(path, "r") as file:
            found = _sets(h5py, file, file, "", 0)
            check_unpacked(path, sum(each.size * 8 for each in found.values()))
            arrays = {name: _array(each) for name, each in found.items()}
    except RecordingError:
        raise
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise RecordingError(
            f"{path}: is cut off or no MATLAB 7.3 file ({reason}); save it again, or with save(..., '-v7')"
        ) from None
    return chosen_waveform(path, arrays, hints)


def _sets(h5py: Untyped, file: Untyped, group: Untyped, prefix: str, depth: int) -> dict[str, Untyped]:
    """Give the sets of numbers below a group by their keys, `struct.field` and `cell.1`."""
    found: dict[str, Untyped] = {}
    for name, item in group.items():
        if name.startswith("#") or depth > _MAX_DEPTH or len(found) > _MAX_PARTS:
            continue
        if isinstance(item, h5py.Group):
            found |= _sets(h5py, file, item, f"{prefix}{name}.", depth + 1)
        elif item.dtype.kind == "O" and item.size <= _MAX_PARTS:
            cells = {str(n): file[reference] for n, reference in enumerate(np.ravel(item[()]), 1)}
            found |= _sets(h5py, file, cells, f"{prefix}{name}.", depth + 1)
        elif item.dtype.kind in "iuf" and item.attrs.get("MATLAB_class", b"") != _TEXT.encode():
            found[prefix + name] = item
    return found


def _array(stored: Untyped) -> NDArray[np.generic]:
    """Give a set as MATLAB shows it: rows and columns change places in the file."""
    return np.asarray(stored[()]).T
