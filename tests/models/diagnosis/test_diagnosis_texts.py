"""Whatever is named or not named is told in English and Chinese, with what to do next."""

import re

import pytest

from evaluation.simulated import BEARING_FAULTS, MACHINE_FAULTS
from models.diagnosis.diagnose import diagnose
from models.diagnosis.fault_texts import FAULTS
from models.diagnosis.reasons import Reason
from tests.models.diagnosis.made_up import ORDERS, RATE_HZ, SHAFT_HZ, damaged_bearing

HAN = re.compile(r"[一-鿿]")


def test_every_fault_has_its_words():
    assert set(FAULTS) == {*BEARING_FAULTS, *MACHINE_FAULTS, "lubrication"}


@pytest.mark.parametrize("fault", FAULTS)
def test_words_are_complete_in_both_languages(fault):
    text = FAULTS[fault]
    for english, chinese in (text.name, text.next_check):
        assert english
        assert not HAN.search(english)
        assert HAN.search(chinese)
        assert not re.search(r"[A-Za-z]{7,}", chinese), "an English word was left in the Chinese"
    assert text.next_check.en.endswith(".")
    assert text.next_check.zh.endswith("。")


@pytest.mark.parametrize("fault", ["bearing_outer_race", "bearing_inner_race", "bearing_rolling_element"])
def test_bearing_damage_is_to_be_described_after_iso_15243(fault):
    text = FAULTS[fault]
    assert "ISO 15243" in text.next_check.en
    assert "ISO 15243" in text.next_check.zh
    for mode in ("fatigue", "wear", "corrosion", "electrical erosion", "plastic deformation", "cracking"):
        assert mode in text.next_check.en
    for mode in ("疲劳", "磨损", "腐蚀", "电蚀", "塑性变形", "断裂"):
        assert mode in text.next_check.zh


@pytest.mark.parametrize(
    ("fault", "others"),
    [
        ("unbalance", ("bent shaft", "phase")),
        ("misalignment", ("bent shaft", "phase")),
        ("looseness", ("phase",)),
        ("electrical", ("Switch off",)),
        ("lubrication", ("cavitation", "Relubricate")),
        ("bearing_cage", ("rolling element",)),
    ],
)
def test_what_can_be_confused_is_named_with_what_tells_it_apart(fault, others):
    told = FAULTS[fault].name.en + FAULTS[fault].next_check.en
    assert all(other in told for other in others)


@pytest.mark.parametrize("reason", Reason)
def test_reasons_are_complete_in_both_languages(reason):
    english, chinese = reason.sentence(found=123.456, order=3.21)
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert not HAN.search(english)
    assert HAN.search(chinese)
    assert "{" not in english + chinese
    assert ("123.46" in english or "123.5" in english) == ("123.46" in chinese or "123.5" in chinese)


@pytest.mark.parametrize("fault", BEARING_FAULTS)
def test_sentences_of_a_diagnosis_hold_the_same_numbers(fault):
    found = diagnose(damaged_bearing(fault), rate_hz=RATE_HZ, speed_rpm=60 * SHAFT_HZ, orders=ORDERS)
    assert found.hypotheses
    for hypothesis in found.hypotheses:
        assert hypothesis.sentence_en.endswith(".")
        assert hypothesis.sentence_zh.endswith("。")
        assert HAN.search(hypothesis.sentence_zh)
        numbers = [
            sorted(re.findall(r"\d+\.\d+", text)) for text in (hypothesis.sentence_en, hypothesis.sentence_zh)
        ]
        assert numbers[0] == numbers[1]
        assert hypothesis.next_check_en
        assert hypothesis.next_check_zh
