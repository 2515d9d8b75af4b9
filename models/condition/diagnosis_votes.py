"""Votes of single blocks on the diagnosis of one point: a fault that enough of them speak for is named.

The last 15 diagnosed observations each have one vote. A fault is named once five of them speak for it, and goes on
being named until fewer than two do, so neither one odd block nor four in a row ever name anything, and nothing
flickers. A block speaks for a fault that it names; or for the bearing part whose harmonic series it shows, fits and
finds stronger than any other, though not surely enough to name it from that block alone: noise gets so far once in
3,000 blocks, and five times in fifteen never (1 in 10^14).
"""

import math
from collections import Counter

import msgspec

from models.diagnosis.criteria import MODULATION, SUSPICION, shows_all
from models.diagnosis.fault_texts import FAULTS
from models.diagnosis.observed_diagnosis import ObservedDiagnosis, ObservedFault
from models.diagnosis.reasons import Reason

__all__ = ["MIN_VOTES", "WINDOW", "DiagnosisVotes", "Vote", "family_of"]

WINDOW = 15
"""Diagnosed observations that are remembered."""
MIN_VOTES = 5
"""Of these must speak for a fault before it is named; fewer observations altogether are `unknown`."""
_MIN_VOTES_TO_KEEP = 2
"""Fewer do not keep a fault named."""
_STANDSTILL_US = 3_600_000_000
"""A machine that stood for an hour may have been repaired: what was found before is forgotten."""
_MAX_TURNS = 1e4
_MAX_VALUE = 1e12
_BEARING = "bearing"
_SHAFT = ("unbalance", "misalignment", "looseness")
_CODES = {reason.name.lower() for reason in Reason}


class Vote(msgspec.Struct, array_like=True):
    """The vote of one observation."""

    speaks_for: dict[str, float]
    """Faults, with the confidence of each."""
    doubt: str
    """Why nothing was named and nothing is healthy, as in `ObservedDiagnosis.reason`; empty where there is none."""
    doubt_value: float
    turns: float
    shows_all: bool
    """Whether the sampling rate was high enough for silence to mean something."""


class DiagnosisVotes(msgspec.Struct, array_like=True):
    """The last votes on a point's diagnosis, and the faults that they name."""

    votes: list[Vote] = []
    named: dict[str, int] = {}
    """Faults that are named, with the event time since when."""
    latest: dict[str, ObservedFault] = {}
    """Newest evidence of each fault that a vote speaks for."""
    speed_hz: float = 0.0
    standing_since_us: int | None = None

    def add(self, observed: ObservedDiagnosis | None, *, rate_hz: float, time_us: int) -> None:
        """Add the vote of an observation in order of a running machine and a trusted sensor."""
        self.record_running(time_us)
        if observed is None or not (0 < observed.speed_hz < _MAX_VALUE and observed.turns > 0):
            return
        spoken = {fault.fault: fault for fault in spoken_for(observed)}
        self.speed_hz = observed.speed_hz
        self.votes.append(
            Vote(
                speaks_for={name: min(max(fault.confidence, 0.0), 1.0) for name, fault in spoken.items()},
                doubt=_doubt(observed),
                doubt_value=observed.reason_value if abs(observed.reason_value) < _MAX_VALUE else 0.0,
                turns=min(observed.turns, _MAX_TURNS),
                shows_all=shows_all(rate_hz, observed.speed_hz),
            )
        )
        del self.votes[:-WINDOW]
        self.latest.update(spoken)
        counts = self.counts()
        self.latest = {name: fault for name, fault in self.latest.items() if name in counts}
        self._name(counts, time_us)

    def record_standstill(self, time_us: int) -> None:
        """Note that the machine stands."""
        if self.standing_since_us is None:
            self.standing_since_us = time_us

    def record_running(self, time_us: int) -> None:
        """Note that the machine runs; after a long standstill the votes are forgotten."""
        if self.standing_since_us is not None:
            if time_us - self.standing_since_us >= _STANDSTILL_US:
                self.forget()
            self.standing_since_us = None

    def forget(self) -> None:
        """Begin anew, as with another sensor, another bearing, or after a long standstill."""
        self.votes.clear()
        self.named.clear()
        self.latest.clear()

    def counts(self) -> Counter[str]:
        """How many of the votes speak for each fault."""
        counts: Counter[str] = Counter()
        for vote in self.votes:
            for name in vote.speaks_for:
                counts[name] += 1
        return counts

    def leading_fault(self) -> str | None:
        """Give the fault to speak of first: a bearing's, or else the one most votes speak for; None without any."""
        if not self.named:
            return None
        counts = self.counts()
        return min(self.named, key=lambda name: (family_of(name) != _BEARING, -counts[name], name))

    def contested(self) -> tuple[str, ...]:
        """Give the faults that enough votes speak for, but too many for another of the same family."""
        counts = self.counts()
        enough = [name for name, count in counts.items() if count >= MIN_VOTES and name not in self.named]
        others = {name: _strongest_other(name, counts) for name in enough}
        return tuple(sorted({name for pair in others.items() for name in pair if name}))

    def confidence(self, fault: str) -> float:
        """Confidence in a fault: the mean of its votes, with half of the doubt less where all speak for it."""
        given = [vote.speaks_for[fault] for vote in self.votes if fault in vote.speaks_for]
        if not given:
            return 0.0
        mean = math.fsum(given) / len(given)
        return min(0.99, mean + 0.5 * (1 - mean) * len(given) / len(self.votes))

    def _name(self, counts: Counter[str], time_us: int) -> None:
        for name in list(self.named):
            against = counts[_strongest_other(name, counts)]
            if counts[name] < _MIN_VOTES_TO_KEEP or against >= max(MIN_VOTES, counts[name]):
                del self.named[name]
        for name, count in sorted(counts.items()):
            rivalled = 2 * counts[_strongest_other(name, counts)] >= count
            if count >= MIN_VOTES and name not in self.named and not rivalled:
                for other in [other for other in self.named if family_of(other) == family_of(name)]:
                    del self.named[other]
                self.named[name] = time_us


