"""Waveforms from tables of text: how it is written, what its columns are, their times, and the samples.

Each step has a file of its own, and refuses with a fix what it cannot know: `dialect` (delimiter, decimal sign),
`header` (names), `time_columns` and `column_choice` (roles), `table_body` (cells as numbers), `time_axis` and
`rates` (one rate out of all that is said of it).
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.bilingual import Bilingual
from models.clock import SECOND_US
from models.errors import RecordingError
from models.machinery.mechanism import Words
from stream.analysis.readers.budget import MAX_COLUMNS
from stream.analysis.readers.column_choice import column_asked_for, only_column
from stream.analysis.readers.column_labels import scaled_unit, without_unit
from stream.analysis.readers.dialect import Dialect, Line, cells_of, sniffed, starts_as_comment
from stream.analysis.readers.header import Header, header_of
from stream.analysis.readers.rate_lines import Stated, rates_stated
from stream.analysis.readers.rates import settled_rate
from stream.analysis.readers.raw_values import why_raw
from stream.analysis.readers.row_waveforms import waveform_in_a_row
from stream.analysis.readers.series import refuse_series, series_column
from stream.analysis.readers.stretches import longest_stretch
from stream.analysis.readers.table_body import Body, Wanted, read_body
from stream.analysis.readers.text_file import TextFile
from stream.analysis.readers.time_axis import TimeAxis, axis_of, epoch_unit, seconds_of
from stream.analysis.readers.time_columns import TimeColumn, counters, time_columns
from stream.analysis.readers.waveform import Assumed, Hints, Waveform, make_waveform

__all__ = ["waveform_of_lines", "waveform_of_table"]

_HEAD = 400
_PREAMBLE = 200
"""Lines that may stand before the numbers."""


class _Roles(msgspec.Struct, frozen=True):
    """What the columns are, from 0 on."""

    signal: int
    time: TimeColumn | None
    counter: int | None
    series: int | None


def waveform_of_table(path: Path, hints: Hints) -> Waveform:
    """Read one column of a text file; a column of times gives the rate.

    Raises `RecordingError` that asks for what the file leaves open.
    """
    return waveform_of_lines(path, TextFile(path), hints)


def waveform_of_lines(path: Path, texts: Iterable[str], hints: Hints) -> Waveform:
    """Read one column of the lines of a table, which are gone through twice. Raises `RecordingError`."""
    head = [Line(number, text) for number, text in enumerate(islice(texts, _HEAD), 1)]
    dialect = sniffed(head)
    if dialect is None or dialect.first >= _PREAMBLE:
        raise RecordingError(f"{path}: {_no_numbers(head)}")
    in_a_row = waveform_in_a_row(path, head, dialect, hints) if len(head) < _HEAD else None
    if in_a_row is not None:
        return in_a_row
    _check(path, head, dialect)
    header = header_of(head, dialect)
    rows = [
        cells_of(line.text, dialect.delimiter)
        for line in head[header.first : header.first + max(8, 20_000 // dialect.columns)]
        if line.text.strip() and not starts_as_comment(line.text)
    ]
    roles = _roles(path, header, dialect, rows, hints)
    body = _body(
        path, texts, head[header.first].number if header.first < len(head) else len(head) + 1, dialect, roles, hints
    )
    refuse_series(path, header, roles.series, body.kinds)
    above = [line.text for line in head[: dialect.first]] + [
        line.text for line in head[dialect.first : header.first] if starts_as_comment(line.text)
    ]
    return _waveform(path, above, header, roles, body, hints)


def _no_numbers(head: Sequence[Line]) -> str:
    first = next((line for line in head if line.text.strip()), None)
    shown = f" (line {first.number}: {first.text.strip()[:60]!r})" if first is not None else ""
    return (
        f"there are no numbers in its first {_PREAMBLE} lines{shown}; "
        "a table has columns with commas, semicolons, tabs or spaces between them"
    )


def _check(path: Path, head: Sequence[Line], dialect: Dialect) -> None:
    if dialect.columns > MAX_COLUMNS:
        raise RecordingError(f"{path}: has {dialect.columns} columns; a table has one for each channel: turn it")
    if dialect.decimal_comma is None:
        first = head[dialect.first]
        raise RecordingError(
            f"{path}: line {first.number}: the commas in {first.text.strip()[:60]!r} may be decimal ones, or part "
            "columns or thousands; write decimal points"
        )


def _roles(path: Path, header: Header, dialect: Dialect, rows: Sequence[Sequence[str]], hints: Hints) -> _Roles:
    times = time_columns(header, rows)
    counting = counters(header, rows)
    taken = {place for column in times for place in column.places}
    if hints.column is not None:
        signal = column_asked_for(path, header, hints.column)
    else:
        rest = [n for n in range(dialect.columns) if n not in taken and dialect.numeric[n]]
        without = [n for n in rest if n not in counting]
        signal = only_column(path, header, without or rest)
    if not dialect.numeric[signal]:
        cell = next((row[signal] for row in rows if signal < len(row) and row[signal]), "")
        raise RecordingError(
            f"{path}: column {header.names[signal]} holds {cell[:40]!r}, no numbers; choose another with --column"
        )
    times = [column for column in times if signal not in column.places]
    nearest = _of_signal(header, times, signal)
    counter = next((n for n in counting if n != signal), None)
    return _Roles(signal, nearest, counter, series_column(header, dialect, rows, {*taken, signal}))


def _of_signal(header: Header, times: Sequence[TimeColumn], signal: int) -> TimeColumn | None:
    """Give the best column of times; of several with one name the nearest before the signal, whose own it is."""
    if not times:
        return None
    best = times[0]
    same = [each for each in times if header.names[each.places[0]] == header.names[best.places[0]]]
    before = [each for each in same if each.places[0] < signal]
    return before[-1] if len(same) > 1 and before else best


def _body(path: Path, texts: Iterable[str], first: int, dialect: Dialect, roles: _Roles, hints: Hints) -> Body:
    """Read the rows; where the rate was given, times that can't be read are not needed."""
    numbers = {roles.signal, *(() if roles.counter is None else (roles.counter,))}
    time = roles.time
    plain = Wanted(tuple(sorted(numbers)), kinds=roles.series)
    if time is None:
        return read_body(path, _lines(texts, first), dialect, plain)
    if time.stamped:
        wanted = Wanted(plain.numbers, time.places, kinds=roles.series)
    else:
        wanted = Wanted(tuple(sorted(numbers | set(time.places))), kinds=roles.series)
    try:
        return read_body(path, _lines(texts, first), dialect, wanted)
    except RecordingError:
        if hints.rate_hz is None:
            raise
    return read_body(path, _lines(texts, first), dialect, plain)


