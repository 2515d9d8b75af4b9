"""Machines made up across rates, speeds, bearings and surroundings, sound or with one fault of a known strength.

Nothing in here knows how the diagnosis works. Impacts after Randall and Antoni (2011), section 3: times slip at
random, heights follow the load zone (inner race: the shaft's turn; rolling element: the cage's), and each rings in
the structure's resonances.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.machinery.bearings import built_in
from models.machinery.kinematics import BearingOrders
from models.simulation.bearing import impact_train
from models.simulation.signal_synthesis import Resonance, Tone, tones_g

__all__ = ["BEARING_FAULTS", "MACHINE_FAULTS", "Simulated", "simulated"]

Real = NDArray[np.float64]

BEARING_FAULTS = ("bearing_outer_race", "bearing_inner_race", "bearing_rolling_element", "bearing_cage")
MACHINE_FAULTS = ("unbalance", "misalignment", "looseness", "gear", "electrical", "blade_pass", "lubrication")
_VELOCITY_MM_S = 4.5
_GEAR_G = 0.5
_LUBRICATION_G = 3.0
"""From which a fault matters, RMS."""
_RATES_HZ = (12_000.0, 16_384.0, 25_600.0, 48_000.0, 51_200.0, 97_656.0)


class Simulated(msgspec.Struct, frozen=True):
    """One made-up recording with what is known of it."""

    fault: str
    samples_g: Real
    rate_hz: float
    speed_rpm: float
    orders: BearingOrders
    line_frequency_hz: float
    teeth: int
    blades: int


class _Scene(msgspec.Struct, frozen=True):
    generator: np.random.Generator
    rate_hz: float
    length: int
    shaft_hz: float
    line_hz: float
    orders: BearingOrders
    teeth: int
    blades: int

    def sine(self, hz: float, amplitude: float) -> Real:
        """Give a sine of random phase."""
        phase = self.generator.uniform(0, 2 * math.pi)
        sine: Real = amplitude * np.sin(2 * math.pi * hz / self.rate_hz * np.arange(self.length) + phase)
        return sine

    def tone(self, hz: float, velocity_rms_mm_s: float) -> Real:
        """Give a sine by its velocity."""
        tone = Tone(hz=hz, velocity_mm_s=math.sqrt(2) * velocity_rms_mm_s)
        phase = self.generator.uniform(0, 2 * math.pi, 1)
        return tones_g((tone,), shaft_hz=self.shaft_hz, phases=phase, length=self.length, rate_hz=self.rate_hz)

    def resonances(self) -> tuple[Resonance, ...]:
        """Two to four of the structure's, below nine tenths of the Nyquist frequency."""
        top = 0.45 * self.rate_hz
        count = int(self.generator.integers(2, 5))
        frequencies = self.generator.uniform(min(800.0, 0.2 * top), min(top, 16_000.0), count)
        dampings = self.generator.uniform(0.01, 0.06, count)
        return tuple(
            Resonance(frequency_hz=float(f), damping=float(d)) for f, d in zip(frequencies, dampings, strict=True)
        )


