"""Outputs of the fold: rows to store, a machine's health, transitions of alerts, its uptime, what people did."""

from datetime import datetime
from typing import Literal

import msgspec

from models.diagnosis.observed_diagnosis import ObservedFault

__all__ = [
    "Action",
    "ActionKind",
    "Alert",
    "AlertState",
    "Anomaly",
    "Deduction",
    "Diagnosis",
    "Guard",
    "Health",
    "Intake",
    "Lesson",
    "LifeEnd",
    "Measurement",
    "Output",
    "Priority",
    "Quality",
    "RemainingLife",
    "Row",
    "Running",
    "Status",
    "Uptime",
    "Usual",
]

Status = Literal[
    "warming_up", "healthy", "watch", "warning", "critical", "sensor_fault", "no_data", "stopped", "not_judged"
]
Guard = Literal[
    "standstill", "starting", "settling", "clock", "late", "contradiction", "remeasured", "sensor", "silent",
    "planned", "retired", "forgotten",
]  # fmt: skip
"""What leaves an observation out of judgement: the machine stands, starts or is between two regimes; its time is
ahead, wild or behind; facts contradict each other; it is measured otherwise than before; its sensor cannot be
trusted; nothing comes from the point; or nothing comes because that is planned. Or the machine has left: it is
retired, or forgotten."""
Running = Literal["running", "idle", "stopped", "starting"]
Priority = Literal["low", "medium", "high"]
ActionKind = Literal[
    "finding", "maintenance", "accept", "shelve", "unshelve", "retire", "return", "forget", "expire",
    "renamed", "asset",
]  # fmt: skip
AlertState = Literal["active", "cleared"]
LifeEnd = Literal["alarm_limit", "zone_d", "failure"]
Measurement = Literal["indicators", "temperature", "readings"]


class Row(msgspec.Struct, frozen=True, kw_only=True, tag="row"):
    """Measured values as they are stored; (measurement, machine, point, time) occurs once."""

    measurement: Measurement
    machine: str
    point: str
    time: datetime
    """The final event time, UTC: a block's end, moved on by microseconds where two blocks share it."""
    fields: dict[str, float]
    flags: tuple[str, ...] = ()


class Deduction(msgspec.Struct, frozen=True, kw_only=True):
    """Points taken off 100, a whole number of tenths, with the symptom that is the reason."""

    reason: str
    """One sentence for people, with values, limits and units."""
    points: float
    code: str
    """The rule of the symptom: `severity`, `change`, `anomaly`, `temperature`, `diagnosis`."""
    point: str
    value: float
    limit: float
    reason_zh: str = ""
    """The same sentence in Chinese."""


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """How unlike its own sound past a point's observation is; `anomalous` is None where that can't be said."""

    score: float | None
    limit: float | None
    anomalous: bool | None


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is the matter at a point, from its last observations: a fault's name, `healthy` or `unknown`."""

    verdict: str
    confidence: float
    """From 0 to 1; 0 where it is unknown."""
    text: str = ""
    """The evidence in one sentence, or why nothing can be told."""
    text_zh: str = ""
    next_check: str = ""
    next_check_zh: str = ""
    supporting: int = 0
    """Observations that say so, of `observations`."""
    observations: int = 0
    since: datetime | None = None
    """Since when the fault is named (event time)."""
    stronger_at: str = ""
    """Another point of the machine that shows the same fault more strongly; empty where none does."""
    evidence: ObservedFault | None = None
    """What was seen of the fault last."""


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a point's signal can be trusted, and what is wrong or special about it."""

    ok: bool
    flags: tuple[str, ...] = ()


class RemainingLife(msgspec.Struct, frozen=True, kw_only=True):
    """An interval for the hours of operation that are left until what `to` names; never given at or past it."""

    low: float
    median: float
    high: float
    held: int = 0
    """How many of the tests of this trend's own foresight it has held so far."""
    checked: int = 0
    claimed: float = 0.8
    """Part of those tests that is to hold."""
    to: LifeEnd = "alarm_limit"
    """What it lasts until: the limit of high priority, zone D, or a failure as such."""
    level: float = 0.67
    """Part of such intervals that is meant to hold: low and high are the 17 and 83 % quantiles."""


class Health(msgspec.Struct, frozen=True, kw_only=True, tag="health"):
    """A machine's health after one observation.

    Score, status, deductions and remaining life are the machine's; anomaly, diagnosis and quality the point's.
    """

    machine: str
    point: str
    time: datetime
    status: Status
    score: float | None
    """0 to 100, in tenths: 100 minus the deductions, exactly; None is withheld."""
    deductions: tuple[Deduction, ...] = ()
    anomaly: Anomaly | None = None
    diagnosis: Diagnosis | None = None
    quality: Quality = Quality(ok=True)
    remaining_life_h: RemainingLife | None = None
    configuration: str = ""
    """Version of the configuration in force."""
    reason: str = ""
    """Why the score is withheld; empty where it isn't."""
    reason_zh: str = ""
    """The same in Chinese."""
    running: Running | None = None
    """How the machine runs; None where nothing shows it."""
    running_since: datetime | None = None
    """Since when (event time) it runs so, or stands; None where nobody saw that begin."""
    judged_at: datetime | None = None
    """When (event time) the newest was measured that was judged of this machine; None: nothing yet."""
    guard: Guard | None = None
    """What has left out of judgement all that came of a point for longer than is usual; None where nothing has."""


