"""`stethos machines`: which machines there are, and that some leave or come back."""

import sys
from typing import Annotated

import typer

from stream.cli.action_options import By
from stream.cli.asset_history import history
from stream.cli.rename import rename
from stream.cli.terminal import AsJson, SettingsFile

__all__ = ["app"]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

MachineNames = Annotated[list[str], typer.Argument(help="Ids of machines.", metavar="ID...", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why, in any language; it is kept with the action.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it whatever stands open, and whoever knows it; do not ask.")]


@app.callback()
def _group() -> None:
    """List machines; rename, retire, take back or forget them; look up what stood where."""


@app.command("list")
def list_machines(
    *,
    line: Annotated[str, typer.Option("--line", help="Only machines of this line.")] = "",
    status: Annotated[str, typer.Option("--status", help="Only these: a status, retired, or unheard.")] = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """List every machine that machines.toml describes or the store knows, with how it stands.

    `unheard` are those that are described and have never sent; `retired` those that nobody expects any more.

    For example:

      stethos machines list

      stethos machines list --line "boiler house" --status no_data

      stethos machines list --status retired --json
    """
    from stream.cli.roster import chosen_machines, read_machines, show  # noqa: PLC0415 -- keeps --help quick

    known = read_machines(settings)
    found = chosen_machines(known, line=line, status=status)
    if as_json:
        import msgspec  # noqa: PLC0415 -- keeps --help quick

        for each in found:
            sys.stdout.buffer.write(msgspec.json.encode(each) + b"\n")
    else:
        show(known, found)


@app.command()
def retire(
    machines: MachineNames,
    *,
    reason: Reason,
    by: By = "",
    yes: Yes = False,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Retire machines that are out for good: nobody expects them any more, and their history stays.

    Their alerts are over. What one sends all the same is stored and not judged, and an hour later an alert says so;
    `stethos machines return` takes it back. One with an open alert of medium or high priority wants --yes.

    For example:

      stethos machines retire P-101 --reason "scrapped" --by Li

      stethos machines retire 水泵-1 "fan 2" --reason "生产线已拆除"
    """
    from stream.cli.roster import send_roster  # noqa: PLC0415 -- keeps --help quick

    send_roster("retire", machines, by=by, reason=reason, yes=yes, settings=settings, as_json=as_json)


@app.command("return")
def take_back(
    machines: MachineNames,
    *,
    reason: Reason = "",
    by: By = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Take retired machines back: from now on they are expected, and judged by what they had learned.

    Where a machine is another one by now, say `stethos maintenance` as well, so that it learns anew.

    For example:

      stethos machines return P-101 --reason "overhauled, in service again"
    """
    from stream.cli.roster import send_roster  # noqa: PLC0415 -- keeps --help quick

    send_roster("return", machines, by=by, reason=reason, yes=True, settings=settings, as_json=as_json)


@app.command()
def forget(
    machines: MachineNames,
    *,
    reason: Reason,
    by: By = "",
    results: Annotated[
        bool, typer.Option("--results", help="Also delete what the store holds of them, but for actions.")
    ] = False,
    yes: Yes = False,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Forget machines: all that was learned of them is gone, and they are listed no more.

    This is for names that were never meant, and for trials. One that sends again begins as a new machine. What the
    store holds stays unless --results deletes it, which cannot be undone. One with an open alert of medium or high
    priority wants --yes.

    For example:

      stethos machines forget P-1O1 --reason "typing error"

      stethos machines forget test-1 test-2 --reason "trial is over" --results --yes
    """
    from stream.cli.roster import delete_results, send_roster  # noqa: PLC0415 -- keeps --help quick

    ask = "" if yes or not results else f"Delete all that the store holds of {', '.join(machines)} for good?"
    sent = send_roster(
        "forget", machines, by=by, reason=reason, yes=yes, ask=ask, settings=settings, as_json=as_json
    )
    if results:
        delete_results(sent, settings=settings, as_json=as_json)


app.command("rename")(rename)
app.command("history")(history)
