"""Phrases of the page in English and Chinese; Chinese terms as in the GB/T standards of the field."""

from models.bilingual import Bilingual
from models.outputs import Priority, Status

__all__ = ["CODES", "FLAGS", "POINTS", "PRIORITIES", "STATUSES"]


STATUSES: dict[Status, Bilingual] = {
    "critical": Bilingual("Critical", "危险"),
    "warning": Bilingual("Warning", "警告"),
    "watch": Bilingual("Watch", "关注"),
    "sensor_fault": Bilingual("Sensor fault", "传感器故障"),
    "no_data": Bilingual("No data", "无数据"),
    "not_judged": Bilingual("Not judged", "未判定"),
    "stopped": Bilingual("Stopped", "停机"),
    "warming_up": Bilingual("Learning", "学习中"),
    "healthy": Bilingual("Healthy", "正常"),
}

PRIORITIES: dict[Priority, Bilingual] = {
    "high": Bilingual("High priority", "高优先级"),
    "medium": Bilingual("Medium priority", "中优先级"),
    "low": Bilingual("Low priority", "低优先级"),
}

CODES = {
    "severity": Bilingual("vibrates too strongly", "振动过大"),
    "change": Bilingual("vibrates more than it used to", "振动明显高于平时"),
    "anomaly": Bilingual("behaves unlike before", "表现与以往不同"),
    "temperature": Bilingual("too hot", "温度过高"),
    "diagnosis": Bilingual("a fault is named", "已诊断出故障"),
    "sisters": Bilingual("unlike machines like it", "与同类设备不符"),
    "no_data": Bilingual("no data", "无数据"),
    "rhythm": Bilingual("its silences have a rhythm to be looked at", "静默规律待确认"),
    "sensor_fault": Bilingual("sensor cannot be trusted", "传感器不可信"),
    "late": Bilingual("was not sound, told late", "曾出现异常（数据迟到）"),
    "clock": Bilingual("its clock is wrong", "时钟不正确"),
    "retired": Bilingual("retired, but sends", "已停用但仍有数据"),
    "contradiction": Bilingual("measurements contradict each other", "测量值相互矛盾"),
}
"""What is the matter, in few words, by the rule of an alert or the code of a deduction."""

FLAGS = {
    "not_finite": Bilingual("values missing", "数值缺失"),
    "clipped": Bilingual("signal clipped at the end of its range", "信号削波（超出量程）"),
    "stuck": Bilingual("signal stuck at one value", "信号卡死不变"),
    "too_short": Bilingual("signal too short", "信号过短"),
    "offset": Bilingual("large constant offset", "直流偏置过大"),
    "open": Bilingual("cable open", "线路开路"),
    "out_of_range": Bilingual("beyond what the sensor can measure", "超出传感器量程"),
    "erratic": Bilingual("values jump about", "数值跳动"),
    "jump": Bilingual("a jump that no machine makes", "数值突跳"),
    "recovering": Bilingual("plausible again, not yet for long", "已恢复，观察中"),
    "late": Bilingual("arrived late", "数据迟到"),
    "future": Bilingual("clock ahead", "时钟超前"),
    "crowded": Bilingual("too many points, not judged", "测点过多，未评定"),
    "short": Bilingual("block under one second", "数据不足一秒"),
    "narrow_band": Bilingual("part of the velocity band only", "速度频带不全"),
    "repeated": Bilingual("repeats what it sent before", "重复发送旧值"),
    "shortened": Bilingual("block too long, only its beginning looked at", "数据块过长，只分析了开头"),
}
"""What is wrong or special about a signal."""

POINTS = {
    "drive-end": Bilingual("drive end", "驱动端"),
    "non-drive-end": Bilingual("non-drive end", "非驱动端"),
    "bearing": Bilingual("bearing", "轴承"),
    "winding": Bilingual("winding", "绕组"),
    "oil": Bilingual("oil", "润滑油"),
    "horizontal": Bilingual("horizontal", "水平方向"),
    "vertical": Bilingual("vertical", "垂直方向"),
    "axial": Bilingual("axial", "轴向"),
    "casing": Bilingual("casing", "机壳"),
    "ambient": Bilingual("ambient", "环境"),
}
"""Points with an everyday name; any other is called as it is."""

KINDS = {
    "pump": Bilingual("pump", "泵"),
    "fan": Bilingual("fan", "风机"),
    "motor": Bilingual("motor", "电机"),
    "gearbox": Bilingual("gearbox", "齿轮箱"),
    "compressor": Bilingual("compressor", "压缩机"),
    "blower": Bilingual("blower", "鼓风机"),
    "spindle": Bilingual("spindle", "主轴"),
    "reciprocating-compressor": Bilingual("reciprocating compressor", "往复式压缩机"),
}
"""Kinds of machines; any other is called as it is."""
