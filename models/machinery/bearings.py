"""The bearing catalogue: designations, their orders, and where each figure is published.

The figures stand in `catalogue/*.toml`, which come with the package; people add their own in a file of the same
form. Nothing is interpolated: a bearing that is not in there must be given by its geometry.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from models.errors import ConfigurationError
from models.machinery.kinematics import BearingGeometry, BearingOrders, bearing_orders

__all__ = [
    "Catalogue",
    "CatalogueEntry",
    "built_in",
    "catalogue_from",
    "parse_bearing",
    "resolve_bearing",
    "search",
]

_FORM = "n=8,d=0.235,D=1.245,angle=0"
_KEYS = ("n", "d", "D", "angle")

_MAKERS = {
    *("SKF", "FAG", "INA", "NSK", "NTN", "SNR", "KOYO", "JTEKT", "NACHI", "TIMKEN", "NKE", "RHP", "MRC", "FAFNIR"),
    *("REXNORD", "ZWZ", "LYC", "HRB", "TMB", "WZ"),
}
"""Makers whose name may stand before a designation, besides those of the catalogue's own entries."""

_SUFFIX = re.compile(
    r"(?:2?-?RS(?:R|[HLN]?\d?)?|2?RZ|2?Z|ZZ|2?ZR|DDU?|VV|LLU|LLB|LB|LU|C[1-5N]|CM|P[04-6]|S[0-3]|JEM)"
)
"""Seals, shields, clearance, precision and heat treatment: they leave the kinematics alone. Letters for the design
or the cage (E, TN9, M ...) do not: those bearings may have other or more rolling elements."""


class CatalogueEntry(msgspec.Struct, frozen=True):
    """One bearing: what it is called, its orders, and who published them."""

    designation: str
    maker: str
    kind: str
    orders: BearingOrders
    source: str
    geometry: BearingGeometry | None = None
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Maker and designation."""
        return f"{self.maker} {self.designation}".strip()


class Catalogue(msgspec.Struct, frozen=True):
    """Entries, those to be preferred first."""

    entries: tuple[CatalogueEntry, ...] = ()

    def find(self, designation: str) -> CatalogueEntry | None:
        """Give the entry of a designation, or None.

        A maker named in front must be the entry's. Suffixes for seals, shields, clearance and the like fall back
        to the base designation.

        >>> [built_in().find(text).name for text in ("6205-2RS", "SKF 6205/C3", "6205ZZ", "fag 6203")]
        ['SKF 6205', 'SKF 6205', 'SKF 6205', 'FAG 6203']
        >>> built_in().find("6205-E") is None, built_in().find("NSK 6205") is None
        (True, True)
        """
        maker, rest = self._without_maker(designation)
        for wanted in _bases(rest):
            for entry in self.entries:
                same = wanted in {_compact(name) for name in (entry.designation, *entry.also)}
                if same and maker in ("", _compact(entry.maker)):
                    return entry
        return None

    def search(self, text: str) -> tuple[CatalogueEntry, ...]:
        """Give the entries that hold every word of a text in designation, maker, kind or source; all for none."""
        words = unicodedata.normalize("NFKC", text).casefold().split()
        return tuple(entry for entry in self.entries if all(_holds(entry, word) for word in words))

    def _without_maker(self, designation: str) -> tuple[str, str]:
        """Take a maker's name off the front; the first of the two is empty where there is none."""
        first, _, rest = _plain(designation).partition(" ")
        known = _MAKERS | {_compact(entry.maker) for entry in self.entries if entry.maker}
        whole = {_compact(name) for entry in self.entries for name in (entry.designation, *entry.also)}
        if first in known and rest and _compact(designation) not in whole:
            return first, rest
        return "", _plain(designation)


def search(text: str, catalogue: Catalogue | None = None) -> tuple[CatalogueEntry, ...]:
    """Give the entries that hold every word of a text; see `Catalogue.search`."""
    return (catalogue or built_in()).search(text)


def resolve_bearing(text: str, catalogue: Catalogue | None = None) -> CatalogueEntry:
    """Give the bearing that a person means: a designation, or a geometry such as `n=8,d=0.235,D=1.245,angle=0`.

    Raises `ConfigurationError` naming the fix.
    """
    if "=" in text:
        geometry = _geometry(text)
        return CatalogueEntry(
            designation=text.strip(),
            maker="",
            kind="",
            orders=bearing_orders(geometry),
            source="given geometry",
            geometry=geometry,
        )
    catalogue = catalogue or built_in()
    entry = catalogue.find(text)
    if entry is None:
        raise ConfigurationError(
            f"bearing {text.strip()[:60]!r} is not in the catalogue{_hint(text, catalogue)}; give its geometry as "
            f'"{_FORM}" (number and diameter of rolling elements, pitch diameter, contact angle in degrees), or '
            "add it to a file of your own (--catalogue, or catalogue in stethos.toml); "
            "`stethos bearings` lists what is known"
        )
    return entry


def parse_bearing(text: str, catalogue: Catalogue | None = None) -> BearingOrders:
    """Give the orders of the bearing that a person means; see `resolve_bearing`.

    >>> orders = parse_bearing("n=8,d=0.235,D=1.245,angle=0")
    >>> round(orders.bpfo * 25, 2), round(orders.bpfi * 25, 2)
    (81.12, 118.88)
    """
    return resolve_bearing(text, catalogue).orders


