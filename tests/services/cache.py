"""Where servers are kept between runs, and one process at a time that puts something there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["alone", "cached"]


def cached(name: str) -> Path:
    """Give a folder in the cache, `~/.cache/stethos` unless STETHOS_CACHE names another."""
    return Path(os.environ.get("STETHOS_CACHE") or Path.home() / ".cache" / "stethos") / name


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep every other process that asks for the same folder waiting until the block ends; makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
