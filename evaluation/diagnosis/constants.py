"""The diagnosis' constants, and the diagnosis with one of them changed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import msgspec

from models.diagnosis.envelopes import _layout, _taper

__all__ = ["CONSTANTS", "Constant", "changed"]

_PACKAGE = "models.diagnosis"


class Constant(msgspec.Struct, frozen=True):
    """A constant by module and name, and the two values to try instead."""

    module: str
    name: str
    low: float
    high: float

    @property
    def value(self) -> float:
        """What it is."""
        return float(getattr(import_module(f"{_PACKAGE}.{self.module}"), self.name))


CONSTANTS = (
    Constant("criteria", "EVIDENCE", 10.5, 17.5),
    Constant("criteria", "SUSPICION", 6.0, 10.0),
    Constant("criteria", "UNEXPLAINED", 4.5, 7.5),
    Constant("criteria", "MODULATION", 0.15, 0.25),
    Constant("criteria", "SUSPICIOUS_MODULATION", 0.075, 0.125),
    Constant("criteria", "FAINT_MODULATION", 0.0375, 0.0625),
    Constant("criteria", "_SIDEBAND", 4.5, 7.5),
    Constant("criteria", "_INNER_SIDEBAND", 1.5, 6.0),
    Constant("bearing", "_SIDEBAND_LEAD", 1.0, 1.4),
    Constant("bearing", "ROOT_SHARE", 0.525, 0.875),
    Constant("bearing", "_MIN_ROOT_STRENGTH", 1.1, 1.9),
    Constant("criteria", "MIN_HARMONICS", 1, 3),
    Constant("harmonic_search", "HIT", 3.0, 5.0),
    Constant("harmonic_search", "TOLERANCE", 0.019, 0.031),
    Constant("harmonic_search", "HARMONICS", 3, 5),
    Constant("harmonic_search", "STRENGTH_HARMONICS", 2, 4),
    Constant("harmonic_evidence", "CAP", 12.0, 20.0),
    Constant("harmonic_evidence", "_MIN_BLOCK_BINS", 16, 64),
    Constant("envelopes", "_TURNS", 45.0, 75.0),
    Constant("envelopes", "MAX_DEPTH", 3, 5),
    Constant("shaft_speed", "_REACH", 0.02, 0.04),
    Constant("shaft_speed", "_CLEAR", 50.0, 200.0),
    Constant("machine_faults", "_CLEAR", 15.0, 60.0),
    Constant("machine_faults", "VELOCITY_LIMIT_MM_S", 3.4, 5.6),
)


@contextmanager
def changed(constant: Constant, value: float) -> Iterator[None]:
    """Set a constant in its module and in those that have taken it over; set it back at the end."""
    home = import_module(f"{_PACKAGE}.{constant.module}")
    before = getattr(home, constant.name)
    users = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith(_PACKAGE) and module.__dict__.get(constant.name) is before
    ]
    public = not constant.name.startswith("_")
    for module in users if public else [home]:
        setattr(module, constant.name, type(before)(value))
    _forget()
    try:
        yield
    finally:
        for module in users if public else [home]:
            setattr(module, constant.name, before)
        _forget()


def _forget() -> None:
    """Drop what was kept between calls and may depend on a constant."""
    _layout.cache_clear()
    _taper.cache_clear()
