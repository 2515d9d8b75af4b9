"""Sentences for people about what comes and goes."""

from datetime import datetime

from models.bilingual import Bilingual
from models.texts.commands import command_at

__all__ = ["offered_sentence", "recurred_sentence", "recurring_sentence"]


def _moment(since: datetime) -> str:
    return f"{since:%Y-%m-%d %H:%M} UTC"


def recurring_sentence(sentence: Bilingual, count: int, since: datetime, quiet_s: float) -> Bilingual:
    """Say that an alert comes and goes, how often so far, and when it will be over.

    >>> recurring_sentence(Bilingual("Loud.", "振动大。"), 5, datetime(2026, 3, 2, 8, 36), 3600).en
    'Loud. Comes and goes since 2026-03-02 08:36 UTC, 5 times: stays open until it has been gone for 1 h.'
    """
    hours = f"{max(quiet_s / 3600, 1):.0f} h"
    return Bilingual(
        f"{sentence.en} Comes and goes since {_moment(since)}, {count} times: "
        f"stays open until it has been gone for {hours}.",
        f"{sentence.zh}自 {_moment(since)} 起反复出现 {count} 次：消失满 {hours} 之前保持未关闭。",
    )


def recurred_sentence(sentence: Bilingual, count: int, since: datetime) -> Bilingual:
    """Say of an alert that is over how often it had come.

    >>> recurred_sentence(Bilingual("Back to usual.", "已恢复正常。"), 12, datetime(2026, 3, 2, 8, 36)).en
    'Back to usual. Had come and gone 12 times since 2026-03-02 08:36 UTC.'
    """
    return Bilingual(
        f"{sentence.en} Had come and gone {count} times since {_moment(since)}.",
        f"{sentence.zh}自 {_moment(since)} 起曾反复出现 {count} 次。",
    )


def offered_sentence(sentence: Bilingual, machine: str, point: str) -> Bilingual:
    """Offer to accept it.

    >>> offered_sentence(Bilingual("Loud.", "振动大。"), "P 1", "drive-end").en
    "Loud. If that is how the machine works: `stethos accept 'P 1' --point drive-end`."
    """
    command = command_at("accept", machine, point)
    return Bilingual(
        f"{sentence.en} If that is how the machine works: `{command}`.",
        f"{sentence.zh}如果这是设备的正常工作方式：`{command}`。",
    )
