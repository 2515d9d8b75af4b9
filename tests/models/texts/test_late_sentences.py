"""What is said of what came late: when it was, that it is past, and what to do."""

from datetime import UTC, datetime

from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.texts.late_sentences import late_over_sentence, late_sentence

LOUD = Symptom("change", "rms_g", 0.71, 0.093, [0.15, 0.23, 0.59], 3.1)
SINCE, UNTIL = datetime(2026, 3, 2, 22, 10, tzinfo=UTC), datetime(2026, 3, 3, 0, 40, tzinfo=UTC)


def test_it_names_the_time_what_was_found_and_where_to_look():
    english, chinese = late_sentence("drive-end", LOUD, 3, (SINCE, UNTIL), (150, 220))
    for part in (
        "2026-03-02 22:10 to 2026-03-03 00:40 UTC",
        "late",
        "150 of 220",
        "7.63 times",
        "0.59 g",
        "bearings",
    ):
        assert part in english
    for part in ("2026-03-02 22:10 至 2026-03-03 00:40", "迟到", "220 次", "150 次", "7.63 倍", "0.59 g", "轴承"):
        assert part in chinese


def test_its_end_says_that_it_is_past_and_what_to_do():
    english, chinese = late_over_sentence(Bilingual("Too loud from 22:10 to 00:40.", "振动过大。"))
    assert english.startswith("Too loud from 22:10 to 00:40. It is past")
    assert "Find out" in english
    assert chinese.startswith("振动过大。")
    assert "查明" in chinese
