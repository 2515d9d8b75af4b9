"""One machine as the page shows it: what is the matter, since when, how sure, and the numbers behind it."""

from collections.abc import Callable
from datetime import datetime, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.outputs import Alert, Health, Priority, RemainingLife, Status
from models.texts.remaining_life import coverage_sentence, remaining_sentence
from models.texts.sentences import number
from stream.texts.language import spoken
from stream.texts.phrases import CODES, PRIORITIES, STATUSES
from stream.texts.times import age_text, clock_text, span_text
from stream.web.views.diagnosis_line import named_text
from stream.web.views.machine_facts import MachineFacts, is_about_sensor
from stream.web.views.machine_names import machine_facts_text, machine_name
from stream.web.views.past_view import from_to_text
from stream.web.views.points_view import PointView, flag_texts, point_name, points_view, with_point_names
from stream.web.views.running_view import running_text
from stream.web.views.shelved_view import with_shelf_text
from stream.web.views.sparkline_view import TrendView, trend_view
from stream.web.views.unjudged_view import is_stale, judged_last_text, unjudged_text

__all__ = [
    "AlertView",
    "DeductionView",
    "MachineView",
    "Viewer",
    "machine_view",
    "matter_text",
    "why_and_since",
]

_SINCE = Bilingual("since {clock} ({span})", "自{clock}起（已{span}）")
_WHAT = Bilingual("{point}: {matter}", "{point}：{matter}")
_BEFORE_STOP = Bilingual("Before it stopped: {matter}", "停机前：{matter}")
_BEFORE_SILENCE = Bilingual("Before it fell silent at {clock}: {matter}", "{clock}无数据之前：{matter}")
_SENSOR = Bilingual("Sensor fault, {point}: {flags}", "传感器故障，{point}：{flags}")
_OTHERS_JUDGE = Bilingual(
    "Check sensor and cable. The machine is still judged by its other sensors.",
    "请检查传感器和电缆。设备仍由其余传感器判断。",
)
_NONE_JUDGES = Bilingual(
    "Check sensor and cable. Without it nothing can be said about the machine.",
    "请检查传感器和电缆。目前无法判断设备状态。",
)
_MACHINE_IS = Bilingual("machine: {status}", "设备：{status}")
_MORE = Bilingual("Details and {alerts} more alerts", "详情和另外{alerts}条报警")
_ONE_MORE = Bilingual("Details and 1 more alert", "详情和另外1条报警")
_DETAILS = Bilingual("Details", "详情")
_SILENT = Bilingual("Nothing measured since {clock}", "自{clock}以来没有测量数据")
_SOUND = Bilingual("Nothing found", "未发现异常")
_SCORE = Bilingual("{score} of 100", "{score} / 100")
_WITHHELD = Bilingual("not given now", "暂不给出")
_AGAINST = Bilingual("value {value}, limit {limit}", "当前 {value}，限值 {limit}")
_LAST = Bilingual("measured {age}", "测量于{age}")
_STALE = Bilingual("{since} · stale, {judged}", "{since} · 已过时，{judged}")


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """For whom and when the page is drawn; `now` is the moment that ages are counted from."""

    language: Language
    zone: tzinfo
    now: datetime


class DeductionView(msgspec.Struct, frozen=True, kw_only=True):
    """What took points off 100, and how many."""

    points: float
    points_text: str
    label: str
    reason: str


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """One open alert."""

    id: str
    priority: Priority
    priority_text: str
    of_sensor: bool
    text: str
    since: str
    against: str
    """Value and limit; empty for the rules whose text has them, with their units."""
    stale: bool = False
    """Whether its point has not been judged for long: it stands, and nobody knows whether it still should."""


class MachineView(msgspec.Struct, frozen=True, kw_only=True):
    """One card."""

    id: str
    name: str
    facts: str
    status: Status
    status_text: str
    machine_text: str
    """The machine's own status where the one shown is that of a sensor."""
    running: str
    """How it runs, and since when; empty where nothing tells."""
    why: str
    since: str
    more: str
    named: str
    """The fault that the diagnosis names; empty where none is, or where that is what is the matter."""
    life: str
    """How long it has got, as an interval; empty before an onset, and where none can be given."""
    life_held: str
    """How well such words have held in this decline."""
    score: float | None
    score_text: str
    deductions: tuple[DeductionView, ...]
    alert: AlertView | None
    """The most urgent one."""
    more_alerts: tuple[AlertView, ...]
    details: str
    """What more there is to see."""
    points: tuple[PointView, ...]
    trend: TrendView | None
    age: str
    old: bool


