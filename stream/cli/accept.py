"""`stethos accept`: what a machine does from now on is normal, or its silences are its plan."""

from typing import Annotated

import typer

from stream.cli.action_options import By, MachineName, Note, PointName, send
from stream.cli.terminal import AsJson, SettingsFile
from stream.messages.actions import Accept

__all__ = ["accept"]


def accept(
    machine: MachineName,
    *,
    point: PointName = "",
    rhythm: Annotated[
        str | None,
        typer.Option(
            help='When it is silent by plan: "Mon-Fri 18:00-06:00; Sat-Sun", "up to 4h", or "none". Nothing else '
            "is accepted then.",
            show_default=False,
        ),
    ] = None,
    note: Note = "",
    by: By = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Accept a lasting change as new normal: a new product, a new foundation, another load.

    Alerts that stand against what was usual are over, and that is learned anew from now on. Limits that no machine
    may exceed, named faults and faults of sensors stay.

    With --rhythm its silences are accepted as its plan, by the plant's clock (zone in machines.toml): while one
    lasts it is quiet by plan and raises no alert. It does a tenth of it after the expected return, an hour at most.

    For example:

      stethos accept PUMP-1 --note "runs product B since today"

      stethos accept 水泵-1 --point 驱动端 --note "新基础"

      stethos accept PUMP-1 --rhythm "Mon-Fri 18:00-06:00; Sat-Sun"

      stethos accept PUMP-1 --rhythm none
    """
    if rhythm is not None and not rhythm.strip():  # a variable of a shell that is empty: all else would be accepted
        raise typer.BadParameter(
            'it is empty; write a plan such as "Mon-Fri 18:00-06:00", none to end one, or leave --rhythm out to '
            "accept a lasting change",
            param_hint="--rhythm",
        )
    plan = rhythm or ""
    send(
        lambda now, who: Accept(machine=machine, time=now, by=who, point=point, note=note, rhythm=plan),
        by=by,
        settings=settings,
        as_json=as_json,
        said=_said(machine, point, plan),
    )


def _said(machine: str, point: str, rhythm: str) -> str:
    """Say what was accepted.

    >>> _said("P-1", "", "none"), _said("P-1", "drive-end", "")
    ('P-1: has no plan of silence any more', 'P-1, drive-end: accepted as new normal')
    """
    if rhythm.strip().lower() == "none":
        return f"{machine}: has no plan of silence any more"
    if rhythm:
        return f"{machine}: quiet by plan from now on: {rhythm}"
    return f"{machine}{f', {point}' if point else ''}: accepted as new normal"
