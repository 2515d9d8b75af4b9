"""Libraries of the extra `files`: a missing one is told with the command that installs it."""

import importlib
from pathlib import Path
from types import ModuleType

from models.errors import RecordingError

__all__ = ["library"]


def library(path: Path, name: str) -> ModuleType:
    """Give a library that a format needs. Raises `RecordingError` where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise RecordingError(
            f"{path}: files ending in {path.suffix.lower()} need the extra `files`; install it with: "
            "pip install 'stethos[files]'"
        ) from None
