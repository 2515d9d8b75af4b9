"""Vibration of a machine at one of its points: its own sound, and what its faults add. Acceleration in g.

- The shaft's forces grow with the square of its speed (unbalance: m e w^2; flow: affinity laws). On a rigid
  foundation the stiffness answers (x = F/k), so velocity grows with the third power; on a flexible one the mass
  does (a = F/m), so it grows in proportion. After Rao (2011), "Mechanical vibrations", section 3.7.
- Load adds a quarter: three quarters of tones, noise and faults are there at no load. Unbalance knows no load.
- Shaft harmonics keep their phases to each other, as the shaft's marks do; only where in a turn a block begins is
  by chance. So an unbalance adds to what is there as a vector, and stays steady.
- What shakes the shaft is felt at the other points by 70 %, gears by 40 %, impacts and rubbing by 20 %.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from models.machinery.bearings import resolve_bearing
from models.simulation.bearing import defect_motion, impact_train, load_zone
from models.simulation.faults import (
    BearingFault,
    Fault,
    Gear,
    InnerRace,
    Looseness,
    Lubrication,
    Misalignment,
    Unbalance,
    name_of,
)
from models.simulation.machine import Point, SimulatedMachine
from models.simulation.plan import Plan
from models.simulation.signal_synthesis import Resonance, Tone, tones_g
from models.simulation.trajectory_point import SampleGrid, TrajectoryPoint

__all__ = ["SLIP", "MachineVibration", "machine_vibration"]

Real = NDArray[np.float64]

SLIP = 0.015
"""By how much the cage lags behind rolling without slip, relative: 1 to 2 % (Randall and Antoni (2011))."""
_DIRECT = 0.7
"""Amplitude of the noise that comes directly; the rest, of the same power together, through the resonance."""
_MISALIGNED = {1: 0.6, 2: 1.0, 3: 0.25}
"""Velocity at once, twice, three times the speed: twice dominates a parallel offset (Scheffer and Girdhar
(2004), "Practical machinery vibration analysis and predictive maintenance", chapter 5); proportions are ours."""
_LOOSE = {order: order**-0.7 for order in range(1, 11)}
_LOOSE_HALVES = {order + 0.5: 0.35 for order in range(5)}
"""Harmonics up to ten times the speed, halves once it is bad (same chapter); the proportions are ours."""
_RESTLESS = 0.15
"""Scatter of looseness and of rubbing from block to block."""
_RUBBING_FROM_HZ = 4_000.0
_SHAFT_ELSEWHERE, _GEAR_ELSEWHERE, _STRUCTURE_ELSEWHERE = 0.7, 0.4, 0.2


class MachineVibration(msgspec.Struct, frozen=True):
    """One machine's vibration: what stays the same from block to block, as where its marks are on the shaft."""

    machine: SimulatedMachine
    plan: Plan
    samples: SampleGrid
    tone_phases: Real
    fault_phases: tuple[Real, ...]

    def acceleration_g(self, point: Point, at: TrajectoryPoint, generator: np.random.Generator) -> Real:
        """Give one block, shape (length,); nothing of a machine that stands."""
        return _Block(self, point, at, generator).acceleration_g()


def machine_vibration(
    machine: SimulatedMachine, plan: Plan, samples: SampleGrid, generator: np.random.Generator
) -> MachineVibration:
    """Draw a machine's phases."""
    turn = 2 * math.pi
    return MachineVibration(
        machine=machine,
        plan=plan,
        samples=samples,
        tone_phases=generator.uniform(0, turn, len(machine.sound.tones)),
        fault_phases=tuple(generator.uniform(0, turn, 16) for _ in machine.faults),
    )


