"""Times and ages as people say them, in the viewer's own time."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.bilingual import Bilingual, Language

__all__ = ["age_text", "clock_text", "span_text", "viewer_zone", "zone_text"]

_DAYS = Bilingual("Mon Tue Wed Thu Fri Sat Sun", "周一 周二 周三 周四 周五 周六 周日")
_DATED = Bilingual("{day} {date} {clock}", "{date} {day} {clock}")
_NOW = Bilingual("just now", "刚刚")
_AGO = Bilingual("{span} ago", "{span}前")
_UNITS = (
    (86_400, Bilingual("{n} d", "{n}天")),
    (3_600, Bilingual("{n} h", "{n}小时")),
    (60, Bilingual("{n} min", "{n}分钟")),
    (1, Bilingual("{n} s", "{n}秒")),
)


def viewer_zone(name: str, offset_minutes: float) -> tzinfo:
    """Give the viewer's zone by its IANA name, or by its present offset from UTC where the name isn't known here.

    >>> viewer_zone("Mars/Olympus", 480).utcoffset(None)
    datetime.timedelta(seconds=28800)
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        minutes = offset_minutes if abs(offset_minutes) < 24 * 60 else 0
        return timezone(timedelta(minutes=minutes)) if minutes else UTC


def clock_text(moment: datetime, now: datetime, zone: tzinfo, language: Language, *, seconds: bool = False) -> str:
    """Give a moment as the viewer's clock shows it, with the day where it isn't today's.

    >>> noon, next_day = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    >>> clock_text(noon, noon, UTC, "en"), clock_text(noon, next_day, UTC, "en")
    ('12:00', 'Sun 03-01 12:00')
    >>> clock_text(noon, next_day, UTC, "zh")
    '03-01 周日 12:00'
    """
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    today = now.astimezone(zone)
    if local.date() == today.date():
        return clock
    day = _DAYS.say(language).split()[local.weekday()]
    date = f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"
    return _DATED.say(language, day=day, date=date, clock=clock)


def span_text(seconds: float, language: Language) -> str:
    """Give a length of time in its largest unit, and the next one while the first is small.

    >>> span_text(42, "en"), span_text(150, "en"), span_text(7_800, "zh"), span_text(200_000, "en")
    ('42 s', '2 min', '2小时10分钟', '2 d 7 h')
    """
    left = max(0, int(seconds))
    for place, (size, unit) in enumerate(_UNITS):
        if left >= size:
            count, rest = divmod(left, size)
            text = unit.say(language, n=count)
            if size >= 3_600 and count < 10:
                next_size, next_unit = _UNITS[place + 1]
                if rest >= next_size:
                    text += ("" if language == "zh" else " ") + next_unit.say(language, n=rest // next_size)
            return text
    return _UNITS[-1][1].say(language, n=0)


def age_text(seconds: float, language: Language) -> str:
    """Give how long ago something was.

    >>> age_text(3, "en"), age_text(95, "en"), age_text(95, "zh")
    ('just now', '1 min ago', '1分钟前')
    """
    return _NOW.say(language) if seconds < 10 else _AGO.say(language, span=span_text(seconds, language))


def zone_text(zone: tzinfo, now: datetime) -> str:
    """Give a zone's name and its offset.

    >>> zone_text(timezone(timedelta(hours=8)), datetime(2026, 3, 1, tzinfo=UTC)), zone_text(UTC, datetime.now(UTC))
    ('UTC+08:00', 'UTC')
    """
    offset = f"UTC{now.astimezone(zone):%z}"
    offset = "UTC" if offset == "UTC+0000" else f"{offset[:-2]}:{offset[-2:]}"
    return f"{zone.key}, {offset}" if isinstance(zone, ZoneInfo) and zone.key != "UTC" else offset
