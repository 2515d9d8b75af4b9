"""Which column holds the signal: the one that is asked for, or the only one there is; a choice is never guessed."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from models.errors import RecordingError
from stream.analysis.readers.column_labels import without_brackets, without_unit
from stream.analysis.readers.header import Header
from stream.analysis.readers.waveform import listed

__all__ = ["column_asked_for", "described", "only_column"]


def column_asked_for(path: Path, header: Header, wanted: str) -> int:
    """Find a column, from 0 on, by its name, its name without case and unit, or its number from 1 on.

    Raises `RecordingError` where there is none, or where several may be meant.
    """
    plain = wanted.strip().casefold()
    for spelled in (str, str.casefold, _without_unit, _without_brackets):
        spellings = [spelled(name) for name in header.names]
        for asked in (wanted, plain):
            if spellings.count(asked) > 1:
                numbers = [str(number) for number, each in enumerate(spellings, 1) if each == asked]
                raise RecordingError(
                    f"{path}: {len(numbers)} columns are called {wanted!r}; give --column by its number, "
                    f"{' or '.join(numbers)}; there are {described(header)}"
                )
            if asked in spellings:
                return spellings.index(asked)
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(header.names):
        _refuse_off_by_one(path, header, int(wanted))
        return int(wanted) - 1
    raise RecordingError(
        f"{path}: there is no column {wanted!r}; there are {described(header)}; choose one of them"
    )


def _without_unit(name: str) -> str:
    return without_unit(name).casefold()


def _without_brackets(name: str) -> str:
    return without_brackets(name).casefold()


def only_column(path: Path, header: Header, candidates: Sequence[int]) -> int:
    """Give the only candidate. Raises `RecordingError` that lists what there is to choose from."""
    if len(candidates) != 1:
        what = "several columns" if candidates else "no column of a signal"
        raise RecordingError(f"{path}: has {what}; choose one with --column: {described(header)}")
    return candidates[0]


def described(header: Header) -> str:
    """List the columns; of one name each has its number behind it."""
    if not header.named:
        return f"1 to {len(header.names)}"
    counted = Counter(header.names)
    names = [
        f"{name or '(no name)'} [{number}]" if counted[name] > 1 else name or "(no name)"
        for number, name in enumerate(header.names, 1)
    ]
    return listed(names) + " (or its number from 1 on)"


def _refuse_off_by_one(path: Path, header: Header, number: int) -> None:
    """Refuse a number that is one column's place and in another's name: `CH2` behind the time is the third."""
    if not header.named:
        return
    in_names = [
        place
        for place, name in enumerate(header.names, 1)
        if re.findall(r"\d+", without_unit(name)) == [str(number)]
    ]
    here = re.findall(r"\d+", without_unit(header.names[number - 1]))
    if here and len(in_names) == 1 and in_names[0] != number:
        raise RecordingError(
            f"{path}: --column {number} may mean {header.names[in_names[0] - 1]!r} (of place {in_names[0]}) "
            f"or {header.names[number - 1]!r} (of place {number}); give its name"
        )
