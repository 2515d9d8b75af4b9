"""`stethos machines`: which machines there are, and what they are called."""

import typer

from stream.cli.asset_history import history
from stream.cli.rename import rename

__all__ = ["app"]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Rename machines, and look up what stood where."""


app.command("rename")(rename)
app.command("history")(history)
