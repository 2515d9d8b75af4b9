"""`stethos experience`: how far the rules can be trusted, after what was found."""

from typing import TYPE_CHECKING

import msgspec
import typer

from stream.cli.terminal import AsJson, SettingsFile, complain_at, progress

if TYPE_CHECKING:
    from models.learning.experience import Experience

__all__ = ["experience"]


def experience(*, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    """Show what findings have taught: precision and lead time of each rule, and how the classifier does.

    The classifier rates alerts low that look like false alarms of the past, and only while it does better than the
    rules alone.

    For example:

      stethos experience

      stethos experience --json
    """
    from models.learning.experience import Experience, learn_one  # noqa: PLC0415 -- keeps --help quick
    from models.outputs import Lesson  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.messages.records import decode_told  # noqa: PLC0415 -- keeps --help quick
    from stream.messages.topics import LESSONS  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.recording import record  # noqa: PLC0415 -- keeps --help quick

    known = Experience()

    def learn(line: bytes) -> None:
        told = decode_told(line)
        if isinstance(told, Lesson):
            learn_one(known, told)

    with progress("reading lessons") as tell:
        record(
            load_settings(settings),
            LESSONS,
            learn,
            unreadable=complain_at,
            progress=tell,
        )
    if as_json:
        typer.echo(msgspec.json.encode(msgspec.structs.replace(known, seen=[])).decode())
    else:
        _show(known)


def _show(known: "Experience") -> None:
    from rich.console import Console  # noqa: PLC0415 -- keeps --help quick
    from rich.table import Table  # noqa: PLC0415 -- keeps --help quick

    from models.alarms.proportion import wilson_interval  # noqa: PLC0415 -- keeps --help quick

    console = Console()
    if not known.lessons:
        console.print("No finding has labelled an alert yet; `stethos finding --help` tells how.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("alerts of", "confirmed", "false", "precision", "median lead time"):
        table.add_column(column, justify="left" if column == "alerts of" else "right")
    for name, tally in sorted(known.tallies.items()):
        precision = ""
        if tally.precision is not None:
            low, high = wilson_interval(tally.confirmed, tally.confirmed + tally.false_alarms)
            precision = f"{100 * tally.precision:.0f} % ({100 * low:.0f} to {100 * high:.0f} %)"
        lead = "" if tally.lead_h is None else f"{tally.lead_h:.0f} h"
        table.add_row(name, str(tally.confirmed), str(tally.false_alarms), precision, lead)
    console.print(table)
    trial = known.trial
    console.print(
        f"Of the last {len(trial.rule)} alerts that may be rated low: the rules alone cost {sum(trial.rule):g}, "
        f"the classifier {sum(trial.classifier):g}; it is {'used' if trial.passed else 'not used'}."
    )
