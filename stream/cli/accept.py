"""`stethos accept`: what a machine does from now on is normal."""

from stream.cli.action_options import By, MachineName, Note, PointName, send
from stream.cli.terminal import AsJson, SettingsFile
from stream.messages.actions import Accept

__all__ = ["accept"]


def accept(
    machine: MachineName,
    *,
    point: PointName = "",
    note: Note = "",
    by: By = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Accept a lasting change as new normal: a new product, a new foundation, another load.

    Alerts that stand against what was usual are over, and that is learned anew from now on. Limits that no machine
    may exceed, named faults and faults of sensors stay.

    For example:

      stethos accept PUMP-1 --note "runs product B since today"

      stethos accept 水泵-1 --point 驱动端 --note "新基础"
    """
    send(
        lambda now, who: Accept(machine=machine, time=now, by=who, point=point, note=note),
        by=by,
        settings=settings,
        as_json=as_json,
        said=f"{machine}{f', {point}' if point else ''}: accepted as new normal",
    )
