"""What a machine's page says besides its charts. Pure: a snapshot in, frozen structs to draw out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from models.outputs import Alert, Priority
from stream.texts.phrases import PRIORITIES
from stream.texts.times import clock_text
from stream.web.machine.verdicts_view import VerdictView, verdicts_view
from stream.web.views.fleet_facts import FleetFacts, fleet_facts
from stream.web.views.freshness import freshness
from stream.web.views.groups_view import machine_group_notices
from stream.web.views.intake_view import machine_intake_notices
from stream.web.views.machine_facts import MachineFacts, is_about_sensor, is_old
from stream.web.views.machine_names import machine_name
from stream.web.views.machine_view import MachineView, Viewer, machine_view, matter_text
from stream.web.views.notices_view import Notice, notices
from stream.web.views.past_view import from_to_text
from stream.web.views.snapshot import Snapshot
from stream.web.views.watch_view import doubt_of, is_unread

__all__ = ["MachinePageView", "PastAlert", "machine_page_view", "past_alerts"]

_UNKNOWN = Bilingual("There is no machine “{name}”", "没有名为“{name}”的设备")
_UNKNOWN_HELP = Bilingual(
    "It is not described in machines.toml, and nothing was ever measured on it. "
    "Check the address, or go to all machines.",
    "machines.toml 中没有该设备，也从未收到过它的数据。请检查网址，或返回设备总览。",
)
_UNHEARD_HELP = Bilingual(
    "It is described in machines.toml, but has sent nothing yet. "
    "Does the gateway send under exactly this id: {name}?",
    "已在 machines.toml 中登记，但尚未收到任何数据。网关发送的设备编号是否完全一致：{name}？",
)
_READING = Bilingual("Reading the store…", "正在读取数据…")
_UPDATED = Bilingual("Read at {clock}", "读取时间 {clock}")
_MAX_NAME_LENGTH = 80
_MAX_PAST_ALERTS = 50


class PastAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that has been cleared."""

    id: str
    priority: Priority
    priority_text: str
    of_sensor: bool
    text: str
    when: str


class MachinePageView(msgspec.Struct, frozen=True, kw_only=True):
    """The head of the page."""

    headline: str
    detail: str
    """Why there is nothing more; empty where there is."""
    notices: tuple[Notice, ...]
    updated: str
    machine: MachineView | None
    now: datetime
    """From here ages are counted: the clock, or the newest data while they run behind it."""
    newest: datetime | None
    """When the machine was measured last."""
    verdicts: tuple[VerdictView, ...] = ()
    suspect: str = ""
    """The point to look at first."""


def machine_page_view(
    snapshot: Snapshot,
    machines: Mapping[str, Machine],
    machine: str,
    *,
    clock: datetime,
    zone: tzinfo,
    language: Language,
    facts: FleetFacts | None = None,
) -> MachinePageView:
    """Draw one machine up for one viewer at `clock`, however odd its id; `facts` are the snapshot's, if at hand."""
    facts = facts or fleet_facts(snapshot, machines)
    fresh = freshness(snapshot, clock=clock, interval=facts.usual, newest=facts.newest)
    read_at = clock_text(snapshot.read_at, clock, zone, language, seconds=True)
    known = facts.by_id.get(machine)
    ours = known.facts if known is not None else None
    name = machine if len(machine) <= _MAX_NAME_LENGTH else machine[:_MAX_NAME_LENGTH] + "…"
    detail = ""
    intake = machine_intake_notices(snapshot, machine, clock, language)
    if ours is not None:
        headline = machine_name(ours.machine, language)
    elif not snapshot.loaded:
        headline = _READING.say(language)
    elif intake:
        headline = machine_name(machines.get(machine) or Machine(id=machine), language)
    elif machine in machines:
        headline, detail = machine_name(machines[machine], language), _UNHEARD_HELP.say(language, name=name)
    else:
        headline, detail = _UNKNOWN.say(language, name=name), _UNKNOWN_HELP.say(language)
    view = None
    viewer = Viewer(language=language, zone=zone, now=fresh.now)
    if ours is not None:
        of_before = is_unread(snapshot, clock) or doubt_of(snapshot, clock) is not None
        interval = (known.interval if known is not None else None) or facts.usual
        old = of_before or (fresh.now == clock and is_old(ours.newest.time, fresh.now, interval=interval))
        view = machine_view(ours, viewer, old=old)
    return MachinePageView(
        headline=headline,
        detail=detail,
        notices=(
            *notices(snapshot, fresh, clock, zone, language),
            *machine_group_notices(snapshot.groups, machine, facts.heard, viewer),
            *intake,
        ),
        updated=_UPDATED.say(language, clock=read_at) if snapshot.loaded else "",
        machine=view,
        now=fresh.now,
        newest=ours.newest.time if ours is not None else None,
        verdicts=verdicts_view(ours.healths, viewer) if ours is not None else (),
        suspect=_suspect(ours) if ours is not None else "",
    )


def _suspect(facts: MachineFacts) -> str:
    """Give the point that has the most urgent alert, or else took most off health."""
    if facts.alerts:
        return facts.alerts[0].point
    worst = max(facts.newest.deductions, key=lambda deduction: deduction.points, default=None)
    return worst.point if worst else ""


def past_alerts(
    alerts: Sequence[Alert], *, now: datetime, zone: tzinfo, language: Language
) -> tuple[PastAlert, ...]:
    """Give the cleared ones of some alerts, in their order."""
    cleared = [alert for alert in alerts if alert.state == "cleared"][:_MAX_PAST_ALERTS]
    return tuple(
        PastAlert(
            id=alert.id,
            priority=alert.priority,
            priority_text=PRIORITIES[alert.priority].say(language),
            of_sensor=is_about_sensor(alert),
            text=matter_text(alert.point, alert.rule, language),
            when=from_to_text(alert, now=now, zone=zone, language=language),
        )
        for alert in cleared
    )
