"""What is said of machines that leave and come back, in English and Chinese."""

from models.bilingual import Bilingual
from models.clock import DAY_US, to_datetime
from models.texts.commands import quoted

__all__ = ["left_sentence", "returned_sentence", "sends_though_retired_sentence"]

_LEFT = {
    "retire": Bilingual("Retired", "停用"),
    "forget": Bilingual("Forgotten", "删除"),
}
_SENDS = Bilingual(
    "It is retired since {day}, but sends, and nothing of it is judged. If it runs, take it back: stethos machines "
    "return {machine}. Else look where this name is still in use.",
    "该设备已于{day}停用，但仍有数据到达，数据未判定。如设备仍在运行，请恢复：stethos machines return {machine}；"
    "否则请检查何处仍在使用此名称。",
)


def left_sentence(do: str, by: str, after_us: int = 0) -> Bilingual:
    """Say why a machine's alerts are over: it has left.

    >>> left_sentence("retire", "Li").en, left_sentence("expire", "", 30 * DAY_US).zh
    ('Retired by Li.', '超过30天无数据，已删除。')
    """
    if do == "expire":
        days = f"{after_us / DAY_US:.3g}"
        return Bilingual(f"Silent for more than {days} days: forgotten.", f"超过{days}天无数据，已删除。")
    what = _LEFT[do]
    return Bilingual(f"{what.en}{f' by {by}' if by else ''}.", f"{by}已{what.zh}该设备。")


def returned_sentence(by: str) -> Bilingual:
    """Say that a retired machine is expected and judged again."""
    return Bilingual(f"Taken back into service{f' by {by}' if by else ''}.", f"{by}已恢复使用该设备。")


def sends_though_retired_sentence(machine: str, since_us: int) -> Bilingual:
    """Say that a machine sends that somebody has retired.

    >>> sends_though_retired_sentence("P 1", 0).en[:46]
    'It is retired since 1970-01-01, but sends, and'
    """
    return _SENDS.fill(day=f"{to_datetime(since_us):%Y-%m-%d}", machine=quoted(machine))
