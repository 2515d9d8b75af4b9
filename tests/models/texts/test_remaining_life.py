from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.outputs import LifeEnd, RemainingLife
from models.texts.remaining_life import coverage_sentence, remaining_sentence

HOURS = st.floats(0, 1e6)


@given(HOURS, HOURS, HOURS, st.integers(0, 50))
def test_it_is_never_said_without_its_interval_nor_the_interval_without_what_has_held(a, b, c, checked):
    low, median, high = sorted((a, b, c))
    life = RemainingLife(low=low, median=median, high=high, held=checked // 2, checked=checked)
    said, held = remaining_sentence(life), coverage_sentence(life)
    assert "between" in said.en
    assert " and " in said.en
    assert "之间" in said.zh
    assert "67 %" in said.en, "what the interval itself is meant to hold; its tests have a part of their own"
    assert "about 4 in 5" in held.en
    assert "约八成" in held.zh
    assert "nan" not in said.en + said.zh


def test_chinese_says_the_same():
    life = RemainingLife(low=12.0, median=30.0, high=80.0, held=4, checked=5)
    said = remaining_sentence(life).zh
    assert said == "距限值时间：约再运行30小时达到高级限值，67 %的把握在12小时至3.3天之间。"
    assert coverage_sentence(life).zh == "此前5次预测中有4次应验（预期约八成）。"
    untested = RemainingLife(low=12.0, median=30.0, high=80.0)
    assert "checked yet" in coverage_sentence(untested).en
    assert "均未到" in coverage_sentence(untested).zh


@pytest.mark.parametrize("to", get_args(LifeEnd))
def test_it_is_headed_time_to_limit_unless_it_lasts_until_a_failure(to):
    said = remaining_sentence(RemainingLife(low=12.0, median=30.0, high=80.0, to=to))
    assert said.en.startswith("Time to limit: ") is (to != "failure")
    assert said.zh.startswith("距限值时间：") is (to != "failure")
    assert ("zone D" in said.en, "D区" in said.zh) == (to == "zone_d", to == "zone_d")


def test_what_was_stored_before_it_had_an_end_and_a_level_loads():
    stored = b'{"low":1.0,"median":2.0,"high":3.0,"held":1,"checked":2,"claimed":0.8}'
    life = msgspec.json.decode(stored, type=RemainingLife)
    assert (life.to, life.level, life.claimed) == ("alarm_limit", 0.67, 0.8)
    assert msgspec.json.decode(msgspec.json.encode(life), type=RemainingLife) == life
