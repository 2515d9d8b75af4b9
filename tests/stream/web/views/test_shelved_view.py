"""An alert that is shelved says so in its line: until when, by whom, and why; and no longer than it is."""

from datetime import UTC, datetime, timedelta

import pytest

from models.outputs import Alert
from stream.web.views.shelved_view import with_shelf_text

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHELF = {"shelved_until": NOW + timedelta(hours=2), "shelved_by": "王伟", "shelved_reason": "bearing {ordered}"}


def alert(**changes):
    fields = {
        "id": "1",
        "machine": "m",
        "point": "DE",
        "time": NOW,
        "rule": "change",
        "state": "active",
        "priority": "low",
        "value": 2.0,
        "limit": 1.0,
        "text": "",
        "text_zh": "",
        "since": NOW,
        "configuration": "",
        "observation": "",
    }
    return Alert(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "language", "said"),
    [
        ({}, "en", "since 12:00"),
        (SHELF, "en", "since 12:00 · shelved until 14:00 by 王伟: bearing {ordered}"),
        (SHELF, "zh", "since 12:00 · 王伟 搁置至 14:00：bearing {ordered}"),
        (SHELF | {"shelved_by": "", "shelved_reason": ""}, "en", "since 12:00 · shelved until 14:00"),
        (SHELF | {"shelved_until": NOW}, "en", "since 12:00"),
        (SHELF | {"state": "cleared"}, "en", "since 12:00"),
    ],
)
def test_what_a_line_says(changes, language, said):
    assert with_shelf_text("since 12:00", alert(**changes), now=NOW, zone=UTC, language=language) == said
