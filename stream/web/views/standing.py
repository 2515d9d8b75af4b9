"""How a machine stands on the fleet's page: its status, or one of the few more that only a list knows."""

from typing import Literal

from models.bilingual import Bilingual
from models.outputs import Status
from stream.texts.phrases import STATUSES

__all__ = ["STANDINGS", "Standing"]

Standing = Status | Literal["planned", "unheard", "retired"]
"""Besides a status: quiet by plan; described, but never heard of; retired, and so not listed unless asked for."""

STANDINGS: dict[Standing, Bilingual] = {
    "critical": STATUSES["critical"],
    "warning": STATUSES["warning"],
    "watch": STATUSES["watch"],
    "sensor_fault": STATUSES["sensor_fault"],
    "not_judged": STATUSES["not_judged"],
    "no_data": STATUSES["no_data"],
    "unheard": Bilingual("No data yet", "尚无数据"),
    "stopped": STATUSES["stopped"],
    "planned": Bilingual("Quiet by plan", "按计划静默"),
    "warming_up": STATUSES["warming_up"],
    "healthy": STATUSES["healthy"],
    "retired": Bilingual("Retired", "已停用"),
}
"""Every standing in words, in the order in which the page counts them."""
