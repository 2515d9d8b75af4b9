"""The real recordings: a folder beside the project, or the one that STETHOS_DATA names."""

import os
from pathlib import Path
from types import ModuleType

import pytest

from evaluation.condition.recordings import converter
from tests.services.required import required

__all__ = ["converter_of", "recordings_path"]

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def recordings_path() -> Path:
    """Give the folder of the recordings; read only."""
    path = Path(os.environ.get("STETHOS_DATA") or _BESIDE)
    found = (path / "SHA256SUMS").is_file()
    required(found, f"no recordings in {path}: set STETHOS_DATA to the folder that holds them")
    return path


def converter_of(recordings_path: Path) -> ModuleType:
    """Give the module that makes messages of the recordings and stands beside them."""
    tool = recordings_path.parent / "tools" / "recordings.py"
    required(tool.is_file(), f"no converter at {tool}: set STETHOS_DATA to recordings that have it beside them")
    return converter(recordings_path.parent)
