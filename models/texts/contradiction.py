"""What contradicts itself, said in English and Chinese: what was told, what was measured, and what to check."""

from models.bilingual import Bilingual
from models.texts.sentences import number

__all__ = ["contradiction_over_sentence", "contradiction_sentence"]


def contradiction_sentence(point: str, told: str, rpm: float, *, outvoted: bool) -> Bilingual:
    """Say what contradicts itself; `outvoted` where a third fact stands by the vibration.

    >>> contradiction_sentence("drive-end", "stands", 0.0, outvoted=False).en[:63]
    'drive-end: told 0 rpm, but it vibrates as if the machine ran. T'
    """
    if told == "quiet":
        return Bilingual(
            f"{point}: the signal has been steady for longer than the machine ever stood, too weak for a machine"
            " that runs, and stronger than at its standstills. Was the sensor changed? Then tell it as maintenance;"
            " else check sensor, mounting and unit.",
            f"{point}：信号持续稳定的时间超过设备以往的停机时间，低于运行水平又高于停机水平。是否更换过传感器？"
            "如已更换，请登记维护；否则请检查传感器、安装和单位。",
        )
    if told == "runs":
        return Bilingual(
            f"{point}: told {number(rpm)} rpm, but it hardly vibrates. Check whether the machine runs, the speed"
            " signal, and the vibration sensor, its mounting and unit.",
            f"{point}：报告转速 {number(rpm)} r/min，但几乎没有振动。请核实设备是否在运行，"
            "并检查转速信号、振动传感器及其安装和单位。",
        )
    after = (
        Bilingual(
            "Current or load say that it runs: it is judged without this speed.",
            "电流或负载表明设备在运行：判定时不采用该转速。",
        )
        if outvoted
        else Bilingual(
            "Take it as running until somebody has looked.",
            "在核实之前，请按设备正在运行对待。",
        )
    )
    return Bilingual(
        f"{point}: told {number(rpm)} rpm, but it vibrates as if the machine ran. {after.en}"
        " Check the tachometer or the speed register.",
        f"{point}：报告转速 {number(rpm)} r/min，但振动与运行时相当。{after.zh}请检查转速计或转速寄存器。",
    )


def contradiction_over_sentence(point: str) -> Bilingual:
    """Say that it is over."""
    return Bilingual(
        f"{point}: what is measured agrees again.",
        f"{point}：测量值已恢复一致。",
    )
