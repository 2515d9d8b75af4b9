"""How a point is measured: rate, length and unit of its blocks. Another way of measuring is no other machine.

The way in which a point has been measured so far is compared with its past in full. What comes in another way has
baselines of its own for whatever the two don't share, so that ways that alternate go on side by side.
"""

import msgspec

from models.condition.baseline import Baseline
from models.condition.running_median import RunningMedian
from models.observations import VibrationObserved

__all__ = ["HELD", "Measuring", "OtherWay", "Way", "way_of"]

HELD = 5
"""Blocks in a row in another way, from which that is how the point is measured now."""
_SAME_RATE = 1.05
"""A clock is no better than its crystal, nor a rate than the digits it is told with."""
_SAME_LENGTH = 1.5
_LOWER_HZ, _UPPER_HZ = 10.0, 1_000.0
_WHOLE_BINS = 4.0
"""Below so many bins of its spectrum a block shows only parts of a line."""
_SAME_BAND = 1.1
"""How much more of the velocity's band one way may see than another."""


def _are_near(one: float, other: float, ratio: float) -> bool:
    return one <= other * ratio and other <= one * ratio


class Way(msgspec.Struct, array_like=True):
    """A way of measuring: a rate, lengths of about the same, and a unit."""

    rate_hz: float
    shortest_s: float
    longest_s: float
    unit: str = ""

    def is_like(self, other: "Way") -> bool:
        """Whether blocks of both are the same measurement."""
        return (
            self.has_rate_of(other)
            and other.shortest_s <= self.longest_s * _SAME_LENGTH
            and other.longest_s >= self.shortest_s / _SAME_LENGTH
        )

    def has_rate_of(self, other: "Way") -> bool:
        """Whether both have the same rate and unit, whatever their length; a unit that nobody told is the same."""
        same_unit = self.unit == other.unit or not self.unit or not other.unit
        return same_unit and _are_near(self.rate_hz, other.rate_hz, _SAME_RATE)

    def unshared(self, other: "Way") -> list[str]:
        """Give the indicators that mean another thing in another way of measuring.

        At the same rate the RMS is the same; a short block holds neither the lowest frequencies of the velocity nor
        as much of the comings and goings of an envelope.

        >>> way = Way(2560.0, 0.1, 0.1, "g")
        >>> way.unshared(Way(25_600.0, 0.1, 0.1, "g")), way.unshared(Way(2560.0, 1.6, 1.6, "g"))
        (['rms_g', 'envelope_rms_g'], ['velocity_rms_mm_s', 'envelope_rms_g'])
        """
        same_rate = self.has_rate_of(other)
        (low, high), (other_low, other_high) = self.velocity_band_hz(), other.velocity_band_hz()
        velocity = _are_near(low, other_low, _SAME_BAND) and _are_near(high, other_high, _SAME_BAND)
        shared = {"rms_g": same_rate, "velocity_rms_mm_s": velocity, "envelope_rms_g": self.is_like(other)}
        return [name for name, there in shared.items() if not there]

    def velocity_band_hz(self) -> tuple[float, float]:
        """Give the lowest and the highest frequency of the velocity's band that a block holds."""
        return max(_LOWER_HZ, _WHOLE_BINS / max(self.shortest_s, 1e-9)), min(_UPPER_HZ, self.rate_hz / 2)

    def widen(self, other: "Way") -> None:
        """Take in blocks of another length."""
        self.shortest_s = min(self.shortest_s, other.shortest_s)
        self.longest_s = max(self.longest_s, other.longest_s)


class OtherWay(msgspec.Struct, array_like=True):
    """Another way in which a point is measured, or was, with what is usual there, whatever the regime."""

    way: Way
    baselines: dict[str, Baseline] = {}
    medians: dict[str, RunningMedian] = {}
    run: int = 0
    """Blocks in a row in this way, up to now."""
    since_us: int = 0
    """Event time of the first of them."""


class Measuring(msgspec.Struct, array_like=True):
    """The ways in which one point is measured."""

    way: Way | None = None
    """The present one; None before the first block."""
    other: OtherWay | None = None
    anew: list[str] = []
    """Indicators that are being learned anew, since the way has changed."""
    level_ratio: float = 1.0
    """By how much the level changed with it, where that is too much to learn anew; else 1."""
    third: int = 0
    """Blocks in yet another way since there was one in either."""
    fell: float = 0.0
    """By how many times everything fell at once, as if told in another unit; 0 where it didn't."""
    fell_run: int = 0
    """Observations in a row that say so, or that it is over."""
    is_told: bool = False
    """Whether people are to know of the change now."""

    def is_usual(self, observation: VibrationObserved) -> bool:
        """Whether a block is measured as the point is now; the first is."""
        way = self.way
        if way is None:
            self.way = way_of(observation)
            return True
        return (
            observation.rate_hz == way.rate_hz
            and way.shortest_s <= observation.seconds <= way.longest_s
            and (observation.unit == way.unit or not observation.unit)
        ) or self._is_nearly(way, way_of(observation))

    def shares_level(self, observation: VibrationObserved) -> bool:
        """Whether a block's RMS is of the same band as is usual here, whatever its length."""
        way = self.way
        if way is None or (observation.rate_hz == way.rate_hz and observation.unit == way.unit):
            return True
        return way.has_rate_of(way_of(observation))

    @staticmethod
    def _is_nearly(way: Way, now: Way) -> bool:
        if not way.is_like(now):
            return False
        way.unit = way.unit or now.unit
        return True

    def update_run(self, observation: VibrationObserved, time_us: int) -> OtherWay:
        """Count one more block of another way; a third one takes the place of the second once that isn't in use."""
        now, other = way_of(observation), self.other
        if other is not None and not other.way.is_like(now):
            self.third += 1
            if self.third < HELD:
                return OtherWay(now)  # of which nothing is kept
            other = None
        if other is None:
            other = self.other = OtherWay(now)
        self.third = 0
        if not other.run:
            other.since_us = time_us
        other.run += 1
        return other

    def end_run(self) -> None:
        """Note that a block came in the present way."""
        other = self.other
        if other is not None and other.run:
            other.run = 0
            for running_median in other.medians.values():
                running_median.shorten()
            if not self.anew:
                self.is_told, self.level_ratio = self.fell != 0.0, 1.0


def way_of(observation: VibrationObserved) -> Way:
    """Give the way in which a block was measured."""
    return Way(observation.rate_hz, observation.seconds, observation.seconds, observation.unit)