def simulated(seed: int, fault: str = "healthy", *, snr_db: float = 0.0, seconds: float | None = None) -> Simulated:
    """Make up a machine, and a recording of it with this fault.

    `snr_db` compares the RMS of the impacts with that of all noise; for faults of the machine it compares their
    level with the one from which it matters: 4.5 mm/s, for a gear 0.5 g, for lubrication 3 g (all RMS). The speed
    that is told is off by up to 0.5 %, the bearing (any of the catalogue) slips by up to 1.5 %. A recording has 60
    to 240 turns, 1.5 to 12 s. Sound machines have unbalance, mesh, blades, mains, and four in ten of them an
    unrelated comb, knocks at random, at shaft speed or at another's, noise that rises and falls with the shaft, or
    a bearing whose elements carry in turn. Lubrication is recorded at 16 kHz and more: slower it cannot be seen.
    """
    generator = np.random.default_rng(seed)
    rates_hz = _RATES_HZ if fault != "lubrication" else _RATES_HZ[1:]
    rate_hz = float(generator.choice(rates_hz))
    shaft_hz = math.exp(float(generator.uniform(math.log(8.0), math.log(80.0))))
    duration_s = seconds or min(12.0, max(1.5, float(generator.uniform(60.0, 240.0)) / shaft_hz))
    entries = built_in().entries
    scene = _Scene(
        generator=generator,
        rate_hz=rate_hz,
        length=int(duration_s * rate_hz),
        shaft_hz=shaft_hz,
        line_hz=float(generator.choice([50.0, 60.0])),
        orders=entries[int(generator.integers(len(entries)))].orders,
        teeth=int(generator.integers(17, 41)),
        blades=int(generator.integers(5, 13)),
    )
    resonances = scene.resonances()
    noise = _noise(scene, resonances)
    signal = noise + _sound_machine(scene) + _surroundings(scene, resonances, float(noise.std()))
    if fault in BEARING_FAULTS:
        impacts = _impacts(scene, fault, resonances)
        signal += impacts * (noise.std() / max(impacts.std(), 1e-12) * 10 ** (snr_db / 20))
    elif fault in MACHINE_FAULTS:
        signal += _machine_fault(scene, fault, 10 ** (snr_db / 20))
    return Simulated(
        fault=fault,
        samples_g=signal,
        rate_hz=rate_hz,
        speed_rpm=60 * shaft_hz * (1 + float(generator.uniform(-0.005, 0.005))),
        orders=scene.orders,
        line_frequency_hz=scene.line_hz,
        teeth=scene.teeth,
        blades=scene.blades,
    )


def _noise(scene: _Scene, resonances: tuple[Resonance, ...]) -> Real:
    """Broad-band noise, some of it through the resonances; 0.02 to 0.5 g RMS."""
    white = scene.generator.standard_normal(scene.length)
    shaped = sum(
        (_unit(r.response(white, rate_hz=scene.rate_hz)) for r in resonances), start=np.zeros(scene.length)
    )
    mixed = _unit(scene.generator.standard_normal(scene.length) + scene.generator.uniform(0, 1.5) * shaped)
    level = 10 ** scene.generator.uniform(math.log10(0.02), math.log10(0.5))
    return mixed * level


def _sound_machine(scene: _Scene) -> Real:
    """Harmonics of the shaft, a little mesh and blade pass, twice the line: 1 mm/s and less each."""
    generator = scene.generator
    signal = np.zeros(scene.length)
    for order in range(1, 7):
        signal += scene.tone(order * scene.shaft_hz, float(generator.uniform(0.0, 1.0)) / order)
    signal += scene.tone(2 * scene.line_hz, float(generator.uniform(0.0, 0.5)))
    signal += scene.tone(scene.blades * scene.shaft_hz, float(generator.uniform(0.0, 0.4)))
    for harmonic in (1, 2, 3):
        signal += scene.sine(harmonic * scene.teeth * scene.shaft_hz, float(generator.uniform(0, 0.1)) / harmonic)
    return signal


def _surroundings(scene: _Scene, resonances: tuple[Resonance, ...], level: float) -> Real:
    """Add what disturbs without being a fault of this bearing."""
    generator = scene.generator
    time_s = np.arange(scene.length) / scene.rate_hz
    none = np.zeros(scene.length)
    match int(generator.integers(0, 15)):
        case 0:  # an inverter's comb, unrelated or of the line, around a carrier
            spacing = float(generator.choice([scene.line_hz, 2 * scene.line_hz, generator.uniform(20, 300)]))
            carrier = float(generator.uniform(0.1, 0.4)) * scene.rate_hz
            lines = (
                scene.sine(carrier + k * spacing, level * 10 ** generator.uniform(-1, 0.3)) for k in range(-8, 9)
            )
            return sum(lines, start=none)
        case 1:  # knocks at random
            struck = (generator.random(scene.length) < 3 / scene.rate_hz).astype(float)
        case 2:  # a knock each turn
            struck = _knocks(scene, scene.shaft_hz, 0.0005)
        case 3:  # noise that rises and falls with the shaft
            swing = 1 + 0.8 * np.cos(2 * math.pi * scene.shaft_hz * time_s)
            white = generator.standard_normal(scene.length)
            return swing * level * _unit(resonances[0].response(white, rate_hz=scene.rate_hz))
        case 4:  # elements that carry in turn: what a sound bearing does, up to 5 % of the noise's amplitude
            swing = generator.uniform(0, 0.05) * np.cos(2 * math.pi * scene.orders.bpfo * scene.shaft_hz * time_s)
            return swing * level * generator.standard_normal(scene.length)
        case 5:  # knocks of another shaft, such as a mate's or a neighbour's
            struck = _knocks(scene, _foreign_order(scene) * scene.shaft_hz, float(generator.uniform(1e-4, 2e-3)))
            level *= 10 ** generator.uniform(-0.5, 0.5)
        case _:
            return none
    return _unit(resonances[0].response(struck, rate_hz=scene.rate_hz)) * level


