"""Sentences for people about starts."""

from models.bilingual import Bilingual

__all__ = ["start_sentence"]


def start_sentence(sentence: Bilingual, minutes: float, *, known: bool) -> Bilingual:
    """Say how long after a start it is, and, where its starts are known, that those were compared with.

    >>> start_sentence(Bilingual("Loud.", "振动大。"), 12.4, known=True).en
    'Loud. It started 12 min ago, and is unlike its starts before.'
    >>> start_sentence(Bilingual("Loud.", "振动大。"), 12.4, known=False).en
    'Loud. It started 12 min ago.'
    """
    unlike = Bilingual(", and is unlike its starts before", "，与以往的启动不同") if known else Bilingual("", "")
    return Bilingual(
        f"{sentence.en} It started {minutes:.0f} min ago{unlike.en}.",
        f"{sentence.zh}设备启动于 {minutes:.0f} 分钟前{unlike.zh}。",
    )
