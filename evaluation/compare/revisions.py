"""Another revision of this project beside the present one, both run by the Python that runs this."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from evaluation.compare.outputs import without_clocks
from models.errors import ConfigurationError

__all__ = ["ROOT", "Revision", "checked_out", "environment_of"]

ROOT = Path(__file__).resolve().parents[2]
_SAME_FOR_ALL = {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "PYTHONHASHSEED": "0", "TZ": "UTC"}


class Revision(msgspec.Struct, frozen=True):
    """A folder that holds the project, and the folder in which its commands run, with the recordings."""

    name: str
    tree: Path
    folder: Path

    def run(self, *arguments: str) -> bytes:
        """Run `stethos`: what it writes, then what it complains of and how it ends, without times of a clock."""
        return self.python("-m", "stream.cli.main", *arguments)

    def python(self, *arguments: str) -> bytes:
        """Run Python with this revision's code."""
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment_of(self.tree),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        told = without_clocks(ended.stderr)
        return without_clocks(ended.stdout) + told + (f"exit {ended.returncode}\n".encode())

    def check(self) -> None:
        """Raise `ConfigurationError` where it is not this folder's code that runs."""
        where = self.python("-c", "import stream, models; print(stream.__file__, models.__file__)").decode()
        if where.count(str(self.tree.resolve())) != 2:
            raise ConfigurationError(f"{self.name}: the code that runs is not {self.tree}'s but {where.strip()}")


def environment_of(tree: Path) -> dict[str, str]:
    """Give the environment in which a folder's code runs: none of our own settings, and one thread a library."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STETHOS_")}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**kept, **threads, **_SAME_FOR_ALL, "PYTHONPATH": str(tree)}


@contextmanager
def checked_out(name: str, folder: Path) -> Iterator[Path]:
    """Check a revision out into a folder of its own, and take that away again; raises `ConfigurationError`."""
    tree = folder / "revision"
    _git("worktree", "add", "--detach", "--quiet", str(tree), name)
    try:
        yield tree
    finally:
        _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> None:
    ended = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 -- git is found as everywhere
    if ended.returncode:
        raise ConfigurationError(f"git {' '.join(arguments)}: {ended.stderr.strip()}")