class Alert(msgspec.Struct, frozen=True, kw_only=True, tag="alert"):
    """One transition of one alert; its id stays the same from `active` to `cleared`."""

    id: str
    machine: str
    point: str
    time: datetime
    rule: str
    state: AlertState
    priority: Priority
    value: float
    limit: float
    text: str
    text_zh: str
    since: datetime
    """When it was first raised (event time)."""
    configuration: str
    observation: str
    """Digest of the observation that caused this transition; `tick` where none did."""
    noticed: datetime | None = None
    """When (observed time) it was noticed, where that is not when it was measured: what came late is told late."""
    count: int = 0
    """How often it has come and gone, where it does so time and again and is told once; else 0."""
    shelved_until: datetime | None = None
    """Until when (observed time) people have set it aside; None where they have not, or no longer."""
    shelved_by: str = ""
    shelved_reason: str = ""


class Uptime(msgspec.Struct, frozen=True, kw_only=True, tag="uptime"):
    """How long a machine ran and stood in one hour (UTC), so far; a later word on an hour replaces it."""

    machine: str
    time: datetime
    """When the hour began."""
    running_s: float
    stopped_s: float
    unknown_s: float
    """What nobody knows of the time between its beginning and the last word; an hour without a row is unknown."""


class Intake(msgspec.Struct, frozen=True, kw_only=True, tag="intake", omit_defaults=True):
    """What came of a machine lately and what of it was not judged: made by the worker beside the fold.

    Counts are of measurements since `since`. Of machines that nobody has described, and that a partition does not
    take, one record tells together: its `machine` is `*` and the partition's number, which no machine is called.
    """

    machine: str
    time: datetime
    """When it was counted."""
    since: datetime
    received: int
    """All that came, whatever became of it."""
    duplicates: int = 0
    late: int = 0
    future: int = 0
    """Stamped ahead of their time."""
    crowded: int = 0
    """Of points beyond those that a machine may have."""
    put_aside: int = 0
    """Dead letters: what could not be read, by its key; of machines that are not taken, all that came."""
    unjudged: int = 0
    """How many have come in a row, since the last one that was folded in order."""
    measured: datetime | None = None
    """When the last one that came was measured, as its sender says."""
    arrived: datetime | None = None
    """When that one came."""
    judged: datetime | None = None
    """When the newest of those that were folded in order was measured; None where there was none."""
    judged_at: datetime | None = None
    """When the last one that was folded in order came."""
    interval_s: float = 0.0
    """Between two measurements, usually."""
    strangers: tuple[str, ...] = ()
    """Machines that are not taken, some of them."""
    stranger_count: int = 0


class Action(msgspec.Struct, frozen=True, kw_only=True, tag="action"):
    """What somebody said of a machine or did to it."""

    machine: str
    point: str
    """Empty: the whole machine."""
    time: datetime
    """When it was said, moved on by microseconds where two were said at once."""
    kind: ActionKind
    by: str = ""
    verdict: str = ""
    """Of a finding: `confirmed` or `false_alarm`."""
    fault: str = ""
    done: str = ""
    note: str = ""
    since: datetime | None = None
    alerts: tuple[str, ...] = ()
    """Ids of the alerts that a finding has labelled."""
    rule: str = ""
    """Of what is shelved; empty: all of the point."""
    until: datetime | None = None
    """Until when it is shelved."""
    one_shot: bool = False
    reason: str = ""
    refused: str = ""
    """Why it came to nothing, and what to do; empty where it didn't."""
    refused_zh: str = ""
    alias: str = ""
    """Of a renaming: the id that the machine sends under as well, and is shown by, from then on."""
    asset: str = ""
    """Of a machine's asset: the serial number of what stands there from then on."""
    former_asset: str = ""
    """What had stood there before; empty where nobody had said."""


class Lesson(msgspec.Struct, frozen=True, kw_only=True, tag="lesson"):
    """What a finding teaches about one alert, for the whole fleet."""

    id: str
    machine: str
    kind: str
    """The machine's, such as `pump`; empty where nobody has said."""
    time: datetime
    """Of the finding."""
    alert: str
    rule: str
    priority: Priority
    """The highest that its symptom has reached, whatever it was rated."""
    confirmed: bool
    corrects: bool = False
    """Whether another finding had said the opposite."""
    lead_h: float = 0.0
    """Hours from alert to finding."""
    signs: dict[str, float] = {}
    """What was seen when it reached medium (`models.learning.alert_features`); empty where it never did, or where a
    limit stands that no machine may exceed."""
    lowered: bool = False


class Usual(msgspec.Struct, frozen=True, kw_only=True, tag="usual"):
    """What is usual at one point of a machine in one way of running, for machines like it to be compared with."""

    machine: str
    group: str
    """The same for machines that are alike, run alike and are measured alike (`models.learning.sisters`)."""
    point: str
    time: datetime
    """Event time at which it had been learned."""
    values: dict[str, float]
    """Natural logarithm of each indicator's baseline."""


Output = Row | Health | Alert | Uptime | Action | Lesson | Usual
