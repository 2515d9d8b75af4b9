"""The fault's name on a machine's card: one line, of the surest point, and only where there is a name."""

from datetime import UTC

import msgspec
import pytest

from models.bilingual import Bilingual
from models.outputs import Diagnosis
from models.texts.diagnosis_sentences import with_stronger
from stream.web.machine.verdicts_view import verdicts_view
from stream.web.views.machine_view import Viewer
from stream.web.views.points_view import with_point_names
from tests.stream.web.fleets import NOW, alert, health
from tests.stream.web.made_up import cards, fleet, quiet_cards, read

OUTER = Diagnosis(verdict="bearing_outer_race", confidence=0.87, supporting=9, observations=15)


def card(*outputs, language="en"):
    shown = fleet(read(list(outputs)), language=language)
    return (*cards(shown), *quiet_cards(shown))[0]


def diagnosed(diagnosis, *, point="drive-end"):
    return msgspec.structs.replace(health("P-101", point, NOW), diagnosis=diagnosis)


LOUD = alert("P-101", "drive-end", "change", "medium", NOW, "drive-end: Loud.", "drive-end：振动大。")
NAMED = alert("P-101", "drive-end", "diagnosis", "low", NOW, "drive-end: Named.", "drive-end：已诊断。")


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Drive end: damaged outer race of the bearing (confidence 87 %)"),
        ("zh", "驱动端：轴承外圈损伤（置信度87 %）"),
    ],
)
def test_the_name_stands_below_what_is_the_matter(language, line):
    found = card(diagnosed(OUTER), LOUD, language=language)
    assert found.named == line
    assert found.why != line
    alone = card(diagnosed(OUTER), NAMED, language=language)
    assert (alone.why, alone.named) == (line, "")


def test_the_surest_point_is_told():
    surer = msgspec.structs.replace(OUTER, verdict="unbalance", supporting=12)
    assert card(diagnosed(OUTER), diagnosed(surer, point="bearing")).named.startswith("Bearing: unbalance")
    carried = msgspec.structs.replace(surer, stronger_at="drive-end")
    assert card(diagnosed(OUTER), diagnosed(carried, point="bearing")).named.startswith("Drive end: ")


@pytest.mark.parametrize(
    ("language", "end"), [("en", "look there first: drive end."), ("zh", "请先检查：驱动端。")]
)
@pytest.mark.parametrize("texts", [("Unbalance.", "不平衡。"), ("bearing: Unbalance.", "bearing：不平衡。")])
def test_another_point_to_look_at_has_its_everyday_name(language, end, texts):
    said = with_stronger(Bilingual(*texts), "drive-end")
    told = alert("P-101", "bearing", "diagnosis", "low", NOW, said.en, said.zh)
    assert card(diagnosed(OUTER), told, language=language).alert.text.endswith(end)
    carried = msgspec.structs.replace(OUTER, text=said.en, text_zh=said.zh, stronger_at="drive-end")
    viewer = Viewer(language=language, zone=UTC, now=NOW)
    (verdict,) = verdicts_view([diagnosed(carried, point="bearing")], viewer)
    assert verdict.evidence.endswith(end)


def test_a_point_that_nobody_has_named_is_shown_by_its_id():
    said = with_stronger(Bilingual("Unbalance.", "不平衡。"), "泵.座: 2")
    assert with_point_names(said.zh, "bearing", "zh") == said.zh


@pytest.mark.parametrize(
    "diagnosis",
    [None, Diagnosis(verdict="healthy", confidence=0.9), Diagnosis(verdict="unknown", confidence=0.0)],
    ids=["none", "healthy", "unknown"],
)
def test_a_machine_without_a_named_fault_has_no_such_line(diagnosis):
    assert card(diagnosed(diagnosis)).named == ""
