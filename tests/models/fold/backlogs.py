"""Backlogs made by hand: an hour in which nothing got through, and comes late."""

import msgspec

from models import fold
from tests.models.fold.observed import alerts, configured, run, vibration

OUT, BACK = 200, 560
"""Between these nothing got through: an hour, an observation each ten seconds."""
LEARNED = fold.dump_state(run([configured(), *(vibration(i) for i in range(OUT))])[0])


def learned():
    return fold.load_state(LEARNED)


def live(first=BACK, last=BACK + 60, **changes):
    return [vibration(i, **changes) for i in range(first, last)]


def backlog(loud=(OUT, BACK), factor=4.0, first=OUT, last=BACK, step=3):
    return [vibration(i, factor=factor if loud[0] <= i < loud[1] else 1.0) for i in range(first, last, step)]


def come(observations, observed_us):
    return [msgspec.structs.replace(o, observed_us=observed_us) for o in observations]


def fold_late(late, *, before=5, after=60, state=None):
    """Some live ones, all of what came late at the moment of the last of them, and more live ones."""
    first = live(last=BACK + before)
    late = come(late, first[-1].observed_us)
    return run([*first, *late, *live(BACK + before, BACK + before + after)], state or learned())


def late_ones(outputs):
    return [alert for alert in alerts(outputs) if alert.rule == "late"]