def machine_view(facts: MachineFacts, viewer: Viewer, *, old: bool) -> MachineView:
    """Draw one machine up; `old` says that its data are older than they should be."""
    health, language = facts.newest, viewer.language
    why, since, more = _why(facts, viewer)
    named = named_text(facts, language)
    if named and named == why:
        named = ""
    alerts = tuple(_alert(alert, viewer, facts) for alert in facts.alerts)
    # What only a sensor's alert makes one to watch is healthy by its other points.
    by_others: Status = "healthy" if facts.status == "sensor_fault" and health.status == "watch" else health.status
    own = STATUSES[by_others].say(language).lower()
    return MachineView(
        id=facts.machine.id,
        name=machine_name(facts.machine, language),
        facts=machine_facts_text(facts.machine, language),
        status=facts.status,
        status_text=STATUSES[facts.status].say(language),
        machine_text="" if facts.status == health.status else _MACHINE_IS.say(language, status=own),
        running=running_text(health, now=viewer.now, zone=viewer.zone, language=language),
        why=why,
        since=since,
        more=more,
        named=named,
        life=_life(health, remaining_sentence, language),
        life_held=_life(health, coverage_sentence, language),
        score=health.score,
        score_text=(
            _WITHHELD.say(language) if health.score is None else _SCORE.say(language, score=_tenths(health.score))
        ),
        deductions=_deductions(health, language),
        alert=alerts[0] if alerts else None,
        more_alerts=alerts[1:],
        details=_details(len(alerts) - 1, language),
        points=points_view(facts.healths, facts.series, facts.machine, now=viewer.now, language=language),
        trend=trend_view(facts.history, until=facts.history[-1].time, language=language) if facts.history else None,
        age=_LAST.say(language, age=age_text((viewer.now - health.time).total_seconds(), language)),
        old=old,
    )


def why_and_since(facts: MachineFacts, viewer: Viewer) -> tuple[str, str]:
    """Say in one line what is the matter with a machine, and since when."""
    why, since, _ = _why(facts, viewer)
    return why, since


def _why(facts: MachineFacts, viewer: Viewer) -> tuple[str, str, str]:
    """Say in one line what is the matter, since when, and what more there is to know."""
    language, health = viewer.language, facts.newest
    of_machine = [alert for alert in facts.alerts if not is_about_sensor(alert)]
    sensor = _sensor_text(facts, language) if facts.faulty else ""
    if of_machine:
        first = of_machine[0]
        named = named_text(facts, language) if facts.alerts[0].rule == "diagnosis" else ""
        matter = named or matter_text(first.point, first.rule, language)
        if not named and "stopped" in (health.status, health.running):
            matter = _BEFORE_STOP.say(language, matter=matter[:1].lower() + matter[1:])
        elif facts.is_silent and first.rule != "no_data":
            clock = clock_text(health.time, viewer.now, viewer.zone, language)
            matter = _BEFORE_SILENCE.say(language, clock=clock, matter=matter[:1].lower() + matter[1:])
        withheld = _reason(health, language) if health.score is None and health.running != "stopped" else ""
        return matter, _when(first, viewer), sensor or unjudged_text(facts, language) or withheld
    return _why_without_alert(facts, sensor, viewer)


def _why_without_alert(facts: MachineFacts, sensor: str, viewer: Viewer) -> tuple[str, str, str]:
    language, health = viewer.language, facts.newest
    if health.status == "not_judged":
        why = unjudged_text(facts, language)
        return why or sensor or STATUSES["not_judged"].say(language), _judged_last(health, viewer), why and sensor
    if sensor:
        return sensor, _sensor_since(facts, viewer), _sensor_help(facts, language)
    if health.status == "no_data":
        clock = clock_text(health.time, viewer.now, viewer.zone, language)
        return _SILENT.say(language, clock=clock), "", _reason(health, language)
    if health.score is None:
        return _reason(health, language), "", ""
    if health.deductions:
        worst = max(health.deductions, key=lambda deduction: deduction.points)
        return matter_text(worst.point, worst.code, language), "", ""
    return (_SOUND if health.status == "healthy" else STATUSES[health.status]).say(language), "", ""


