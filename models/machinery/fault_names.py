"""Names of faults in a few words, in both languages; `models.diagnosis.fault_texts` has them in full."""

from models.bilingual import Bilingual

__all__ = ["FAULT_NAMES", "fault_name"]

FAULT_NAMES = {
    "bearing_outer_race": Bilingual("damaged outer race of the bearing", "轴承外圈损伤"),
    "bearing_inner_race": Bilingual("damaged inner race of the bearing", "轴承内圈损伤"),
    "bearing_rolling_element": Bilingual("damaged rolling element of the bearing", "轴承滚动体损伤"),
    "bearing_cage": Bilingual("damaged cage of the bearing", "轴承保持架损伤"),
    "unbalance": Bilingual("unbalance", "不平衡"),
    "misalignment": Bilingual("misalignment", "不对中"),
    "looseness": Bilingual("looseness", "松动"),
    "gear": Bilingual("damaged gear", "齿轮损伤"),
    "electrical": Bilingual("electromagnetic vibration", "电磁振动"),
    "blade_pass": Bilingual("pulsation at blade pass", "叶片通过频率脉动"),
    "lubrication": Bilingual("lack of lubrication", "润滑不良"),
}


def fault_name(fault: str) -> Bilingual:
    """Give a fault's name in English and in Chinese; one that is not known stays as it is.

    >>> fault_name("unbalance").zh, fault_name("bent_shaft").zh
    ('不平衡', 'bent_shaft')
    """
    return FAULT_NAMES.get(fault) or Bilingual(fault, fault)
