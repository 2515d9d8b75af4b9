"""Every place that lists statuses or guards knows all of them: one that is missing would look like good news."""

import re
from pathlib import Path
from typing import get_args

import pytest

import stream.web
from grafana.parts import NO_ONE_NEEDED, STATUS_COLOURS
from models.outputs import Guard, Health, Status
from models.texts import withheld
from soak.histories import plot
from stream.recordings import replay_report
from stream.texts.phrases import STATUSES
from stream.web.components import status_icons
from stream.web.views import machine_facts
from stream.web.views.machine_facts import MachineFacts, needs_someone
from stream.web.views.standing import STANDINGS
from tests.stream.web.fleets import NOW, health

EVERY = set(get_args(Status))
LISTED = EVERY | {"planned", "unheard", "retired"}
GUARDS = set(get_args(Guard))
SOUND = {"healthy", "warming_up", "stopped"}
HATCHED = {"sensor_fault", "not_judged", "no_data"}
HERE = Path(__file__).resolve().parents[1]
CSS = (Path(stream.web.__file__).parent / "page.css").read_text(encoding="utf-8")


def facts(status, **more):
    return MachineFacts(
        machine=machine_facts.Machine(id="A"), healths=(health("A", "x", NOW, status=status, **more),)
    )


@pytest.mark.parametrize(
    "listed",
    [
        STATUSES,
        machine_facts._RANKS,
        STATUS_COLOURS,
        replay_report._STATUS_STYLES,
        plot._STATUS_COLOURS,
    ],
    ids=["words", "ranks", "Grafana's colours", "the terminal's colours", "the plot's colours"],
)
def test_every_status_is_in_every_list(listed):
    assert set(listed) == EVERY


def test_every_status_has_its_colours_on_the_page():
    assert set(re.findall(r"\.s-([a-z_]+)\b", CSS)) == LISTED
    light = re.sub(r"@media[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", CSS)
    filled = set(re.findall(r"\.s-([a-z_]+)(?=[^{}]*\{[^}]*--fill:)", light))
    assert filled == LISTED, "each has a fill, an edge"


def test_a_list_of_machines_knows_every_status_and_a_few_more_with_words_and_shapes():
    assert set(STANDINGS) == set(status_icons._SHAPES) == LISTED
    assert len(set(status_icons._SHAPES.values())) == len({each.en for each in STANDINGS.values()}) == len(LISTED)


def test_only_what_is_sound_needs_nobody_on_the_page_and_in_grafana():
    assert {status for status in EVERY if not needs_someone(facts(status))} == SOUND == set(NO_ONE_NEEDED)
    for status in EVERY - SOUND:
        assert facts(status).rank < facts("healthy").rank, "what nobody can tell stands above every sound machine"


def test_no_status_is_hidden_by_a_faulty_sensor_but_a_sound_one():
    for status in EVERY:
        shown = facts(status, flags=("open",)).status
        assert shown == ("sensor_fault" if status in SOUND else status)


def test_what_nobody_can_tell_is_hatched_what_stands_is_an_outline_and_what_is_sound_is_plain():
    hatched = re.findall(r"([^{}]+)\{[^}]*repeating-linear-gradient", CSS)
    assert len(hatched) == 2
    for selector in hatched:
        assert set(re.findall(r"\.s-([a-z_]+)", selector)) - {"unheard"} == HATCHED
    (outlined,) = re.findall(r"\.row-item:is\(([^)]*)\)::before \{[^}]* border: 1", CSS)
    assert set(re.findall(r"\.s-([a-z_]+)", outlined)) == {"stopped", "planned", "retired"}
    assert re.search(r"\.s-healthy \{ --fill: none;", CSS)
    assert len({status_icons.status_icon_svg(status) for status in EVERY}) == len(EVERY)


def test_every_status_without_a_score_and_every_guard_says_why_in_both_languages():
    assert set(withheld._WITHHELD) | {"not_judged"} == EVERY - {"healthy", "watch", "warning", "critical"}
    assert set(withheld._NOT_JUDGED) == GUARDS
    for guard in GUARDS:
        assert all(withheld.withheld_sentence("not_judged", guard)), guard


def test_the_documentation_has_every_status_and_every_guard():
    text = (HERE / "docs" / "health.md").read_text(encoding="utf-8")
    section = text[text.index("## Status") : text.index("## Running hours")]
    assert {status for status in EVERY if f"`{status}`" in section} == EVERY
    assert {guard for guard in GUARDS if f"| `{guard}` |" in section} == GUARDS


def test_both_readmes_tell_whoever_keeps_the_machines_running_what_each_status_means():
    for name, language in (("README.md", "en"), ("README.zh.md", "zh")):
        rows = [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
        told = {word.strip() for row in rows for word in re.split("[,、，]", row.split("|")[1])}
        assert {text.plain(language) for text in STATUSES.values()} <= told


def test_health_has_no_status_of_which_nobody_else_knows():
    assert Health.__annotations__["status"] is Status
