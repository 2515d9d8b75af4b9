"""What many drawn histories come to: the rates with their intervals, a table by situation, the failing seeds."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median

import msgspec

from evaluation.statistics import interval
from evaluation.tables import Table
from soak.histories.drawing import KINDS
from soak.histories.plan import GROWTHS
from soak.histories.verdict import Verdict

__all__ = ["Rate", "Summary", "by_kind", "by_word", "markdown", "summary_of"]

_A_LINE = 100


class Rate(msgspec.Struct, frozen=True):
    """How often something held, with its interval of 95 %, and the seeds where it didn't."""

    what: str
    held: int
    of: int
    low: float
    high: float
    failing: tuple[int, ...]

    def sentence(self) -> str:
        """Say it in one line.

        >>> Rate("B", 9, 10, 0.555, 0.997, (3,)).sentence()
        'B: 9 of 10 (90 %, 56 to 100 %)'
        """
        if not self.of:
            return f"{self.what}: none drawn"
        share, low, high = (f"{100 * part:.0f}" for part in (self.held / self.of, self.low, self.high))
        return f"{self.what}: {self.held} of {self.of} ({share} %, {low} to {high} %)"


class Summary(msgspec.Struct, frozen=True):
    """All rates."""

    histories: int
    observations: int
    rates: tuple[Rate, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing fails."""
        return not any(rate.failing for rate in self.rates)


def summary_of(verdicts: Sequence[Verdict]) -> Summary:
    """Sum up verdicts."""
    other = ("falls", "runs hot")
    louder = [one for one in verdicts if not set(one.kinds) & set(other)]
    rates = [_rate("A, four times its level or more", louder, lambda one: one.said.holds)]
    for kind, what in zip(other, ("a quarter of its level or less", "30 K beyond its usual"), strict=True):
        rates.append(_rate(f"A, {what}", [v for v in verdicts if kind in v.kinds], lambda one: one.said.holds))
    rates.append(_rate("B, the sound twins", verdicts, lambda one: one.peace.holds))
    return Summary(len(verdicts), sum(one.observations for one in verdicts), tuple(rates))


def _rate(what: str, verdicts: Sequence[Verdict], holds: Callable[[Verdict], bool]) -> Rate:
    failing = tuple(sorted(one.seed for one in verdicts if not holds(one)))
    count = len(verdicts)
    low, high = interval(count - len(failing), count) if count else (0.0, 1.0)
    return Rate(what, count - len(failing), count, low, high, failing)


def by_kind(verdicts: Sequence[Verdict]) -> Table:
    """Put the situations side by side; a history of several counts in the line of each."""
    rows = []
    for kind in (*KINDS, *GROWTHS):
        chosen = [one for one in verdicts if kind in one.kinds]
        if chosen:
            rows.append((kind, *_cells(chosen, kind)))
    rows.append(("all", *_cells(verdicts, "")))
    return Table(
        title="By situation",
        columns=(
            "situation", "histories", "alone", "unsaid", "alone unsaid", "said healthy", "first word, min",
            "9 of 10", "twin judged %", "not judged", "not healthy", "serious alerts", "B holds %",
        ),
        rows=tuple(rows),
        note="Histories with this situation, and those with no other. Unsaid: faults of which nothing was said "
        "in time; said healthy: `healthy` was said of the faulty machine once the time was over. First "
        "word: running time with the fault that had come by the first word, in time or not: the median, and "
        "what nine of ten kept within, of those that ever said one. Of the sound twins: how much of their "
        "running time after learning was judged (mean); how many were judged for less than 90 % of it, or "
        "`healthy` for less than 90 % of that; their alerts of medium or high priority.",
    )  # fmt: skip


def _cells(verdicts: Sequence[Verdict], kind: str) -> tuple[str, ...]:
    alone = [one for one in verdicts if kind and set(one.kinds) - set(GROWTHS) == {kind}]
    minutes = sorted(one.said.after_min for one in verdicts if one.said.after_min is not None)
    twins = [one.peace for one in verdicts]
    return (
        str(len(verdicts)),
        str(len(alone)) if kind and kind not in GROWTHS else "-",
        str(sum(one.said.unsaid for one in verdicts)),
        str(sum(one.said.unsaid for one in alone)) if kind and kind not in GROWTHS else "-",
        str(sum(one.said.healthy_after > 0 for one in verdicts)),
        f"{median(minutes):.0f}" if minutes else "-",
        f"{minutes[min(int(0.9 * len(minutes)), len(minutes) - 1)]:.0f}" if minutes else "-",
        f"{100 * sum(one.judged for one in twins) / len(twins):.0f}",
        str(sum(not one.is_judged for one in twins)),
        str(sum(not one.is_healthy for one in twins)),
        str(sum(len(one.serious) for one in twins)),
        f"{100 * sum(one.holds for one in twins) / len(twins):.0f}",
    )


def by_word(verdicts: Sequence[Verdict]) -> Table:
    """Count what the first word was where A holds, and how the machine was called most where it doesn't."""
    first, called = Counter[str](), Counter[str]()
    for one in verdicts:
        if one.said.holds:
            first[one.said.what] += 1
        else:
            called[max(one.said.statuses, key=one.said.statuses.__getitem__, default="sound again")] += 1
    rows = [("said in time", word, str(number)) for word, number in first.most_common()]
    rows += [("not said, or healthy", status, str(number)) for status, number in called.most_common()]
    return Table(
        title="What was said",
        columns=("fault", "first word, or the most frequent status afterwards", "histories"),
        rows=tuple(rows),
        note="Of a fault that was said in time the first word, of another the status that the faulty machine had "
        "most often once the time was over; `sound again` where it was sound by the time its backlog came.",
    )


def markdown(verdicts: Sequence[Verdict]) -> str:
    """Give rates, table and failing seeds as text that is Markdown too."""
    summary = summary_of(verdicts)
    lines = [
        f"{summary.histories} histories, {summary.observations:,} observations, and as many of their twins.",
        "",
    ]
    lines += [f"- {rate.sentence()}" for rate in summary.rates]
    lines += ["", by_kind(verdicts).markdown(), "", by_word(verdicts).markdown(), "", "## Failing seeds", ""]
    for rate in summary.rates:
        if rate.failing:
            lines += [f"{rate.what}:", "", *_wrapped(map(str, rate.failing)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _wrapped(words: Iterable[str]) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > _A_LINE:
            lines.append("")
        lines[-1] += f"{word} "
    return [line.rstrip() for line in lines]
