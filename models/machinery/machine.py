"""What is known about a machine before anything is measured, and how it is to be judged.

A `Configuration` travels in full through `observations`, so that a replay judges with what was in force then.
"""

import hashlib
from typing import Literal

import msgspec

__all__ = ["Configuration", "Learning", "Machine", "Mounting", "Name", "Thresholds"]

Mounting = Literal["rigid", "flexible"]


class Name(msgspec.Struct, frozen=True):
    """A machine's name as people call it, in English and in Chinese; either may be empty."""

    en: str = ""
    zh: str = ""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine as an engineer describes it. Only the id is needed; what is not known is None."""

    id: str
    name: Name = Name()
    kind: str = ""
    line: str = ""
    power_kw: float | None = None
    mounting: Mounting | None = None
    speed_rpm: float | None = None
    """Nominal shaft speed, used where a message carries none."""
    temperature_limit_c: float | None = None
    """An absolute limit, from the maker's data sheet; without one only change is judged."""
    bearings: dict[str, str] = {}
    """Bearing designation by point."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """How far is too far, and for how long. One version of these is named by the hash of its configuration."""

    change_low: float = 4.0
    change_medium: float = 8.0
    change_high: float = 16.0


class Learning(msgspec.Struct, frozen=True, kw_only=True):
    """How long a machine is taken as sound: until `until_us`, or else for the longer of the other two."""

    until_us: int | None = None
    duration_s: float = 1800.0
    observations: int = 100


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides how one machine's observations are judged."""

    machine: Machine
    thresholds: Thresholds = Thresholds()
    learning: Learning = Learning()

    def version(self) -> str:
        """Twelve hex digits that name this configuration: equal configurations share them, others don't."""
        content = msgspec.json.encode(self, order="sorted")
        return hashlib.sha256(content).hexdigest()[:12]
