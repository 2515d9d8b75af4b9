"""What blocks of a simulated machine measure under faults and disturbances of every size, observed as always.

Months of a fleet are too many blocks to simulate one by one. So of each machine some blocks are simulated and
observed for a grid of sizes; a new block is the mean of the logarithms between two sizes plus what blocks were off
by, all indicators together, and takes the diagnosis of one of them.

Disturbances are no faults: a *neighbour* on the same floor (a tone of another speed, at all points), a *process*
that asks more (noise of flow or product, and all tones, rise), and *cake* on a fan's wheel, which falls off again:
it is an unbalance like any other while it lasts.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import SECOND_US, to_datetime
from models.diagnosis.observed_diagnosis import ObservedDiagnosis
from models.machinery.bearings import parse_bearing
from models.machinery.machine import Configuration
from models.observations import VibrationObserved
from models.simulation.faults import Fault, Unbalance
from models.simulation.machine import SimulatedMachine, Sound, SteadyTone
from models.simulation.machine_vibration import machine_vibration
from models.simulation.plan import Plan
from models.simulation.sensor import SCALE_G, digitise
from models.simulation.trajectory_point import SampleGrid, TrajectoryPoint
from stream.messages.measurements import Vibration
from stream.messages.observe import observe

__all__ = [
    "CAKE",
    "NEIGHBOUR",
    "NOTHING",
    "PROCESS",
    "RATE_HZ",
    "SECONDS",
    "SIZES",
    "Library",
    "configuration_of",
    "library",
]

Real = NDArray[np.float64]

NOTHING, NEIGHBOUR, PROCESS, CAKE = "nothing", "neighbour", "process", "cake"
RATE_HZ, SECONDS = 25_600.0, 1.0
SIZES = (0.05, 0.1, 0.2, 0.35, 0.55, 0.75, 1.0)
_BLOCKS = 5
_NEIGHBOUR_HZ, _NEIGHBOUR_MM_S = 16.3, 6.0
_PROCESS_NOISE, _PROCESS_TONES = 5.0, 2.0
_CAKE_MM_S = 6.0
_SMALLEST = 1e-9


class Blocks(msgspec.Struct, frozen=True):
    """The observed blocks of one cause, size and point."""

    names: tuple[str, ...]
    mean: Real
    """Of the logarithms of the indicators, shape (names,)."""
    leftovers: Real
    """What each block was off by, shape (blocks, names)."""
    diagnoses: tuple[ObservedDiagnosis | None, ...]


class Drawn(msgspec.Struct, frozen=True):
    """A made-up block."""

    indicators: dict[str, float]
    diagnosis: ObservedDiagnosis | None


class Library(msgspec.Struct):
    """The blocks of one machine, by cause, size and point."""

    blocks: dict[tuple[str, float, str], Blocks]

    def drawn(self, cause: str, size: float, point: str, generator: np.random.Generator) -> Drawn:
        """Make up a block of a size between those that were simulated; two leftovers over the root of two."""
        low, high, share = _between(size if cause != NOTHING else 0.0)
        near, far = self._of(cause, low, point), self._of(cause, high, point)
        source = far if share > 0.5 else near
        first, second = generator.integers(0, len(source.diagnoses), 2).tolist()
        left = (source.leftovers[first] + source.leftovers[second]) / 2**0.5
        values = np.exp(near.mean * (1 - share) + far.mean * share + left)
        return Drawn(dict(zip(near.names, values.tolist(), strict=True)), source.diagnoses[first])

    def _of(self, cause: str, size: float, point: str) -> Blocks:
        return self.blocks[(cause, size, point) if size else (NOTHING, 0.0, point)]


def library(machine: SimulatedMachine, faults: dict[str, Fault], disturbances: tuple[str, ...]) -> Library:
    """Simulate and observe all that a machine's blocks are made of."""
    blocks: dict[tuple[str, float, str], Blocks] = {}
    plan = Plan(healthy_s=0.0, development_s=1.0)
    causes: list[tuple[str, float, SimulatedMachine]] = [(NOTHING, 0.0, _without(machine))]
    causes += [(name, size, _with(machine, fault, size)) for name, fault in faults.items() for size in SIZES]
    causes += [(name, size, _disturbed(machine, name, size)) for name in disturbances for size in SIZES]
    for number, (name, size, variant) in enumerate(causes):
        for point in machine.points:
            generator = np.random.default_rng((number, len(point.name)))
            blocks[name, size, point.name] = _observed(variant, point.name, plan, generator)
    return Library(blocks)


