"""What is not judged any more, in words: why, what would help, since when, and which alerts are stale."""

from datetime import datetime, tzinfo

from models.bilingual import Bilingual, Language
from models.outputs import Alert, Health
from models.texts.withheld import withheld_sentence
from stream.texts.language import spoken
from stream.texts.times import clock_text, span_text
from stream.web.views.machine_facts import MachineFacts, is_about_sensor
from stream.web.views.points_view import with_point_names

__all__ = ["is_stale", "judged_last_text", "unjudged_text"]

_JUDGED_LAST = Bilingual("judged last at {clock} ({span} ago)", "最后一次判定：{clock}（{span}前）")
_NEVER_JUDGED = Bilingual("never judged so far", "尚未判定过")


def unjudged_text(facts: MachineFacts, language: Language) -> str:
    """Say why nothing has been judged for long, and what would help; empty where something has, or nobody knows."""
    health = facts.newest
    is_said = health.status == "not_judged" or (health.guard is not None and health.score is None)
    text = spoken(language, health.reason, health.reason_zh) if is_said else ""
    if not text:
        text = withheld_sentence("not_judged" if health.guard else None, health.guard).plain(language)
    for each in facts.healths:
        text = with_point_names(text, each.point, language)
    return text


def judged_last_text(health: Health, *, now: datetime, zone: tzinfo, language: Language) -> str:
    """Say when the newest was measured that was judged."""
    if health.judged_at is None:
        return _NEVER_JUDGED.say(language)
    clock = clock_text(health.judged_at, now, zone, language)
    return _JUDGED_LAST.say(
        language, clock=clock, span=span_text((now - health.judged_at).total_seconds(), language)
    )


def is_stale(alert: Alert, facts: MachineFacts) -> bool:
    """Whether an open alert's point has not been judged for long, so that it can neither rise nor clear."""
    health = facts.newest
    if health.guard is None or alert.state == "cleared" or is_about_sensor(alert) or alert.rule == "no_data":
        return False
    own = next((each for each in facts.healths if each.point == alert.point), health)
    is_judged = own.anomaly is not None and own.anomaly.anomalous is not None
    return not is_judged or (health.judged_at is not None and own.time <= health.judged_at)
