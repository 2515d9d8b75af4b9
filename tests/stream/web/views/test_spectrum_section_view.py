"""What the section of spectra offers and marks, before anything is read or drawn."""

from datetime import UTC, timedelta, timezone

import msgspec
import pytest

from models.machinery.machine import Machine
from stream.web.views.spectrum_section_view import Chosen, point_looked_at, spectrum_drawing, spectrum_section_view
from tests.stream.web.fleets import NOW
from tests.stream.web.made_up import BEARING, envelope, velocity

PUMP = Machine(id="P-101", bearings={"drive-end": "6205"})
DAY = timedelta(days=1)


def listed(capture):
    return msgspec.structs.replace(capture, data=b"")


def section(kept, *, envelopes=(), chosen=None, verdicts=None, language="en"):
    return spectrum_section_view(
        ["axial", "drive-end"],
        {"velocity_spectrum": kept, "envelope_spectrum": envelopes},
        chosen or Chosen(point="drive-end"),
        verdicts or {},
        zone=UTC,
        language=language,
    )


def drawing(newest, older=None, *, orders=BEARING, verdict="", language="en", zone=UTC):
    return spectrum_drawing(newest, older, PUMP, orders, verdict, zone=zone, language=language)


@pytest.mark.parametrize(
    ("points", "chosen", "suspect", "shown"),
    [
        (["axial", "drive-end"], "axial", "drive-end", "axial"),
        (["axial", "drive-end"], "gone", "drive-end", "drive-end"),
        (["axial", "drive-end"], "", "oil", "axial"),
        ([], "axial", "drive-end", ""),
    ],
)
def test_a_reader_s_point_goes_before_the_suspect_one_and_that_before_the_first(points, chosen, suspect, shown):
    assert point_looked_at(points, chosen, suspect) == shown


def test_without_a_spectrum_there_is_nothing_to_choose_but_what_to_wait_for():
    view = section(())
    assert view.points == (("axial", "axial"), ("drive-end", "drive end"))
    assert (view.earlier, view.axes) == ((), ())
    assert view.spectra == {"velocity_spectrum": None, "envelope_spectrum": None}
    assert "the first good waveform of each hour" in view.guide


def test_what_is_kept_is_offered_and_nothing_is_laid_beside_it_yet():
    kept = (listed(velocity(NOW - DAY)), listed(velocity()))
    view = section(kept, envelopes=(listed(envelope()),))
    assert view.guide == ""
    assert view.earlier == (("", "nothing"), ("day", "1 day before"))
    assert (view.compared, view.axis) == ("", "hz")
    assert [key for key, _ in view.axes] == ["hz", "orders"]
    assert view.spectra["velocity_spectrum"].newest == kept[-1]
    assert view.spectra["velocity_spectrum"].older is None


def test_each_chart_is_compared_with_the_nearest_of_its_own_kind():
    kept = (listed(velocity(NOW - 7 * DAY)), listed(velocity(NOW - DAY)), listed(velocity()))
    envelopes = (listed(envelope(NOW - 7 * DAY)), listed(envelope()))
    by_age = section(kept, envelopes=envelopes, chosen=Chosen(point="drive-end", older="day"))
    assert by_age.compared == "day"
    assert by_age.spectra["velocity_spectrum"].older == kept[1]
    assert by_age.spectra["envelope_spectrum"].older == envelopes[0]
    chosen = Chosen(point="drive-end", older="day", moment=NOW - 6 * DAY)
    by_moment = section(kept, envelopes=envelopes, chosen=chosen)
    assert by_moment.compared == "moment"
    assert by_moment.spectra["velocity_spectrum"].older == kept[0]


def test_orders_are_offered_and_shown_only_where_every_speed_is_known():
    stopped = listed(velocity(NOW - DAY, speed_rpm=None))
    chosen = Chosen(point="drive-end", older="day", orders=True)
    assert section((stopped, listed(velocity())), chosen=chosen).spectra["velocity_spectrum"].orders is False
    assert section((listed(velocity()),), chosen=chosen).spectra["velocity_spectrum"].orders is True
    unknown = section((stopped,), chosen=chosen)
    assert unknown.axes == ()
    assert unknown.spectra["velocity_spectrum"].orders is False


def test_a_chart_is_the_same_until_what_it_shows_differs():
    kept = (listed(velocity(NOW - DAY)), listed(velocity()))
    same = section(kept).spectra["velocity_spectrum"]
    assert section(kept).spectra["velocity_spectrum"] == same
    for other in (
        section(kept, verdicts={"drive-end": "bearing_outer_race"}),
        section(kept, chosen=Chosen(point="drive-end", older="day")),
        section(kept, chosen=Chosen(point="drive-end", orders=True)),
        section((*kept, listed(velocity(NOW + DAY)))),
    ):
        assert other.spectra["velocity_spectrum"] != same


def test_an_envelope_is_marked_with_its_bearing_and_says_which():
    drawn = drawing(envelope(), envelope(NOW - DAY), verdict="bearing_cage", zone=timezone(timedelta(hours=8)))
    assert [family.key for family in drawn.families if family.shown] == ["ftf"]
    assert drawn.about == "Measured 2026-03-04 17:00 at 1500 rpm, bearing 6205."
    assert (drawn.name, drawn.older_name) == ("2026-03-04 17:00", "2026-03-03 17:00")
    assert drawn.missing == ""


def test_what_is_missing_to_mark_more_is_told():
    unknown = drawing(envelope(), orders=None)
    assert [family.key for family in unknown.families] == ["shaft"]
    assert unknown.about == "Measured 2026-03-04 09:00 at 1500 rpm."
    assert "machines.toml" in unknown.missing
    unturned = drawing(velocity(speed_rpm=None), language="zh")
    assert unturned.families == ()
    assert unturned.about == "测量于2026-03-04 09:00。"
    assert unturned.missing == "转速未知，无法标出特征频率。"
    shaft = drawing(velocity())
    assert ([family.key for family in shaft.families], shaft.missing) == (["shaft"], "")
