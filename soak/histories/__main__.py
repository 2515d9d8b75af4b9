"""Draw histories, fold them and their sound twins, and print how often a fault stays unsaid.

python -m soak.histories [--histories 200] [--seed 0] [--only "short runs"] [--jobs 2] [--json] [--gate]
python -m soak.histories --seed 17 --plot 17.png

Seeds follow each other from `--seed` on; the same seed is the same history. `--only` may be given several times:
then each history has all of these situations.
"""

import argparse
import sys
import time
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import msgspec

from soak.histories.drawing import KINDS, draw
from soak.histories.history import history_of
from soak.histories.plan import GROWTHS, sound
from soak.histories.summary import markdown, summary_of
from soak.histories.verdict import Verdict, verdict_of_seed

_ABOUT = """\
# Drawn histories

Made by `python -m soak.histories --histories {histories} --seed {seed} --write docs`. Each seed draws a machine,
how it runs, how it is measured and how that reaches the worker, with one situation (four histories in ten) or two
to four at once, and a fault: at least four times as loud as usual, at once, slowly or explosively; now and then a
fall to a quarter, or heat. Its sound twin has the same stops, starts, clocks, backlogs and ways of measuring, and
neither a fault nor what deceives (a dead tachometer, a dead sensor, a swapped one that nobody told). Both are
folded. Nothing of the fold is tuned to them.

- **A.** A machine that is faulty for an hour of running: within 30 minutes of running that have come, and by the
  third observation, an alert of medium or high priority stands, or a status or an alert that names why nobody can
  tell (`not_judged`, `sensor_fault`); and `healthy` is never said after that while the fault lasts. What comes
  late has a quarter of an hour more. Of a machine that falls to a quarter of its level any alert is enough.
- **B.** Its sound twin is judged for at least 90 % of its running time after learning, `healthy` for 90 % of
  that, and raises no alert of medium or high priority. Learned is what 150 observations and 45 minutes of running
  have shown, in the same way of running, measured in the same way, since the last maintenance. The last observation
  of a run speaks for what is left of it. What comes out of order by its stamps (a backlog, or what follows once a
  clock was set back) is not counted: late data are judged as past, and nobody can tell delay from a clock behind.

`python -m soak.histories --seed N --plot N.png` draws one of them.

"""


def main(arguments: list[str]) -> int:
    """Run the histories that are asked for; 1 where one fails and `--gate` is given."""
    chosen = _chosen(arguments)
    only = tuple(chosen.only)
    if chosen.plot is not None:
        return _plot(chosen.seed, only, chosen.plot, twin=chosen.twin)
    verdicts = _verdicts(range(chosen.seed, chosen.seed + chosen.histories), only, chosen.jobs, chosen.keep)
    if chosen.json:
        for one in verdicts:
            sys.stdout.buffer.write(msgspec.json.encode(one) + b"\n")
        sys.stdout.buffer.write(msgspec.json.encode(summary_of(verdicts)) + b"\n")
    else:
        sys.stdout.write(markdown(verdicts))
    if chosen.write is not None:
        about = _ABOUT.format(histories=chosen.histories, seed=chosen.seed)
        (chosen.write / "soak-histories.md").write_text(about + markdown(verdicts), "utf-8")
    return 0 if summary_of(verdicts).holds or not chosen.gate else 1


def _chosen(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m soak.histories", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--histories", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the first (default: 0)")
    parser.add_argument(
        "--only", action="append", default=[], choices=(*KINDS, *GROWTHS), metavar="KIND",
        help=f"situation that each has, one of: {', '.join((*KINDS, *GROWTHS))}",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, default=1, help="how many at the same time (default: 1)")
    parser.add_argument(
        "--json", action="store_true", help="a line for each history and one for all, instead of a table"
    )
    parser.add_argument("--gate", action="store_true", help="end with 1 where a history fails")
    parser.add_argument("--keep", type=Path, help="file of what is done already, gone on with")
    parser.add_argument("--write", type=Path, help="folder to write soak-histories.md into")
    parser.add_argument(
        "--plot", type=Path, help="draw the history of --seed into this file (PNG or SVG), and no more"
    )
    parser.add_argument("--twin", action="store_true", help="draw its sound twin instead")
    chosen = parser.parse_args(arguments)
    if chosen.histories < 1 or chosen.jobs < 1 or chosen.seed < 0:
        parser.error("histories and jobs must be above 0, and the seed not below")
    return chosen


def _verdicts(seeds: range, only: tuple[str, ...], jobs: int, keep: Path | None) -> list[Verdict]:
    found = [one for one in _kept(keep) if one.seed in seeds]
    left = sorted(set(seeds) - {one.seed for one in found})
    begun = time.monotonic()
    with Pool(jobs) as pool:
        for number, one in enumerate(pool.imap_unordered(partial(verdict_of_seed, only=only), left), start=1):
            found.append(one)
            if keep is not None:
                with keep.open("ab") as file:
                    file.write(msgspec.json.encode(one) + b"\n")
            left_min = (time.monotonic() - begun) / number * (len(left) - number) / 60
            says = f"A {_said(one)}, B {'holds' if one.peace.holds else 'fails'}"
            done = f"{len(found)} of {len(seeds)}: seed {one.seed}, {', '.join(one.kinds)}: {says}"
            sys.stderr.write(f"{done}; {left_min:.0f} min left\n")
    return sorted(found, key=lambda one: one.seed)


def _kept(file: Path | None) -> list[Verdict]:
    if file is None or not file.is_file():
        return []
    return [msgspec.json.decode(line, type=Verdict) for line in file.read_bytes().splitlines()]


def _said(one: Verdict) -> str:
    return "holds" if one.said.holds else "unsaid" if one.said.unsaid else "said healthy"


def _plot(seed: int, only: tuple[str, ...], file: Path, *, twin: bool) -> int:
    from soak.histories.plot import plot  # noqa: PLC0415 - matplotlib is an extra

    plan = draw(seed, only)
    plot(history_of(sound(plan) if twin else plan), file)
    sys.stdout.write(f"{file}: seed {seed}, {', '.join(plan.kinds)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
