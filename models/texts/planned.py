"""Sentences about planned silence: when data are expected back, which rhythm was seen, which one holds no more."""

from datetime import UTC, datetime, timedelta

from models.bilingual import Bilingual
from models.clock import DAY_US
from models.machinery.quiet_text import DAY_NAMES, quiet_text
from models.machinery.quiet_times import QuietTimes, weekday_minute
from models.machinery.time_zone import UTC_ZONE, Zone, local_minute
from models.texts.commands import quoted

__all__ = [
    "lapsed_sentence",
    "overdue_sentence",
    "plan_accepted_sentence",
    "plan_text",
    "plan_words",
    "planned_sentence",
    "proposed_sentence",
]

_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def planned_sentence(expected_us: int, now_us: int, zone: Zone) -> Bilingual:
    """Say that a machine is quiet by plan, and when data are expected back by the plant's clock.

    >>> planned_sentence(1_790_000_000_000_000, 1_789_970_000_000_000, UTC_ZONE)
    Bilingual(en='Quiet by plan, expected 14:13 UTC.', zh='按计划静默，预计 14:13 UTC 恢复数据。')
    """
    clock = _clock(expected_us, now_us, zone)
    return Bilingual(f"Quiet by plan, expected {clock.en}.", f"按计划静默，预计 {clock.zh} 恢复数据。")


def overdue_sentence(silent_s: float, expected_us: int, zone: Zone) -> Bilingual:
    """Say that a machine hasn't come back from its planned silence."""
    clock, minutes = _clock(expected_us, expected_us, zone), f"{silent_s / 60:.0f}"
    return Bilingual(
        f"Quiet by plan until {clock.en}, and not back since: no data for {minutes} min. Look at machine, gateway "
        "and network.",
        f"按计划静默至 {clock.zh}，之后未恢复：已 {minutes} 分钟无数据。请检查设备、网关和网络。",
    )


def plan_text(quiet: QuietTimes, zone: Zone = UTC_ZONE) -> Bilingual:
    """Write a plan for people; the clock is named where it isn't the plant's.

    >>> plan_text(QuietTimes(((1080, 1800), (7_560, 10_440)))).zh
    '周一 18:00-06:00；周六 06:00 至 周一 06:00 (UTC)'
    """
    words = plan_words(quiet)
    clock = " (UTC)" if zone == UTC_ZONE and quiet.weekly else ""
    return Bilingual(words.en + clock, words.zh + clock)


def plan_words(quiet: QuietTimes) -> Bilingual:
    """Write a plan for people, without a word of whose clock is meant.

    >>> plan_words(QuietTimes((), 240)).zh
    '最长 4h'
    """
    text = quiet_text(quiet)
    chinese = text.replace("; ", "；").replace("up to ", "最长 ").replace(" - ", " 至 ")
    for name, day in zip(DAY_NAMES, _DAYS_ZH, strict=True):
        chinese = chinese.replace(name, day)
    return Bilingual(text, chinese)


def proposed_sentence(quiet: QuietTimes, count: int, machine: str, zone: Zone) -> Bilingual:
    """Say which rhythm was seen, how often, and how it is accepted or declined."""
    text, command = plan_text(quiet, zone), f"stethos accept {quoted(machine)} --rhythm"
    return Bilingual(
        f"Silent {text.en}, seen {count} times. If that is its plan, accept it, and it raises no alert then: "
        f"`{command} {quoted(quiet_text(quiet))}`. If not: `{command} none`.",
        f"静默规律：{text.zh}，已出现 {count} 次。如果这是设备的计划，请确认，此后不再为此报警："
        f"`{command} {quoted(quiet_text(quiet))}`。如果不是：`{command} none`。",
    )


def lapsed_sentence(quiet: QuietTimes, missed: int, of: int, machine: str, zone: Zone) -> Bilingual:
    """Say that an accepted rhythm no longer holds, and excuses nothing from here on."""
    text, command = plan_text(quiet, zone), f"stethos accept {quoted(machine)} --rhythm"
    return Bilingual(
        f"Its accepted rhythm no longer holds ({text.en}): {missed} of its last {of} planned silences came "
        "otherwise. It excuses nothing from now on. A new rhythm is proposed once it is known; "
        f"`{command} none` ends this notice.",
        f"已确认的静默规律不再成立（{text.zh}）：最近 {of} 次计划静默中有 {missed} 次不符。"
        f"从现在起不再据此免除报警。新规律形成后会再次提出；`{command} none` 可关闭本提示。",
    )


def plan_accepted_sentence(by: str, *, withdrawn: bool) -> Bilingual:
    """Say that somebody has accepted a rhythm as the plan, or said that there is none.

    >>> plan_accepted_sentence("王伟", withdrawn=False).zh
    '王伟已确认静默计划。'
    """
    who = f" by {by}" if by else ""
    if withdrawn:
        return Bilingual(f"Its plan of silence was taken back{who}.", f"{by}已取消静默计划。")
    return Bilingual(f"Accepted as its plan of silence{who}.", f"{by}已确认静默计划。")


def _clock(time_us: int, now_us: int, zone: Zone) -> Bilingual:
    """Give a time of day by the plant's clock; with its weekday or date where it is a day away or more."""
    minute = local_minute(zone, time_us)
    hour = f"{minute // 60 % 24:02d}:{minute % 60:02d}{' UTC' if zone == UTC_ZONE else ''}"
    if abs(time_us - now_us) < DAY_US:
        return Bilingual(hour, hour)
    if abs(time_us - now_us) < 6 * DAY_US:
        day = weekday_minute(minute) // 1440
        return Bilingual(f"{DAY_NAMES[day]} {hour}", f"{_DAYS_ZH[day]} {hour}")
    date = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=minute // 1440)).date().isoformat()
    return Bilingual(f"{date} {hour}", f"{date} {hour}")
