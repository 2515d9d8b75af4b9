"""Stillness: whether what an instrument sends is a measurement at all, or what it sent before under a fresh time.

A waveform never repeats: noise and phase make every block another one, so the same indicators again are the same
samples again. A level or a temperature may well repeat, by its resolution. So how long each has stood still before
is learned, and only what then stands still for five times as long is held to be stuck.
"""

from collections.abc import Mapping

import msgspec

from models.clock import DAY_US, HOUR_US, MINUTE_US

__all__ = ["Plateau", "Stillness"]

_REMEMBERED = 4
"""Waveforms: a logger may send several ways in turn."""
_MOVING_SAMPLES = 8
"""Samples that must carry a block's energy before its repetition says anything: a blip of one step may recur."""
_TIMES_LONGEST = 5
_MIN_MOVES, _MIN_MOVES_HERE = 100, 10
"""Ever, and in the present regime."""
_MIN_REPEATS = 5
_LONGEST_GAP_US = 15 * MINUTE_US
_RESTLESS_SHARE = 3
"""A value that moves in one observation of three, or in more, shows soon how long it ever stands still."""
_COARSE_US = 12 * HOUR_US
_RECENT_US = 7 * DAY_US
_MS_US = 1_000


class Plateau(msgspec.Struct, array_like=True):
    """How long one value has stood still, and how long it ever did, while its machine ran."""

    value: float
    moved_us: int
    """Event time at which it moved last."""
    held_ms: int = 0
    repeats: int = 0
    longest_ms: int = 0
    most_repeats: int = 0
    moves: int = 0
    repeated: int = 0
    """Observations up to the last move that were as the one before."""
    moves_elsewhere: int = 0
    """Moves before it came into the present regime."""

    def update(self, value: float, time_us: int, gap_us: int, *, least_us: int) -> bool:
        """Update it from the next value of a running machine; give whether that is stuck."""
        if value == self.value:
            self.repeats += 1
            self.held_ms += gap_us // _MS_US
            return self._is_stuck(time_us, least_us)
        if self.repeats:
            self._end(time_us, least_us)
        self.moves += 1
        self.value, self.moved_us = value, time_us
        return False

    def _end(self, time_us: int, least_us: int) -> None:
        """Learn how long it stood still, now that it moves again."""
        longest_ms, most_repeats = self.held_ms, self.repeats
        if self._is_stuck(time_us, least_us):  # if that was lawful, it takes twice as long to be said so again
            longest_ms = min(longest_ms, 2 * max(self.longest_ms, 1))
            most_repeats = min(most_repeats, 2 * max(self.most_repeats, 1))
        self.longest_ms = max(self.longest_ms, longest_ms)
        self.most_repeats = max(self.most_repeats, most_repeats)
        self.repeated += self.repeats
        self.held_ms = self.repeats = 0

    def enter_regime(self) -> None:
        """Begin in another way of running, where it may lawfully stand still."""
        self.held_ms = self.repeats = 0
        self.moves_elsewhere = self.moves

    def _is_stuck(self, time_us: int, least_us: int) -> bool:
        if self.repeats < _MIN_REPEATS or self.moves < _MIN_MOVES:
            return False
        if self.moves - self.moves_elsewhere < _MIN_MOVES_HERE:
            return False
        if _RESTLESS_SHARE * self.moves < self.moves + self.repeated:
            least_us = max(least_us, _COARSE_US)
        longer = self.held_ms > max(_TIMES_LONGEST * self.longest_ms, least_us // _MS_US)
        return longer and self.repeats > _TIMES_LONGEST * self.most_repeats and time_us - self.moved_us < _RECENT_US


class Stillness(msgspec.Struct, array_like=True):
    """What a point has sent before, to tell by it that nothing new comes."""

    marks: list[float] = []
    """Of the last waveforms."""
    plateaus: dict[str, Plateau] = {}
    regime: int = 0
    newest_us: int = 0

    def repeats_waveform(self, indicators: Mapping[str, float], samples: float) -> bool:
        """Whether a block of so many samples is one of the last few again, bit for bit.

        >>> block = {"rms_g": 0.1, "kurtosis": 3.1, "spectral_centroid_hz": 611.3, "crest_factor": 3.5}
        >>> stillness = Stillness()
        >>> [stillness.repeats_waveform(block, 256), stillness.repeats_waveform(block, 256)]
        [False, True]
        """
        if "kurtosis" not in indicators or "spectral_centroid_hz" not in indicators or "rms_g" not in indicators:
            return False  # a silent signal's, or made by hand
        mark, marks = indicators["rms_g"] * indicators["kurtosis"] + indicators["spectral_centroid_hz"], self.marks
        if mark in marks:
            return indicators.get("crest_factor", 0.0) ** 2 * _MOVING_SAMPLES <= samples
        marks.append(mark)
        if len(marks) > _REMEMBERED:
            del marks[0]
        return False

    def is_stuck(self, values: Mapping[str, float], time_us: int, *, regime: int, least_us: int) -> bool:
        """Update the plateaus from values of a running machine; give whether one of them is stuck."""
        if regime != self.regime:
            self.regime = regime
            for plateau in self.plateaus.values():
                plateau.enter_regime()
        gap_us = min(max(time_us - self.newest_us, 0), _LONGEST_GAP_US) if self.newest_us else 0
        self.newest_us = time_us
        stuck = False
        for name, value in values.items():
            known = self.plateaus.get(name)
            if known is None:
                self.plateaus[name] = Plateau(value, time_us)
            elif known.update(value, time_us, gap_us, least_us=least_us):
                stuck = True
        return stuck

    def skip(self, time_us: int) -> None:
        """Leave out a time in which the machine didn't run: it isn't counted."""
        self.newest_us = time_us
