"""`stethos analyze`: look into one file of vibration."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from models.errors import ConfigurationError
from stream.cli.bearings import OwnCatalogue, PositiveRpm
from stream.cli.packs import OwnPacks, pack_of
from stream.cli.signal_options import Column, Key, LineFrequency, Rate, Report, Scale, SignalFile, SignalUnit
from stream.cli.terminal import AsJson, Complaints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from models.bilingual import Language
    from models.machinery.bearings import CatalogueEntry
    from stream.analysis.analysing import Analysis, Conditions
    from stream.analysis.readers.waveform import Hints, Waveform
    from stream.analysis.report.html_report import Shown

__all__ = ["analyze"]

_Unit = Literal["g", "m/s2", "mm/s"]
_Mounting = Literal["rigid", "flexible"]
_Language = Literal["en", "zh"]

_RATES_HZ = (1e-6, 1e9)
_POWERS_KW = (0.0, 1e6)
_LINES_HZ = (0.0, 1000.0)


def analyze(
    file: SignalFile,
    *,
    bearing: Annotated[
        str | None, typer.Option(help='Designation, or geometry as "n=8,d=0.235,D=1.245,angle=0".')
    ] = None,
    speed: PositiveRpm = None,
    rate: Rate = None,
    unit: SignalUnit = None,
    scale: Scale = None,
    column: Column = None,
    key: Key = None,
    power: Annotated[float | None, typer.Option(metavar="KW", help="Rated power, for the severity zone.")] = None,
    mounting: Annotated[str | None, typer.Option(metavar="M", help="rigid or flexible, for the same.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of machine, as pump: limits and checks of its pack.")] = None,
    category: Annotated[str, typer.Option(metavar="C", help="That the kind's standard asks for.")] = "",
    own_packs: OwnPacks = None,
    line_frequency: LineFrequency = None,
    machine: Annotated[str | None, typer.Option(help="Only this machine of a recording.")] = None,
    point: Annotated[str | None, typer.Option(help="Only this point of a recording.")] = None,
    catalogue: OwnCatalogue = None,
    language: Annotated[str, typer.Option(metavar="LANG", help="Of the report: en or zh.")] = "en",
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw the spectra (extra `plot`).")] = None,
    report: Report = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 where a fault is found.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a vibration signal shows: quality, indicators, severity zone, and the fault with its evidence.

    Blocks of one machine and point that follow each other are joined. What a file leaves open is asked for.
    Without speed and bearing the verdict can't be `healthy`; without power and mounting there is no zone. With the
    kind of machine, limits and what to check are those of its pack (`stethos packs`).

    For example:

      stethos analyze pump.jsonl --bearing 6205-2RS --power 37 --mounting rigid

      stethos analyze 泵.csv --rate 25600 --unit g --speed 1480 --bearing "n=9,d=7.94,D=39.04" --language zh

      stethos analyze pump.wav --unit g --kind pump --category II --power 45 --mounting rigid

      stethos analyze fan.mat --key DE_time --rate 12000 --unit g --report fan.html --exit-code
    """
    _check_choices(unit=unit, mounting=mounting, language=language)
    hints = _hints(file, rate=rate, unit=unit, speed=speed, scale=scale, column=column, key=key)
    conditions = _conditions(bearing, catalogue, power, mounting, line_frequency)
    conditions = _of_kind(conditions, kind, category, own_packs)
    found = _examine(
        _waveforms(file, hints, machine, point),
        conditions,
        "zh" if language == "zh" else "en",
        file=file,
        plot=plot,
        report=report,
        as_json=as_json,
    )
    if found and exit_code:
        raise typer.Exit(1)


def _examine(
    waveforms: "Iterable[Waveform]",
    conditions: "Conditions",
    language: "Language",
    *,
    file: Path,
    plot: Path | None,
    report: Path | None,
    as_json: bool,
) -> bool:
    """Print what each waveform shows, and write the pictures that are wanted; say whether there is a fault."""
    drawn = plot is not None or report is not None
    if drawn:
        import stream.analysis.report.plots  # noqa: F401, PLC0415 -- a missing extra is told before the work
    from stream.analysis.analysing import analyse, is_finding  # noqa: PLC0415 -- keeps --help quick

    found = False
    shown: list[Shown] = []
    for waveform in waveforms:
        analysis = analyse(waveform, conditions)
        found |= is_finding(analysis)
        _print(analysis, language, as_json=as_json)
        if drawn:
            shown.append(_shown(waveform, analysis, language, narrow=report is not None))
    _write(shown, plot, report, language, file)
    return found


def _check_choices(*, unit: str | None, mounting: str | None, language: str) -> None:
    choices = (
        ("--unit", unit, get_args(_Unit)),
        ("--mounting", mounting, get_args(_Mounting)),
        ("--language", language, get_args(_Language)),
    )
    for option, value, known in choices:
        if value is not None and value not in known:
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(known)}", param_hint=option)


def _within(option: str, value: float | None, limits: tuple[float, float], unit: str) -> None:
    if value is not None and not limits[0] <= value <= limits[1]:
        raise typer.BadParameter(
            f"{value:g} {unit} makes no sense; give {limits[0]:g} to {limits[1]:g} {unit}", param_hint=option
        )


