"""`python -m evaluation`: all evaluations, or the one that is named. Each is a file or folder of its own."""

import typer

from evaluation.condition.lives import lives
from evaluation.condition.nab import nab
from evaluation.condition.remaining import remaining
from evaluation.condition.skab import skab
from evaluation.condition.sudden import sudden
from evaluation.diagnosis.command import diagnosis
from evaluation.fleet.command import fleet
from evaluation.streamed import stream

__all__ = ["app"]

EVALUATIONS = (lives, remaining, skab, nab, sudden, diagnosis, stream, fleet)
"""Functions with a docstring and options, all of which have defaults: their names are the commands'."""

app = typer.Typer(help="How well Stethos does, in figures.", add_completion=False, pretty_exceptions_enable=False)
for evaluation in EVALUATIONS:
    app.command()(evaluation)


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Run all evaluations, one after the other, unless one is named."""
    if context.invoked_subcommand is None:
        for each in EVALUATIONS:
            each()


if __name__ == "__main__":
    app()
