"""What the commands share: options, and progress that shows on a terminal and nowhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stream.recordings.reading import Line, Recordings

__all__ = ["AsJson", "Complaints", "Files", "SettingsFile", "complain", "complain_at", "followed", "progress"]

_COMPLAINTS = 20

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Settings file; stethos.toml where there is one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Files = Annotated[list[Path], typer.Argument(help="Recordings, .jsonl or .jsonl.gz; - is standard input.")]


def complain(line: "Line", error: MessageError) -> None:
    """Tell a bad line on stderr."""
    from stream.recordings.reading import described  # noqa: PLC0415 -- keeps --help quick

    complain_at(described(line), error)


class Complaints:
    """Tells the first bad lines on stderr, and how many more there were at the end."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, line: "Line", error: MessageError) -> None:
        """Take a bad line."""
        self._count += 1
        if self._count <= _COMPLAINTS:
            complain(line, error)

    def end(self) -> None:
        """Tell of those that were not shown."""
        if self._count > _COMPLAINTS:
            typer.echo(f"and {self._count - _COMPLAINTS} more bad lines ({self._count} in all)", err=True)


def complain_at(place: str, error: MessageError) -> None:
    """Tell on stderr what is wrong at a place."""
    typer.echo(f"{place}: {error}", err=True)


@contextmanager
def progress(title: str) -> "Iterator[Callable[[int, int | None], None]]":
    """Give a function to be told `(done, of all)`; it draws a bar on stderr if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 -- keeps --help quick
    from rich.progress import Progress  # noqa: PLC0415 -- keeps --help quick

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def followed(lines: "Recordings", tell: "Callable[[int, int | None], None]") -> "Iterator[Line]":
    """Pass lines on, telling how far they are."""
    for number, line in enumerate(lines):
        if number % 64 == 0:
            tell(lines.read_bytes, lines.total_bytes)
        yield line
