"""Every word of the page in English and Chinese; Chinese terms as in the GB/T standards of the field."""

from models.outputs import Priority, Status
from stream.texts.language import Phrase

__all__ = ["CODES", "FLAGS", "POINTS", "PRIORITIES", "STATUSES"]


STATUSES: dict[Status, Phrase] = {
    "critical": Phrase("Critical", "危险"),
    "warning": Phrase("Warning", "警告"),
    "watch": Phrase("Watch", "关注"),
    "sensor_fault": Phrase("Sensor fault", "传感器故障"),
    "no_data": Phrase("No data", "无数据"),
    "stopped": Phrase("Stopped", "停机"),
    "warming_up": Phrase("Learning", "学习中"),
    "healthy": Phrase("Healthy", "正常"),
}

PRIORITIES: dict[Priority, Phrase] = {
    "high": Phrase("High priority", "高优先级"),
    "medium": Phrase("Medium priority", "中优先级"),
    "low": Phrase("Low priority", "低优先级"),
}

CODES = {
    "severity": Phrase("vibrates too strongly", "振动过大"),
    "change": Phrase("vibrates more than it used to", "振动明显高于平时"),
    "anomaly": Phrase("behaves unlike before", "表现与以往不同"),
    "temperature": Phrase("too hot", "温度过高"),
    "diagnosis": Phrase("a fault is named", "已诊断出故障"),
    "no_data": Phrase("no data", "无数据"),
    "sensor_fault": Phrase("sensor cannot be trusted", "传感器不可信"),
}
"""What is the matter, in few words, by the rule of an alert or the code of a deduction."""

FLAGS = {
    "not_finite": Phrase("values missing", "数值缺失"),
    "clipped": Phrase("signal clipped at the end of its range", "信号削波（超出量程）"),
    "stuck": Phrase("signal stuck at one value", "信号卡死不变"),
    "too_short": Phrase("signal too short", "信号过短"),
    "offset": Phrase("large constant offset", "直流偏置过大"),
    "open": Phrase("cable open", "线路开路"),
    "out_of_range": Phrase("beyond what the sensor can measure", "超出传感器量程"),
    "erratic": Phrase("values jump about", "数值跳动"),
    "jump": Phrase("a jump that no machine makes", "数值突跳"),
    "recovering": Phrase("plausible again, not yet for long", "已恢复，观察中"),
    "late": Phrase("arrived late", "数据迟到"),
    "future": Phrase("clock ahead", "时钟超前"),
    "crowded": Phrase("too many points, not judged", "测点过多，未评定"),
    "short": Phrase("block under one second", "数据不足一秒"),
    "narrow_band": Phrase("part of the velocity band only", "速度频带不全"),
}
"""What is wrong or special about a signal."""

POINTS = {
    "drive-end": Phrase("drive end", "驱动端"),
    "non-drive-end": Phrase("non-drive end", "非驱动端"),
    "bearing": Phrase("bearing", "轴承"),
    "winding": Phrase("winding", "绕组"),
    "oil": Phrase("oil", "润滑油"),
    "horizontal": Phrase("horizontal", "水平方向"),
    "vertical": Phrase("vertical", "垂直方向"),
    "axial": Phrase("axial", "轴向"),
    "casing": Phrase("casing", "机壳"),
    "ambient": Phrase("ambient", "环境"),
}
"""Points with an everyday name; any other is called as it is."""

KINDS = {
    "pump": Phrase("pump", "泵"),
    "fan": Phrase("fan", "风机"),
    "motor": Phrase("motor", "电机"),
    "gearbox": Phrase("gearbox", "齿轮箱"),
    "compressor": Phrase("compressor", "压缩机"),
    "blower": Phrase("blower", "鼓风机"),
    "spindle": Phrase("spindle", "主轴"),
    "reciprocating-compressor": Phrase("reciprocating compressor", "往复式压缩机"),
}
"""Kinds of machines; any other is called as it is."""
