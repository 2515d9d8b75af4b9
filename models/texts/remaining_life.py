"""Remaining life as people say it: until what, as an interval, and how well such forecasts have held."""

from fractions import Fraction

from models.bilingual import Bilingual
from models.outputs import LifeEnd, RemainingLife
from models.texts.sentences import number

_TENTHS = "零一二三四五六七八九十"
_UNTIL: dict[LifeEnd, Bilingual] = {
    "alarm_limit": Bilingual(
        "Time to limit: about {span} of operation to the limit of high",
        "距限值时间：约再运行{span}达到高级限值",
    ),
    "zone_d": Bilingual(
        "Time to limit: about {span} of operation until zone D begins",
        "距限值时间：约再运行{span}进入D区",
    ),
    "failure": Bilingual("About {span} of operation left", "预计还可运行约{span}"),
}

__all__ = ["coverage_sentence", "remaining_sentence"]


def remaining_sentence(life: RemainingLife) -> Bilingual:
    """Say how long it is until the limit, or the failure where that is what it lasts until.

    >>> remaining_sentence(RemainingLife(low=0.4, median=30.0, high=80.0)).en
    'Time to limit: about 30 h of operation to the limit of high; with 67 % certainty between 24 min and 3.3 days.'
    """
    low, median, high = (_span(hours) for hours in (life.low, life.median, life.high))
    sure, until = f"{100 * life.level:.0f} %", _UNTIL[life.to]
    return Bilingual(
        f"{until.en.format(span=median.en)}; with {sure} certainty between {low.en} and {high.en}.",
        f"{until.zh.format(span=median.zh)}，{sure}的把握在{low.zh}至{high.zh}之间。",
    )


def coverage_sentence(life: RemainingLife) -> Bilingual:
    """Say how many forecasts of the same degradation have come true so far, beside how many should.

    >>> coverage_sentence(RemainingLife(low=1.0, median=2.0, high=3.0, held=4, checked=5, claimed=0.8)).en
    'So far 4 of 5 earlier forecasts came true; about 4 in 5 should.'
    """
    should = Fraction(life.claimed).limit_denominator(10)
    share_en, share_zh = f"{should.numerator} in {should.denominator}", f"{_TENTHS[round(10 * should)]}成"
    if not life.checked:
        return Bilingual(
            f"No earlier forecast could be checked yet; about {share_en} should come true.",
            f"此前的预测均未到可检验的时间（预期约{share_zh}应验）。",
        )
    return Bilingual(
        f"So far {life.held} of {life.checked} earlier forecasts came true; about {share_en} should.",
        f"此前{life.checked}次预测中有{life.held}次应验（预期约{share_zh}）。",
    )


def _span(hours: float) -> Bilingual:
    """Give hours of operation in the unit that people would use."""
    if hours < 1.0:
        minutes = f"{60 * hours:.0f}"
        return Bilingual(f"{minutes} min", f"{minutes}分钟")
    if hours < 48.0:
        whole = number(round(hours, 1))
        return Bilingual(f"{whole} h", f"{whole}小时")
    whole = number(round(hours / 24.0, 1))
    return Bilingual(f"{whole} days", f"{whole}天")