@cache
def built_in() -> Catalogue:
    """Give the catalogue that comes with the package."""
    folder = files("models.machinery") / "catalogue"
    entries: list[CatalogueEntry] = []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            entries.extend(catalogue_from(tomllib.loads(file.read_text("utf-8")), file.name).entries)
    return Catalogue(tuple(entries))


class _Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bpfo: float
    bpfi: float
    bsf2: float
    ftf: float


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    designation: str
    source: str
    maker: str = ""
    kind: str = ""
    also: list[str] = []
    rolling_elements: int | None = None
    element_diameter: float | None = None
    pitch_diameter: float | None = None
    contact_angle_deg: float = 0.0
    unit: Literal["mm", "in"] = "mm"
    orders: _Orders | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bearing: list[_Table] = []


def catalogue_from(content: Mapping[str, object], place: str) -> Catalogue:
    """Make a catalogue of the content of a TOML file that is called `place`; `catalogue/bearings.toml` is one.

    Raises `ConfigurationError` naming the file, the bearing and the fix.
    """
    try:
        tables = msgspec.convert(content, _File).bearing
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"{place}: {error}; describe each bearing in a [[bearing]] table with designation, source, and "
            "rolling_elements, element_diameter, pitch_diameter (and contact_angle_deg), or orders"
        ) from None
    return Catalogue(tuple(_entry(table, f"{place}: bearing {n}") for n, table in enumerate(tables, 1)))


def _entry(table: _Table, place: str) -> CatalogueEntry:
    if not _compact(table.designation) or not table.source.strip():
        raise ConfigurationError(f"{place}: designation and source must say something; every figure has its source")
    try:
        geometry = _table_geometry(table)
        orders = _table_orders(table, geometry)
    except ConfigurationError as error:
        raise ConfigurationError(f"{place} ({table.designation[:40]}): {error}") from None
    return CatalogueEntry(
        designation=table.designation.strip(),
        maker=table.maker.strip(),
        kind=table.kind.strip(),
        orders=orders,
        source=table.source.strip(),
        geometry=geometry,
        also=tuple(table.also),
    )


def _table_orders(table: _Table, geometry: BearingGeometry | None) -> BearingOrders:
    """Give the published orders, or else those of the geometry."""
    if table.orders is not None:
        return BearingOrders(**msgspec.structs.asdict(table.orders))
    if geometry is None:
        raise ConfigurationError("there is neither a geometry nor orders; give one of them")
    return bearing_orders(geometry)


def _table_geometry(table: _Table) -> BearingGeometry | None:
    """Give the geometry in millimetres, or None where none is given."""
    given = (table.rolling_elements, table.element_diameter, table.pitch_diameter)
    if given == (None, None, None):
        return None
    if table.rolling_elements is None or table.element_diameter is None or table.pitch_diameter is None:
        raise ConfigurationError("a geometry needs all of rolling_elements, element_diameter and pitch_diameter")
    scale = 25.4 if table.unit == "in" else 1.0
    return BearingGeometry(
        table.rolling_elements,
        table.element_diameter * scale,
        table.pitch_diameter * scale,
        table.contact_angle_deg,
    )


def _geometry(text: str) -> BearingGeometry:
    """Read `n=8,d=0.235,D=1.245,angle=0`; the angle may be left out. d is the element's diameter, D the pitch's."""
    values: dict[str, float] = {}
    for part in unicodedata.normalize("NFKC", text).replace(";", ",").split(","):
        key, _, number = (piece.strip() for piece in part.partition("="))
        if key not in _KEYS or key in values:
            raise ConfigurationError(
                f"bearing {text[:60]!r}: {part.strip()!r} is not expected; write it as {_FORM}"
            )
        try:
            values[key] = float(number)
        except ValueError:
            raise ConfigurationError(
                f"bearing {text[:60]!r}: {key} is {number[:20]!r}, no number; write it as {_FORM}"
            ) from None
    missing = [key for key in _KEYS[:3] if key not in values]
    if missing or not values["n"].is_integer():
        what = f"{', '.join(missing)} missing" if missing else f"n={values['n']:g} is no whole number"
        raise ConfigurationError(f"bearing {text[:60]!r}: {what}; write it as {_FORM}")
    return BearingGeometry(int(values["n"]), values["d"], values["D"], values.get("angle", 0.0))


def _hint(text: str, catalogue: Catalogue) -> str:
    """Name the makers' bearings that share the base designation, for a person to choose knowingly."""
    _, rest = catalogue._without_maker(text)  # noqa: SLF001 -- of the same module
    same = catalogue.find(rest)
    return f" (there is {same.name}: makers differ inside; write {same.designation} to take it)" if same else ""


def _plain(text: str) -> str:
    """Capitals, one space between words, full-width characters as plain ones."""
    return " ".join(unicodedata.normalize("NFKC", text).upper().split())


def _compact(text: str) -> str:
    """Letters and digits only, of any script."""
    return "".join(filter(str.isalnum, _plain(text)))


def _bases(designation: str) -> list[str]:
    """Give the compact designation as it is, then with one suffix after the other taken off its end."""
    names = [_compact(designation)]
    rest = designation
    while match := re.fullmatch(rf"(.*?\d.*?)[\s/_-]*{_SUFFIX.pattern}", rest):
        rest = match[1]
        names.append(_compact(rest))
    return names


def _holds(entry: CatalogueEntry, word: str) -> bool:
    texts = (entry.designation, entry.maker, entry.kind, entry.source, *entry.also)
    compact = _compact(word)
    return any(word in text.casefold() for text in texts) or bool(
        compact and any(compact in _compact(text) for text in (entry.name, *entry.also))
    )