def _lines(texts: Iterable[str], first: int) -> Iterable[Line]:
    return (Line(number, text) for number, text in enumerate(texts, 1) if number >= first)


def _waveform(
    path: Path, above: Sequence[str], header: Header, roles: _Roles, body: Body, hints: Hints
) -> Waveform:
    name = header.names[roles.signal]
    samples, times, places = _filled(path, header, roles, body, hints)
    axis, unit_assumed = _axis(path, header, roles, times, hints)
    stated = _stated(above, header, roles, axis)
    rate = settled_rate(path, stated) if hints.rate_hz is None else next(iter(stated), None)
    unit, step = scaled_unit(name) or (None, None)
    raw = why_raw(
        name, above, whole=body.whole[roles.signal] and samples.size > 0 and bool(np.ptp(samples) > 0), step=step
    )
    scale = hints.scale if hints.scale is not None else step if hints.unit is None else None
    if scale is not None:
        with np.errstate(over="ignore", invalid="ignore"):  # an infinite sample is for the quality flags
            samples = samples * scale
    stretch = longest_stretch(samples.size, axis, body, roles.counter, places)
    notes = [note for note, there in (("gaps", stretch.gaps), ("lost_samples", body.lost_somewhere)) if there]
    only_times = rate is not None and hints.rate_hz is None and len(stated) == 1
    assumed: dict[str, Assumed] = {"time_unit": unit_assumed} if unit_assumed and only_times else {}
    if header.left_out:
        assumed["no_samples_in_lines"] = ", ".join(map(str, header.left_out))
    place = f"column {roles.signal + 1} of {len(header.names)}"
    called = f" ({name})" if header.named and name else ""
    waveform = make_waveform(
        path,
        samples[stretch.first : stretch.last],
        hints,
        point=(without_unit(name) or place) if header.named else f"column {name}",
        channel=Words(place + called, f"{len(header.names)} 列中的第 {roles.signal + 1} 列" + called),
        rate=rate,
        unit=unit,
        raw=raw,
        notes=tuple(notes),
        assumed=assumed,
    )
    begins_us = _begins_us(roles, times, stretch.first)
    return waveform if begins_us is None else msgspec.structs.replace(waveform, begins_us=begins_us)


