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
    seen: int = 0
    """Observations up to the last move."""
    moves_here: int = 0

    def update(self, value: float, time_us: int, gap_us: int, *, least_us: int) -> bool:
        """Update it from the next value of a running machine; give whether that is stuck."""
        if value == self.value:
            self.repeats += 1
            self.held_ms += gap_us // _MS_US
            return self._is_stuck(time_us, least_us)
        stuck = self._is_stuck(time_us, least_us)
        if stuck:  # it moves again: if that was lawful, it takes twice as long to be said so again
            self.longest_ms = min(self.held_ms, 2 * max(self.longest_ms, 1))
            self.most_repeats = min(self.repeats, 2 * max(self.most_repeats, 1))
        else:
            self.longest_ms = max(self.longest_ms, self.held_ms)
            self.most_repeats = max(self.most_repeats, self.repeats)
        self.moves, self.moves_here = self.moves + 1, self.moves_here + 1
        self.seen += self.repeats + 1
        self.value, self.moved_us, self.held_ms, self.repeats = value, time_us, 0, 0
        return False

    def enter_regime(self) -> None:
        """Begin in another way of running, where it may lawfully stand still."""
        self.held_ms = self.repeats = self.moves_here = 0

    def _is_stuck(self, time_us: int, least_us: int) -> bool:
        if self.moves < _MIN_MOVES or self.moves_here < _MIN_MOVES_HERE or self.repeats < _MIN_REPEATS:
            return False
        if _RESTLESS_SHARE * self.moves < self.seen:
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
        kurtosis, centroid_hz = indicators.get("kurtosis"), indicators.get("spectral_centroid_hz")
        if kurtosis is None or centroid_hz is None:  # of a silent signal, or made by hand
            return False
        mark = indicators.get("rms_g", 0.0) * kurtosis + centroid_hz
        if mark in self.marks:
            return indicators.get("crest_factor", 0.0) ** 2 * _MOVING_SAMPLES <= samples
        self.marks.append(mark)
        if len(self.marks) > _REMEMBERED:
            del self.marks[0]
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
