"""Texts of faults: what a hypothesis is called and what to check next, in English and Chinese.

Bearing damage is worded after ISO 15243 (GB/T 24611), condition monitoring after ISO 13372 (GB/T 20921).
"""

import msgspec

from models.bilingual import Bilingual

__all__ = ["FAULTS", "FaultText"]


class FaultText(msgspec.Struct, frozen=True):
    """Wording of one fault."""

    name: Bilingual
    """In full, with what it may be confused with."""
    next_check: Bilingual
    """What to check next."""


_RING = Bilingual(
    "Look at the trend, listen at the bearing, take a grease or oil sample; plan the exchange and inspect the "
    "surfaces after ISO 15243: fatigue, wear, corrosion, electrical erosion, plastic deformation, or cracking.",
    "查看趋势、现场听诊、取润滑剂样；安排更换并按 GB/T 24611（ISO 15243）检查滚道："
    "疲劳、磨损、腐蚀、电蚀、塑性变形或断裂和开裂。",
)

FAULTS = {
    "bearing_outer_race": FaultText(
        Bilingual(
            "damage to the outer ring's raceway (fatigue spall, indentation or corrosion)",
            "外圈滚道损伤（疲劳剥落、压痕或腐蚀）",
        ),
        _RING,
    ),
    "bearing_inner_race": FaultText(
        Bilingual(
            "damage to the inner ring's raceway (fatigue spall, indentation or cracking)",
            "内圈滚道损伤（疲劳剥落、压痕或开裂）",
        ),
        _RING,
    ),
    "bearing_rolling_element": FaultText(
        Bilingual(
            "damage to a rolling element (fatigue spall, indentation or corrosion)",
            "滚动体损伤（疲劳剥落、压痕或腐蚀）",
        ),
        _RING,
    ),
    "bearing_cage": FaultText(
        Bilingual(
            "damage to the cage (wear or fracture)",
            "保持架损伤（磨损或断裂）",
        ),
        Bilingual(
            "Check lubrication and cage play; a damaged rolling element modulates at cage speed too, so look for "
            "twice the element's spin frequency in a longer recording.",
            "检查润滑和保持架间隙；滚动体损伤同样会产生保持架频率调制，请用更长的记录查找二倍滚动体自转频率。",
        ),
    ),
    "unbalance": FaultText(
        Bilingual(
            "unbalance; a bent shaft or an eccentric rotor looks the same from one sensor",
            "不平衡；单个传感器无法与轴弯曲或转子偏心区分",
        ),
        Bilingual(
            "Compare phase: 90 degrees between horizontal and vertical says unbalance, 180 degrees axially across "
            "the rotor a bent shaft. Clean the rotor, then balance it.",
            "比较相位：水平与垂直相差90°为不平衡，转子两端轴向相差180°为轴弯曲。先清洁转子，再做动平衡。",
        ),
    ),
    "misalignment": FaultText(
        Bilingual(
            "misalignment of the coupling; a bent shaft or a soft foot can look the same",
            "联轴器不对中；轴弯曲或软脚可有相同表现",
        ),
        Bilingual(
            "Compare axial phase across the coupling (180 degrees says misalignment); check alignment and each "
            "foot.",
            "比较联轴器两侧轴向相位（相差180°为不对中），检查冷态、热态对中及各地脚。",
        ),
    ),
    "looseness": FaultText(
        Bilingual(
            "mechanical looseness (fit, foundation or bearing play)",
            "机械松动（配合、基础或轴承间隙）",
        ),
        Bilingual(
            "Tighten and compare phase between foot, plate and foundation; check the bearing's fit and play.",
            "紧固后比较地脚、底板与基础之间的相位；检查轴承配合与间隙。",
        ),
    ),
    "gear": FaultText(
        Bilingual(
            "damage to a gear (worn, cracked or broken tooth) or its eccentricity",
            "齿轮损伤（轮齿磨损、裂纹或断齿）或偏心",
        ),
        Bilingual(
            "Inspect the teeth through the inspection cover, take an oil sample, and average synchronously with "
            "the suspected shaft.",
            "通过观察孔检查轮齿，取油样，并对可疑轴做同步平均。",
        ),
    ),
    "electrical": FaultText(
        Bilingual(
            "electromagnetic force at twice the line frequency (air gap, stator, or loose laminations)",
            "二倍电源频率电磁力（气隙不均、定子故障或铁芯松动）",
        ),
        Bilingual(
            "Switch off while measuring: what is electrical goes at once. Check air gap, currents and soft foot.",
            "测量时断电：电磁振动立即消失。检查气隙、三相电流和软脚。",
        ),
    ),
    "blade_pass": FaultText(
        Bilingual(
            "pulsation at blade-pass frequency (operating point, obstruction, or clearance to the cutwater)",
            "叶片通过频率脉动（工况点偏离、流道阻塞或隔舌间隙）",
        ),
        Bilingual(
            "Check operating point, dampers and inlet, and the clearance to cutwater or guide vanes.",
            "检查工况点、阀门和入口，以及与隔舌或导叶的间隙。",
        ),
    ),
    "lubrication": FaultText(
        Bilingual(
            "lack of lubrication, or friction or cavitation, which look the same",
            "润滑不良；摩擦或汽蚀可有相同表现",
        ),
        Bilingual(
            "Relubricate with the right quantity and measure again: what sinks and stays down was lubrication.",
            "按规定量补充润滑后复测：噪声下降且不再回升即为润滑不良。",
        ),
    ),
}
