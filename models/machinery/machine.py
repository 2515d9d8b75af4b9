"""A machine as it is known before anything is measured, and how it is to be judged.

A `Configuration` travels in full through `observations`, so that a replay judges with what was in force then.
"""

import hashlib
from typing import Literal

import msgspec

from models.machinery.kinematics import BearingOrders
from models.machinery.mechanism import Mechanism
from models.machinery.quiet_times import Calendar

__all__ = ["Configuration", "Learning", "Machine", "Mounting", "Name", "Thresholds"]

Mounting = Literal["rigid", "flexible"]

_MAX_VALUE = 1e9


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
    """Bearing designation, or geometry, by point: whose damage is looked for there."""
    teeth: int | None = None
    """Of the gear on the shaft that is measured."""
    blades: int | None = None
    """Of the fan or impeller on that shaft."""
    start_s: float | None = None
    """How long it takes to start, during which no change of it is judged; None: two minutes, or learned where its
    runs are short."""
    line_frequency_hz: float = 50.0
    """Of the mains that feed it."""
    category: str = ""
    """That a standard sorts machines of its kind into, I or II of a pump for example (`models/machinery/packs`)."""
    asset: str = ""
    """Serial number of what stands there now; another one begins anew, with its own history."""
    gateway: str | msgspec.UnsetType = msgspec.UNSET
    """What its data come through. The judgement knows nothing of it, so it stands in no configuration; unset, it
    takes no room and leaves versions as they are."""
    mechanism: Mechanism | None = None
    """What the pack of its kind says of it; None where no pack knows the kind. Nobody writes it into a file."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """How far is too far, and for how long. One version of these is named by the hash of its configuration."""

    change_low: float = 1.6
    """Times its own baseline (4 dB) at which a vibration indicator is worth a look."""
    change_medium: float = 2.5
    """Times baseline (8 dB), the step from one severity zone to the next."""
    change_high: float = 6.3
    """Times baseline (16 dB), two such steps."""
    change_sigmas: float = 4.0
    """Besides, a change counts only this many standard deviations away: 1, 1.25 and 1.5 times it for the levels."""
    temperature_rise_low_k: float = 15.0
    """Kelvin above the machine's own warm state."""
    temperature_rise_medium_k: float = 25.0
    temperature_rise_high_k: float = 40.0
    low_delay_s: float = 60.0
    """How long (event time) evidence must hold before an alert of low priority is raised."""
    medium_delay_s: float = 180.0
    high_delay_s: float = 180.0
    off_delay_s: float = 600.0
    """How long evidence must have gone before an alert is lowered or cleared."""

    def __post_init__(self) -> None:
        """Refuse limits that are not in order; raises ValueError (msgspec makes a ValidationError of it)."""
        if not 1.0 < self.change_low <= self.change_medium <= self.change_high:
            raise ValueError("change_low, change_medium and change_high must rise, and stand above 1")
        rises = (self.temperature_rise_low_k, self.temperature_rise_medium_k, self.temperature_rise_high_k)
        if not 0.0 < rises[0] <= rises[1] <= rises[2]:
            raise ValueError("temperature_rise_low_k, _medium_k and _high_k must rise, and stand above 0")
        others = (self.change_sigmas, self.low_delay_s, self.medium_delay_s, self.high_delay_s, self.off_delay_s)
        if not all(0.0 <= other <= _MAX_VALUE for other in (*others, self.change_high, rises[2])):
            raise ValueError("no threshold may be negative or beyond 1e9")


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
    orders: dict[str, BearingOrders] = {}
    """Of the bearings that are known, by point: with them, an observation needs no catalogue."""
    calendar: Calendar | msgspec.UnsetType = msgspec.UNSET
    """When it is quiet by plan, and by which clock; unset, and no part of its version, where nobody has said."""

    def version(self) -> str:
        """Twelve hex digits that name this configuration: equal configurations share them, others don't."""
        content = msgspec.json.encode(self, order="sorted")
        return hashlib.sha256(content).hexdigest()[:12]
