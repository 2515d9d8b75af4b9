"""What is said of a sender's clock that is wrong, in English and Chinese: by how much, and what to do."""

from models.bilingual import Bilingual
from models.clock import DAY_US, HOUR_US, MINUTE_US

__all__ = ["clock_right_sentence", "clock_sentence"]

_QUARTER_US = 15 * MINUTE_US
_NEAR_ZONE_US = 3 * MINUTE_US
_FARTHEST_ZONE_US = 14 * HOUR_US + _NEAR_ZONE_US

_AHEAD = Bilingual(
    "{point}: its clock is {span} ahead: its measurements are stamped later than they arrive. They are judged by "
    "the corrected time. {advice}",
    "{point}：时钟超前{span}，测量时间晚于到达时间，现按校正后的时间判定。{advice}",
)
_BEGUN_ANEW = Bilingual(
    "{point}: its clock has begun anew and is {span} behind. Its measurements are judged by when they arrive. "
    "Set the sender's clock (NTP).",
    "{point}：时钟已复位，落后{span}，现按到达时间判定。请校正发送端时钟（NTP）。",
)
_WILD = Bilingual(
    "{point}: its measurements are stamped ahead of their arrival (the last by {span}), and don't agree by how "
    "much: they are stored, not judged. Set the sender's clock (NTP).",
    "{point}：测量时间晚于到达时间（最近一次超前{span}）且超前量不一：只存储，不判定。请校正发送端时钟（NTP）。",
)
_SET_BACK = Bilingual(
    "{point}: its stamps have gone back by {span} and go on from there: they are taken as late until they have "
    "caught up. See whether the sender's clock or time zone was changed, or its data are held up on their way.",
    "{point}：测量时间倒退了{span}并由此继续：在追上之前按迟到数据处理。"
    "请检查发送端的时钟或时区是否被更改，或数据是否在途中积压。",
)
_ZONE = Bilingual(
    "Does the sender write local time as UTC? See to its time zone.",
    "发送端是否把当地时间当作UTC？请检查时区。",
)
_HOUR = Bilingual("Summer time or time zone? See to the sender's.", "夏令时或时区？请检查发送端设置。")
_SET = Bilingual("Set the sender's clock (NTP).", "请校正发送端时钟（NTP）。")
_ALL = Bilingual(
    " If every machine says so, the broker's clock is behind.", "若所有设备均如此，则是消息服务器的时钟落后。"
)


def clock_sentence(point: str, finding: str, ahead_us: int) -> Bilingual:
    """Say what is the matter with the clock that stamps a point's measurements, and what to do.

    >>> clock_sentence("drive-end", "ahead", 8 * HOUR_US).en[:57]
    'drive-end: its clock is 8 h ahead: its measurements are s'
    """
    span = _span(abs(ahead_us))
    if finding == "ahead" and ahead_us >= 0:
        advice = _advice(ahead_us)
        return Bilingual(
            _AHEAD.say("en", point=point, span=span.en, advice=advice.en),
            _AHEAD.say("zh", point=point, span=span.zh, advice=advice.zh),
        )
    template = {"ahead": _BEGUN_ANEW, "wild": _WILD, "set_back": _SET_BACK}[finding]
    return Bilingual(template.say("en", point=point, span=span.en), template.say("zh", point=point, span=span.zh))


def clock_right_sentence(point: str) -> Bilingual:
    """Say that it is right again.

    >>> clock_right_sentence("DE").en
    'DE: its clock is right again.'
    """
    return Bilingual(f"{point}: its clock is right again.", f"{point}：时钟已恢复正常。")


def _advice(ahead_us: int) -> Bilingual:
    off_us = abs((ahead_us + _QUARTER_US // 2) % _QUARTER_US - _QUARTER_US // 2)
    advice = _SET
    if off_us <= _NEAR_ZONE_US and ahead_us >= 2 * _QUARTER_US - _NEAR_ZONE_US and ahead_us <= _FARTHEST_ZONE_US:
        advice = _HOUR if abs(ahead_us - HOUR_US) <= _NEAR_ZONE_US else _ZONE
    return Bilingual(advice.en + _ALL.en, advice.zh + _ALL.zh)


def _span(span_us: int) -> Bilingual:
    """Give a span as people say it: years, days, hours or minutes.

    >>> [_span(us).en for us in (8 * HOUR_US + 1, 19_800_000_000, 7 * DAY_US, 400 * DAY_US, 20 * MINUTE_US)]
    ['8 h', '5 h 30 min', '7 days', '1.1 years', '20 min']
    """
    minutes = round(span_us / MINUTE_US)
    if span_us > 366 * DAY_US:
        years = f"{span_us / DAY_US / 365.25:.3g}"
        return Bilingual(f"{years} years", f"{years}年")
    if span_us >= 2 * DAY_US:
        days = f"{span_us / DAY_US:.3g}"
        return Bilingual(f"{days} days", f"{days}天")
    hours, rest = divmod(minutes, 60)
    en = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    zh = [f"{hours}小时"] * bool(hours) + [f"{rest}分钟"] * bool(rest or not hours)
    return Bilingual(" ".join(en), "".join(zh))
