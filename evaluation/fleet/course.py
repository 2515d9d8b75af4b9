"""What befalls one machine over months: faults that grow until they are repaired, and disturbances that pass.

Half of the harmless disturbances never reach medium priority; the crew doesn't know beforehand which is which.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from evaluation.fleet.library import CAKE, NOTHING, Library
from models.clock import DAY_US, MINUTE_US, SECOND_US
from models.observations import TemperatureObserved, VibrationObserved
from models.simulation.faults import BearingDamage, Fault, Lubrication
from models.simulation.machine import SimulatedMachine
from models.simulation.operating_conditions import Ambient
from models.simulation.plan import exponential_growth

__all__ = ["INTERVAL_US", "WARM", "Episode", "Machine", "cause_of", "episodes", "observations"]

INTERVAL_US = 20 * MINUTE_US
WARM = "warm"
_GROWTH = 3.5
_SOUND_DAYS, _FAULT_DAYS = (15.0, 50.0), (4.0, 10.0)
_DISTURBED_EVERY_DAYS = 8.0
_DISTURBED_HOURS = (1.0, 8.0)
_WARM_K = (12.0, 32.0)
_AMBIENT = Ambient(mean_c=20.0, year_k=8.0, day_k=4.0)
_NOISE_C = 0.2


class Machine(msgspec.Struct, frozen=True):
    """One machine of the fleet: its make, what can go wrong, and what may disturb it."""

    id: str
    make: SimulatedMachine
    library: Library
    faults: dict[str, Fault]
    disturbances: tuple[str, ...]


class Episode(msgspec.Struct, frozen=True):
    """Something that begins and ends: a fault, at whose end it is repaired, or a disturbance."""

    cause: str
    is_fault: bool
    begins_us: int
    ends_us: int
    size: float
    """Largest: of a fault 1, of a disturbance a part of that; in kelvin where it is warmth."""

    def size_at(self, time_us: int) -> float:
        """Give how large it is: faults grow exponentially, cake evenly, other disturbances are there at once."""
        if not self.begins_us <= time_us < self.ends_us:
            return 0.0
        share = (time_us - self.begins_us) / (self.ends_us - self.begins_us)
        if self.is_fault:
            return self.size * exponential_growth(share, _GROWTH)
        return self.size * share if self.cause == CAKE else self.size


def episodes(machine: Machine, *, start_us: int, days: float, generator: np.random.Generator) -> list[Episode]:
    """Draw all of a run, faults first."""
    found: list[Episode] = []
    day = float(generator.uniform(*_SOUND_DAYS))
    while day < days:
        lasts = float(generator.uniform(*_FAULT_DAYS))
        cause = str(generator.choice(sorted(machine.faults)))
        found.append(_episode(cause, start_us, day, lasts, 1.0, is_fault=True))
        day += lasts + float(generator.uniform(*_SOUND_DAYS))
    for cause in machine.disturbances:
        day = 2.0 + float(generator.exponential(_DISTURBED_EVERY_DAYS))
        while day < days:
            lasts = float(generator.uniform(*_DISTURBED_HOURS)) / 24
            size = float(generator.uniform(*_WARM_K) if cause == WARM else generator.uniform(0.1, 1.0))
            found.append(_episode(cause, start_us, day, lasts, size, is_fault=False))
            day += lasts + float(generator.exponential(_DISTURBED_EVERY_DAYS))
    return found


def _episode(cause: str, start_us: int, day: float, lasts: float, size: float, *, is_fault: bool) -> Episode:
    begins_us = start_us + int(day * DAY_US)
    return Episode(cause, is_fault, begins_us, begins_us + int(lasts * DAY_US), size)


def observations(
    machine: Machine, found: list[Episode], *, start_us: int, days: float, generator: np.random.Generator
) -> Iterator[VibrationObserved | TemperatureObserved]:
    """Yield one observation of each point every twenty minutes; the largest of what there is at once shows."""
    make, temperature = machine.make, machine.make.temperature
    heat_k, load, steps = 0.0, 0.9, int(days * DAY_US / INTERVAL_US)
    for step in range(steps):
        time_us = start_us + step * INTERVAL_US
        now = [(episode, size) for episode in found if (size := episode.size_at(time_us)) > 0]
        shaking = [(size, e.cause) for e, size in now if e.cause != WARM]
        size, cause = max(shaking, default=(0.0, NOTHING))
        load += 0.3 * (float(generator.uniform(0.8, 1.0)) - load)
        for point in make.points:
            block = machine.library.drawn(cause, size, point.name, generator)
            yield VibrationObserved(
                machine=machine.id, point=point.name, time_us=time_us, observed_us=time_us,
                digest=f"{step:x}", seconds=1.0, rate_hz=25_600.0, speed_rpm=make.nominal_rpm,
                indicators=block.indicators, diagnosis=block.diagnosis,
            )  # fmt: skip
        if temperature is not None:
            settled_k = temperature.settled_c(ambient=0.0, load=load) + sum(
                _extra_k(machine, *each) for each in now
            )
            lag = np.exp(-INTERVAL_US / SECOND_US / temperature.time_constant_s)
            heat_k = settled_k + (heat_k - settled_k) * lag if step else settled_k
            value_c = _AMBIENT.at(time_us / SECOND_US) + heat_k + _NOISE_C * generator.standard_normal()
            yield TemperatureObserved(
                machine=machine.id, point=temperature.point, time_us=time_us, observed_us=time_us,
                digest=f"{step:x}", indicators={"value_c": float(value_c)},
            )  # fmt: skip


def cause_of(found: list[Episode], time_us: int, *, hot: bool) -> Episode | None:
    """Give what shows at a moment, as in `observations`; what is hot (`hot`) is so from a warm hall, if one is."""
    now = [(size, episode) for episode in found if (size := episode.size_at(time_us)) > 0]
    warm = next((episode for _, episode in now if episode.cause == WARM), None)
    if hot and warm is not None:
        return warm
    shaking = [each for each in now if each[1].cause != WARM]
    return max(shaking, key=lambda each: (each[0], each[1].cause), default=(0.0, None))[1]


def _extra_k(machine: Machine, episode: Episode, size: float) -> float:
    """Give the kelvin that a fault's friction, or a warm hall, adds."""
    if episode.cause == WARM:
        return size
    fault = machine.faults.get(episode.cause)
    return fault.heat_k * size if isinstance(fault, BearingDamage | Lubrication) else 0.0
