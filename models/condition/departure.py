"""The departure of a machine: it is retired, so nobody expects it any more, or forgotten, so nothing is known."""

from typing import Literal

import msgspec

from models.alarms.alarm import Alarm

__all__ = ["Departure"]


class Departure(msgspec.Struct, array_like=True):
    """Since when a machine is away, and what has come of it since; gone once it is back."""

    kind: Literal["retired", "forgotten"]
    observed_us: int
    """When that was said (observed time)."""
    arrived_us: int | None = None
    """When the broker took it in: what came before is of the former life. None where that is not known."""
    passed: int = 0
    """Measurements that came since: of one that is forgotten, those of its former life, which are dropped."""
    alarm: Alarm | None = None
    """That it sends although it is retired."""

    def is_of_before(self, arrived_us: int | None) -> bool:
        """Whether what arrived then was on its way already when the machine left."""
        return arrived_us is not None and self.arrived_us is not None and arrived_us <= self.arrived_us
