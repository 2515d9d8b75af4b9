"""Sentences for people about shelves: what still stands, what has come back, and why something isn't shelved."""

from models.bilingual import Bilingual

__all__ = [
    "back_sentence",
    "full_sentence",
    "standing_sentence",
    "too_long_sentence",
    "too_long_when_high_sentence",
]

_STANDING = {
    "sensor_fault": Bilingual("its sensor cannot be trusted", "传感器不可信"),
    "remeasured": Bilingual("it is measured otherwise than before", "测量方式与以往不同"),
    "sisters": Bilingual("it is unlike machines like it", "与同类设备不符"),
    "diagnosis": Bilingual("a fault is named", "已诊断出故障"),
    "severity": Bilingual("it vibrates too strongly", "振动过大"),
    "change": Bilingual("it vibrates more than it used to", "振动明显高于平时"),
    "anomaly": Bilingual("it behaves unlike before", "表现与以往不同"),
    "temperature": Bilingual("it is too hot", "温度过高"),
}
_OTHER = Bilingual("the alert {rule} stands", "报警 {rule} 未关闭")


def standing_sentence(point: str, rule: str) -> Bilingual:
    """Say what stands, where nothing newer is known than that.

    >>> standing_sentence("DE", "sensor_fault").en
    'DE: its sensor cannot be trusted; look at the last measurements.'
    """
    what = _STANDING.get(rule) or _OTHER.fill(rule=rule)
    return Bilingual(
        f"{point}: {what.en}; look at the last measurements.", f"{point}：{what.zh}；请查看最近的测量值。"
    )


def back_sentence(sentence: Bilingual) -> Bilingual:
    """Say of an alert that it is no longer shelved.

    >>> back_sentence(Bilingual("DE: loud.", "DE：振动大。")).en
    'No longer shelved. DE: loud.'
    """
    return Bilingual(f"No longer shelved. {sentence.en}", f"已不再搁置。{sentence.zh}")


def full_sentence(most: int) -> Bilingual:
    """Say why one more is refused."""
    return Bilingual(
        f"Not shelved: this machine has {most} shelves, which is the most; end one first with `stethos unshelve`.",
        f"未搁置：该设备已有 {most} 项搁置，达到上限；请先用 `stethos unshelve` 结束一项。",
    )


def too_long_when_high_sentence(hours: int) -> Bilingual:
    """Say why what is of high priority isn't shelved for so long."""
    return Bilingual(
        f"Not shelved: an alert of high priority is among it; shelve that for {hours} hours at most.",
        f"未搁置：其中有高优先级报警，最多可搁置 {hours} 小时。",
    )


def too_long_sentence(days: int) -> Bilingual:
    """Say why nothing is shelved for so long."""
    return Bilingual(
        f"Not shelved: {days} days from now are the most; shelve it for less, and again then.",
        f"未搁置：自现在起最多可搁置 {days} 天；请缩短时间，到期后可再次搁置。",
    )
