from hypothesis import given
from hypothesis import strategies as st

from models.outputs import RemainingLife
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
    assert "80 %" in said.en
    assert "about 4 in 5" in held.en
    assert "约八成" in held.zh
    assert "nan" not in said.en + said.zh


def test_chinese_says_the_same():
    life = RemainingLife(low=12.0, median=30.0, high=80.0, held=4, checked=5)
    assert remaining_sentence(life).zh == "预计还可运行约30小时，80 %的把握在12小时至3.3天之间。"
    assert coverage_sentence(life).zh == "此前5次预测中有4次应验（预期约八成）。"
    untested = RemainingLife(low=12.0, median=30.0, high=80.0)
    assert "checked yet" in coverage_sentence(untested).en
    assert "均未到" in coverage_sentence(untested).zh
