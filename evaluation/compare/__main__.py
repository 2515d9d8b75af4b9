"""`python -m evaluation.compare REVISION`: run that revision beside this one, and compare what they say."""

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evaluation.compare.cases import Case, cases
from evaluation.compare.inputs import make_inputs, missing
from evaluation.compare.outputs import Compared, compared, table_of
from evaluation.compare.revisions import ROOT, Revision, checked_out
from models.errors import StethosError

__all__ = ["compare"]


def compare(
    revision: Annotated[str, typer.Argument(help="Commit, tag or branch to compare the working tree with.")],
    *,
    worker: Annotated[
        bool, typer.Option("--worker", help="Also what workers store, on a real Kafka (Java, Maven).")
    ] = False,
    only: Annotated[str, typer.Option(help="Only outputs whose names hold this.")] = "",
) -> None:
    """Say of every output whether another revision gives the same, byte for byte; exit 1 where one doesn't.

    Recordings with known faults are taken from STETHOS_DATA, or the folder beside the project. Help texts are told
    of, and may differ.
    """
    if missing():
        typer.echo(f"without real recordings: {missing()}; name their folder in STETHOS_DATA", err=True)
    with tempfile.TemporaryDirectory(prefix="stethos-compare-") as name:
        folder = Path(name)
        inputs = folder / "inputs"
        inputs.mkdir()
        try:
            with checked_out(revision, folder) as tree:
                before, after = Revision(revision, tree, inputs), Revision("this", ROOT, inputs)
                found = list(_found(before, after, worker=worker, only=only))
        except StethosError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
    console = Console(width=140)
    console.print(table_of(found))
    for one in found:
        if not one.same:
            console.print(f"{one.name}: {one.difference}", markup=False, highlight=False, soft_wrap=True)
    wrong = [one for one in found if one.binding and not one.same]
    typer.echo(
        f"{len(found)} outputs, {len(wrong)} differ or fail" if wrong else f"{len(found)} outputs, as before"
    )
    if wrong or not found:
        raise typer.Exit(1)


def _found(before: Revision, after: Revision, *, worker: bool, only: str) -> Iterator[Compared]:
    before.check()
    after.check()
    _tell("making recordings")
    make_inputs(after.folder, after)
    chosen = [case for case in cases() if only in case.name]
    with ThreadPoolExecutor(2) as pool:
        for number, case in enumerate(chosen, 1):
            _tell(f"{number} of {len(chosen)}: {case.name}")
            old, new = pool.map(case.made_by, (before, after))
            yield _judged(case, old, new)
    if worker:
        from evaluation.compare.stored import stored  # noqa: PLC0415 -- what it needs is not there for all

        yield from stored(before, after, _tell)


def _judged(case: Case, old: bytes, new: bytes) -> Compared:
    return compared(case.name, old, new, binding=case.binding)


def _tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    typer.run(compare)
