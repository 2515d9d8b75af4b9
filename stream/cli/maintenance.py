"""`stethos maintenance`: tell that a machine has been worked on."""

from typing import Annotated

import typer

from stream.cli.action_options import By, MachineName, Note, PointName, send
from stream.cli.terminal import AsJson, SettingsFile
from stream.messages.actions import Maintenance

__all__ = ["maintenance"]


def maintenance(
    machine: MachineName,
    *,
    done: Annotated[str, typer.Option(help="What was done.")] = "",
    point: PointName = "",
    note: Note = "",
    by: By = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell that a machine has been worked on: its alerts are over, and what is usual is learned anew from now on.

    For example:

      stethos maintenance PUMP-1 --done "both bearings replaced"

      stethos maintenance 水泵-1 --point 驱动端 --done "更换轴承" --by 王伟
    """
    send(
        lambda now, who: Maintenance(machine=machine, time=now, by=who, point=point, note=note, done=done),
        by=by,
        settings=settings,
        as_json=as_json,
        said=f"{machine}: maintenance is noted; what is usual is learned anew from now on",
    )
