"""Observations, which the fold reads: a small record for each message, action, change of configuration and tick.

The `observations` topic holds these for 400 days; a recording of it replays bit for bit. JSON and MessagePack
encodings of them are told apart by the first byte, as for every message.
"""

from typing import Literal

import msgspec

from models.alarms.false_alarm_classifier import FalseAlarmClassifier
from models.diagnosis.observed_diagnosis import ObservedDiagnosis
from models.machinery.machine import Configuration
from models.machinery.quiet_times import QuietTimes

__all__ = [
    "SCHEMA",
    "AcceptObserved",
    "Compared",
    "Configured",
    "Experienced",
    "FindingObserved",
    "FindingVerdict",
    "MaintenanceObserved",
    "Observation",
    "ReadingObserved",
    "RenameObserved",
    "RosterChange",
    "RosterObserved",
    "ShelveObserved",
    "SisterBaseline",
    "Source",
    "TemperatureObserved",
    "Tick",
    "UnshelveObserved",
    "VibrationObserved",
]

SCHEMA = 1
"""Version of the records below; a change that an older reader would misread gets a new one."""


class Source(msgspec.Struct, frozen=True):
    """Where in Kafka a message stood. A file's lines count as offsets of a topic named after the file."""

    topic: str
    partition: int
    offset: int
    topic_id: str = ""
    """Which of the topic's lives it was, by the id that the broker gave it; empty where that is unknown."""


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    machine: str
    observed_us: int
    """When the observation was made, in microseconds since the epoch (observed time)."""
    schema: int = SCHEMA
    source: Source | None = None
    arrived_us: int | None = None
    """When the broker took the message in (its append time), in microseconds since the epoch; None: unknown."""


class _Measured(_Envelope, frozen=True, kw_only=True):
    point: str
    time_us: int
    """When it was measured (event time): the end of the block, in microseconds since the epoch."""
    digest: str
    """Sixteen hex digits of the message's content: the same message twice has the same ones."""
    flags: tuple[str, ...] = ()
    """Quality flags of the signal (`models.signal.quality`); empty means good."""


class VibrationObserved(_Measured, frozen=True, kw_only=True, tag="observed_vibration"):
    """The condition indicators of one block of vibration."""

    seconds: float
    rate_hz: float
    speed_rpm: float | None = None
    load_percent: float | None = None
    indicators: dict[str, float] = {}
    """Finite numbers only; empty where the quality flags forbid computing any."""
    diagnosis: ObservedDiagnosis | None = None
    """What the block says of faults; None where its signal, its length or an unknown speed forbids asking."""
    unit: str = ""
    """That it was told in; empty where nobody noted it: then it is the point's first."""
    samples: int = 0
    """How many there were; 0 where nobody noted it: then rate times length."""


class TemperatureObserved(_Measured, frozen=True, kw_only=True, tag="observed_temperature"):
    """One temperature, or a block of them."""

    seconds: float = 0.0
    samples: int = 1
    indicators: dict[str, float] = {}
    """`value_c` (median of the plausible samples), `minimum_c`, `maximum_c`, and `slope_c_per_min` of a block."""


class ReadingObserved(_Measured, frozen=True, kw_only=True, tag="observed_reading"):
    """Named numbers from another instrument; those that were not finite are left out and flagged."""

    values: dict[str, float] = {}


FindingVerdict = Literal["confirmed", "false_alarm"]


class _ActionObserved(_Envelope, frozen=True, kw_only=True):
    time_us: int
    """When it was said, in microseconds since the epoch."""
    digest: str
    """Sixteen hex digits of what was said: the same said twice has the same ones."""
    by: str = ""
    """Who said it."""
    point: str = ""
    """Empty: the whole machine."""
    note: str = ""


class FindingObserved(_ActionObserved, frozen=True, kw_only=True, tag="observed_finding"):
    """Somebody has looked at the machine and tells whether there was a fault."""

    verdict: FindingVerdict
    fault: str = ""
    """What was found, in words or as a fault's code."""
    done: str = ""
    since_us: int | None = None
    """Since when it has been so (event time); None where nobody knows."""
    alert: str = ""
    """Id of the alert that it is about; empty: all that were raised in that time."""


class MaintenanceObserved(_ActionObserved, frozen=True, kw_only=True, tag="observed_maintenance"):
    """The machine has been worked on: what was usual before says nothing of what is from here on."""

    done: str = ""


class AcceptObserved(_ActionObserved, frozen=True, kw_only=True, tag="observed_accept"):
    """What the machine, or one of its points, does from here on is its new normal; or its silences are its plan."""

    quiet: QuietTimes | None = None
    """The plan of its silences that is accepted, and nothing else then; one without any time withdraws it."""


class ShelveObserved(_ActionObserved, frozen=True, kw_only=True, tag="observed_shelve"):
    """Alerts of a rule, a point or both are known to somebody, and are not to be told for a while."""

    rule: str = ""
    """Empty: all of the point."""
    until_us: int
    one_shot: bool = False
    """Whether it ends when what stands is over."""
    reason: str = ""


class UnshelveObserved(_ActionObserved, frozen=True, kw_only=True, tag="observed_unshelve"):
    """They are to be told again."""

    rule: str = ""


RosterChange = Literal["retire", "return", "forget", "expire"]


class RosterObserved(_ActionObserved, frozen=True, kw_only=True, tag="observed_machine"):
    """The machine leaves, for good or with all that is known of it, or comes back."""

    do: RosterChange
    after_us: int = 0
    """Of an expiry, which the worker says: how long the machine must have been silent; else it does nothing."""


class RenameObserved(_ActionObserved, frozen=True, kw_only=True, tag="observed_rename"):
    """The machine sends under another id from here on; its first one stays its key."""

    alias: str


class Configured(_Envelope, frozen=True, kw_only=True, tag="configured"):
    """The machine is judged by this configuration from here on."""

    configuration: Configuration


class Experienced(_Envelope, frozen=True, kw_only=True, tag="experienced"):
    """The machine's alerts are rated by this from here on: what findings at all machines have taught."""

    judgement: FalseAlarmClassifier


class SisterBaseline(msgspec.Struct, frozen=True, array_like=True):
    """Where a baseline lies on machines like this one, and how far they stray, in natural logarithms."""

    location: float
    sigma: float
    machines: int
    """How many, this one aside."""


class Compared(_Envelope, frozen=True, kw_only=True, tag="compared"):
    """What is usual of machines like this one, from here on: what this one learned is held against it."""

    number: int
    """Of what is known of the fleet; more is newer."""
    baselines: dict[str, dict[str, SisterBaseline]]
    """By group (`models.learning.sisters`) and indicator; only groups that this machine is of."""


class Tick(_Envelope, frozen=True, kw_only=True, tag="tick"):
    """Time has passed and nothing came: moves observed time only, never event time."""


Observation = (
    VibrationObserved
    | TemperatureObserved
    | ReadingObserved
    | FindingObserved
    | MaintenanceObserved
    | AcceptObserved
    | ShelveObserved
    | UnshelveObserved
    | RosterObserved
    | RenameObserved
    | Configured
    | Experienced
    | Compared
    | Tick
)
