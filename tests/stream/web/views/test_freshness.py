"""What the page says of data that stopped or run behind the clock."""

from datetime import timedelta

from models.outputs import Health
from stream.web.views.snapshot import Snapshot
from tests.stream.web.fleets import NOW, four, health
from tests.stream.web.made_up import fleet, quiet_cards, read


def at(minutes_ago, *, clock=NOW, changed=None, began=timedelta(hours=1), outputs=None, trouble=""):
    time = clock - timedelta(minutes=minutes_ago)
    healths = tuple(outputs or [health("A", "x", time)])
    return Snapshot(
        read_at=clock,
        healths=healths,
        changed_at=None if changed is None else clock - timedelta(seconds=changed),
        began_at=clock - began,
        trouble=trouble,
    )


def test_live_data_need_no_notice():
    assert fleet(at(0.5, changed=5), machines={}).notices == ()


def test_silence_is_told_with_its_length():
    # Nothing is known of the usual interval here, so half an hour is taken.
    (notice,) = fleet(at(120, changed=120 * 60), machines={}).notices
    assert (notice.kind, notice.title) == ("warning", "No new data for 2 h")
    assert "07:00" in notice.text


def test_a_recording_that_runs_is_no_silence_but_is_told():
    snapshot = at(600, changed=1)
    shown = fleet(snapshot, machines={})
    (notice,) = shown.notices
    assert (notice.kind, notice.title) == ("info", "Data run 10 h behind the clock")
    assert quiet_cards(shown)[0].age == "measured just now"
    assert not shown.rest[0].old


def test_a_server_that_has_just_begun_does_not_cry_silence():
    assert fleet(at(600, began=timedelta(seconds=3)), machines={}).notices == ()
    assert fleet(at(600, began=timedelta(seconds=30)), machines={}).notices[0].kind == "warning"


def test_a_machine_behind_the_others_looks_old():
    late = [each for each in four() if not (isinstance(each, Health) and each.machine == "G-401")]
    late += [health("G-401", "oil", NOW - timedelta(hours=3) + timedelta(minutes=n)) for n in range(30)]
    shown = fleet(read(late))
    (row,) = [row for row in shown.rest if row.id == "G-401"]
    assert row.old
    assert not any(row.old for row in shown.attention)