class _Block:
    """One block of vibration on its way."""

    def __init__(
        self, vibration: MachineVibration, point: Point, at: TrajectoryPoint, generator: np.random.Generator
    ) -> None:
        self.of, self.point, self.at, self.generator = vibration, point, at, generator
        self.machine, self.samples = vibration.machine, vibration.samples
        self.turned = float(generator.uniform(0, 1000))
        """Turns of the shaft since its mark was last looked at."""
        power = 1 if self.machine.mounting == "flexible" else 3
        self.shaft = at.speed**power
        self.load = 0.75 + 0.25 * at.load

    def acceleration_g(self) -> Real:
        if self.at.regime is None:
            return np.zeros(self.samples.length)
        sound = self.machine.sound
        resonance = Resonance(frequency_hz=sound.resonance_hz, damping=sound.damping)
        noise = sound.noise_g * self.load * self.at.speed**2 * self.generator.standard_normal(self.samples.length)
        through = math.sqrt(1 - _DIRECT**2) / resonance.noise_gain(rate_hz=self.samples.rate_hz)
        own = self._tones() + _DIRECT * noise
        struck = self.point.gain * through * noise
        added = np.zeros(self.samples.length)
        for fault, phases in zip(self.machine.faults, self.of.fault_phases, strict=True):
            severity = fault.severity(self.of.plan, self.at.seconds)
            if severity == 0:
                continue
            if isinstance(fault, BearingFault):
                struck = struck + severity * self._impacts(fault)
            else:
                added = added + self._added(fault, severity, phases)
        return self.point.gain * own + added + resonance.response(struck, rate_hz=self.samples.rate_hz)

    def _tones(self) -> Real:
        sound = self.machine.sound
        play = math.prod(
            fault.play(self.of.plan, self.at.seconds)
            for fault in self.machine.faults
            if isinstance(fault, BearingFault)
        )
        tones, phases = [], []
        for tone, mark in zip(sound.tones, self.of.tone_phases, strict=True):
            factor = self.load * (self.shaft * play if tone.order else 1.0) * self._scatter(sound.restlessness)
            tones.append(Tone(velocity_mm_s=math.sqrt(2) * tone.rms_mm_s * factor, order=tone.order, hz=tone.hz))
            start = self.generator.uniform(0, 2 * math.pi) if tone.hz else 0.0
            phases.append(mark + 2 * math.pi * tone.order * self.turned + start)
        return self._sum(tones, phases)

    def _added(self, fault: Fault, severity: float, phases: Real) -> Real:
        match fault:
            case Unbalance():
                size = severity * fault.velocity_mm_s * self.shaft * self._reach(fault, _SHAFT_ELSEWHERE)
                return self._orders({1.0: 1.0}, size, phases)
            case Misalignment():
                size = severity * fault.velocity_mm_s * self._shaft_size(fault)
                return self._orders(_unit(_MISALIGNED), size, phases)
            case Looseness():
                size = severity * fault.velocity_mm_s * self._shaft_size(fault) * self._scatter(_RESTLESS)
                halves = {order: severity * share for order, share in _LOOSE_HALVES.items()}
                return self._orders(_unit(_LOOSE | halves), size, phases, scatter=_RESTLESS)
            case Gear():
                return severity * fault.acceleration_g * self._tooth(fault, float(phases[0]))
            case Lubrication():
                size = severity * fault.noise_g * self.load * self.at.speed * self._scatter(_RESTLESS)
                return size * self._reach(fault, _STRUCTURE_ELSEWHERE) * self._rubbing()
            case _:
                return np.zeros(self.samples.length)

    def _reach(self, fault: Fault, elsewhere: float) -> float:
        return 1.0 if fault.point == self.point.name else elsewhere

    def _shaft_size(self, fault: Fault) -> float:
        return self.shaft * self.load * self._reach(fault, _SHAFT_ELSEWHERE)

    def _scatter(self, sigma: float) -> float:
        return max(0.0, 1 + sigma * float(self.generator.standard_normal()))

    def _orders(self, shares: dict[float, float], rms_mm_s: float, phases: Real, *, scatter: float = 0.0) -> Real:
        tones = [
            Tone(velocity_mm_s=math.sqrt(2) * rms_mm_s * share * self._scatter(scatter), order=order)
            for order, share in shares.items()
        ]
        marks = [mark + 2 * math.pi * order * self.turned for order, mark in zip(shares, phases, strict=False)]
        return self._sum(tones, marks)

    def _sum(self, tones: list[Tone], phases: list[float]) -> Real:
        return tones_g(
            tuple(tones),
            shaft_hz=self.at.shaft_hz,
            phases=np.array(phases),
            length=self.samples.length,
            rate_hz=self.samples.rate_hz,
        )

    def _turns(self) -> Real:
        step = self.at.shaft_hz / self.samples.rate_hz
        turns: Real = self.turned + np.arange(self.samples.length, dtype=np.float64) * step
        return turns

    def _impacts(self, fault: BearingFault) -> Real:
        """Strikes in g; they are as hard as elements are fast."""
        orders = resolve_bearing(self.machine.bearings[fault.point]).orders
        motion = defect_motion(name_of(fault), orders)
        # The cage lags behind, so elements pass the outer race less often and the inner race more often.
        slip = SLIP * orders.bpfo if isinstance(fault, InnerRace) else -SLIP * motion.strikes_order
        train = impact_train(
            self.generator,
            frequency_hz=(motion.strikes_order + slip) * self.at.shaft_hz,
            slip=fault.scatter,
            length=self.samples.length,
            rate_hz=self.samples.rate_hz,
        )
        if motion.turns_order:
            train *= load_zone(motion.turns_order * self._turns())
        reach = self._reach(fault, _STRUCTURE_ELSEWHERE)
        return fault.impact_g * self.load * self.at.speed * reach * train

    def _tooth(self, fault: Gear, mark: float) -> Real:
        """Mesh that is louder for as long as one tooth is engaged, of unit RMS at full load and nominal speed.

        A bell of one tooth's width, once a turn, times the mesh: McFadden (1986), "Detecting fatigue cracks in
        gears by amplitude and phase demodulation of the meshing vibration", Journal of Vibration and Acoustics 108.
        """
        teeth = self.machine.teeth or 1
        turns = self._turns() + mark / (2 * math.pi)
        away = turns % 1.0 - 0.5
        width = 1 / teeth
        bell = np.exp(-0.5 * (away / width) ** 2) * math.sqrt(2 / (width * math.sqrt(math.pi)))
        size = self.load * self.at.speed**2 * self._reach(fault, _GEAR_ELSEWHERE)
        tooth: Real = size * bell * np.cos(2 * math.pi * teeth * turns)
        return tooth

    def _rubbing(self) -> Real:
        """Noise above 4 kHz, of unit RMS: asperities that touch are short, so what they excite is high."""
        white = self.generator.standard_normal(self.samples.length)
        high = sosfilt(butter(4, _RUBBING_FROM_HZ, "highpass", fs=self.samples.rate_hz, output="sos"), white)
        unit: Real = high / max(float(high.std()), 1e-12)
        return unit


def _unit(shares: dict[int, float] | dict[float, float]) -> dict[float, float]:
    """Scale shares so that the sum of their squares is 1."""
    total = math.sqrt(sum(share**2 for share in shares.values()))
    return {float(order): share / total for order, share in shares.items()}
