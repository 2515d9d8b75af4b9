"""Sentences for people about knocks."""

from models.bilingual import Bilingual

__all__ = ["LOOK_AT_KNOCKS", "knocks_sentence"]

LOOK_AT_KNOCKS = Bilingual(
    "Look for what strikes now and then: a chipped tooth, a spalled or cracked bearing, a loose part, a foreign "
    "body, a valve; or work beside it.",
    "请检查间歇冲击的来源：断齿、轴承剥落或裂纹、松动件、异物、阀门，或附近的作业。",
)


def knocks_sentence(point: str, share_percent: float, limit_percent: float) -> Bilingual:
    """Say how many of the last measurements are far too loud, while the others are as ever.

    >>> knocks_sentence("drive-end", 10.2, 6.0).en
    'drive-end: it knocks: about 10 % of the last measurements are at least four times as loud as usual \
(limit 6 %), the others as ever.'
    """
    share, limit = f"{share_percent:.0f} %", f"{limit_percent:.0f} %"
    if share_percent < limit_percent:
        return Bilingual(
            f"{point}: about {share} of the last measurements are at least four times as loud as usual, below the "
            f"limit of {limit}.",
            f"{point}：近期约 {share} 的测量值达到平时的四倍以上，低于限值 {limit}。",
        )
    return Bilingual(
        f"{point}: it knocks: about {share} of the last measurements are at least four times as loud as usual "
        f"(limit {limit}), the others as ever.",
        f"{point}：有间歇敲击：近期约 {share} 的测量值达到平时的四倍以上（限值 {limit}），其余与平时相同。",
    )
