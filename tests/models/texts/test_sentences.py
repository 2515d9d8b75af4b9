import pytest

from models.alarms.symptom import Symptom
from models.texts.sentences import no_data_sentence, number, sensor_sentence, symptom_sentence
from models.texts.withheld import withheld_sentence

VELOCITY = Symptom("severity", "velocity_rms_mm_s", 3.1, 1.5, [2.2, 2.8, 4.5], 2.2)


def test_a_sentence_has_value_limit_unit_factor_and_what_to_look_at():
    english, chinese = symptom_sentence("drive-end", VELOCITY, 2, look=True)
    for part in (
        "drive-end",
        "3.1 mm/s",
        "2.07 times its baseline of 1.5 mm/s",
        "zone limit of 2.8 mm/s",
        "alignment",
    ):
        assert part in english
    for part in ("drive-end", "振动烈度", "3.1 mm/s", "2.07 倍", "2.8 mm/s", "不对中"):
        assert part in chinese


@pytest.mark.parametrize(
    ("symptom", "parts"),
    [
        (
            Symptom("temperature", "rise", 95.0, 70.0, [85.0, 95.0, 110.0], 2.0),
            ("95 °C", "25 °C above its usual 70 °C when warm", "lubrication"),
        ),
        (Symptom("temperature", "value_c", 95.0, None, [75.0, 80.0, 90.0], 3.0), ("95 °C", "80 °C")),
        (
            Symptom("anomaly", "pressure", 5.0, None, [4.0], 1.5, {"pressure": 0.7, "flow": 0.2}),
            ("pressure (70 %), flow (20 %)", "score 5", "limit 4"),
        ),
        (Symptom("change", "envelope_rms_g", 0.5, 0.2, [0.32, 0.5, 1.3], 2.0), ("2.5 times", "0.5 g", "bearings")),
    ],
)
def test_every_rule_says_what_it_found(symptom, parts):
    english, chinese = symptom_sentence("点1", symptom, 2, look=True)
    assert all(part in english for part in parts)
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert "点1" in chinese


def test_below_its_limit_it_says_so():
    assert "below the limit" in symptom_sentence("p", Symptom("change", "rms_g", 1.2, 1.0, [1.6], 0.5), 1).en


def test_a_rise_is_told_in_degrees_and_from_which_side():
    hot = Symptom("temperature", "rise", 110.2, 67.6, [82.6, 92.6, 107.6], 3.1)
    english, chinese = symptom_sentence("轴承", hot, 3)
    assert "110 °C, 42.6 °C above its usual 67.6 °C when warm, at or above" in english
    assert "比平时热态温度 67.6 °C 高 42.6 °C" in chinese
    cool = Symptom("temperature", "rise", 60.0, 67.6, [82.6, 92.6, 107.6], 0.0)
    assert "7.6 °C below its usual" in symptom_sentence("p", cool, 1).en
    assert "低 7.6 °C" in symptom_sentence("p", cool, 1).zh


def test_sensor_and_silence_are_told_in_words():
    assert "open circuit" in sensor_sentence("bearing", ("open", "short")).en
    assert "开路" in sensor_sentence("bearing", ("open",)).zh
    assert "not plausible" in sensor_sentence("bearing", ()).en
    assert "6 min" in no_data_sentence(360.0, 300.0).en


def test_every_withheld_status_has_its_reason():
    for status in ("warming_up", "sensor_fault", "stopped", "no_data"):
        assert all(withheld_sentence(status))
    assert withheld_sentence("healthy") == ("", "")


def test_numbers_are_short_but_whole_where_large():
    assert [number(value) for value in (0.0, 1e-9, 12.345, 999.9, -999.9, 99_999.4, 1e12)] == [
        "0",
        "1e-09",
        "12.3",
        "1000",
        "-1000",
        "99999",
        "1e+12",
    ]
