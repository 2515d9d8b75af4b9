"""The comparison of two revisions tells the smallest difference, and what may differ from what must not."""

import json

import pytest

from evaluation.compare.cases import cases
from evaluation.compare.inputs import with_actions
from evaluation.compare.outputs import compared, table_of, without_clocks
from evaluation.compare.revisions import ROOT, Revision, checked_out
from models.errors import ConfigurationError
from stream.messages.measurements import decode

LINES = b'{"score":93.5}\n{"score":92.5}\n'


def test_the_same_bytes_are_the_same():
    one = compared("replay", LINES, LINES)
    assert (one.same, one.lines, one.before == one.after) == (True, 2, True)


@pytest.mark.parametrize(
    ("after", "where"),
    [
        (LINES.replace(b"92.5", b"92.6"), "line 2: '{\"score\":92.5}' became '{\"score\":92.6}'"),
        (LINES + b"{}\n", "line 3: '' became '{}'"),
        (LINES.rstrip(b"\n"), "line 3: '' is gone"),
        (b"", "line 1: '{\"score\":93.5}' became ''"),
    ],
    ids=["a digit", "a line more", "a line's end", "nothing"],
)
def test_the_first_difference_is_told(after, where):
    one = compared("replay", LINES, after)
    assert not one.same
    assert one.before != one.after
    assert one.difference == where


def test_a_difference_far_into_a_line_is_shown_where_it_is():
    one = compared("settings", b"x" * 5000 + b"old", b"x" * 5000 + b"new")
    assert "from character 4960" in one.difference
    assert "old" in one.difference
    assert "new" in one.difference


@pytest.mark.parametrize(("ended", "verdict"), [(0, "same"), (1, "FAILS"), (-9, "FAILS")])
def test_what_fails_in_both_proves_nothing(ended, verdict):
    output = f"error: there is no such file\nexit {ended}\n".encode()
    assert compared("analyze", output, output).verdict == verdict


def test_times_of_a_clock_are_left_out_and_nothing_else():
    told = b'{"type":"health","seconds":2.5}\n{"type":"summary","machines":{},"seconds":%s}\n12 messages in %s s\n'
    assert without_clocks(told % (b"1.5", b"0.2")) == without_clocks(told % (b"11.75", b"3.4"))
    assert b'"seconds":2.5' in without_clocks(told % (b"1.5", b"0.2"))


def test_the_table_tells_what_may_differ_from_what_must_not():
    found = [compared(name, b"a", b"b", binding=name == "replay") for name in ("replay", "help")]
    assert list(table_of(found).columns[-1].cells) == ["DIFFERS", "differs (may)"]


def test_people_say_things_in_the_middle_of_a_recording():
    line = b'{"type":"temperature","machine":"P-101","point":"DE","time":"2026-03-01T08:00:00Z","value":40}\n'
    lines = list(with_actions([line] * 200, findings=True))
    said = [decode(each) for each in lines if each != line]
    assert {json.loads(line)["type"] for line in lines} == {"temperature", "finding", "maintenance", "accept"}
    assert len(said) == len(lines) - 200
    assert b"finding" not in b"".join(with_actions([line] * 200, findings=False))


def test_every_output_has_a_name_of_its_own():
    names = [case.name for case in cases()]
    assert len(names) == len(set(names))


def test_a_revision_runs_its_own_code_and_is_taken_away_again(tmp_path):
    with checked_out("HEAD", tmp_path) as tree:
        other = Revision("HEAD", tree, tmp_path)
        other.check()
        assert other.run("--version").startswith(b"stethos ")
        with pytest.raises(ConfigurationError, match="the code that runs is not"):
            Revision("HEAD", tmp_path, tmp_path).check()
    assert not tree.exists()


def test_a_revision_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="no-such-revision"), checked_out("no-such-revision", tmp_path):
        pass
    assert (ROOT / "Makefile").is_file()
