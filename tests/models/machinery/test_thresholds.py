import msgspec
import pytest

from models.machinery.machine import Configuration, Machine, Thresholds


@pytest.mark.parametrize(
    "wrong",
    [
        {"change_low": 1.0},
        {"change_medium": 1.5},
        {"change_high": 2.0},
        {"change_low": float("nan")},
        {"change_high": float("inf")},
        {"temperature_rise_low_k": 0.0},
        {"temperature_rise_medium_k": 50.0},
        {"off_delay_s": -1.0},
        {"low_delay_s": float("nan")},
        {"low_delay_s": float("inf")},
    ],
)
def test_limits_out_of_order_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must|may"):
        Thresholds(**wrong)


def test_a_stored_configuration_with_such_limits_cannot_be_read():
    with pytest.raises(msgspec.ValidationError, match="rise"):
        msgspec.json.decode(b'{"change_medium": 1.5}', type=Thresholds)


def test_a_configuration_is_named_by_what_it_says():
    one, same = (Configuration(machine=Machine(id="泵")) for _ in range(2))
    other = Configuration(machine=Machine(id="泵"), thresholds=Thresholds(change_low=1.7))
    assert one.version() == same.version() != other.version()
