"""A mechanism pack: what is known of a kind of machine, with the source of every figure.

`packs/*.toml` are those that come with the package; a factory writes its own in the same form. What no source gives
for sure is left out and says so (`left_out`); nothing is estimated.
"""

import unicodedata
from typing import Annotated, Literal

import msgspec

from models.errors import ConfigurationError
from models.machinery.machine import Machine, Mounting
from models.machinery.mechanism import Boundaries, LookAt, Mechanism, Words
from models.machinery.severity import general_boundaries

__all__ = [
    "GENERAL_SOURCE",
    "BearingTemperature",
    "Category",
    "LeftOut",
    "Likely",
    "Matters",
    "Pack",
    "Text",
    "Zones",
    "compact",
]

GENERAL_SOURCE = "ISO 20816-3"

Said = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6)]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a key that is not known is a slip of the pen."""


class Text(_Table, frozen=True, kw_only=True):
    """The same in both languages; neither may be missing."""

    en: Said
    zh: Said

    def plain(self, language: Literal["en", "zh"]) -> str:
        """Give the text in a language."""
        return self.zh if language == "zh" else self.en

    @property
    def words(self) -> Words:
        """As the judgement takes it."""
        return Words(self.en, self.zh)


class Matters(_Table, frozen=True, kw_only=True):
    """An indicator, temperature or reading that tells something about this kind of machine."""

    name: Said
    """As in the store, `velocity_rms_mm_s` for example; of a reading any name."""
    label: Text | None = None
    """What people call it, unless the name is one of ours."""
    why: Text


class Category(_Table, frozen=True, kw_only=True):
    """A class that a standard sorts such machines into, which a person has to know."""

    id: Said
    meaning: Text


class Zones(_Table, frozen=True, kw_only=True):
    """Severity zones for some machines of the kind; of several that fit, the first counts."""

    mm_s: tuple[Positive, Positive, Positive] | None = None
    """A/B, B/C, C/D as RMS velocity in mm/s; without them those of ISO 20816-3."""
    source: str = ""
    category: str = ""
    mounting: Mounting | None = None
    above_kw: Annotated[float, msgspec.Meta(ge=0)] | None = None
    up_to_kw: Positive | None = None
    above_rpm: Positive | None = None
    """Fits also where the nominal speed isn't known."""

    def fit(self, machine: Machine) -> bool:
        """Whether these zones are for this machine; what is asked for and not known does not fit."""
        power = machine.power_kw
        if (self.above_kw is not None or self.up_to_kw is not None) and power is None:
            return False
        return (
            (not self.category or compact(self.category) == compact(machine.category))
            and (self.mounting is None or self.mounting == machine.mounting)
            and (self.above_kw is None or (power or 0.0) > self.above_kw)
            and (self.up_to_kw is None or (power or 0.0) <= self.up_to_kw)
            and (self.above_rpm is None or machine.speed_rpm is None or machine.speed_rpm > self.above_rpm)
            and self.boundaries(machine) is not None
        )

    def boundaries(self, machine: Machine) -> Boundaries | None:
        """Give the boundaries that they mean for this machine."""
        return general_boundaries(machine) if self.mm_s is None else Boundaries(*self.mm_s)


class BearingTemperature(_Table, frozen=True, kw_only=True):
    """The highest temperature of a rolling bearing in service, where the maker says nothing else."""

    limit_c: Annotated[float, msgspec.Meta(gt=20, le=300)]
    source: Said


class Likely(_Table, frozen=True, kw_only=True):
    """A fault that such machines have, the commonest first."""

    fault: Said
    """The diagnosis' name for it, or any other where the diagnosis can't name it."""
    name: Text
    sign: Text
    """How it shows."""
    check: Text
    """What to check next."""


class LeftOut(_Table, frozen=True, kw_only=True):
    """A source, or a quantity, that is known and has no limit here, and why."""

    source: Said | Text
    why: Text

    def name(self, language: Literal["en", "zh"]) -> str:
        """Give what is left out; the number of a standard is the same in both languages."""
        return self.source if isinstance(self.source, str) else self.source.plain(language)


class Pack(_Table, frozen=True, kw_only=True):
    """What is known of a kind of machine."""

    id: Said
    name: Text
    kinds: Annotated[tuple[Said, ...], msgspec.Meta(min_length=1)]
    """What `kind` in machines.toml may be; case, spaces and dashes don't count."""
    scope: Text
    """Which machines are meant, and which are not."""
    matters: tuple[Matters, ...] = ()
    categories: tuple[Category, ...] = ()
    zones: tuple[Zones, ...] = ()
    bearing_temperature: BearingTemperature | None = None
    look: dict[LookAt, Text] = {}
    faults: tuple[Likely, ...] = ()
    notes: tuple[Text, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def zones_of(self, machine: Machine) -> Zones | None:
        """Give the zones that hold for a machine, or None."""
        return next((zones for zones in self.zones if zones.fit(machine)), None)

    def mechanism_of(self, machine: Machine) -> Mechanism:
        """Give what decides about a machine; raises `ConfigurationError` for a category that there isn't."""
        known = [category.id for category in self.categories]
        if machine.category and compact(machine.category) not in map(compact, known):
            there_are = f"there are {', '.join(known)}" if known else "this kind has none"
            raise ConfigurationError(f"category: {machine.category!r} is none of the pack {self.id}; {there_are}")
        zones, warm = self.zones_of(machine), self.bearing_temperature
        return Mechanism(
            pack=self.id,
            boundaries=zones.boundaries(machine) if zones else None,
            boundaries_source=(zones.source or GENERAL_SOURCE) if zones else "",
            bearing_limit_c=warm.limit_c if warm else None,
            bearing_source=warm.source if warm else "",
            look={about: text.words for about, text in self.look.items()},
            check={likely.fault: likely.check.words for likely in self.faults},
        )


def compact(text: str) -> str:
    """Letters and digits only, of any script, in small letters: how kinds and categories are compared.

    >>> compact("Centrifugal  Pump"), compact("ＢＶ－3") == compact("bv3")
    ('centrifugalpump', True)
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
