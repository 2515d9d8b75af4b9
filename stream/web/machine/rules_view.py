"""How often the alerts of each rule were right, for machines like the one looked at, as its page shows it."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from models.alarms.proportion import wilson_interval
from models.bilingual import Bilingual, Language
from models.learning.track_record import TrackRecord, track_records
from models.machinery.machine import Machine
from models.outputs import Action, Alert
from models.texts.commands import quoted
from stream.texts.phrases import CODES, KINDS

__all__ = ["RulesRow", "RulesView", "rules_view"]

_OF_KIND = Bilingual("How often alerts were right: all machines of kind {kind}", "报警准确率：全部{kind}")
_OF_ALL = Bilingual("How often alerts were right: all machines", "报警准确率：全部设备")
_NONE = Bilingual(
    "No findings yet: whether an alert was right is said with stethos finding {machine} confirmed, "
    "or stethos finding {machine} false-alarm.",
    "尚无反馈：报警是否属实，请用 stethos finding {machine} confirmed（确认故障）或 "
    "stethos finding {machine} false-alarm（误报）说明。",
)
_GUIDE = Bilingual(
    "Of the last {alerts} alerts; in brackets where the true share lies in four of five cases. Lead: median time "
    "from alert to finding, of those confirmed.",
    "依据最近{alerts}条报警；括号内为80 %置信区间。提前量：从报警到确认的时间中位数。",
)
_SHARE = Bilingual("{share} % ({low} to {high} %)", "{share} %（{low}–{high} %）")
_HERE = Bilingual("{right} of {told}", "{told}条中{right}条")
_HOURS = Bilingual("{hours} h", "{hours}小时")
_DASH = "–"

_COLUMNS = (
    Bilingual("Rule", "规则"),
    Bilingual("Alerts", "报警"),
    Bilingual("Confirmed", "确认"),
    Bilingual("False alarms", "误报"),
    Bilingual("Right", "准确率"),
    Bilingual("Lead", "提前量"),
    Bilingual("Right here", "本机属实"),
)


class RulesRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule; cells in the order of the columns."""

    rule: str
    cells: tuple[str, ...]


class RulesView(msgspec.Struct, frozen=True, kw_only=True):
    """The table, or why there is none."""

    title: str
    guide: str
    columns: tuple[str, ...]
    rows: tuple[RulesRow, ...]


def rules_view(
    machine: Machine,
    machines: Mapping[str, Machine],
    alerts: Sequence[Alert],
    actions: Sequence[Action],
    language: Language,
) -> RulesView:
    """Draw up the record of each rule over the machines of this one's kind, or over all where it has none."""
    alike = {name for name, other in machines.items() if other.kind == machine.kind} | {machine.id}
    if machine.kind:
        kind = KINDS[machine.kind].say(language) if machine.kind in KINDS else machine.kind
        title = _OF_KIND.say(language, kind=kind)
        alerts = _of(alerts, alike)
    else:
        title = _OF_ALL.say(language)
    records = track_records(alerts, actions)
    if not any(record.tally.precision is not None for record in records):
        return RulesView(title=title, guide=_NONE.say(language, machine=quoted(machine.id)), columns=(), rows=())
    own = {record.rule: record for record in track_records(_of(alerts, {machine.id}), actions)}
    return RulesView(
        title=title,
        guide=_GUIDE.say(language, alerts=sum(record.alerts for record in records)),
        columns=tuple(column.say(language) for column in _COLUMNS),
        rows=tuple(_row(record, own.get(record.rule), language) for record in records),
    )


def _of(alerts: Sequence[Alert], names: Collection[str]) -> list[Alert]:
    return [alert for alert in alerts if alert.machine in names]


def _row(record: TrackRecord, own: TrackRecord | None, language: Language) -> RulesRow:
    tally = record.tally
    labelled = tally.confirmed + tally.false_alarms
    name = CODES[record.rule].say(language) if record.rule in CODES else record.rule
    share = _DASH
    if labelled:
        low, high = wilson_interval(tally.confirmed, labelled)
        share = _SHARE.say(
            language,
            share=f"{100 * tally.confirmed / labelled:.0f}",
            low=f"{100 * low:.0f}",
            high=f"{100 * high:.0f}",
        )
    lead = _DASH if tally.lead_h is None else _HOURS.say(language, hours=f"{tally.lead_h:.0f}")
    told_here = own.tally.confirmed + own.tally.false_alarms if own else 0
    here = _HERE.say(language, right=own.tally.confirmed, told=told_here) if own and told_here else _DASH
    cells = (
        name[:1].upper() + name[1:],
        str(record.alerts),
        str(tally.confirmed),
        str(tally.false_alarms),
        share,
        lead,
        here,
    )
    return RulesRow(rule=record.rule, cells=cells)