def spoken_for(observed: ObservedDiagnosis) -> list[ObservedFault]:
    """Give the faults that one observation speaks for; of a bearing one part at most."""
    known = [fault for fault in observed.faults if fault.fault in FAULTS and _is_finite(fault)]
    faults = [
        fault
        for fault in known
        if fault.fault == observed.verdict
        or family_of(fault.fault) != _BEARING  # rules of the machine hold or do not
    ]
    bearing = [fault for fault in known if family_of(fault.fault) == _BEARING]
    if (
        bearing
        and not any(family_of(fault.fault) == _BEARING for fault in faults)
        and observed.reason != "ambiguous"
    ):
        likeliest = max(bearing, key=lambda fault: fault.nats or 0.0)
        if _leans_to(likeliest):
            faults.append(likeliest)
    return faults


def family_of(fault: str) -> str:
    """Give what a fault can be confused with: parts of one bearing, or what shakes the shaft.

    >>> family_of("bearing_cage"), family_of("looseness"), family_of("gear")
    ('bearing', 'shaft', 'gear')
    """
    return _BEARING if fault.startswith("bearing_") else "shaft" if fault in _SHAFT else fault


def _leans_to(fault: ObservedFault) -> bool:
    """Whether a block shows this part's harmonics, though not surely enough to name it; a cage's must be sure."""
    return (
        fault.fault != "bearing_cage"
        and fault.fits
        and (fault.nats or 0.0) >= SUSPICION
        and (fault.amplitude or 0.0) >= MODULATION
        and (fault.lead or 0.0) > 0
    )


def _doubt(observed: ObservedDiagnosis) -> str:
    if observed.verdict != "unknown":
        return ""
    return observed.reason if observed.reason in _CODES else "weak"


def _strongest_other(name: str, counts: Counter[str]) -> str:
    """Give the fault of the same family that most votes speak for; empty where there is none."""
    family = family_of(name)
    others = [other for other in counts if other != name and family_of(other) == family]
    return max(others, key=lambda other: (counts[other], other), default="")


def _is_finite(fault: ObservedFault) -> bool:
    numbers = [value for value in msgspec.structs.astuple(fault) if isinstance(value, float)]
    return all(math.isfinite(number) for number in (*numbers, *(fault.band_hz or ())))
