"""Waveforms from files of named arrays: NumPy's .npz and .npy, MATLAB's .mat. Nothing is ever unpickled."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from models.errors import RecordingError
from stream.analysis.readers.column_labels import is_rate_key, scaled_unit
from stream.analysis.readers.waveform import (
    MAX_SAMPLES,
    Hints,
    Waveform,
    listed,
    make_waveform,
    numbers,
    one_column,
)

__all__ = ["waveform_of_matlab", "waveform_of_numpy"]

_MIN_SAMPLES = 64
"""An array with fewer values is no waveform but something about it."""
_MAX_RECORDS = 256
_MAX_BYTES = 4 * 8 * MAX_SAMPLES
_PICKLED = (
    "holds pickled Python objects, which are never loaded, as they may run code; save the samples as plain numbers"
)
_HDF5 = "is a MATLAB 7.3 file (HDF5), which is not read; save it with save(..., '-v7'), or as .npz"

Arrays = Mapping[str, NDArray[np.generic]]


def waveform_of_numpy(path: Path, hints: Hints) -> Waveform:
    """Read a .npz or .npy file. Raises `RecordingError`; where the key is open, it lists what there is."""
    try:
        _check_sizes(path)
        loaded = np.load(path, allow_pickle=False)
        packed = isinstance(loaded, np.lib.npyio.NpzFile)
        content = _unpickled(path, loaded, hints) if packed else {"samples": loaded}
    except ValueError as error:
        told = (
            _PICKLED if "pickle" in str(error) else f"is cut off or no NumPy file ({_first(error)}); save it again"
        )
        raise RecordingError(f"{path}: {told}") from None
    except RecordingError:
        raise
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        raise RecordingError(f"{path}: is cut off or no NumPy file ({_first(error)}); save it again") from None
    arrays = {name: array for name, array in content.items() if isinstance(array, np.ndarray)}
    return _chosen(path, arrays, hints)


def waveform_of_matlab(path: Path, hints: Hints) -> Waveform:
    """Read a .mat file up to version 7; fields of structs are keys with a dot. Raises `RecordingError`."""
    if path.open("rb").read(8) == b"\x89HDF\r\n\x1a\n":
        raise RecordingError(f"{path}: {_HDF5}")
    try:
        content = loadmat(path, squeeze_me=False, struct_as_record=True, chars_as_strings=True)
    except NotImplementedError:
        raise RecordingError(f"{path}: {_HDF5}") from None
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        raise RecordingError(f"{path}: is cut off or no MATLAB file ({_first(error)}); export it again") from None
    return _chosen(path, _flat(content), hints)


def _unpickled(path: Path, packed: Mapping[str, NDArray[np.generic]], hints: Hints) -> Arrays:
    """Give the arrays of plain numbers; pickled ones beside them are left alone, unless one is what is wanted."""
    plain = {}
    for name in packed:
        try:
            plain[name] = packed[name]
        except ValueError as error:
            if "pickle" not in str(error) or hints.key == name:
                raise
    if not plain and len(packed):
        raise RecordingError(f"{path}: {_PICKLED}")
    return plain


def _check_sizes(path: Path) -> None:
    """Refuse what would unpack to more memory than any recording needs, before any of it is unpacked."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            claimed = sum(member.file_size for member in packed.infolist())
    else:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(file)
            if dtype.hasobject:
                raise RecordingError(f"{path}: {_PICKLED}")
            claimed = dtype.itemsize * int(np.prod([float(side) for side in shape]))
            if claimed > path.stat().st_size:
                raise RecordingError(f"{path}: is cut off: holds fewer values than it says; save it again")
    if claimed > _MAX_BYTES:
        raise RecordingError(f"{path}: would need {claimed / 1e9:.1f} GB; cut a piece of the recording")


def _flat(content: Mapping[str, object], prefix: str = "") -> dict[str, NDArray[np.generic]]:
    """Give all arrays of a MATLAB file, those in structs under `struct.field`.

    Of several structs in a row each has its name, or its number from 1 on, before the field.
    """
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, value in content.items():
        if name.startswith("__") or not isinstance(value, np.ndarray):
            continue
        if value.dtype.names and value.size <= _MAX_RECORDS:
            for number, record in enumerate(value.reshape(-1), 1):
                fields = {field: record[field] for field in value.dtype.names}
                which = "" if value.size == 1 else f"{_label(fields) or number}."
                arrays |= _flat(fields, f"{prefix}{name}.{which}")
        else:
            arrays[prefix + name] = value
    return arrays


def _label(fields: Mapping[str, object]) -> str:
    """Give what a struct among others calls itself, in a field of that name; empty where it does not."""
    named = next((value for field, value in fields.items() if field.casefold() in ("name", "label")), None)
    if not isinstance(named, np.ndarray) or named.dtype.kind != "U" or named.size != 1:
        return ""
    return str(named.item()).strip()


def _chosen(path: Path, arrays: Arrays, hints: Hints) -> Waveform:
    """Take the one array that may be a waveform, or the one that is named, with the rate beside it."""
    key = hints.key or _only(path, arrays)
    if key not in arrays:
        raise RecordingError(f"{path}: there is no key {key!r}; it has {_described(arrays)}")
    column, name = one_column(path, arrays[key], hints.column, name=key)
    unit, step = scaled_unit(key) or (None, None)
    samples = numbers(path, column, hints, name=name, step=step)
    return make_waveform(path, samples, hints, point=name, rate_hz=_rate_hz(arrays), unit=unit)


def _only(path: Path, arrays: Arrays) -> str:
    waveforms = [name for name, array in arrays.items() if array.dtype.kind in "iuf" and array.size >= _MIN_SAMPLES]
    if len(waveforms) == 1:
        return waveforms[0]
    if len(arrays) == 1:
        return next(iter(arrays))
    what = "several waveforms" if waveforms else "no waveform"
    fix = "choose one with --key NAME" if waveforms else "check the file"
    raise RecordingError(f"{path}: has {what}; {fix}; it has {_described(arrays)}")


def _rate_hz(arrays: Arrays) -> float | None:
    """Give the rate that stands beside the signal under one of its usual names, if just one does."""
    rates = {
        float(array.reshape(-1)[0])
        for name, array in arrays.items()
        if is_rate_key(name) and array.size == 1 and array.dtype.kind in "iuf"
    }
    return rates.pop() if len(rates) == 1 else None


def _described(arrays: Arrays) -> str:
    """List keys with their shapes, single numbers with their values."""
    return listed([f"{name} {_shape(array)}" for name, array in arrays.items()]) or "nothing"


def _shape(array: NDArray[np.generic]) -> str:
    if array.size == 1 and array.dtype.kind in "iuf":
        return f"= {float(array.reshape(-1)[0]):g}"
    kind = "struct" if array.dtype.names else array.dtype.name
    return f"({' x '.join(str(side) for side in array.shape)}, {kind})"


def _first(error: BaseException) -> str:
    return str(error).splitlines()[0][:100] if str(error) else type(error).__name__
