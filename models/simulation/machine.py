"""A simulated machine, as a scenario describes it: what an engineer knows, how it runs and sounds, its faults."""

from typing import Annotated

import msgspec

from models.machinery.machine import Machine
from models.simulation.faults import Fault
from models.simulation.operating_conditions import Thermal

__all__ = ["Operation", "Point", "Regime", "SimulatedMachine", "Sound", "SteadyTone", "Temperature"]

Hour = Annotated[float, msgspec.Meta(ge=0, le=24)]
Load = Annotated[float, msgspec.Meta(ge=0, le=1.5)]


class Point(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an accelerometer sits, and how much of the machine's own sound it feels there."""

    name: str
    gain: Annotated[float, msgspec.Meta(gt=0, le=10)] = 1.0


class SteadyTone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the sound machine at `order` times the shaft's speed plus `hz`, at nominal speed and full load."""

    rms_mm_s: Annotated[float, msgspec.Meta(gt=0, le=50)]
    """RMS velocity."""
    order: Annotated[float, msgspec.Meta(ge=0, le=1000)] = 0.0
    hz: Annotated[float, msgspec.Meta(ge=0, le=20_000)] = 0.0


class Sound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Vibration of a machine that has no fault."""

    tones: tuple[SteadyTone, ...]
    noise_g: Annotated[float, msgspec.Meta(ge=0, le=10)]
    """RMS of the broadband noise (flow, friction) at full load."""
    resonance_hz: Annotated[float, msgspec.Meta(gt=0, le=50_000)]
    """Of housing and pedestal: what is struck rings so."""
    damping: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.04
    restlessness: Annotated[float, msgspec.Meta(ge=0, le=0.5)] = 0.03
    """By how much a tone differs from one block to the next, one sigma, relative."""
    sensor_noise_g: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.001
    """RMS of the sensor's own noise: all that is left of a machine that stands."""


class Temperature(Thermal, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a thermometer sits, and how warm it gets there."""

    point: str


class Regime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way of running: a speed at full load, and between which loads."""

    name: str
    load: tuple[Load, Load] = (0.8, 1.0)
    speed_rpm: Annotated[float, msgspec.Meta(gt=0, le=60_000)] | None = None
    """Nominal, unless told otherwise."""
    weight: Annotated[float, msgspec.Meta(gt=0, le=1e6)] = 1.0
    """How often it is chosen, relative to the others'."""


class Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a machine runs, and how."""

    hours: tuple[Hour, Hour] = (0.0, 24.0)
    """Local; from the evening to the morning where the second is smaller."""
    weekdays: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...] = (1, 2, 3, 4, 5, 6, 7)
    """1 is Monday."""
    stops_per_day: Annotated[float, msgspec.Meta(ge=0, le=500)] = 0.0
    """Besides, at random."""
    stop_minutes: Annotated[float, msgspec.Meta(gt=0, le=10_000)] = 20.0
    """Mean length of those."""
    regime_minutes: Annotated[float, msgspec.Meta(gt=0, le=100_000)] = 90.0
    """Mean time in one regime."""
    regimes: tuple[Regime, ...] = (Regime(name="normal"),)


class SimulatedMachine(Machine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One machine with its sound, its temperature and its faults."""

    points: tuple[Point, ...]
    sound: Sound
    temperature: Temperature | None = None
    operation: Operation = Operation()
    faults: tuple[Fault, ...] = ()
    sends_speed: bool = True
    """Whether its messages carry the shaft speed."""
    sends_load: bool = True

    @property
    def described(self) -> Machine:
        """What an engineer would know of it, as `machines.toml` says it."""
        return Machine(**{name: getattr(self, name) for name in Machine.__struct_fields__})

    @property
    def nominal_rpm(self) -> float:
        """Shaft speed at full load; a scenario's machines all have one."""
        return self.speed_rpm or 1500.0
