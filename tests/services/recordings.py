"""The real recordings: a folder beside the project, or the one that STETHOS_DATA names."""

import os
from pathlib import Path

import pytest

from tests.services.required import required

__all__ = ["recordings_path"]

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def recordings_path() -> Path:
    """Give the folder of the recordings; read only."""
    path = Path(os.environ.get("STETHOS_DATA") or _BESIDE)
    found = (path / "SHA256SUMS").is_file()
    required(found, f"no recordings in {path}: set STETHOS_DATA to the folder that holds them")
    return path
