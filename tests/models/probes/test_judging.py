"""What the fold makes of probes: known values, a known fault that raises and clears, and nothing else."""

import msgspec
import pytest

from models.errors import MessageError
from models.probes.judging import judge_probe
from models.probes.known import KNOWN, as_known
from models.probes.records import INPUTS, ProbeObserved
from stream.messages.probes import observe_probe, probe_of

NOW_US = 1_772_353_800_000_000


def observed(topic, **others):
    found = observe_probe(probe_of(topic, 3, NOW_US), observed_us=NOW_US + 5)
    return msgspec.structs.replace(found, **others)


@pytest.mark.parametrize("topic", INPUTS)
def test_what_is_sent_comes_out_as_known(topic):
    result = judge_probe(observed(topic), NOW_US + 250_000)
    assert (result.input, result.partition, result.delay_s) == (topic, 3, 0.25)
    assert result.value == pytest.approx(KNOWN[topic].value, rel=1e-4)
    assert as_known(result)


def test_the_known_fault_raises_and_clears_an_alert():
    assert judge_probe(observed("vibration"), NOW_US).transitions == 2


@pytest.mark.parametrize(
    ("topic", "others"),
    [
        ("vibration", {"values": {"rms_g": 0.36}}),
        ("vibration", {"values": {}}),
        ("vibration", {"fault_flags": ()}),  # nobody has seen that the block stands still
        ("vibration", {"flags": ("clipped",)}),  # the sound one is taken for a fault: it never clears
        ("temperature", {"values": {"value_c": 61.4}}),
        ("readings", {"values": {"other": 2.5}}),
    ],
)
def test_anything_else_is_not_as_known(topic, others):
    assert not as_known(judge_probe(observed(topic, **others), NOW_US))


def test_judging_again_gives_the_same():
    assert judge_probe(observed("vibration"), NOW_US) == judge_probe(observed("vibration"), NOW_US)


@pytest.mark.parametrize("sent_us", [-1, 1 << 62])
def test_a_time_that_no_worker_sends_is_refused(sent_us):
    made_up = ProbeObserved(input="readings", partition=0, sent_us=sent_us, observed_us=0)
    with pytest.raises(MessageError):
        judge_probe(made_up, NOW_US)
