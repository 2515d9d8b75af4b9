"""A fleet of which much cannot be told, made by hand."""

from datetime import timedelta
from typing import get_args

from models.outputs import Guard
from models.texts.withheld import withheld_sentence
from tests.stream.web.fleets import NOW, UNJUDGED, alert, health


def untold(now=NOW):
    """A fleet of which much can't be told: not judged by each guard, stopped with an alert, a sensor lost."""
    outputs, judged_at = [], now - timedelta(hours=2, minutes=48)
    silent = now - timedelta(hours=3)
    for guard in get_args(Guard):
        if guard in {"standstill", "planned", "retired", "forgotten"}:
            continue
        machine, sentence = f"N-{guard}", withheld_sentence("not_judged", guard, "drive-end")
        common = {"status": "not_judged", "score": None, "guard": guard, "judged_at": judged_at}
        common |= {"reason": sentence.en, "reason_zh": sentence.zh, "anomaly": UNJUDGED}
        outputs.append(health(machine, "drive-end", silent if guard == "silent" else now, **common))
        outputs.append(health(machine, "bearing", now, **common))
    stale = {"status": "warning", "score": None, "guard": "starting", "judged_at": judged_at, "anomaly": UNJUDGED}
    outputs += [
        health("A-stale", "drive-end", now, **stale),
        alert(
            "A-stale",
            "drive-end",
            "change",
            "medium",
            now - timedelta(hours=5),
            "drive-end: much.",
            "drive-end:多。",
        ),
        health(
            "A-stopped",
            "drive-end",
            now,
            status="critical",
            score=None,
            reason="The machine stands still.",
            reason_zh="设备停机。",
            running="stopped",
            running_since=now - timedelta(hours=1),
        ),
        alert(
            "A-stopped",
            "drive-end",
            "change",
            "high",
            now - timedelta(hours=2),
            "drive-end: much.",
            "drive-end:多。",
        ),
        health(
            "A-sensor",
            "drive-end",
            now,
            status="critical",
            score=None,
            reason="No sensor of this machine can be trusted.",
            reason_zh="设备的传感器均不可信。",
            flags=("clipped",),
        ),
        alert(
            "A-sensor",
            "drive-end",
            "change",
            "high",
            now - timedelta(hours=2),
            "drive-end: much.",
            "drive-end:多。",
        ),
        alert(
            "A-sensor",
            "drive-end",
            "sensor_fault",
            "high",
            now - timedelta(hours=1),
            "drive-end: sensor fault (signal clipped).",
            "drive-end:传感器故障(削波)。",
        ),
    ]
    for status in ("sensor_fault", "no_data", "stopped", "warming_up", "watch"):
        sentence = withheld_sentence(status)
        outputs.append(
            health(
                f"S-{status}",
                "drive-end",
                now,
                status=status,
                score=80.0 if status == "watch" else None,
                reason=sentence.en,
                reason_zh=sentence.zh,
                flags=("open",) if status == "sensor_fault" else (),
            )
        )
    return [*outputs, *(health(f"Z-{number}", "drive-end", now) for number in range(6))]
