"""Why a score is withheld, in English and Chinese: what stands in the way, and what would help."""

from models.bilingual import Bilingual
from models.outputs import Guard, Status

__all__ = ["withheld_sentence"]

_NOTHING = Bilingual("", "")

_WITHHELD: dict[Status, Bilingual] = {
    "warming_up": Bilingual("Still learning what is usual for this machine.", "正在学习设备的正常状态。"),
    "sensor_fault": Bilingual("No sensor of this machine can be trusted.", "设备的传感器均不可信。"),
    "stopped": Bilingual("The machine stands still.", "设备停机。"),
    "no_data": Bilingual("Nothing has come from this machine for too long.", "设备长时间无数据。"),
}


_LEFT_OUT: dict[Guard, Bilingual] = {
    "standstill": Bilingual("the machine stands", "设备停机"),
    "starting": Bilingual(
        "it has not run for longer than a start takes so far; after five short runs it is judged within them, or "
        "give a shorter start_s in machines.toml",
        "目前每次运行都不超过启动时间；满五次短时运行后将在运行期间判定，或请在 machines.toml 中减小 start_s",
    ),
    "settling": Bilingual(
        "speed or load never stays where it is for long enough; look at how they are measured",
        "转速或负载从未稳定足够长的时间；请检查其测量方式",
    ),
    "clock": Bilingual(
        "its measurements bear a time that cannot be; set the sender's clock and time zone",
        "测量时间不可能正确；请校正发送端的时钟和时区",
    ),
    "late": Bilingual(
        "its measurements come out of order; look at what the gateway sends first",
        "测量数据未按时间顺序到达；请检查网关的发送顺序",
    ),
    "contradiction": Bilingual(
        "what is measured contradicts itself: check the speed, the load and the vibration sensor",
        "测量值相互矛盾：请检查转速、负载和振动传感器",
    ),
    "remeasured": Bilingual(
        "it is measured otherwise than before, and what is usual is being learned anew",
        "测量方式已改变，正在重新学习正常状态",
    ),
    "sensor": Bilingual(
        "a sensor cannot be trusted; check sensor, cable and mounting",
        "传感器不可信；请检查传感器、电缆和安装",
    ),
    "silent": Bilingual(
        "no level of vibration comes from one of its points any more; look at the sensor and its gateway",
        "某测点不再有振动数据；请检查传感器及其网关",
    ),
    "retired": Bilingual(
        "it is retired; stethos machines return takes it back into service",
        "设备已停用；可用 stethos machines return 恢复使用",
    ),
    "forgotten": Bilingual("it is forgotten, until it sends again", "设备已删除，再次收到数据时重新建立"),
}
_PLANNED = Bilingual("Quiet by plan.", "按计划静默。")
_AT_ONCE = frozenset({"contradiction", "retired", "forgotten"})
"""However long it has lasted."""
_NOT_JUDGED: dict[Guard, Bilingual] = {
    guard: Bilingual(f"Not judged: {why.en}.", f"未判定：{why.zh}。")
    if guard in _AT_ONCE
    else Bilingual(f"Not judged for longer than is usual: {why.en}.", f"未判定的时间超出平常：{why.zh}。")
    for guard, why in _LEFT_OUT.items()
} | {"planned": _PLANNED}
_SILENT = Bilingual(
    "{point}: nothing has come from here for longer than is usual; look at the sensor and its gateway.",
    "{point}：无数据的时间超出平常；请检查传感器及其网关。",
)
_GIVEN_UP = Bilingual(
    " If the point was given up or renamed, say so with stethos accept --point.",
    "若该测点已停用或改名，请用 stethos accept --point 说明。",
)


def withheld_sentence(
    status: Status | None, guard: Guard | None = None, point: str = "", *, accept: bool = True
) -> Bilingual:
    """Say why a score is withheld, by the status that says so; empty where it isn't. `point` is the silent one.

    That it was given up is not asked where its last evidence is of a fault (`accept`).

    >>> withheld_sentence("not_judged", "late").en[:46]
    'Not judged for longer than is usual: its measu'
    """
    if status == "not_judged" and guard is not None:
        if guard == "silent" and point:
            silent, more = _SILENT.fill(point=point), _GIVEN_UP if accept else _NOTHING
            return Bilingual(silent.en + more.en, silent.zh + more.zh)
        return _NOT_JUDGED[guard]
    return _WITHHELD.get(status, _NOTHING) if status is not None else _NOTHING
