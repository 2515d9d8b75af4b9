import pytest

from models.errors import ConfigurationError
from models.machinery.machine import Thresholds
from stream.config.thresholds import load_thresholds, threshold_meanings


@pytest.mark.parametrize("head", ["", 'broker = "a:1"\n[thresholds]\n'])
def test_a_file_of_thresholds_alone_or_as_a_section(tmp_path, head: str):
    path = tmp_path / "t.toml"
    path.write_text(head + "off_delay_s = 900")
    assert load_thresholds(path) == Thresholds(off_delay_s=900.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("off_delay = 900", "there is no threshold 'off_delay'; there are change_low"),
        ("off_delay_s = 'long'", "off_delay_s: 'long' is no number"),
        ("off_delay_s = true", "off_delay_s: True is no number"),
        ("off_delay_s = inf", "off_delay_s: inf is no number"),
        ("off_delay_s = -1", "may be negative"),
        ("change_low = 50", "must rise"),
        ("thresholds = 5", "must be a section"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path, text: str, told: str):
    path = tmp_path / "t.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as error:
        load_thresholds(path)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_every_threshold_says_what_it_means():
    meanings = threshold_meanings()
    assert list(meanings) == list(Thresholds.__struct_fields__)
    assert all(meanings.values())
