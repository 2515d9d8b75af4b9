"""The bearing catalogue with people's own bearings above it, from a file of theirs."""

from pathlib import Path

from models.machinery.bearings import Catalogue, built_in, catalogue_from
from stream.config.toml import read_toml

__all__ = ["load_catalogue"]


def load_catalogue(own: Path | None) -> Catalogue:
    """Give the catalogue; entries of a person's own file come first, so they stand for their designations.

    Raises `ConfigurationError` naming file, bearing and fix.
    """
    if own is None:
        return built_in()
    return Catalogue(catalogue_from(read_toml(own), str(own)).entries + built_in().entries)
