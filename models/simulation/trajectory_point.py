"""A trajectory point: how a machine runs at one moment, computed once for all that is measured of it then."""

import msgspec

__all__ = ["SampleGrid", "TrajectoryPoint"]


class TrajectoryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One point of one machine's trajectory."""

    number: int
    time_us: int
    seconds: float
    """Since the start of the run."""
    regime: str | None
    """None while it stands."""
    load: float
    shaft_hz: float
    nominal_hz: float
    ambient_c: float
    temperature_c: float
    """Where its thermometer sits."""

    @property
    def speed(self) -> float:
        """Shaft speed over nominal."""
        return self.shaft_hz / self.nominal_hz


class SampleGrid(msgspec.Struct, frozen=True):
    """Rate and number of a block's samples."""

    rate_hz: float
    length: int
