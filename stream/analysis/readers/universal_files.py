"""Waveforms from universal files (.uff, .unv): time records in data sets 58, text or binary."""

from pathlib import Path
from typing import Any

import numpy as np

from models.bilingual import Bilingual
from models.errors import RecordingError
from stream.analysis.readers.budget import check_unpacked
from stream.analysis.readers.extras import library
from stream.analysis.readers.named_arrays import chosen_waveform
from stream.analysis.readers.rate_lines import Stated
from stream.analysis.readers.waveform import Hints, Waveform, listed

__all__ = ["waveform_of_universal_file"]

_FUNCTION = 58
_TIME = 17
"""The abscissa's data type, after the definition of data set 58."""
_DIRECTIONS = {1: "+X", 2: "+Y", 3: "+Z", -1: "-X", -2: "-Y", -3: "-Z"}


def waveform_of_universal_file(path: Path, hints: Hints) -> Waveform:
    """Read one time record; its number, from 1 on, or its name is the key. Raises `RecordingError`."""
    pyuff: Any = library(path, "pyuff")
    check_unpacked(path, path.stat().st_size)
    try:
        file = pyuff.UFF(str(path))
        places = [n for n, kind in enumerate(file.get_set_types()) if int(kind) == _FUNCTION]
        sets = [file.read_sets(n) for n in places]
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: is cut off or no universal file ({reason}); export it again") from None
    records = [each for each in sets if int(each.get("abscissa_spec_data_type", 0)) == _TIME]
    names = [_name(number, each) for number, each in enumerate(records, 1)]
    place = _chosen(path, names, hints.key or hints.column)
    record = records[place]
    unit = str(record.get("ordinate_axis_units_lab", "") or "").strip()
    known = unit if unit.casefold() not in ("", "none", "unknown") else ""
    label = f"{names[place]} [{known}]" if known else names[place]
    step_s = float(record.get("abscissa_inc", 0.0) or 0.0)
    even = int(record.get("abscissa_spacing", 1)) == 1 and step_s > 0
    where = Bilingual("the record's abscissa increment", "记录的横坐标间隔")
    plain = Hints(rate_hz=hints.rate_hz, unit=hints.unit, speed_rpm=hints.speed_rpm, key=label, scale=hints.scale)
    return chosen_waveform(
        path, {label: np.asarray(record["data"])}, plain, {label: (Stated(1 / step_s, where),) if even else ()}
    )


def _name(number: int, record: dict[str, Any]) -> str:
    node, direction = record.get("rsp_node", ""), int(record.get("rsp_dir", 0) or 0)
    text = str(record.get("id1", "") or "").strip()
    told = text if text and text.casefold() != "none" else f"node {node}{_DIRECTIONS.get(direction, '')}"
    return f"{number} {told}"


def _chosen(path: Path, names: list[str], asked: str | None) -> int:
    if not names:
        raise RecordingError(f"{path}: has no time record (data set 58 over time); export the waveform itself")
    if asked is None and len(names) == 1:
        return 0
    found = [n for n, name in enumerate(names) if asked in (name, str(n + 1), name.partition(" ")[2])]
    if asked is not None and len(found) == 1:
        return found[0]
    what = "several time records" if asked is None else f"no single record {asked!r}"
    raise RecordingError(f"{path}: has {what}; choose one with --key: {listed(names)}")
