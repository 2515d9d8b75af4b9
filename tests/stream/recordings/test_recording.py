"""When a recording has what is wanted."""

import pytest

from stream.recordings.recording import StopRule, Wanted


@pytest.mark.parametrize(
    ("wanted", "follows"),
    [
        (Wanted(), False),
        (Wanted(from_now=True), True),
        (Wanted(idle_s=0.5), True),
        (Wanted(count=1), True),
    ],
)
def test_a_recording_follows_once_anything_else_than_what_is_there_is_wanted(wanted, follows):
    assert wanted.follows is follows


def at(*positions):
    return lambda place: positions[place]


def test_what_a_topic_held_is_there_once_every_partition_is_read_to_its_end():
    rule = StopRule(ends={0: 5, 1: 0})
    assert not rule.is_met(4, 0.0, at(4, 0))
    assert rule.is_met(5, 0.0, at(5, 0))
    assert rule.is_met(3, 0.0, at(6, 2))  # compacted, and written to meanwhile


def test_a_following_recording_ends_with_silence_or_with_enough_lines_and_nothing_else():
    rule = StopRule(count=3, idle_s=2.0)
    assert not rule.is_met(2, 1.9, at())
    assert rule.is_met(3, 0.0, at())
    assert rule.is_met(0, 2.0, at())
    assert not StopRule().is_met(10**9, 10.0**9, at())