def _begins_us(roles: _Roles, times: NDArray[np.float64] | None, first: int) -> int | None:
    """Give when the first sample was measured, where numbers since 1970 tell it; dates without a zone don't."""
    if times is None or roles.time is None or roles.time.stamped or not np.isfinite(times[first]):
        return None
    unit = epoch_unit(abs(float(times[first])))
    return None if unit is None else round(float(times[first]) * unit[1] * SECOND_US)


def _filled(
    path: Path, header: Header, roles: _Roles, body: Body, hints: Hints
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, NDArray[np.int64]]:
    """Give samples, times and the rows they stand in, without rows that are empty.

    Empty at the end is a shorter channel; between others, one that is sampled more slowly, whose times tell so.
    """
    samples, times = body.numbers[roles.signal], None
    if roles.time is not None:
        if not roles.time.stamped and roles.time.places[0] in body.numbers:
            times = body.numbers[roles.time.places[0]]
        elif roles.time.stamped and body.stamps.filled:
            times = _stamped(path, body, hints)
    kept = ~body.empty[roles.signal]
    last = int(np.flatnonzero(kept)[-1]) + 1 if kept.any() else 0
    if not kept[:last].all() and times is None:
        line = int(body.lines[int(np.flatnonzero(~kept)[0])])
        raise RecordingError(
            f"{path}: line {line}: column {header.names[roles.signal]} is empty; fill it or cut the file there"
        )
    places = np.flatnonzero(kept)
    return samples[places], None if times is None else times[places], places.astype(np.int64)


def _stamped(path: Path, body: Body, hints: Hints) -> NDArray[np.float64] | None:
    try:
        return body.stamps.seconds()
    except ValueError as error:
        if hints.rate_hz is not None:
            return None
        raise RecordingError(f"{path}: {error}; mend it, or give --rate HZ") from None


def _axis(
    path: Path, header: Header, roles: _Roles, times: NDArray[np.float64] | None, hints: Hints
) -> tuple[TimeAxis | None, str]:
    """Give the rate of the times, and the unit that was taken for theirs; not needed where a rate was given."""
    if times is None or roles.time is None:
        return None, ""
    name = header.names[roles.time.places[0]]
    try:
        if roles.time.stamped:
            return axis_of(path, times, name), ""
        seconds, assumed = seconds_of(path, times, name, named=header.named)
        return axis_of(path, seconds, name), assumed
    except RecordingError:
        if hints.rate_hz is None:
            raise
        return None, ""


def _stated(above: Sequence[str], header: Header, roles: _Roles, axis: TimeAxis | None) -> list[Stated]:
    stated = list(rates_stated(above))
    if axis is not None and roles.time is not None:
        name = header.names[roles.time.places[0]]
        rounded = (" (rounded)", "（经舍入）") if axis.rounded else ("", "")
        stated.append(
            Stated(
                axis.rate_hz, Bilingual(f"the times in column {name}{rounded[0]}", f"{name} 列的时间{rounded[1]}")
            )
        )
    return stated
