"""Sentences about the asset at a machine's place: the motor, pump or fan that a serial number tells from others."""

from models.bilingual import Bilingual

__all__ = ["swapped_sentence"]


def swapped_sentence(former: str, asset: str) -> Bilingual:
    """Say why what was usual, and what stood open, is void.

    >>> swapped_sentence("SN 4711", "SN 4712").en
    'It was swapped: SN 4711 -> SN 4712; what is usual is learned anew.'
    """
    return Bilingual(
        f"It was swapped: {former} -> {asset}; what is usual is learned anew.",
        f"设备已更换：{former} -> {asset}，重新学习正常状态。",
    )
