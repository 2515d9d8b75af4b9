"""What makes an alert more urgent than its limits: that it grows for certain, or came all at once."""

from math import log, log1p

from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.clock import to_datetime

__all__ = ["escalation_sentence"]

_SUDDEN = Bilingual(
    " It rose at once and twice beyond the limit of high, in two blocks running: stop the machine and look.",
    "振动突然升高，连续两次测量均超过高级限值的两倍：请停机检查。",
)
_GROWS = Bilingual(
    " It grows for certain, by about {pace} since {since} UTC: plan the repair before it passes the next limit.",
    "自 {since}（UTC）起确定在增长，约{pace}：请在超过下一限值之前安排检修。",
)
_BY_DAY = Bilingual("{percent} % a day", "每天 {percent} %")
_DOUBLES = Bilingual("the double every {hours} h", "每 {hours} 小时翻一倍")
_MAX_BY_DAY = 1.0


def escalation_sentence(symptom: Symptom) -> Bilingual:
    """Say why a symptom counts for more than its limits say, with a space before it; empty where it doesn't.

    >>> escalation_sentence(Symptom("change", "rms_g", 2.0, 1.0, [1.6], 2.0, grows=(0, 0.125))).en[:69]
    ' It grows for certain, by about 12 % a day since 1970-01-01 00:00 UTC'
    """
    if symptom.sudden:
        return _SUDDEN
    if symptom.grows is None:
        return Bilingual("", "")
    since_us, by_day = symptom.grows
    if by_day <= _MAX_BY_DAY:
        pace = _BY_DAY.fill(percent=f"{100 * by_day:.2g}")
    else:
        pace = _DOUBLES.fill(hours=f"{24 * log(2.0) / log1p(by_day):.2g}")
    since = f"{to_datetime(since_us):%Y-%m-%d %H:%M}"
    return Bilingual(_GROWS.en.format(pace=pace.en, since=since), _GROWS.zh.format(pace=pace.zh, since=since))
