"""The mechanism of one machine: what its judgement takes from the pack of its kind, limits and what to look at.

It is chosen once, where the machine's description is read, and travels with it through `observations`: a replay
judges by the pack that was in force then, even if that was a factory's own and is gone.
"""

from typing import Literal

import msgspec

__all__ = ["Boundaries", "LookAt", "Mechanism", "Words"]

LookAt = Literal["velocity", "change", "temperature", "anomaly"]
"""What an alert is about: vibration velocity, another level of vibration, a temperature, or an unusual pattern."""


class Words(msgspec.Struct, frozen=True):
    """The same in English and in Chinese."""

    en: str
    zh: str


class Boundaries(msgspec.Struct, frozen=True):
    """Zone boundaries in mm/s RMS: A/B, B/C and C/D."""

    ab_mm_s: float
    bc_mm_s: float
    cd_mm_s: float


class Mechanism(msgspec.Struct, frozen=True, kw_only=True):
    """A pack, as far as it decides about one machine."""

    pack: str
    boundaries: Boundaries | None = None
    """None where the pack knows no zones for a machine like this."""
    boundaries_source: str = ""
    bearing_limit_c: float | None = None
    """For rolling bearings, where the maker's limit isn't known."""
    bearing_source: str = ""
    look: dict[LookAt, Words] = {}
    """Where to look first, by what an alert is about."""
    check: dict[str, Words] = {}
    """What to check next, by the fault that is named."""