def _hints(
    file: Path,
    *,
    rate: float | None,
    unit: str | None,
    speed: float | None,
    scale: float | None,
    column: str | None,
    key: str | None,
) -> "Hints":
    from stream.analysis.readers.waveform import Hints  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.readers.waveform_files import is_recording  # noqa: PLC0415 -- keeps --help quick

    _within("--rate", rate, _RATES_HZ, "Hz")
    if scale is not None and (not abs(scale) < float("inf") or scale == 0):
        raise typer.BadParameter(f"{scale:g} is no factor", param_hint="--scale")
    if is_recording(file):
        said = {"--rate": rate, "--unit": unit, "--scale": scale, "--column": column, "--key": key}
        given = [option for option, value in said.items() if value is not None]
        if given:
            raise typer.BadParameter(
                "a recording's messages say this themselves; leave it out", param_hint=given[0]
            )
    return Hints(rate_hz=rate, unit=_known_unit(unit), speed_rpm=speed, scale=scale, column=column, key=key)


def _known_unit(unit: str | None) -> "_Unit | None":
    return next((known for known in ("g", "m/s2", "mm/s") if known == unit), None)


def _conditions(
    bearing: str | None, catalogue: Path | None, power: float | None, mounting: str | None, line_hz: float | None
) -> "Conditions":
    from stream.analysis.analysing import MAINS_HZ, Conditions  # noqa: PLC0415 -- keeps --help quick

    _within("--power", power, _POWERS_KW, "kW")
    _within("--line-frequency", line_hz, _LINES_HZ, "Hz")
    return Conditions(
        bearing=_bearing(bearing, catalogue) if bearing is not None else None,
        power_kw=power,
        mounting="rigid" if mounting == "rigid" else "flexible" if mounting else None,
        line_frequency_hz=MAINS_HZ if line_hz is None else line_hz or None,
    )


def _of_kind(conditions: "Conditions", kind: str | None, category: str, own: Path | None) -> "Conditions":
    """Add what is known of the kind; one that no pack knows, or a category that it hasn't, is wrong usage."""
    if kind is None:
        if category or own is not None:
            raise typer.BadParameter("say also --kind", param_hint="--category, --packs")
        return conditions
    import msgspec  # noqa: PLC0415 -- keeps --help quick

    from models.machinery.machine import Machine  # noqa: PLC0415 -- keeps --help quick
    from stream.config.packs import load_packs  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    pack = pack_of(load_packs(own or load_settings(None).packs), kind, hint="--kind")
    try:
        pack.mechanism_of(Machine(id="", category=category))
    except ConfigurationError as error:
        raise typer.BadParameter(str(error), param_hint="--category") from None
    return msgspec.structs.replace(conditions, pack=pack, category=category)


def _bearing(text: str, catalogue: Path | None) -> "CatalogueEntry":
    from models.machinery.bearings import resolve_bearing  # noqa: PLC0415 -- keeps --help quick
    from stream.config.bearings import load_catalogue  # noqa: PLC0415 -- keeps --help quick

    known = load_catalogue(catalogue)
    try:
        return resolve_bearing(text, known)
    except ConfigurationError as error:
        raise typer.BadParameter(str(error), param_hint="--bearing") from None


def _waveforms(file: Path, hints: "Hints", machine: str | None, point: str | None) -> "Iterator[Waveform]":
    """Give the waveforms that were asked for; asking for what is not there is wrong usage."""
    from stream.analysis.readers.waveform import Choice, listed  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.readers.waveform_files import read_waveforms  # noqa: PLC0415 -- keeps --help quick

    choice = Choice(machine, point)
    matched, complaints = False, Complaints()
    try:
        for waveform in read_waveforms(file, hints, complaints, choice):
            matched = True
            yield waveform
    finally:
        complaints.end()
    if not matched:
        others = listed([f"{machine} · {point}" for machine, point in choice.others])
        raise typer.BadParameter(f"not in {file}; there are {others}", param_hint="--machine, --point")


def _print(analysis: "Analysis", language: "Language", *, as_json: bool) -> None:
    if as_json:
        import msgspec  # noqa: PLC0415 -- keeps --help quick

        sys.stdout.buffer.write(msgspec.json.encode(analysis) + b"\n")
        sys.stdout.buffer.flush()
        return
    from rich.console import Console  # noqa: PLC0415 -- keeps --help quick

    from stream.analysis.report.terminal import terminal_report  # noqa: PLC0415 -- keeps --help quick

    Console().print(terminal_report(analysis, language))


def _shown(waveform: "Waveform", analysis: "Analysis", language: "Language", *, narrow: bool) -> "Shown":
    from stream.analysis.report.curves import curves_of  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.report.html_report import Shown  # noqa: PLC0415 -- keeps --help quick
    from stream.analysis.report.plots import picture_png  # noqa: PLC0415 -- keeps --help quick

    curves = curves_of(waveform, analysis)
    wide = picture_png(curves, analysis, language)
    return Shown(analysis, wide, picture_png(curves, analysis, language, "narrow") if narrow else b"")


def _write(shown: "list[Shown]", plot: Path | None, report: Path | None, language: "Language", file: Path) -> None:
    """Write the picture, one file for each machine and point, and the page, one for all."""
    if plot is not None:
        for number, each in enumerate(shown, 1):
            _save(plot if number == 1 else plot.with_stem(f"{plot.stem}-{number}"), each.wide)
    if report is not None:
        from stream.analysis.report.html_report import html_page  # noqa: PLC0415 -- keeps --help quick

        _save(report, html_page(shown, language, file=file.name).encode())


def _save(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(
            f"{file}: cannot be written ({error.strerror}); check folder and permissions"
        ) from None
    typer.echo(f"wrote {file}", err=True)