def _knocks(scene: _Scene, frequency_hz: float, slip: float) -> Real:
    return impact_train(
        scene.generator, frequency_hz=frequency_hz, slip=slip, length=scene.length, rate_hz=scene.rate_hz
    )


def _foreign_order(scene: _Scene) -> float:
    """Draw an order from 0.2 to 8 that, even doubled, is none of the bearing's: by 3 %, its slip twice over."""
    own = (scene.orders.bpfo, scene.orders.bpfi, scene.orders.bsf2, scene.orders.ftf)
    while True:
        order = 8 ** float(scene.generator.uniform(-0.77, 1.0))
        if all(abs(n * order / line - 1) > 0.03 for n in (1, 2) for line in own):
            return order


def _impacts(scene: _Scene, fault: str, resonances: tuple[Resonance, ...]) -> Real:
    generator, orders = scene.generator, scene.orders
    slipped = scene.shaft_hz * (1 - float(generator.uniform(0.0, 0.015)))
    time_s = np.arange(scene.length) / scene.rate_hz
    order, zone_hz = {
        "bearing_outer_race": (orders.bpfo, 0.0),
        "bearing_inner_race": (orders.bpfi, scene.shaft_hz),
        "bearing_rolling_element": (orders.bsf2, orders.ftf * slipped),
        "bearing_cage": (orders.ftf, 0.0),
    }[fault]
    train = impact_train(
        generator,
        frequency_hz=order * slipped,
        slip=float(generator.uniform(0.001, 0.01)) if fault != "bearing_cage" else 0.002,
        length=scene.length,
        rate_hz=scene.rate_hz,
    )
    if zone_hz:
        depth = float(generator.uniform(0.3, 1.0))
        train *= 1 + depth * np.cos(2 * math.pi * zone_hz * time_s + generator.uniform(0, 2 * math.pi))
    struck = (r.response(train, rate_hz=scene.rate_hz) for r in resonances[:2])
    return sum((_unit(ringing) for ringing in struck), start=np.zeros(scene.length))


def _machine_fault(scene: _Scene, fault: str, times: float) -> Real:
    """Give what the fault adds, at so many times the level that matters."""
    shaft = scene.shaft_hz
    lines = {
        "unbalance": {shaft: 1.0},
        "misalignment": {shaft: 0.5, 2 * shaft: 0.84, 3 * shaft: 0.2},
        "looseness": {n * shaft: n**-0.7 for n in range(1, 11)},
        "electrical": {2 * scene.line_hz: 1.0},
        "blade_pass": {scene.blades * shaft: 1.0},
    }
    if fault == "lubrication":
        return _LUBRICATION_G * times * _carpet(scene)
    if fault == "gear":  # a bad tooth: mesh modulated once a turn, by more than its first harmonic
        mesh = (scene.sine((scene.teeth + n) * shaft, 0.75 ** abs(n)) for n in range(-5, 6))
        return _GEAR_G * times * _unit(sum(mesh, start=np.zeros(scene.length)))
    whole = math.sqrt(sum(part**2 for part in lines[fault].values()))
    tones = (scene.tone(hz, _VELOCITY_MM_S * times * part / whole) for hz, part in lines[fault].items())
    return sum(tones, start=np.zeros(scene.length))


def _carpet(scene: _Scene) -> Real:
    """Noise above 4 kHz, of unit RMS."""
    bins = np.fft.rfft(scene.generator.standard_normal(scene.length))
    bins[: int(4000.0 / scene.rate_hz * scene.length)] = 0
    return _unit(np.fft.irfft(bins, scene.length))


def _unit(signal: Real) -> Real:
    return signal / max(float(signal.std()), 1e-12)
