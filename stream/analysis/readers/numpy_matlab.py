"""Waveforms from files of named arrays: NumPy's .npz and .npy, MATLAB's .mat. Nothing is ever unpickled."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from models.errors import RecordingError
from stream.analysis.readers.budget import check_unpacked
from stream.analysis.readers.matlab_sizes import unpacked_bytes
from stream.analysis.readers.named_arrays import Arrays, chosen_waveform
from stream.analysis.readers.waveform import Hints, Waveform

__all__ = ["waveform_of_matlab", "waveform_of_numpy"]

_MAX_RECORDS = 256
_PICKLED = (
    "holds pickled Python objects, which are never loaded, as they may run code; save the samples as plain numbers"
)
_HDF5 = b"MATLAB 7.3 MAT-file"


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
    return chosen_waveform(path, arrays, hints)


def waveform_of_matlab(path: Path, hints: Hints) -> Waveform:
    """Read a .mat file; fields of structs and cells of cell arrays are keys with a dot. Raises `RecordingError`."""
    with path.open("rb") as file:
        head = file.read(len(_HDF5))
    if head == _HDF5 or head.startswith(b"\x89HDF\r\n\x1a\n"):
        from stream.analysis.readers.hdf5 import waveform_of_hdf5  # noqa: PLC0415 -- an extra, and only for these

        return waveform_of_hdf5(path, hints)
    check_unpacked(path, unpacked_bytes(path))
    try:
        content = loadmat(path, squeeze_me=False, struct_as_record=True, chars_as_strings=True)
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        raise RecordingError(f"{path}: is cut off or no MATLAB file ({_first(error)}); export it again") from None
    return chosen_waveform(path, _flat(content), hints)


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
    check_unpacked(path, claimed)


def _flat(content: Mapping[str, object], prefix: str = "") -> dict[str, NDArray[np.generic]]:
    """Give all arrays of a MATLAB file, those in structs under `struct.field`, those in cells under `cell.1`.

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
        elif value.dtype.kind == "O" and 0 < value.size <= _MAX_RECORDS:
            cells = {str(number): cell for number, cell in enumerate(value.reshape(-1, order="F"), 1)}
            arrays |= _flat(cells, f"{prefix}{name}.")
        else:
            arrays[prefix + name] = value
    return arrays


def _label(fields: Mapping[str, object]) -> str:
    """Give what a struct among others calls itself, in a field of that name; empty where it does not."""
    named = next((value for field, value in fields.items() if field.casefold() in ("name", "label")), None)
    if not isinstance(named, np.ndarray) or named.dtype.kind != "U" or named.size != 1:
        return ""
    return str(named.item()).strip()


def _first(error: BaseException) -> str:
    return str(error).splitlines()[0][:100] if str(error) else type(error).__name__
