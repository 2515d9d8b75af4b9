"""Kinds of machines and their packs: those that come with the package, and a factory's own above them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from models.errors import ConfigurationError
from models.machinery.fault_names import FAULT_NAMES
from models.machinery.pack import Pack, Zones, compact

__all__ = ["Packs", "built_in_packs", "packs_from"]

_HELP = "describe each kind in a [[pack]] table; `stethos packs pump --json` shows one"


class Packs(msgspec.Struct, frozen=True):
    """Packs, those to be preferred first."""

    packs: tuple[Pack, ...] = ()

    def find(self, kind: str) -> Pack | None:
        """Give the pack for a kind, by its id or one of its names, or None.

        >>> [built_in_packs().find(kind).id for kind in ("Centrifugal pump", "螺杆空压机", "主轴")]
        ['pump', 'compressor', 'spindle']
        >>> built_in_packs().find("gear pump") is None, built_in_packs().find("") is None
        (True, True)
        """
        wanted = compact(kind)
        return next((pack for pack in self.packs if wanted and wanted in _names(pack)), None)


def _names(pack: Pack) -> set[str]:
    return {compact(name) for name in (pack.id, *pack.kinds)}


@cache
def built_in_packs() -> Packs:
    """Give the packs that come with the package."""
    folder = files("models.machinery") / "packs"
    packs: list[Pack] = []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            packs.extend(packs_from(tomllib.loads(file.read_text("utf-8")), file.name).packs)
    return Packs(tuple(packs))


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pack: tuple[Pack, ...] = ()


def packs_from(content: Mapping[str, object], place: str) -> Packs:
    """Make packs of the content of a TOML file that is called `place`; `packs/pump.toml` is one.

    Raises `ConfigurationError` naming the file, the pack and the fix.
    """
    try:
        packs = msgspec.convert(content, _File).pack
    except msgspec.ValidationError as error:
        what, _, path = str(error).replace("`", "").partition(" - at $.")
        where = f"{path}: " if path else ""
        raise ConfigurationError(f"{place}: {where}{what[0].lower()}{what[1:]}; {_HELP}") from None
    taken: dict[str, str] = {}
    for number, pack in enumerate(packs, 1):
        where = f"{place}: pack {number} ({pack.id[:40]})"
        _check(pack, where)
        for name in _names(pack):
            if taken.setdefault(name, where) != where:
                raise ConfigurationError(f"{where}: the kind {name!r} is taken by {taken[name]}; take it off one")
    return Packs(packs)


def _check(pack: Pack, where: str) -> None:
    """Refuse what is of the right type and makes no sense all the same."""
    if not all(_names(pack)):
        raise ConfigurationError(f"{where}: id and kinds need letters or digits")
    for number, zones in enumerate(pack.zones, 1):
        _check_zones(zones, pack, f"{where}: zones {number}")
    faults = [likely.fault for likely in pack.faults]
    for twice in {fault for fault in faults if faults.count(fault) > 1}:
        raise ConfigurationError(f"{where}: the fault {twice!r} stands there twice; keep one")
    for fault in faults:
        near = next((name for name in FAULT_NAMES if compact(name) == compact(fault) and name != fault), None)
        if near:
            raise ConfigurationError(f"{where}: the diagnosis writes {fault!r} as {near!r}; write it so")


def _check_zones(zones: Zones, pack: Pack, what: str) -> None:
    if zones.mm_s is None and zones.source:
        raise ConfigurationError(f"{what}: give mm_s; without it the zones are those of ISO 20816-3")
    if zones.mm_s is not None and not zones.mm_s[0] < zones.mm_s[1] < zones.mm_s[2]:
        raise ConfigurationError(f"{what}: mm_s must rise: A/B, B/C, C/D")
    if zones.mm_s is not None and not zones.source.strip():
        raise ConfigurationError(f"{what}: source must say where mm_s comes from")
    if zones.category and compact(zones.category) not in {compact(category.id) for category in pack.categories}:
        raise ConfigurationError(f"{what}: category {zones.category!r} must be described in categories")
    if zones.above_kw is not None and zones.up_to_kw is not None and zones.above_kw >= zones.up_to_kw:
        raise ConfigurationError(f"{what}: above_kw must be less than up_to_kw")
