"""Probes as messages: what a worker sends is read, anything else under their key is refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import AHEAD_US, HOUR_US
from models.errors import MessageError
from models.probes.records import INPUTS
from stream.messages.measurements import decode
from stream.messages.probes import (
    PROBE_KEY,
    decode_observed_probe,
    decode_probe,
    encode_observed_probe,
    encode_probe,
    observe_probe,
    probe_of,
)
from stream.messages.validation import check_name

NOW_US = 1_772_353_800_000_000


def read(data, *, topic="vibration", partition=3, now_us=NOW_US):
    return decode_probe(data, topic=topic, partition=partition, now_us=now_us)


@pytest.mark.parametrize("topic", INPUTS)
def test_what_a_worker_sends_comes_back(topic):
    probe = probe_of(topic, 3, NOW_US)
    assert read(encode_probe(probe), topic=topic) == probe
    observed = observe_probe(probe, observed_us=NOW_US)
    assert decode_observed_probe(encode_observed_probe(observed), partition=3) == observed
    assert len(encode_probe(probe)) < 1000
    assert len(encode_observed_probe(observed)) < 200


def test_no_machine_can_have_their_key_and_no_probe_is_taken_for_a_message():
    with pytest.raises(MessageError):
        check_name("machine", PROBE_KEY.decode())
    with pytest.raises(MessageError):
        decode(encode_probe(probe_of("vibration", 3, NOW_US)), topic="vibration")


def test_one_that_has_waited_long_is_taken_all_the_same():
    late = probe_of("readings", 3, NOW_US - 100 * HOUR_US)
    assert read(encode_probe(late), topic="readings") == late


@pytest.mark.parametrize(
    "forged",
    [
        None,
        b"",
        b"nonsense",
        b"\x90" * 100_000,
        encode_probe(probe_of("vibration", 4, NOW_US)),
        encode_probe(probe_of("readings", 3, NOW_US)),
        encode_probe(probe_of("vibration", 3, NOW_US + AHEAD_US + 1)),
        encode_probe(msgspec.structs.replace(probe_of("vibration", 3, NOW_US), time_us=-1)),
        encode_probe(msgspec.structs.replace(probe_of("vibration", 3, NOW_US), time_us=1 << 62)),
        encode_probe(msgspec.structs.replace(probe_of("vibration", 3, NOW_US), message=b"other")),
        encode_probe(msgspec.structs.replace(probe_of("vibration", 3, NOW_US), fault=b"")),
    ],
)
def test_what_no_worker_of_this_version_sends_is_refused(forged):
    with pytest.raises(MessageError):
        read(forged)


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data):
    with pytest.raises(MessageError):
        read(data)
    with pytest.raises(MessageError):
        decode_observed_probe(data, partition=3)


def test_an_observed_one_of_another_partition_is_refused():
    observed = encode_observed_probe(observe_probe(probe_of("readings", 3, NOW_US), observed_us=NOW_US))
    with pytest.raises(MessageError, match="partition 3"):
        decode_observed_probe(observed, partition=4)
