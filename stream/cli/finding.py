"""`stethos finding`: tell what was found at a machine."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from models.observations import FindingVerdict
from stream.cli.action_options import By, MachineName, Note, PointName, moment, send
from stream.cli.terminal import AsJson, SettingsFile
from stream.messages.actions import Finding

__all__ = ["finding"]


_VERDICTS: Mapping[str, FindingVerdict] = {"confirmed": "confirmed", "false-alarm": "false_alarm"}


def finding(
    machine: MachineName,
    verdict: Annotated[
        str, typer.Argument(metavar="confirmed|false-alarm", help="Whether there is a fault.", show_default=False)
    ],
    *,
    fault: Annotated[str, typer.Option(help="What was found.")] = "",
    done: Annotated[str, typer.Option(help="What was done about it.")] = "",
    since: Annotated[
        str, typer.Option(help="Since when it has been so: 2h or 3d ago, or a time with its zone.")
    ] = "",
    alert: Annotated[
        str, typer.Option(help="Id of the one alert that it is about; else all since then, at most of 30 days.")
    ] = "",
    point: PointName = "",
    note: Note = "",
    by: By = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell what somebody found at a machine, which labels its alerts as right or false.

    It is kept for ever, and Stethos learns from it which alerts to trust. A repaired machine needs `stethos
    maintenance` as well; one that is sound but has changed for good needs `stethos accept`.

    For example:

      stethos finding PUMP-1 confirmed --fault "outer race, drive end" --done "bearing replaced" --since 3d

      stethos finding FAN-2 false-alarm --note "the neighbouring press was set up"

      stethos finding 风机-3 false-alarm --point 驱动端 --note "换了产品"
    """
    if verdict not in _VERDICTS:
        allowed = " or ".join(_VERDICTS)
        raise typer.BadParameter(f"{verdict!r} is no verdict; write {allowed}", param_hint="verdict")

    def make(now: datetime, who: str) -> Finding:
        return Finding(
            machine=machine,
            time=now,
            by=who,
            point=point,
            note=note,
            verdict=_VERDICTS[verdict],
            fault=fault,
            done=done,
            since=moment(since, now),
            alert=alert,
        )

    send(make, by=by, settings=settings, as_json=as_json, said=f"{machine}: {verdict} is noted")
