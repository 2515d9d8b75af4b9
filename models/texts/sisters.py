"""Sentences on a machine whose normal is another than that of machines like it, in English and Chinese."""

from models.bilingual import Bilingual
from models.texts.indicator_names import indicator_name
from models.texts.sentences import number

__all__ = ["like_its_sisters_sentence", "unlike_its_sisters_sentence"]


def unlike_its_sisters_sentence(point: str, indicator: str, own: float, sisters: float, machines: int) -> Bilingual:
    """Say how far what a machine learned as usual is from what is usual of so many machines like it.

    >>> unlike_its_sisters_sentence("DE", "rms_g", 0.45, 0.15, 5).en.partition(". ")[0]
    'DE: its normal vibration acceleration (RMS) of 0.45 is 3 times that of 5 like it (0.15)'
    """
    name, times = indicator_name(indicator), own / max(sisters, 1e-12)
    return Bilingual(
        f"{point}: its normal {name.en} of {number(own)} is {number(times)} times that of {machines} like it "
        f"({number(sisters)}). Something may have been wrong when it was learned: compare the machines.",
        f"{point}：其正常{name.zh} {number(own)} 为 {machines} 台同类设备"
        f"（{number(sisters)}）的 {number(times)} 倍。"
        "学习期间设备可能已有故障：请与同类设备对比。",
    )


def like_its_sisters_sentence(point: str) -> Bilingual:
    """Say that it no longer is."""
    return Bilingual(
        f"{point}: its normal is that of machines like it again.",
        f"{point}：其正常状态已与同类设备相符。",
    )
