"""The snapshot of one moment: the store's answers as they came, and when they came."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from models.advice.groups import Group
from models.outputs import Alert, Health, Intake, Measurement
from models.probes.records import Input
from stream.stores.store import HealthAt, ValueAt

__all__ = ["FIELDS", "READ_AHEAD", "Probed", "Series", "Snapshot"]

READ_AHEAD = 12
"""Machines, those first that need someone, of which everything is read before anybody opens them."""


FIELDS: dict[Measurement, tuple[str, ...]] = {
    "indicators": ("velocity_rms_mm_s", "rms_g"),
    "temperature": ("value_c",),
}
"""What is shown of each measurement."""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one point over the last hours, oldest first."""

    measurement: Measurement
    point: str
    field: str
    values: tuple[ValueAt, ...]


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """How far the probes of one input and partition have come."""

    input: Input
    partition: int
    since: datetime | None
    """When the newest was seen to come through, by the server's clock; None where none ever was."""
    wrong: bool = False
    """Whether another value came back than was sent."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The store as it was read last; all times UTC, `read_at` and `changed_at` by the server's clock."""

    read_at: datetime
    healths: tuple[Health, ...] = ()
    """Newest of each (machine, point)."""
    alerts: tuple[Alert, ...] = ()
    """Open ones."""
    groups: tuple[Group, ...] = ()
    """Of the open alerts those of many machines that have one cause."""
    intakes: tuple[Intake, ...] = ()
    """What comes of machines, the newest of each."""
    histories: Mapping[str, tuple[HealthAt, ...]] = MappingProxyType({})
    """By machine, oldest first; not of every machine."""
    intervals: Mapping[str, timedelta] = MappingProxyType({})
    """What usually passes between two data, by machine; not of every machine."""
    series: Mapping[str, tuple[Series, ...]] = MappingProxyType({})
    """By machine; not of every machine."""
    changed_at: datetime | None = None
    """When something new was last seen to come in; None as long as nothing has since the page's server began."""
    began_at: datetime | None = None
    """When the page's server began to look."""
    trouble: str = ""
    """Why the store cannot be read; then everything else is as it was read last."""
    loaded: bool = True
    """Whether the store has ever been read."""
    probes: tuple[Probed, ...] = ()
    """Of every input and partition that there must be; none where nobody asks for them."""
    other_names: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By machine: what else it is, or was, called; only to be found by it."""
    alerts_cut: bool = False
    """Whether more alerts are open than were read."""
    probe_limit: timedelta = timedelta(seconds=150)
    """For how long none may come through."""
