"""Spectra of a known signal, and what a store's page makes of outputs."""

import numpy as np

from models.captures.taking import hourly_spectra
from models.machinery.kinematics import BearingOrders
from tests.stream.web.fleets import NOW

BEARING = BearingOrders(bpfo=3.58, bpfi=5.42, bsf2=4.71, ftf=0.398)
SAMPLES = 0.1 * np.sin(2 * np.pi * 50 * np.arange(25_600) / 25_600) + 0.2 * np.random.default_rng(
    0
).standard_normal(25_600)


def spectra(time=NOW, *, speed_rpm=1500.0, samples=SAMPLES):
    return hourly_spectra(
        samples,
        machine="P-101",
        point="drive-end",
        measured=time,
        rate_hz=25_600.0,
        unit="g",
        speed_rpm=speed_rpm,
    )


def velocity(time=NOW, **others):
    return spectra(time, **others)[0]


def envelope(time=NOW, **others):
    return spectra(time, **others)[1]
