"""`stethos shelve` and `stethos unshelve`: alerts that people know of are set aside, and brought back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from models.clock import to_datetime
from stream.cli.action_options import By, MachineName, Note, send
from stream.cli.terminal import AsJson, SettingsFile
from stream.messages.actions import Shelve, Unshelve

__all__ = ["moment_ahead", "shelve", "unshelve"]

RuleName = Annotated[
    str, typer.Option("--rule", help="One rule, such as change or no_data; without it all of the point.")
]

ShelvedPoint = Annotated[
    str, typer.Option("--point", help="One measuring point; without it the rule wherever it stands.")
]


def shelve(
    machine: MachineName,
    *,
    point: ShelvedPoint = "",
    rule: RuleName = "",
    until: Annotated[str, typer.Option(help="Until when: for so long (8h, 3d), or a time with its zone.")] = "8h",
    reason: Annotated[str, typer.Option(help="Why, for whoever finds it shelved.", show_default=False)],
    one_shot: Annotated[bool, typer.Option("--one-shot", help="End it already when what stands is over.")] = False,
    note: Note = "",
    by: By = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Set alerts of a point, or of a rule, aside for a while: they are judged as ever and count, but tell nobody.

    It always ends: a week from now at the latest, after eight hours where an alert of high priority is among them,
    and at once when one becomes more urgent. What still stands then is told again. A machine has ten shelves.

    For example:

      stethos shelve PUMP-1 --point drive-end --rule change --until 3d --reason "bearing ordered, comes on Tuesday"

      stethos shelve 水泵-1 --rule no_data --until 2026-03-01T18:00:00+08:00 --reason "更换网关"
    """
    now = datetime.now(UTC)
    ends = moment_ahead(until, now)
    send(
        lambda time, who: Shelve(
            machine=machine,
            time=time,
            by=who,
            point=point,
            note=note,
            rule=rule,
            until=ends,
            one_shot=one_shot,
            reason=reason,
        ),
        by=by,
        settings=settings,
        as_json=as_json,
        said=f"{_what(machine, point, rule)}: to be shelved until {ends.astimezone():%Y-%m-%d %H:%M %Z}; "
        "the machine's page shows it, or why it was refused",
    )


def unshelve(
    machine: MachineName,
    *,
    point: ShelvedPoint = "",
    rule: RuleName = "",
    note: Note = "",
    by: By = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Bring back what is shelved of a machine, of one point or of one rule: what stands is told again at once.

    For example:

      stethos unshelve PUMP-1

      stethos unshelve 水泵-1 --point 驱动端 --rule change
    """
    send(
        lambda time, who: Unshelve(machine=machine, time=time, by=who, point=point, note=note, rule=rule),
        by=by,
        settings=settings,
        as_json=as_json,
        said=f"{_what(machine, point, rule)}: no longer shelved",
    )


def moment_ahead(text: str, now: datetime) -> datetime:
    """Read a moment, or how far from now it is.

    >>> moment_ahead("2h", datetime(2026, 3, 1, 8, tzinfo=UTC)).isoformat()
    '2026-03-01T10:00:00+00:00'
    """
    from stream.config.durations import parse_learning_period  # noqa: PLC0415 -- keeps --help quick

    try:
        period = parse_learning_period(text)
        return to_datetime(period.end_us(round(now.timestamp() * 1e6)))
    except OverflowError:
        raise typer.BadParameter(f"{text!r} is too far away; a week is the most", param_hint="--until") from None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from None


def _what(machine: str, point: str, rule: str) -> str:
    return ", ".join(part for part in (machine, point, rule) if part)
