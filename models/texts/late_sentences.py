"""What is said of what came late, in English and Chinese: that it is past, and from when to when it was."""

from datetime import datetime

from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.machinery.mechanism import Mechanism
from models.texts.sentences import symptom_sentence

__all__ = ["late_over_sentence", "late_sentence"]


def late_sentence(
    point: str,
    symptom: Symptom,
    level: int,
    span: tuple[datetime, datetime],
    counts: tuple[int, int],
    mechanism: Mechanism | None = None,
) -> Bilingual:
    """Say what was found in data that came late; `counts`: how many were at the level, how many came late."""
    when, found = _span(*span), symptom_sentence(point, symptom, level, look=True, mechanism=mechanism)
    loud, judged = counts
    of_them = f"{loud} of {judged} late measurements"
    return Bilingual(
        f"From {when.en} UTC, told only now because it came late ({of_them}): {found.en}",
        f"{when.zh}（UTC），因数据迟到现在才报告（{judged} 次迟到测量中有 {loud} 次）：{found.zh}",
    )


def late_over_sentence(found: Bilingual) -> Bilingual:
    """Say again what was found, and that it is past: the last word on an alert is the one that is shown."""
    return Bilingual(
        f"{found.en} It is past: what comes now shows how the machine is now. Find out what happened to it.",
        f"{found.zh}该情况已结束，设备当前状态以新数据为准；请查明当时的情况。",
    )


def _span(since: datetime, until: datetime) -> Bilingual:
    """Give a span of time, the day of its end only where it is another one.

    >>> from datetime import UTC
    >>> _span(datetime(2026, 3, 2, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 4, 40, tzinfo=UTC)).en
    '2026-03-02 02:10 to 04:40'
    """
    end = f"{until:%H:%M}" if since.date() == until.date() else f"{until:%Y-%m-%d %H:%M}"
    begin = f"{since:%Y-%m-%d %H:%M}"
    return Bilingual(f"{begin} to {end}", f"{begin} 至 {end}")
