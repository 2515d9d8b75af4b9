"""Tables in long form: rows of several sensors below each other, told apart by a column, are refused by name."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from models.errors import RecordingError
from stream.analysis.readers.column_labels import plain
from stream.analysis.readers.dialect import Dialect
from stream.analysis.readers.header import Header
from stream.analysis.readers.waveform import listed

__all__ = ["refuse_series", "series_column"]

_NAMES = frozenset(
    [
        "sensor",
        "sensor_id",
        "sensorid",
        "channel",
        "channel_id",
        "chan",
        "ch",
        "axis",
        "point",
        "device",
        "device_id",
        "node",
        "node_id",
        "id",
        "name",
        "tag",
        "signal",
        "variable",
        "series",
        "machine",
        "location",
        "position",
        "direction",
        "mac",
        "传感器",
        "通道",
        "测点",
        "轴",
        "设备",
        "方向",
        "名称",
    ]
)
_BALANCED = 0.5


def series_column(header: Header, dialect: Dialect, rows: Sequence[Sequence[str]], taken: set[int]) -> int | None:
    """Give the column that may tell series apart: one of that name, or else the first one of words."""
    rest = [n for n in range(dialect.columns) if n not in taken]
    named = [n for n in rest if header.named and plain(header.names[n]) in _NAMES]
    words = [n for n in rest if not dialect.numeric[n] and any(n < len(row) and row[n] for row in rows)]
    return next(iter((*named, *words)), None)


def refuse_series(path: Path, header: Header, column: int | None, kinds: Mapping[str, int]) -> None:
    """Refuse several series in one column. A status that changes now and then is none, nor are remarks.

    Raises `RecordingError` that names them, and how to get the rows of one.
    """
    if column is None:
        return
    counts = {kind: count for kind, count in kinds.items() if kind}
    named = header.named and plain(header.names[column]) in _NAMES
    even = len(counts) > 1 and min(counts.values()) >= _BALANCED * max(counts.values()) and max(counts.values()) > 1
    if len(counts) > 1 and (named or even):
        name = header.names[column] if header.named else str(column + 1)
        told = listed([f"{kind} ({count} rows)" for kind, count in counts.items()])
        raise RecordingError(
            f"{path}: holds several series below each other: column {name} has {told}; keep the rows of one "
            f"(for example: awk -F, '${column + 1} == \"{next(iter(counts))}\"' FILE > one.csv)"
        )
