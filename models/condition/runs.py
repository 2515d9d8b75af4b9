"""How long a machine's runs are, and so how much of each may be left out as its start."""

from statistics import median

import msgspec

from models.clock import MINUTE_US, SECOND_US

__all__ = ["Runs"]

_START_US = 2 * MINUTE_US
_MAX_PART = 1 / 20
"""Of a usual run: with the block in which it begins, less than a tenth is left out as its start."""
_WINDOW, _MIN_RUNS = 8, 5
_LONG_US = 30 * MINUTE_US
"""A machine that has run for so long lately is no machine of short runs: those were trials."""


class Runs(msgspec.Struct, array_like=True):
    """The lengths of a machine's last runs, in microseconds, oldest first."""

    lengths_us: list[int] = []
    ran_us: int | None = None
    """Event time at which it was seen to run last."""
    given_us: int | None = None
    """How long a start lasts by the machine's description; None where that doesn't say."""

    unseen_us: int = 0
    """How long before it was seen to run its present run may have begun."""

    def begin(self, unseen_us: int) -> None:
        """Note that it runs again; it began at some time in the last `unseen_us`."""
        self.unseen_us = max(unseen_us, 0)

    @property
    def starting_us(self) -> int:
        """How long it is starting once it has been seen to run.

        A start of two minutes or more is counted from there. That of short runs is a few seconds, which a machine
        that is measured more seldom has most likely behind it: as far as is known it began halfway.

        >>> runs = Runs(lengths_us=[110 * 1_000_000] * 8)
        >>> [runs.begin(us) or runs.starting_us / 1e6 for us in (8_000_000, 600_000_000)]
        [1.5, 0.0]
        """
        start_us = self.start_us
        if self.given_us is not None or start_us >= _START_US:
            return start_us
        return max(0, start_us - self.unseen_us // 2)

    def configure(self, start_s: float | None) -> None:
        """Take over what the machine's description says of its starts."""
        self.given_us = None if start_s is None else round(start_s * SECOND_US)

    def end(self, started_us: int | None) -> None:
        """Note that the run that began at `started_us` is over; one that was never seen to begin says nothing."""
        if started_us is not None and self.ran_us is not None and self.ran_us >= started_us:
            self.lengths_us = [*self.lengths_us[1 - _WINDOW :], self.ran_us - started_us]

    @property
    def start_us(self) -> int:
        """How long a start lasts: as described, else two minutes, or less where no run is long enough for that.

        >>> Runs(lengths_us=[110 * 1_000_000] * 8).start_us / 1e6
        5.5
        """
        if self.given_us is not None:
            return self.given_us
        lengths_us = self.lengths_us
        if len(lengths_us) < _MIN_RUNS or max(lengths_us) > _LONG_US:
            return _START_US
        return min(_START_US, int(_MAX_PART * median(lengths_us)))
