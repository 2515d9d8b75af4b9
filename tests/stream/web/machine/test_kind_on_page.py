"""What a machine's page says of its kind."""

import pytest

from models.machinery.kinds import built_in_packs
from models.machinery.machine import Machine
from models.machinery.pack import Pack
from stream.config.machines import with_mechanism
from stream.stores.store import ValueAt
from stream.texts.phrases import KINDS
from stream.web.charts.trend_chart import trend_chart
from stream.web.machine.kind_view import kind_view
from stream.web.views.points_view import points_view
from stream.web.views.snapshot import Series
from tests.stream.stores.outputs import row
from tests.stream.web.fleets import NOW, health
from tests.stream.web.made_up import history_of


def described(**description):
    return with_mechanism(Machine(id="m", **description), built_in_packs())


def shown(language="en", **description):
    machine = described(**description)
    return kind_view(machine, built_in_packs().find(machine.kind), language)


def text_of(view, name):
    return next(term.text for term in view.limits if term.name == name)


def test_the_limits_in_force_stand_there_with_their_source():
    pump = shown(kind="pump", category="II", power_kw=45.0, bearings={"drive-end": "6205"})
    assert "zone C from 5.1 mm/s, zone D from 8.5 mm/s" in text_of(pump, "Vibration velocity")
    assert "ISO 10816-7:2009" in text_of(pump, "Vibration velocity")
    assert text_of(pump, "Category").startswith("II: General")
    assert "80 °C. Source: JB/T 5294" in text_of(pump, "Temperature")
    assert "once [machine.bearings]" in text_of(shown(kind="pump"), "Temperature")
    assert pump.faults[0].name.startswith("misalignment")
    assert all(fault.check for fault in pump.faults)


def test_what_is_missing_for_them_is_told():
    fan = shown(kind="fan")
    assert "no zones" in text_of(fan, "Vibration velocity")
    assert "with category = …" in text_of(fan, "Category")
    assert "no absolute limit" in text_of(fan, "Temperature")
    assert text_of(shown(kind="motor", temperature_limit_c=110.0), "Temperature").startswith("at most 110 °C")
    spindle = shown(kind="spindle", power_kw=22.0, mounting="rigid")
    assert text_of(spindle, "Vibration velocity") == "no zones: judged by its own baseline"
    assert spindle.left_out
    assert any(term.name == "轴承温度" for term in shown("zh", kind="fan").left_out)


@pytest.mark.parametrize("pack", built_in_packs().packs, ids=lambda pack: pack.id)
def test_every_pack_s_kind_has_a_name_on_the_page(pack: Pack):
    assert KINDS[pack.id].say("zh") != pack.id


@pytest.mark.parametrize("pack", built_in_packs().packs, ids=lambda pack: pack.id)
def test_every_pack_can_be_shown_in_both_languages(pack: Pack):
    for language in ("en", "zh"):
        view = shown(language, kind=pack.id, power_kw=90.0, mounting="rigid")
        assert view.title
        assert view.matters
        assert view.faults


def test_a_machine_without_a_pack_shows_nothing_of_it():
    assert kind_view(Machine(id="m", kind="robot"), None, "en") is None
    assert kind_view(Machine(id="m", kind="pump"), built_in_packs().find("pump"), "en") is None


def test_limits_of_the_pack_are_drawn_where_they_are_judged(tmp_path):
    motor = described(kind="motor", bearings={"drive-end": "6205"})
    points = ("drive-end", "winding")
    rows = [row("m", NOW, measurement="temperature", point=point, value_c=60.0) for point in points]
    chart = trend_chart(history_of(tmp_path, rows, "m"), motor, language="en", theme="light")
    marks = [mark["yAxis"] for line in chart["series"][1:] for mark in line["markLine"]["data"]]
    assert marks == [95.0]
    series = [
        Series(measurement="temperature", point=point, field="value_c", values=(ValueAt(NOW, 96.0),))
        for point in points
    ]
    views = points_view([health("m", point, NOW) for point in points], series, motor, now=NOW, language="en")
    assert {view.id: [value.over for value in view.values] for view in views} == {
        "drive-end": [True],
        "winding": [False],
    }
