"""`stethos import`: make a recording of files that other programs wrote."""

from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream.cli.bearings import PositiveRpm
from stream.cli.signal_options import Column, Key, Rate, Scale, SignalUnit
from stream.cli.terminal import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from stream.analysis.readers.waveform import Hints
    from stream.messages.measurements import Message

__all__ = ["import_files"]

_Output = Annotated[
    Path | None, typer.Option(help="The new recording, .jsonl or .jsonl.gz; without, standard output.")
]
_Begins = Annotated[
    str | None, typer.Option(metavar="TIME", help="When a waveform begins, as 2026-03-01T08:30:00Z.")
]
_ORDERS = ("dmy", "mdy")
_UNITS = ("g", "m/s2", "mm/s")


def import_files(
    files: Annotated[list[Path], typer.Argument(help="What `analyze` reads; with --trend, tables.")],
    *,
    machine: Annotated[str, typer.Option(help="Id of the machine that was measured.")],
    output: _Output = None,
    point: Annotated[str | None, typer.Option(help="Of measurement; else the channel's name.")] = None,
    trend: Annotated[bool, typer.Option("--trend", help="Tables with a row a moment, a column a reading.")] = False,
    begins: _Begins = None,
    zone: Annotated[str, typer.Option(help="Of dates without one, as Asia/Shanghai.")] = "UTC",
    date_order: Annotated[str | None, typer.Option(metavar="dmy|mdy", help="Where dates may be either.")] = None,
    speed: PositiveRpm = None,
    rate: Rate = None,
    unit: SignalUnit = None,
    scale: Scale = None,
    column: Column = None,
    key: Key = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the recording if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a recording of waveforms or trends that other programs wrote, for `replay` and `publish`.

    A waveform needs the time when it began (--begins, or times since 1970), a table of trends a column of times.
    What a file leaves open is asked for, as `analyze` does. Columns in degrees become temperatures, all others
    readings.

    For example:

      stethos import 2025.csv --trend --machine P-101 --zone Asia/Shanghai --output p101.jsonl.gz

      stethos import run.tdms --machine P-101 --begins 2025-11-04T10:25:14Z --output run.jsonl

      stethos replay p101.jsonl.gz
    """
    from stream.analysis.readers.waveform import Hints  # noqa: PLC0415 -- keeps --help quick
    from stream.messages.measurements import to_json  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.writing import open_recording  # noqa: PLC0415 -- keeps --help quick

    _check(machine, point, unit, scale, date_order)
    begin = _time(begins, _zone(zone))
    hints = Hints(
        rate_hz=rate,
        unit=next((known for known in ("g", "m/s2", "mm/s") if known == unit), None),
        speed_rpm=speed, scale=scale, column=column, key=key,
    )  # fmt: skip
    counts: dict[str, int] = {}
    each = (
        _trends(file, machine, point, key, _zone(zone), date_order)
        if trend
        else _waveform(file, machine, point, begin, hints)
        for file in files
    )
    messages = chain.from_iterable(each)
    first = list(islice(messages, 1))  # what is refused at once leaves no empty recording behind
    with open_recording(output, overwrite=overwrite) as write:
        for message in chain(first, messages):
            write(to_json(message))
            name = type(message).__name__.lower()
            counts[name] = counts.get(name, 0) + 1
    _summarize(output, counts, as_json=as_json)


def _summarize(output: Path | None, counts: dict[str, int], *, as_json: bool) -> None:
    """Say what was written, on stderr where the recording itself is on stdout."""
    import msgspec  # noqa: PLC0415 -- keeps --help quick

    if as_json:
        summary = {"file": str(output) if output is not None else None, "messages": counts}
        typer.echo(msgspec.json.encode(summary).decode(), err=output is None)
    else:
        told = ", ".join(f"{count} x {name}" for name, count in sorted(counts.items())) or "nothing"
        typer.echo(f"wrote {output or 'the recording'}: {told}", err=output is None)


def _waveform(
    file: Path, machine: str, point: str | None, begin: datetime | None, hints: "Hints"
) -> "Iterator[Message]":
    from models.clock import from_datetime  # noqa: PLC0415 -- keeps --help quick
    from models.errors import RecordingError  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.importing import blocks_of  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.readers.waveform_files import is_recording, read_waveforms  # noqa: PLC0415 -- the same
    from stream.cli.terminal import complain  # noqa: PLC0415 -- keeps --help quick

    if is_recording(file):
        raise RecordingError(f"{file}: is a recording already; give it to `stethos replay` as it is")
    for waveform in read_waveforms(file, hints, complain):
        begins_us = from_datetime(begin) if begin is not None else waveform.begins_us
        if begins_us is None:
            raise RecordingError(
                f"{file}: when the waveform began is asked for: give --begins TIME (a row a moment: --trend)"
            )
        yield from blocks_of(waveform, machine=machine, point=point or waveform.point, begins_us=begins_us)


def _trends(
    file: Path, machine: str, point: str | None, key: str | None, zone: "tzinfo", date_order: str | None
) -> "Iterator[Message]":
    from models.errors import RecordingError  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.importing import messages_of_trends  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.readers.trends import trends_of  # noqa: PLC0415 -- keeps --help quick

    if not file.is_file():
        raise RecordingError(f"{file}: there is no such file; check the path")
    trends = trends_of(file, key=key, zone=zone, date_order=date_order)
    yield from messages_of_trends(trends, machine=machine, point=point or "process")


def _check(machine: str, point: str | None, unit: str | None, scale: float | None, order: str | None) -> None:
    """Refuse what makes no sense as wrong usage."""
    from models.errors import MessageError  # noqa: PLC0415 -- keeps --help quick
    from stream.messages.validation import check_name  # noqa: PLC0415 -- keeps --help quick

    for option, name in (("machine", machine), ("point", point)):
        try:
            check_name(option, name if name is not None else "x")
        except MessageError as error:
            raise typer.BadParameter(str(error), param_hint=f"--{option}") from None
    for option, value, known in (("--unit", unit, _UNITS), ("--date-order", order, _ORDERS)):
        if value is not None and value not in known:
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(known)}", param_hint=option)
    if scale is not None and (not abs(scale) < float("inf") or scale == 0):
        raise typer.BadParameter(f"{scale:g} is no factor", param_hint="--scale")


def _zone(name: str) -> "tzinfo":
    from zoneinfo import ZoneInfo  # noqa: PLC0415 -- keeps --help quick

    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise typer.BadParameter(
            f"{name!r} is no time zone; give one as Asia/Shanghai", param_hint="--zone"
        ) from None


def _time(text: str | None, zone: "tzinfo") -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time; give one as 2026-03-01T08:30:00Z", param_hint="--begins"
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=zone)
