"""Faults as people call them in a line, in English and Chinese; `models.diagnosis.fault_texts` has them in full."""

__all__ = ["FAULT_NAMES", "fault_name"]

FAULT_NAMES = {
    "bearing_outer_race": ("damaged outer race of the bearing", "轴承外圈损伤"),
    "bearing_inner_race": ("damaged inner race of the bearing", "轴承内圈损伤"),
    "bearing_rolling_element": ("damaged rolling element of the bearing", "轴承滚动体损伤"),
    "bearing_cage": ("damaged cage of the bearing", "轴承保持架损伤"),
    "unbalance": ("unbalance", "不平衡"),
    "misalignment": ("misalignment", "不对中"),
    "looseness": ("looseness", "松动"),
    "gear": ("damaged gear", "齿轮损伤"),
    "electrical": ("electromagnetic vibration", "电磁振动"),
    "blade_pass": ("pulsation at blade pass", "叶片通过频率脉动"),
    "lubrication": ("lack of lubrication", "润滑不良"),
}


def fault_name(fault: str) -> tuple[str, str]:
    """Give a fault's name in English and in Chinese; one that is not known stays as it is.

    >>> fault_name("unbalance"), fault_name("bent_shaft")
    (('unbalance', '不平衡'), ('bent_shaft', 'bent_shaft'))
    """
    return FAULT_NAMES.get(fault, (fault, fault))
