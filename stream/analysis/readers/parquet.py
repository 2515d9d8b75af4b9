"""Waveforms from Parquet files: only the column that is wanted is read, and the one that tells the time."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.bilingual import Bilingual
from models.errors import RecordingError
from stream.analysis.readers.budget import check_unpacked
from stream.analysis.readers.column_choice import column_asked_for, only_column
from stream.analysis.readers.column_labels import is_index
from stream.analysis.readers.extras import library
from stream.analysis.readers.header import Header
from stream.analysis.readers.named_arrays import chosen_waveform
from stream.analysis.readers.rate_lines import Stated
from stream.analysis.readers.series import refuse_series
from stream.analysis.readers.time_axis import axis_of
from stream.analysis.readers.time_labels import time_label
from stream.analysis.readers.waveform import Hints, Waveform

__all__ = ["waveform_of_parquet"]

Untyped = Any  # the library has no types

_INDEX = "__index_level_"


def waveform_of_parquet(path: Path, hints: Hints) -> Waveform:
    """Read one column. Raises `RecordingError`."""
    arrow: Any = library(path, "pyarrow")
    parquet: Any = library(path, "pyarrow.parquet")
    try:
        file = parquet.ParquetFile(path)
        schema = file.schema_arrow
        size = int(file.metadata.num_rows)
        check_unpacked(path, 16 * size)
        names, kinds = tuple(schema.names), list(schema.types)
        header = Header(names, named=True, first=0)
        signal = _signal(path, arrow, header, kinds, hints)
        times = [n for n, kind in enumerate(kinds) if n != signal and _is_time(arrow, names[n], kind)][:1]
        words = [
            n for n, kind in enumerate(kinds) if arrow.types.is_string(kind) or arrow.types.is_dictionary(kind)
        ]
        for column in words[:1]:
            counted = file.read(columns=[names[column]]).column(0).value_counts().to_pylist()
            refuse_series(path, header, column, {str(each["values"]): int(each["counts"]) for each in counted[:64]})
        table = file.read(columns=[names[n] for n in (signal, *times)])
    except RecordingError:
        raise
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: is cut off or no Parquet file ({reason}); save it again") from None
    arrays = {names[signal]: _array(arrow, table.column(names[signal]))}
    stated: dict[str, tuple[Stated, ...]] = {}
    for n in times:
        column = table.column(names[n])
        if arrow.types.is_timestamp(kinds[n]):
            stated = _stamped(path, names[signal], names[n], column, hints)
        else:
            arrays[names[n]] = _array(arrow, column)
    return chosen_waveform(path, arrays, _by_key(hints, names[signal]), stated)


def _by_key(hints: Hints, name: str) -> Hints:
    return msgspec.structs.replace(hints, key=name, column=None)


def _signal(path: Path, arrow: Untyped, header: Header, kinds: list[Untyped], hints: Hints) -> int:
    asked = hints.column or hints.key
    if asked is not None:
        return column_asked_for(path, header, asked)
    numeric = [
        n
        for n, kind in enumerate(kinds)
        if (arrow.types.is_integer(kind) or arrow.types.is_floating(kind) or arrow.types.is_list(kind))
        and not _is_time(arrow, header.names[n], kind)
        and not is_index(header.names[n])
        and not header.names[n].startswith(_INDEX)
    ]
    return only_column(path, header, numeric)


def _is_time(arrow: Untyped, name: str, kind: Untyped) -> bool:
    return bool(arrow.types.is_timestamp(kind)) or (
        time_label(name) is not None and bool(arrow.types.is_integer(kind) or arrow.types.is_floating(kind))
    )


def _array(arrow: Untyped, column: Untyped) -> NDArray[np.generic]:
    """Give a column as an array, nulls as NaN; lists in its rows one below the other."""
    if arrow.types.is_list(column.type) or arrow.types.is_large_list(column.type):
        rows = [np.asarray(row) for row in column.to_pylist()]
        return np.stack(rows) if len({row.shape for row in rows}) == 1 else np.asarray(rows[:1], dtype=object)
    return np.asarray(column.to_numpy())


def _stamped(path: Path, signal: str, name: str, column: Untyped, hints: Hints) -> dict[str, tuple[Stated, ...]]:
    """Give the rate that stamps make; not needed where one was given."""
    stamps = np.asarray(column.to_numpy()).astype("datetime64[ns]").astype(np.int64)
    try:
        axis = axis_of(path, (stamps - stamps[:1].sum()) / 1e9, name)
    except RecordingError:
        if hints.rate_hz is None:
            raise
        return {}
    if axis is None or axis.gaps:
        return {}
    where = Bilingual(f"the times in column {name}", f"{name} 列的时间")
    return {signal: (Stated(axis.rate_hz, where),)}
