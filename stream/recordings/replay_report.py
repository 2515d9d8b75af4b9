"""The report of a replay: JSON Lines for machines, tables for people."""

from collections.abc import Iterable, Iterator

import msgspec
from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from models.advice.crowding import MAX_POINTS
from models.machinery.fault_names import FAULT_NAMES
from models.outputs import Action, Alert, Diagnosis, Health, Status
from models.texts.remaining_life import coverage_sentence, remaining_sentence
from stream.recordings.replaying import MachineSummary, Replayed, Summary

__all__ = ["Report", "json_line", "json_lines"]

_ALERTS_SHOWN = 30
_STATUS_STYLES: dict[Status, str] = {
    "healthy": "green",
    "watch": "yellow",
    "warning": "dark_orange",
    "critical": "bold red",
    "sensor_fault": "magenta",
    "not_judged": "magenta",
    "no_data": "bright_black",
    "stopped": "bright_black",
    "warming_up": "bright_black",
}
_PRIORITY_STYLES = {"low": "yellow", "medium": "dark_orange", "high": "bold red"}

_LATE_SHARE = 0.1
_LATE_HINT = (
    "  late ones are judged as past, apart from the rest; a few wrong time stamps ahead are put aside, but many "
    "wrong time stamps ahead make all after them late: mend or leave out those lines"
)
_CROWDED_HINT = (
    f"  it names more than {MAX_POINTS} points, what others sent was left out: one new for each message?"
)


class _Where(msgspec.Struct, omit_defaults=True):
    line: int
    file: str = ""


def json_lines(outputs: Iterable[Replayed], *, several: bool) -> Iterator[bytes]:
    """Give health, alerts and actions as JSON, each with its line, and its file where there are several."""
    encode = msgspec.json.Encoder().encode
    for replayed in outputs:
        if isinstance(replayed.output, Health | Alert | Action):
            where = _Where(replayed.line.number, replayed.line.file if several else "")
            yield encode(replayed.output)[:-1] + b"," + encode(where)[1:] + b"\n"


def json_line(summary: Summary) -> bytes:
    """Give the summary as the last line."""
    return msgspec.json.encode(summary) + b"\n"


class Report:
    """Gathers what people want to know of a replay: how each machine stands, why, and what was raised."""

    def __init__(self) -> None:
        self._health: dict[str, Health] = {}
        self._lowest: dict[str, Health] = {}
        self._diagnoses: dict[str, dict[str, Diagnosis]] = {}
        self._alerts: list[Alert] = []

    def add(self, replayed: Replayed) -> None:
        """Take note of one output."""
        output = replayed.output
        if isinstance(output, Alert):
            self._alerts.append(output)
        elif isinstance(output, Health):
            self._health[output.machine] = output
            if output.diagnosis is not None:
                self._diagnoses.setdefault(output.machine, {})[output.point] = output.diagnosis
            lowest = self._lowest.get(output.machine)
            if output.score is not None and (lowest is None or lowest.score is None or output.score < lowest.score):
                self._lowest[output.machine] = output

    def print(self, summary: Summary, console: Console | None = None) -> None:
        """Show everything."""
        console = console or Console()
        for name, machine in summary.machines.items():
            console.print(self._machine(name, machine))
        if self._alerts:
            console.print(self._alert_table())
        refused = f", {summary.refused} lines refused" if summary.refused else ""
        duplicates = f", {summary.duplicates} duplicates" if summary.duplicates else ""
        console.print(f"{summary.observations} observations in {summary.seconds:.1f} s{duplicates}{refused}")

    def _machine(self, name: str, machine: MachineSummary) -> Group:
        lines = [_head(name, machine)]
        health, lowest = self._health.get(name), self._lowest.get(name)
        if health is not None:
            lines += _reasons(health)
        for point, diagnosis in self._diagnoses.get(name, {}).items():
            if diagnosis.verdict in FAULT_NAMES:
                lines.append(Text(f"  diagnosis  {point}: {diagnosis.text}"))
        if lowest is not None and lowest.score != machine.score:
            lines.append(Text(f"  lowest {lowest.score:g} at {lowest.time:%Y-%m-%d %H:%M:%S} UTC"))
        lines.append(_counts(machine))
        if machine.crowded:
            lines.append(Text(_CROWDED_HINT, style="yellow"))
        if machine.late > _LATE_SHARE * machine.observations:
            lines.append(Text(_LATE_HINT, style="yellow"))
        return Group(*lines)

    def _alert_table(self) -> Table:
        hidden = len(self._alerts) - _ALERTS_SHOWN
        title = "Alerts" if hidden <= 0 else f"Alerts (the last {_ALERTS_SHOWN}; {hidden} earlier ones: --json)"
        table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
        for column in ("time (UTC)", "machine", "state", "priority", "what"):
            table.add_column(column, overflow="fold")
        for alert in self._alerts[-_ALERTS_SHOWN:]:
            style = _PRIORITY_STYLES[alert.priority] if alert.state == "active" else "dim"
            table.add_row(
                f"{alert.time:%Y-%m-%d %H:%M:%S}",
                escape(alert.machine),
                Text(alert.state, style=style),
                alert.priority,
                escape(alert.text),
            )
        return table


def _head(name: str, machine: MachineSummary) -> Text:
    style = _STATUS_STYLES[machine.status]
    score = "health withheld" if machine.score is None else f"health {machine.score:g}"
    return Text.assemble((name, "bold"), "  ", (machine.status.replace("_", " "), style), f"  {score}")


def _reasons(health: Health) -> Iterator[Text]:
    """Say why it stands so, and how long it may go on."""
    if health.reason:
        yield Text(f"  {health.reason}")
    for deduction in health.deductions:
        yield Text(f"  -{deduction.points:g}  {deduction.reason}")
    life = health.remaining_life_h
    if life is not None:
        yield Text(f"  {remaining_sentence(life).en} {coverage_sentence(life).en}")


def _counts(machine: MachineSummary) -> Text:
    counts = [f"{machine.observations} observations"]
    left_out = {
        "duplicates": machine.duplicates,
        "late": machine.late,
        "future": machine.future,
        "crowded": machine.crowded,
    }
    counts += [f"{count} {what}" for what, count in left_out.items() if count]
    counts += [f"{count} alerts of {priority} priority" for priority, count in machine.alerts.items()]
    if machine.activations > sum(machine.alerts.values()):
        counts.append(f"alarms came {machine.activations} times in all")
    return Text(f"  {', '.join(counts)}", style="dim")
