"""What a machine remembers of its last alerts, so that a finding can tell which of them were right."""

import msgspec

from models.learning.judgement import Judgement

__all__ = ["Known", "Remembered"]

_MOST = 16


class Remembered(msgspec.Struct, array_like=True):
    """One alert of the machine's condition."""

    id: str
    point: str
    rule: str
    since_us: int
    level: int = 0
    """The highest that its evidence has reached: 1 low, 2 medium, 3 high; it may have been rated lower."""
    signs: dict[str, float] = {}
    """What was seen when it first reached medium; empty before, and where it may not be rated low anyway."""
    medium_us: int = 0
    """When that was (event time)."""
    lowered: bool = False
    """Whether it was rated low then."""
    verdict: str = ""
    """What a finding has said of it."""


class Known(msgspec.Struct, array_like=True):
    """The last sixteen alerts, and how many of all were confirmed or false."""

    alerts: list[Remembered] = []
    confirmed: int = 0
    false_alarms: int = 0
    plain_until_us: int = 0
    """Until then (event time) nothing is rated low here: a true alert was."""
    judgement: Judgement = Judgement()

    def find(self, id_: str) -> Remembered | None:
        """Give what is remembered of an alert."""
        for known in reversed(self.alerts):
            if known.id == id_:
                return known
        return None

    def alert(self, id_: str, point: str, rule: str, since_us: int) -> Remembered:
        """Give what is remembered of an alert, which begins now where there is nothing; the oldest is forgotten."""
        known = self.find(id_)
        if known is not None:
            return known
        self.alerts.append(Remembered(id_, point, rule, since_us))
        if len(self.alerts) > _MOST:
            del self.alerts[0]
        return self.alerts[-1]
