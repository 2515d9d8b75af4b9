"""What an alert's line says while people have set it aside: until when, who, and why."""

from datetime import datetime, tzinfo

from models.bilingual import Bilingual, Language
from models.outputs import Alert
from stream.texts.times import clock_text

__all__ = ["with_shelf_text"]

_UNTIL = Bilingual("shelved until {clock}", "搁置至 {clock}")
_BY = Bilingual("shelved until {clock} by {by}", "{by} 搁置至 {clock}")
_WHY = Bilingual("{shelved}: {reason}", "{shelved}：{reason}")
_AFTER = Bilingual("{since} · {shelved}", "{since} · {shelved}")


def with_shelf_text(since: str, alert: Alert, *, now: datetime, zone: tzinfo, language: Language) -> str:
    """Add to since when an alert stands that it is shelved, if it is; one whose time has come is not."""
    until = alert.shelved_until
    if until is None or until <= now or alert.state != "active":
        return since
    clock = clock_text(until, now, zone, language)
    shelved = (_BY if alert.shelved_by else _UNTIL).say(language, clock=clock, by=alert.shelved_by)
    if alert.shelved_reason:
        shelved = _WHY.say(language, shelved=shelved, reason=alert.shelved_reason)
    return _AFTER.say(language, since=since, shelved=shelved)
