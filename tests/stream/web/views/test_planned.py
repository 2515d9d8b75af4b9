"""A machine that is quiet by plan needs nobody, and says when it is expected back."""

from datetime import UTC, datetime

import pytest

from models.machinery.machine import Machine
from stream.web.views.machine_facts import MachineFacts, needs_someone
from stream.web.views.machine_view import Viewer, machine_view
from tests.stream.web.fleets import NOW, health

REASONS = {"reason": "Quiet by plan, expected 06:00.", "reason_zh": "按计划静默，预计 06:00 恢复数据。"}


def facts(status="not_judged", guard="planned"):
    said = health("P-1", "", NOW, status=status, score=None, guard=guard, **REASONS)
    return MachineFacts(machine=Machine(id="P-1"), healths=(said,))


def test_it_needs_nobody_and_any_other_that_is_not_judged_does():
    assert not needs_someone(facts())
    assert needs_someone(facts(guard="late"))
    assert needs_someone(facts(status="no_data"))


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Quiet by plan, expected 06:00"), ("zh", "按计划静默，预计 06:00 恢复数据")]
)
def test_it_says_when_it_is_expected(language, text):
    viewer = Viewer(language=language, zone=UTC, now=datetime(2026, 3, 4, 9, tzinfo=UTC))
    view = machine_view(facts(), viewer, old=False)
    assert view.why.startswith(text)
    assert view.status == "not_judged"
