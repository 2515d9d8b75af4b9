"""Reasons for the verdict `unknown`, in words for people."""

from enum import Enum

from models.bilingual import Bilingual

__all__ = ["Reason"]


class Reason(Enum):
    """Why nothing is named and nothing is called healthy: a template of a sentence each."""

    RATE = Bilingual("The sampling rate makes no sense.", "采样频率不合理。")
    NOT_FINITE = Bilingual("The signal holds values that are not numbers.", "信号中含有非数值。")
    CLIPPED = Bilingual(
        "The signal is clipped: its peaks are cut off, which makes false harmonics. Measure with a larger range.",
        "信号削波：峰值被截断，会产生虚假谐波。请增大量程后重新测量。",
    )
    SENSOR = Bilingual(
        "The sensor or its cable is at fault (constant, stuck, offset or out of range).",
        "传感器或电缆故障（恒值、卡滞、偏置或超量程）。",
    )
    FEW_TURNS = Bilingual(
        "The recording is too short: at least 12 turns of the shaft are needed, 60 are better.",
        "记录过短：至少需要转轴12转，最好60转以上。",
    )
    SHORT = Bilingual(
        "Nothing was found, but fewer than 60 turns of the shaft do not show weak faults: measure longer.",
        "未发现异常，但转轴不足60转时微弱故障不可见：请延长测量时间。",
    )
    NO_SPEED = Bilingual("The shaft speed is not known.", "转速未知。")
    NO_BEARING = Bilingual(
        "The bearing is not known, so a bearing fault can be neither named nor ruled out.",
        "轴承型号未知，无法判定或排除轴承故障。",
    )
    SLOW_RATE = Bilingual(
        "The sampling rate is too low to see this bearing's frequencies.",
        "采样频率过低，无法观察该轴承的特征频率。",
    )
    NARROW_BAND = Bilingual(
        "Nothing was found, but impacts of a bearing ring up to 10 kHz: sample at 20 kHz or more to call it sound.",
        "未发现异常，但轴承冲击的共振可达10 kHz：采样频率不低于20 kHz时才能判定为正常。",
    )
    UNEXPLAINED = Bilingual(
        "Something repeats at {found:.2f} Hz ({order:.3f} x speed): neither shaft nor this bearing explains it.",
        "存在 {found:.2f} Hz（转速的 {order:.3f} 倍）的周期性冲击，转轴和该轴承均无法解释。",
    )
    RIVAL = Bilingual(
        "A stronger pattern than the bearing's is at {found:.2f} Hz ({order:.3f} x speed): check speed, bearing.",
        "{found:.2f} Hz（转速的 {order:.3f} 倍）处有比该轴承特征频率更强的谱线：请核对转速和轴承型号。",
    )
    AMBIGUOUS = Bilingual(
        "The pattern at {found:.2f} Hz ({order:.3f} x speed) fits two parts of this bearing equally well.",
        "{found:.2f} Hz（转速的 {order:.3f} 倍）处的谱线同时符合该轴承的两个部件。",
    )
    NEAR_SHAFT = Bilingual(
        "Lines at {found:.2f} Hz ({order:.0f} x speed) and its multiples may be the shaft's or the bearing's.",
        "{found:.2f} Hz（转速的 {order:.0f} 倍）处的谱线可能来自转轴，也可能来自该轴承：两者频率过于接近。",
    )
    WEAK = Bilingual(
        "There are signs of a fault, too weak to name it; measure longer, or again.",
        "有故障迹象，但证据不足以定名；请延长测量时间或复测。",
    )
    VELOCITY = Bilingual(
        "The vibration velocity is {found:.1f} mm/s RMS, more than it should be, and no rule explains it.",
        "振动速度有效值为 {found:.1f} mm/s，超过设备允许值，且现有规则无法解释。",
    )
    LINE = Bilingual(
        "A line at {found:.1f} Hz ({order:.3f} x speed) makes most of the vibration, and no rule explains it: "
        "check speed, mains (--line-frequency), belts and machines beside it.",
        "{found:.1f} Hz（转速的 {order:.3f} 倍）处的谱线占振动的大部分，现有规则无法解释：请核对转速、电源频率"
        "（--line-frequency）、皮带和邻近设备。",
    )

    def sentence(self, *, found: float = 0.0, order: float = 0.0) -> Bilingual:
        """Say it with the frequency in Hz (or velocity in mm/s) that was found, and that frequency's order."""
        return self.value.fill(found=found, order=order)
