"""What is past: from when to when an alert stood, and which people have yet to hear of because it came late."""

from datetime import datetime, timedelta, tzinfo

from models.advice.late_alerts import LATE_RULE
from models.bilingual import Bilingual, Language
from models.outputs import Alert
from stream.texts.times import clock_text, span_text

__all__ = ["from_to_text", "is_late_news"]

_FROM_TO = Bilingual("{begin} to {end}, for {span}", "{begin} 至 {end}，持续{span}")
_NEWS_FOR = timedelta(days=1)
"""So long what was told late stands among what needs someone: it is over, and nobody can have seen it stand."""


def from_to_text(alert: Alert, *, now: datetime, zone: tzinfo, language: Language) -> str:
    """Say from when to when an alert that is over stood."""
    return _FROM_TO.say(
        language,
        begin=clock_text(alert.since, now, zone, language),
        end=clock_text(alert.time, now, zone, language),
        span=span_text((alert.time - alert.since).total_seconds(), language),
    )


def is_late_news(alert: Alert, now: datetime) -> bool:
    """Whether an alert of medium or high priority was told, as past already, within the last day."""
    if alert.rule != LATE_RULE or alert.priority == "low" or alert.noticed is None:
        return False
    return now - alert.noticed < _NEWS_FOR
