"""`python -m evaluation diagnosis`: all tables and plots about the diagnosis."""

import sys
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evaluation.diagnosis.blind import blind_tables
from evaluation.diagnosis.judged import judge, side_by_side
from evaluation.diagnosis.pictures import PICTURES
from evaluation.diagnosis.sensitivity import cases, sensitivity_table, tried
from evaluation.diagnosis.thousands import tasks, thousands_tables
from evaluation.diagnosis.told_wrong import is_told_wrong, told_wrong_table, told_wrong_tasks
from evaluation.recorded import data_path
from evaluation.streamed import made_up_table, recordings_table
from evaluation.tables import Table

__all__ = ["diagnosis"]


class Part(StrEnum):
    """What can be run alone."""

    BLIND = "blind"
    SIMULATED = "simulated"
    STREAM = "stream"
    SENSITIVITY = "sensitivity"


def diagnosis(
    part: Annotated[list[Part] | None, typer.Option(help="Run only this; may be given more than once.")] = None,
    sound: Annotated[
        int, typer.Option(min=1, help="How many sound machines to make up; on the stream a quarter.")
    ] = 1000,
    each: Annotated[int, typer.Option(min=1, help="How many machines at every level of every fault.")] = 12,
    first_seed: Annotated[
        int, typer.Option(help="Where the simulator's seeds begin; constants were chosen on those below 10,000.")
    ] = 1_000_000,
    write: Annotated[
        Path | None,
        typer.Option(help="Also write diagnosis-figures.md, and images/ with the plots, to this folder."),
    ] = None,
) -> None:
    """Score the diagnosis: blind on real recordings, told wrong things, and on simulated machines."""
    parts = set(part or Part)
    path = data_path() if (data_path() / "cwru").is_dir() else None
    if path is None:
        typer.echo("no real recordings: set STETHOS_DATA to the folder that holds them", err=True)
    tables: list[Table] = []
    if Part.BLIND in parts and path is not None:
        tables += _shown(blind_tables(path, _progress("real recordings")))
    if Part.SIMULATED in parts:
        items = tasks(sound, each, first_seed) + told_wrong_tasks(each, first_seed)
        answers = list(side_by_side(judge, items, _progress("simulated machines", len(items))))
        judged = [one for one in answers if not is_told_wrong(one.task)]
        tables += _shown(thousands_tables(judged))
        tables += _shown([told_wrong_table([one for one in answers if is_told_wrong(one.task)])])
        if write is not None:
            from evaluation.diagnosis.plots import write_plots  # noqa: PLC0415 - only a plot needs matplotlib

            write_plots(judged, write / "images")
    if Part.STREAM in parts:
        if path is not None:
            tables += _shown([recordings_table(path)])
        tell = _progress("machines measured again and again")
        tables += _shown([made_up_table(max(1, sound // 4), each, first_seed, tell)])
    if Part.SENSITIVITY in parts:
        todo = cases(path)
        found = side_by_side(tried, todo, _progress("constants changed", len(todo)))
        tables += _shown([sensitivity_table(found)])
    if write is not None:
        _write(tables, write / "diagnosis-figures.md")


def _write(tables: list[Table], page: Path) -> None:
    """Put tables on the page, each in the place of the one with its title; those of other parts stay."""
    page.parent.mkdir(parents=True, exist_ok=True)
    known = page.read_text("utf-8") if page.exists() else ""
    sections = {part.splitlines()[0]: "## " + part.strip() for part in known.split("\n## ")[1:]}
    sections |= {table.title: _with_picture(table) for table in tables}
    head = "# The diagnosis in figures\n\nMade by `python -m evaluation diagnosis --write docs`; "
    head += "[diagnosis.md](diagnosis.md) tells what they mean."
    page.write_text("\n\n".join([head, *sections.values()]) + "\n", encoding="utf-8")


def _with_picture(table: Table) -> str:
    alternative, file = PICTURES.get(table.title, ("", ""))
    return table.markdown() + (f"\n\n![{alternative}](images/{file})" if file else "")


def _shown(tables: Iterable[Table]) -> list[Table]:
    kept = []
    for table in tables:
        kept.append(table)
        typer.echo("\n" + table.markdown())
    return kept


def _progress(what: str, total: int | None = None) -> Callable[[int], None]:
    """Give a function that tells on stderr how many are done, once a second."""
    last = time.monotonic()

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1 or done == total:
            last = time.monotonic()
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{what}: {done}{f' of {total}' if total else ''} {end}")
            sys.stderr.flush()

    return tell
