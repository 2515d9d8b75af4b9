"""How much of a run is its start."""

import pytest

from models.clock import MINUTE_US, SECOND_US
from models.condition.runs import Runs

SHORT = [110 * SECOND_US] * 8


@pytest.mark.parametrize(
    ("runs", "unseen_s", "starting_s"),
    [
        (Runs(), 600, 120.0),
        (Runs(lengths_us=SHORT), 0, 5.5),
        (Runs(lengths_us=SHORT), 8, 1.5),
        (Runs(lengths_us=SHORT), 600, 0.0),
        (Runs(lengths_us=SHORT), -5, 5.5),
        (Runs(lengths_us=[3 * 60 * MINUTE_US] * 8), 600, 120.0),
        (Runs(lengths_us=SHORT, given_us=10 * SECOND_US), 600, 10.0),
    ],
)
def test_a_short_start_is_behind_what_is_seen_long_after_it_may_have_begun(runs, unseen_s, starting_s):
    runs.begin(unseen_s * SECOND_US)
    assert runs.starting_us / SECOND_US == starting_s