def _details(more_alerts: int, language: Language) -> str:
    if more_alerts > 0:
        return (_ONE_MORE if more_alerts == 1 else _MORE).say(language, alerts=more_alerts)
    return _DETAILS.say(language)


def matter_text(point: str, code: str, language: Language) -> str:
    """Say what is the matter where, in few words."""
    matter = CODES[code].say(language) if code in CODES else code
    name = point_name(point, language)
    text = _WHAT.say(language, point=name, matter=matter) if name else matter
    return text[:1].upper() + text[1:]


def _reason(health: Health, language: Language) -> str:
    return spoken(language, health.reason, health.reason_zh)


def _judged_last(health: Health, viewer: Viewer) -> str:
    return judged_last_text(health, now=viewer.now, zone=viewer.zone, language=viewer.language)


def _sensor_text(facts: MachineFacts, language: Language) -> str:
    faulty = facts.faulty[0]
    return _SENSOR.say(
        language, point=point_name(faulty.point, language), flags=flag_texts(faulty.quality.flags, language)
    )


def _sensor_help(facts: MachineFacts, language: Language) -> str:
    others = len(facts.faulty) < len(facts.healths) and facts.newest.status != "sensor_fault"
    return (_OTHERS_JUDGE if others else _NONE_JUDGES).say(language)


def _sensor_since(facts: MachineFacts, viewer: Viewer) -> str:
    since = [alert.since for alert in facts.alerts if is_about_sensor(alert)]
    return _since(min(since), viewer) if since else ""


def _when(alert: Alert, viewer: Viewer) -> str:
    if alert.state == "cleared":
        return from_to_text(alert, now=viewer.now, zone=viewer.zone, language=viewer.language)
    return _since(alert.since, viewer)


def _since(moment: datetime, viewer: Viewer) -> str:
    return _SINCE.say(
        viewer.language,
        clock=clock_text(moment, viewer.now, viewer.zone, viewer.language),
        span=span_text((viewer.now - moment).total_seconds(), viewer.language),
    )


def _life(health: Health, say: Callable[[RemainingLife], Bilingual], language: Language) -> str:
    life = health.remaining_life_h
    return "" if life is None else say(life).plain(language)


def _deductions(health: Health, language: Language) -> tuple[DeductionView, ...]:
    ordered = sorted(health.deductions, key=lambda deduction: -deduction.points)
    return tuple(
        DeductionView(
            points=deduction.points,
            points_text=f"−{_tenths(deduction.points)}",
            label=matter_text(deduction.point, deduction.code, language),
            reason=with_point_names(
                spoken(language, deduction.reason, deduction.reason_zh), deduction.point, language
            ),
        )
        for deduction in ordered
    )


def _alert(alert: Alert, viewer: Viewer, facts: MachineFacts) -> AlertView:
    language = viewer.language
    since, stale = _when(alert, viewer), is_stale(alert, facts)
    if stale:
        since = _STALE.say(language, since=since, judged=_judged_last(facts.newest, viewer))
    since = with_shelf_text(since, alert, now=viewer.now, zone=viewer.zone, language=language)
    return AlertView(
        id=alert.id,
        priority=alert.priority,
        priority_text=PRIORITIES[alert.priority].say(language),
        of_sensor=is_about_sensor(alert),
        text=_alert_text(alert, language),
        since=since,
        against=""
        if alert.rule in CODES
        else _AGAINST.say(language, value=number(alert.value), limit=number(alert.limit)),
        stale=stale,
    )


def _alert_text(alert: Alert, language: Language) -> str:
    return with_point_names(spoken(language, alert.text, alert.text_zh), alert.point, language)


def _tenths(number: float) -> str:
    """Write tenths only where there are some.

    >>> _tenths(87.0), _tenths(62.5)
    ('87', '62.5')
    """
    return f"{number:.0f}" if abs(number - round(number)) < 0.05 else f"{number:.1f}"
