"""The plan of a drawn history: all that was drawn, as plain numbers; the rest follows from it and its seed.

Moments are seconds since the history began, in true time: whatever a clock in the plant says.
"""

from math import inf
from typing import Literal

import msgspec

__all__ = [
    "ACTIONS",
    "GROWTHS",
    "WAYS",
    "Action",
    "Away",
    "Backlog",
    "Breath",
    "Clock",
    "Fault",
    "FaultColour",
    "Growth",
    "Learned",
    "Mode",
    "Order",
    "Plan",
    "SensorFault",
    "SensorKind",
    "Starts",
    "Swap",
    "Tacho",
    "Way",
    "Work",
    "sound",
]

Growth = Literal["sudden", "slow", "explosive"]
GROWTHS: tuple[Growth, ...] = ("sudden", "slow", "explosive")
Order = Literal["in-order", "newest-first", "after-live", "interleaved", "four-uploaders", "twice", "lost"]
SensorKind = Literal["rail", "repeats", "dead", "erratic"]
FaultColour = Literal["same", "impacts", "shaft"]
Tells = Literal["nothing", "block", "reading"]
Action = Literal["none", "maintenance", "accept"]
ACTIONS: tuple[Action, ...] = ("none", "maintenance", "accept")


class Work(msgspec.Struct, frozen=True):
    """How long the machine runs and stands in turn, each time give or take a part of it."""

    run_s: float = inf
    stand_s: float = 0.0
    spread: float = 0.2


class Starts(msgspec.Struct, frozen=True):
    """Each start lasts for one of these times, and begins so many times as loud as the machine is afterwards."""

    seconds: tuple[float, ...]
    times: float
    ramp_s: float
    """How long the shaft needs to its speed."""


class Breath(msgspec.Struct, frozen=True):
    """Up to so many times as loud and back in each period, with a process that nobody measures."""

    times: float
    period_s: float


class Mode(msgspec.Struct, frozen=True):
    """A way of running: parts of the nominal speed and load, and of the usual level."""

    speed: float
    load: float
    level: float


class Way(msgspec.Struct, frozen=True):
    """A way of measuring: a block's rate and length."""

    rate_hz: float
    samples: int


WAYS = (Way(2560.0, 256), Way(2560.0, 2560), Way(25_600.0, 2048), Way(6400.0, 6400), Way(2560.0, 128))
"""Ways of the plant's instruments; none is as short as the last one from the first day on."""


class Tacho(msgspec.Struct, frozen=True):
    """A speed (or, if `load`, a load) that is no longer what is told."""

    at_s: float
    says: Literal["zero", "nominal"]
    load: bool = False


class Clock(msgspec.Struct, frozen=True):
    """A wrong clock: from a moment on so far ahead, and going faster; or begun anew at another time."""

    at_s: float
    ahead_s: float = 0.0
    drift: float = 0.0
    """Seconds a second."""
    anew_us: int | None = None
    """What it says at that moment, where it begins anew."""
    until_s: float = inf


class Backlog(msgspec.Struct, frozen=True):
    """Nothing gets through between two moments; what was measured then comes afterwards, in some order."""

    out_s: float
    back_s: float
    order: Order


class Away(msgspec.Struct, frozen=True):
    """No worker reads between two moments; then one reads all that has come, at once."""

    out_s: float
    back_s: float


class Swap(msgspec.Struct, frozen=True):
    """A sensor swapped, or told in another unit: the same number times a factor; people may say so."""

    at_s: float
    factor: float
    said: Action = "none"
    fahrenheit: bool = False
    """The thermometer's instead: degrees Fahrenheit, told as Celsius."""


class SensorFault(msgspec.Struct, frozen=True):
    """A sensor that measures nothing, or only so far."""

    kind: SensorKind
    at_s: float
    until_s: float = inf
    rail: float = inf
    """The most it can show, in times the usual level."""


class Fault(msgspec.Struct, frozen=True):
    """What becomes of the machine, in its running time from a moment on."""

    at_s: float
    size: float
    """Times its usual level; below 1 it falls silent."""
    growth: Growth
    grows_s: float = 0.0
    lasts_s: float = inf
    colour: FaultColour = "same"
    hot_k: float = 0.0
    """Kelvin that the bearing warms beyond its usual, instead of a louder machine."""


class Learned(msgspec.Struct, frozen=True):
    """Faulty from the first day on, so many times as loud as usual, until it is mended, and people say so."""

    times: float
    until_s: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A history as it was drawn."""

    seed: int
    kinds: tuple[str, ...] = ()
    """The situations in it."""
    days: float = 2.0
    interval_s: float = 60.0
    standing_s: float = 600.0
    """Interval while the machine stands."""
    points: int = 1
    cheap: bool = False
    """Its sensors tell numbers, not waveforms."""
    thermometer: bool = False
    described: bool = False
    """Power, mounting and speed stand in `machines.toml`."""
    nominal_rpm: float = 1480.0
    base_g: float = 0.1
    scatter: float = 0.05
    quiet: float = 0.01
    """Level while it stands, as a part of the usual."""
    way: Way = Way(2560.0, 256)
    other_way: Way | None = None
    changed_s: float = inf
    """When the other way of measuring comes."""
    speed: Tells = "block"
    load: Tells = "nothing"
    latency_s: float = 1.0
    upload_s: float = 0.0
    """A gateway that sends only so often sends what it has gathered, in order."""
    work: Work = Work()
    starts: Starts | None = None
    breath: Breath | None = None
    modes: tuple[Mode, ...] = (Mode(1.0, 0.8, 1.0),)
    stay_s: float = inf
    """Running time in each of its modes."""
    tacho: Tacho | None = None
    clock: Clock | None = None
    backlog: Backlog | None = None
    away: Away | None = None
    swap: Swap | None = None
    sensor: SensorFault | None = None
    learned: Learned | None = None
    fault: Fault | None = None


def sound(plan: Plan) -> Plan:
    """Give the plan of the sound twin: the same stops, starts, clocks, ways and sampling, without a fault.

    What deceives (a dead tachometer, a sensor that measures nothing, another unit that nobody told) is left out as
    well: such a machine can't be judged, and shouldn't.
    """
    told = plan.swap is not None and plan.swap.said != "none"
    mended = None if plan.learned is None else msgspec.structs.replace(plan.learned, times=1.0)
    return msgspec.structs.replace(
        plan, fault=None, tacho=None, sensor=None, learned=mended, swap=plan.swap if told else None
    )
