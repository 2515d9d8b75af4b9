"""Signals of known content: tones by their velocity, noise, impacts that ring."""

import numpy as np

from models.machinery.kinematics import BearingOrders
from models.signal.units import MM_S2_PER_G

RATE_HZ = 25_600.0
SHAFT_HZ = 24.7
ORDERS = BearingOrders(bpfo=3.5848, bpfi=5.4152, bsf2=4.7135, ftf=0.3983)
BEARING_ORDERS = {
    "bearing_outer_race": ORDERS.bpfo,
    "bearing_inner_race": ORDERS.bpfi,
    "bearing_rolling_element": ORDERS.bsf2,
    "bearing_cage": ORDERS.ftf,
}


def times_s(seconds=6.0, rate_hz=RATE_HZ):
    return np.arange(round(seconds * rate_hz)) / rate_hz


def noise(seconds=6.0, rate_hz=RATE_HZ, rms_g=0.02, seed=1):
    return rms_g * np.random.default_rng(seed).standard_normal(round(seconds * rate_hz))


def tone_g(hz, velocity_rms_mm_s, seconds=6.0, rate_hz=RATE_HZ, phase=0.4):
    """A sine whose velocity has this RMS: amplitude in g is sqrt 2 v 2 pi f / g."""
    amplitude_g = np.sqrt(2) * velocity_rms_mm_s * 2 * np.pi * hz / MM_S2_PER_G
    return amplitude_g * np.sin(2 * np.pi * hz * times_s(seconds, rate_hz) + phase)


def tones_g(lines, **kwargs):
    return sum(tone_g(hz, velocity, phase=0.7 * k, **kwargs) for k, (hz, velocity) in enumerate(lines))


def impacts(
    repeat_hz, *, zone_hz=0.0, depth=0.8, resonance_hz=4_000.0, seconds=6.0, rate_hz=RATE_HZ, slip=0.004, seed=2
):
    """Blows that ring for some milliseconds, of unit RMS; their times slip, `zone_hz` makes them come and go."""
    generator = np.random.default_rng(seed)
    gaps = rate_hz / repeat_hz * (1 + slip * generator.standard_normal(int(seconds * repeat_hz) + 2))
    places = np.cumsum(gaps)
    places = places[places < seconds * rate_hz - 1]
    heights = 1 + depth * np.cos(2 * np.pi * zone_hz * places / rate_hz) if zone_hz else np.ones(places.size)
    train = np.bincount(places.astype(int), heights, round(seconds * rate_hz))
    lasting = np.arange(round(0.02 * rate_hz)) / rate_hz
    ring = np.exp(-0.05 * 2 * np.pi * resonance_hz * lasting) * np.sin(2 * np.pi * resonance_hz * lasting)
    size = train.size + ring.size
    signal = np.fft.irfft(np.fft.rfft(train, size) * np.fft.rfft(ring, size), size)[: train.size]
    return signal / signal.std()


def damaged_bearing(fault, *, shaft_hz=SHAFT_HZ, height=1.5, rms_g=0.02, **kwargs):
    """Noise with a fault's impacts, `height` times as strong."""
    zone_hz = {"bearing_inner_race": shaft_hz, "bearing_rolling_element": ORDERS.ftf * shaft_hz}.get(fault, 0.0)
    struck = impacts(BEARING_ORDERS[fault] * shaft_hz, zone_hz=zone_hz, **kwargs)
    lengths = {key: kwargs[key] for key in ("seconds", "rate_hz") if key in kwargs}
    return noise(rms_g=rms_g, **lengths) + height * rms_g * struck
