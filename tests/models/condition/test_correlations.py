import pytest

from models.condition.correlations import Correlations


def opposed(independent):
    """What is left of a deviation of 2, another being -2, where both were always the same in so many values."""
    correlations = Correlations()
    for i in range(200):
        correlations.learn_one([(-1.0) ** i, (-1.0) ** i], 1.0 / (i + 1))
    correlations.refresh([independent, independent])
    return correlations.residuals([2.0, -2.0])[0]


def test_of_a_correlation_that_five_hundred_independent_values_tell_half_is_believed():
    """The matrix, 1.1 on the diagonal and 0.5 beside it, has an inverse of 1.1 / 0.96 and -0.5 / 0.96."""
    assert opposed(500.0) == pytest.approx(2.0 * (1.1 + 0.5) / 0.96 / (1.1 / 0.96) ** 0.5)
    assert opposed(5.0) == pytest.approx(2.0 / 1.1**0.5, rel=0.02)
    assert opposed(0.0) < opposed(50.0) < opposed(500.0) < opposed(5_000.0)