def configuration_of(machine: SimulatedMachine) -> Configuration:
    """Give what an engineer would have written down of the machine."""
    orders = {point: parse_bearing(text) for point, text in machine.bearings.items()}
    return Configuration(machine=machine.described, orders=orders)


def _between(size: float) -> tuple[float, float, float]:
    """Give the two sizes around this one, and how far it is from the first to the second."""
    steps = (0.0, *SIZES)
    above = next((k for k, step in enumerate(steps) if step >= size), len(steps) - 1)
    if above == 0:
        return 0.0, 0.0, 0.0
    low, high = steps[above - 1], steps[above]
    return low, high, min((size - low) / (high - low), 1.0)


def _without(machine: SimulatedMachine) -> SimulatedMachine:
    return msgspec.structs.replace(machine, faults=())


def _with(machine: SimulatedMachine, fault: Fault, size: float) -> SimulatedMachine:
    """Give the machine with a fault that grows evenly, so that the plan's time is its size."""
    grown = msgspec.structs.replace(fault, growth=0.0, begins=0.0, ends=1.0 / size)
    return msgspec.structs.replace(machine, faults=(grown,))


def _disturbed(machine: SimulatedMachine, name: str, size: float) -> SimulatedMachine:
    sound = machine.sound
    if name == CAKE:
        return _with(machine, Unbalance(point=machine.points[0].name, velocity_mm_s=_CAKE_MM_S), size)
    if name == NEIGHBOUR:
        tones = (*sound.tones, SteadyTone(hz=_NEIGHBOUR_HZ, rms_mm_s=_NEIGHBOUR_MM_S * size))
        return _sounding(machine, msgspec.structs.replace(sound, tones=tones))
    tones = tuple(
        msgspec.structs.replace(tone, rms_mm_s=tone.rms_mm_s * (1 + _PROCESS_TONES * size)) for tone in sound.tones
    )
    noise_g = sound.noise_g * (1 + _PROCESS_NOISE * size)
    return _sounding(machine, msgspec.structs.replace(sound, tones=tones, noise_g=noise_g))


def _sounding(machine: SimulatedMachine, sound: Sound) -> SimulatedMachine:
    return msgspec.structs.replace(machine, faults=(), sound=sound)


def _observed(machine: SimulatedMachine, point: str, plan: Plan, generator: np.random.Generator) -> Blocks:
    configuration = configuration_of(machine)
    samples = SampleGrid(RATE_HZ, int(RATE_HZ * SECONDS))
    place = next(each for each in machine.points if each.name == point)
    seen: list[VibrationObserved] = []
    for _ in range(_BLOCKS):
        load = float(generator.uniform(0.85, 1.0))
        at = TrajectoryPoint(
            number=0, time_us=0, seconds=1.0, regime="normal", load=load, shaft_hz=machine.nominal_rpm / 60,
            nominal_hz=machine.nominal_rpm / 60, ambient_c=20.0, temperature_c=20.0,
        )  # fmt: skip
        of = machine_vibration(machine, plan, samples, generator)
        counts = digitise(of.acceleration_g(place, at, generator), generator, noise_g=machine.sound.sensor_noise_g)
        message = Vibration(
            machine=machine.id, point=point, time=to_datetime(SECOND_US), rate=RATE_HZ, unit="g",
            samples=counts.astype("<i2").tobytes(), dtype="i2", scale=SCALE_G, speed=machine.nominal_rpm,
        )  # fmt: skip
        observation = observe(message, configuration, observed_us=SECOND_US, source=None)
        assert isinstance(observation, VibrationObserved)
        seen.append(observation)
    names = tuple(seen[0].indicators)
    logs = np.log([[max(each.indicators.get(name, 0.0), _SMALLEST) for name in names] for each in seen])
    mean = logs.mean(axis=0)
    return Blocks(names, mean, logs - mean, tuple(each.diagnosis for each in seen))
