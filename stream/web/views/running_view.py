"""How a machine runs, in words: running, idling, standing or starting, and since when."""

from datetime import datetime, tzinfo

from models.bilingual import Bilingual, Language
from models.outputs import Health, Running
from stream.texts.times import clock_text, span_text

__all__ = ["running_text", "stopped_text"]

_BARE: dict[Running, Bilingual] = {
    "running": Bilingual("Running", "运行中"),
    "idle": Bilingual("Idling: turns without load", "空载运行"),
    "stopped": Bilingual("Stopped", "停机"),
    "starting": Bilingual(
        "Starting: not judged at first, then against its starts before",
        "启动中：起初不作判断，随后与以往的启动比较",
    ),
}
_SINCE: dict[Running, Bilingual] = {
    "running": Bilingual("Running since {clock} ({span})", "自{clock}起运行（已{span}）"),
    "idle": Bilingual("Idling since {clock} ({span}): turns without load", "自{clock}起空载运行（已{span}）"),
    "stopped": Bilingual("Stopped since {clock} ({span})", "自{clock}起停机（已{span}）"),
    "starting": _BARE["starting"],
}
_STOPPED_FOR = Bilingual("{status}, {span}", "{status}，已{span}")


def running_text(health: Health, *, now: datetime, zone: tzinfo, language: Language) -> str:
    """Say how the machine runs; empty where nothing tells, and where the status says as much already."""
    how, since = health.running, health.running_since
    if how is None:
        return ""
    if since is None:
        return "" if how == health.status else _BARE[how].say(language)
    clock = clock_text(since, now, zone, language)
    return _SINCE[how].say(language, clock=clock, span=span_text((now - since).total_seconds(), language))


def stopped_text(status_text: str, health: Health, *, now: datetime, language: Language) -> str:
    """Add to the words for a status how long the machine has been standing, where it does and that is known."""
    if health.running != "stopped" or health.running_since is None:
        return status_text
    span = span_text((now - health.running_since).total_seconds(), language)
    return _STOPPED_FOR.say(language, status=status_text, span=span)
