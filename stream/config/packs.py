"""The packs for kinds of machines with people's own above them, from a file or a folder of theirs."""

from pathlib import Path

from models.errors import ConfigurationError
from models.machinery.kinds import Packs, built_in_packs, packs_from
from models.machinery.pack import Pack
from stream.config.toml import read_toml

__all__ = ["load_packs"]


def load_packs(own: Path | None) -> Packs:
    """Give all packs; a person's own come first, so they stand for their kinds. A folder's files go by their names.

    Raises `ConfigurationError` naming file, pack and fix.
    """
    if own is None:
        return built_in_packs()
    if not own.is_dir():
        return Packs((*packs_from(read_toml(own), str(own)).packs, *built_in_packs().packs))
    files = sorted(own.glob("*.toml"))
    if not files:
        raise ConfigurationError(f"{own}: there is no .toml file in this folder; put one [[pack]] or more into one")
    packs: list[Pack] = []
    for file in files:
        packs.extend(packs_from(read_toml(file), str(file)).packs)
    return Packs((*packs, *built_in_packs().packs))
