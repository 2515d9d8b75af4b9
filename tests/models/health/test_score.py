from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from models.alarms.symptom import Symptom, degree_of
from models.health.score import deductions_of, points_of

LIMITS = st.lists(st.floats(1.0, 1e6), min_size=1, max_size=3).map(sorted)
RULES = {"severity": "velocity_rms_mm_s", "change": "rms_g", "temperature": "rise", "anomaly": "pressure"}


def symptoms():
    return st.builds(
        lambda point, rule, value, limits: (
            point,
            Symptom(rule, RULES[rule], value, 0.5, limits, degree_of(value, 0.5, limits)),
        ),
        st.sampled_from(["前端轴承", "drive-end", "non-drive-end"]),
        st.sampled_from(sorted(RULES)),
        st.floats(0, 1e9),
        LIMITS,
    )


@given(st.lists(symptoms(), max_size=20))
def test_score_and_deductions_make_a_hundred_exactly(found):
    score, deductions = deductions_of(found)
    total = sum((Decimal(str(deduction.points)) for deduction in deductions), Decimal(0))
    assert Decimal(str(score)) + total == 100
    assert 0 <= score <= 100
    for deduction in deductions:
        assert deduction.points > 0
        assert (Decimal(str(deduction.points)) * 10) % 1 == 0
        assert deduction.reason.startswith(deduction.point)
        assert deduction.reason_zh.startswith(deduction.point)


@given(st.lists(symptoms(), max_size=10))
def test_the_order_of_points_does_not_matter(found):
    assert deductions_of(found)[0] == deductions_of(found[::-1])[0]


def test_each_kind_has_its_most_and_repeated_evidence_counts_less():
    worst = Symptom("change", "rms_g", 9.0, 1.0, [2.0, 4.0, 8.0], 4.0)
    assert points_of(worst.degree) == 700
    score, deductions = deductions_of([("a", worst), ("b", worst)])
    assert (score, [deduction.point for deduction in deductions]) == (30.0, ["a"])
    medium = Symptom("change", "rms_g", 4.0, 1.0, [2.0, 4.0, 8.0], 2.0)
    hot = Symptom("temperature", "rise", 100.0, 70.0, [85.0, 95.0, 110.0], 2.0)
    score, deductions = deductions_of([("a", medium), ("b", medium), ("c", hot)])
    assert [deduction.points for deduction in deductions] == [30.0, 7.5, 15.0]
    assert score == 47.5, "the example of docs/health.md"


def test_sound_evidence_takes_nothing_off():
    assert deductions_of([("a", Symptom("change", "rms_g", 1.2, 1.0, [1.6, 2.5, 6.3], 0.4))]) == (100.0, ())
