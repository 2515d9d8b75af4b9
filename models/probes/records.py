"""Records of probes behind the edge: what the indicator agents make of one, and what the fold makes of that.

They are no observations and no outputs of a machine: none of them has one, so none can count as one.
"""

from datetime import datetime
from typing import Literal, get_args

import msgspec

__all__ = ["INPUTS", "Input", "ProbeObserved", "ProbeResult"]

Input = Literal["vibration", "temperature", "readings", "actions"]
"""Which topic it came in by."""

INPUTS: tuple[Input, ...] = get_args(Input)


class ProbeObserved(msgspec.Struct, frozen=True, kw_only=True, tag="observed_probe"):
    """What became of one probe's blocks, by the same code that observes a measurement."""

    input: Input
    partition: int
    sent_us: int
    """When it was sent, in microseconds since the epoch by the clock of the worker that sent it."""
    observed_us: int
    values: dict[str, float] = {}
    """Of the known signal; an action has none."""
    flags: tuple[str, ...] = ()
    """Quality flags of the known signal."""
    fault_flags: tuple[str, ...] = ()
    """Quality flags of the known fault, a block that stands still; only vibration brings one."""


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True, tag="probe"):
    """What came out of the fold, as it is stored: the last word on an input of a partition."""

    input: Input
    partition: int
    time: datetime
    """When the probe was sent."""
    delay_s: float
    """From there until it was judged."""
    value: float
    """The value of the row that the fold gave; 0 where it gave none."""
    transitions: float
    """How many alerts the known fault raised and its end cleared."""
