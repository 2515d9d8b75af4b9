"""The state of one machine: all that is remembered of it, as plain numbers but for the anomaly models."""

import msgspec

from models.alarms.alarm import Alarm
from models.alarms.alert_history import AlertHistory
from models.alarms.shelf import Shelf
from models.condition.channel import Channel
from models.condition.contradiction import Contradiction
from models.condition.departure import Departure
from models.condition.operating_state import OperatingState
from models.condition.recent_observations import RecentObservations
from models.condition.rhythm import Rhythm
from models.condition.uploads import Uploads
from models.condition.uptime import RunTime
from models.machinery.machine import Configuration
from models.observations import SisterBaseline

__all__ = ["Arrival", "Counts", "MachineState", "OwnUsual"]


class Counts(msgspec.Struct):
    """What a machine's observations were, since the beginning."""

    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    future: int = 0
    ticks: int = 0
    acts: int = 0
    """What people said or did; those accepted are not among `accepted`, which are measurements."""
    crowded: int = 0
    """Measurements of points beyond those that a machine may have: refused, so not among `accepted`."""
    reread: int = 0
    """Those of the duplicates that were sent once and read twice, as after a kill of the worker."""
    activations: int = 0
    """How often an alarm went from nothing to low or more by itself, told or held as one alert."""


class Arrival(msgspec.Struct):
    """What came last of a machine, whatever became of it, and what came last in order: for people to know."""

    event_us: int | None = None
    """When the last measurement that came was measured, as its sender says."""
    observed_us: int = 0
    """When that came."""
    in_order_us: int = 0
    """When the last one came that was neither repeated, late, ahead of its time nor of a point too many."""
    unjudged: int = 0
    """How many have come since."""


class OwnUsual(msgspec.Struct, frozen=True, array_like=True):
    """What is usual at a point in one way of running, as the fleet was told of it."""

    point: str
    values: dict[str, float]
    """Natural logarithms, by indicator."""


class MachineState(msgspec.Struct, kw_only=True):
    """The state of one machine: small, bounded, and changed by `models.fold.step` only."""

    machine: str
    configuration: Configuration
    version: str
    """Of the configuration."""
    observed_us: int = 0
    """Last observed time."""
    time_us: int | None = None
    """The machine's event time: the newest of any point, future ones left out."""
    heard_us: int = 0
    """Observed time of the last measurement."""
    heard_for_us: float = 0.0
    """How long it has been heard (observed time): of a gap no more than `no_data` allows."""
    missed_from_us: float = 0.0
    """How long it will have been heard when a point can be missed; up to then nobody need look."""
    observed_interval_us: float = 0.0
    event_interval_us: float = 0.0
    standing_gap_us: float = 0.0
    """Between two measurements while it stands, usually (observed time); 0: not known."""
    uploads: Uploads = msgspec.field(default_factory=Uploads)
    counts: Counts = msgspec.field(default_factory=Counts)
    offsets: dict[str, int] = {}
    """Highest offset folded of each source: `topic/partition`, and `@` with the topic's id where that is known."""
    appended_us: dict[str, int] = {}
    """The latest append time of each source in microseconds, or when it was read where the broker told none."""
    arrival: Arrival = msgspec.field(default_factory=Arrival)
    channels: dict[str, Channel] = {}
    """By `measurement/point`."""
    silence: Alarm = msgspec.field(default_factory=Alarm)
    operation: OperatingState = msgspec.field(default_factory=OperatingState)
    run_time: RunTime = msgspec.field(default_factory=RunTime)
    raised: int = 0
    """How many alerts there have been; their ids count them."""
    acts: RecentObservations = msgspec.field(default_factory=RecentObservations)
    """What people said or did last."""
    known: AlertHistory = msgspec.field(default_factory=AlertHistory)
    """Its last alerts, which findings label, and the classifier that the fleet's findings have taught."""
    usuals: dict[str, OwnUsual] = {}
    """By group; the newest few."""
    sisters: dict[str, dict[str, SisterBaseline]] = {}
    """What is usual of machines like this one, by group and indicator."""
    sisters_number: int = 0
    """Of what was known of the fleet then."""
    unlike_accepted: list[str] = []
    """Points of which somebody has said that they are right as they are, however unlike those of others."""
    late_due_us: int = 0
    """When the first open episode of what came late is told (observed time); 0: there is none."""
    contradiction: Contradiction = msgspec.field(default_factory=Contradiction)
    shelves: list[Shelf] = []
    """What people have set aside for a while."""
    shelved_us: int = 0
    """The last time (event time) given to what was told apart from measurements, as of shelves and departures."""
    rhythm: Rhythm | None = None
    """Of its long silences; None until there was one."""
    left: Departure | None = None
    """That it is retired or forgotten; None: it is expected, or was never heard of."""
