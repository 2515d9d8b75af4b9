import base64
import math
import struct
import time
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import MessageError
from stream.messages.actions import Accept, Finding, Maintenance, Rename, RosterAction, Shelve, Unshelve
from stream.messages.digests import digest
from stream.messages.measurements import Message, Reading, Temperature, Vibration, decode, encode, to_json
from tests.stream.messages.malformed import KINDS, Malformed, malformed_messages

WHEN = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def vibration(**changes: object) -> Vibration:
    fields = {"machine": "P1", "point": "DE", "time": WHEN, "rate": 25600.0, "unit": "g"}
    return Vibration(**{**fields, "samples": np.arange(8, dtype="<f4").tobytes(), **changes})


@pytest.mark.parametrize("bad", malformed_messages(seed=1, count=4 * len(KINDS)), ids=lambda bad: bad.kind)
def test_malformed_messages_are_refused_with_their_reason(bad: Malformed):
    with pytest.raises(MessageError) as error:
        decode(bad.value, key=bad.key, topic=bad.topic)
    reason = str(error.value)
    assert bad.reason.lower() in reason.lower()
    assert "\n" not in reason
    assert len(reason) < 320
    assert ";" in reason  # what is wrong; how to mend it


def test_a_claim_of_64_mb_allocates_nothing():
    claims = [bad.value for bad in malformed_messages(seed=2, count=40 * len(KINDS)) if bad.kind == "claims 64 MB"]
    assert len({claim[:30] for claim in claims if claim}) == 6
    tracemalloc.start()
    for claim in claims:
        with pytest.raises(MessageError):
            decode(claim)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_message_over_the_limit_is_refused_unread():
    with pytest.raises(MessageError, match=r"8388609 bytes.*shorter blocks"):
        decode(b"{" * (8 * 1024 * 1024 + 1))


@given(st.binary(max_size=300))
@settings(max_examples=500)
def test_arbitrary_bytes_raise_nothing_but_message_errors(data: bytes):
    with pytest.raises(MessageError):
        decode(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KINDS_OF_MESSAGES = (
    *(Vibration, Temperature, Reading, Finding, Maintenance, Accept),
    *(Shelve, Unshelve, RosterAction, Rename),
)
FIELDS = sorted({field for struct in KINDS_OF_MESSAGES for field in struct.__struct_fields__})


@given(
    st.sampled_from(
        [
            *("vibration", "temperature", "reading", "finding", "maintenance", "accept"),
            *("shelve", "unshelve", "machine", "rename", "x"),
        ]
    ),
    st.dictionaries(st.sampled_from(FIELDS), json_values),
    st.sampled_from(["json", "messagepack"]),
)
@settings(max_examples=500)
def test_any_field_of_any_type_is_accepted_or_a_message_error(kind: str, wrong: dict[str, object], form: str):
    whole = {
        "type": kind, "machine": "P1", "point": "DE", "time": "2026-03-01T08:30:00Z", "rate": 10.0,
        "unit": "C" if kind == "temperature" else "g", "samples": [1.0], "value": 1.0, "values": {"a": 1.0},
        "verdict": "confirmed", "until": "2026-03-01T10:30:00Z", "reason": "known",
        **wrong,
    }  # fmt: skip
    try:
        data = msgspec.msgpack.encode(whole) if form == "messagepack" else msgspec.json.encode(whole)
    except (OverflowError, UnicodeEncodeError):
        return  # an integer that no encoder takes
    try:
        message = decode(data)
    except MessageError as error:
        reason = str(error)
    else:
        reason = ""
        assert digest(decode(encode(message))) == digest(message)
    assert "\n" not in reason


names = st.text("aB9._-é泵ü", min_size=1, max_size=64) | st.just("轴承 1")
moments = st.integers(86_400, 7_200_000_000).map(lambda s: datetime.fromtimestamp(s, timezone(timedelta(hours=8))))
numbers = st.floats(width=32)
rates = st.floats(0.5, 1e7)
samples = st.one_of(
    st.lists(numbers | st.none(), min_size=1, max_size=20),
    st.lists(numbers, min_size=1, max_size=20).map(lambda values: struct.pack(f"<{len(values)}f", *values)),
)
messages = st.one_of(
    st.builds(
        Vibration, machine=names, point=names, time=moments, rate=rates, samples=samples,
        unit=st.sampled_from(["g", "m/s2", "mm/s"]), scale=st.floats(0.001, 1000),
        speed=st.none() | st.floats(0, 1e5), load=st.none() | st.floats(-100, 200),
        sequence=st.none() | st.integers(0, 2**62),
    ),
    st.builds(
        Temperature, machine=names, point=names, time=moments, unit=st.sampled_from(["C", "F", "K"]), rate=rates,
        value=numbers | st.none() | st.lists(numbers, min_size=1, max_size=9),
    ),
    st.builds(
        Reading, machine=names, point=names, time=moments,
        values=st.dictionaries(st.text("ab (m/s)%²", max_size=9).map("x{}x".format), numbers, min_size=1),
    ),
)  # fmt: skip


@given(messages)
@settings(max_examples=300)
def test_messages_come_back_from_json_and_messagepack(message: Message):
    packed, text = decode(encode(message)), decode(to_json(message))
    assert digest(packed) == digest(text) == digest(message)
    assert packed.time_us == text.time_us == message.time_us
    assert type(packed) is type(text) is type(message)
    assert packed.seconds == text.seconds == message.seconds


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "i4"])
def test_waveform_is_samples_times_scale(dtype: str):
    counts = np.array([-3, 0, 7, 1000])
    message = vibration(samples=counts.astype(f"<{dtype}").tobytes(), dtype=dtype, scale=0.5)
    assert message.waveform().tolist() == [-1.5, 0.0, 3.5, 500.0]
    assert message.waveform().dtype == np.float64
    assert message.count == 4
    assert message.seconds == pytest.approx(4 / 25600)
    assert message.end_us == message.time_us + 156


def test_bytes_that_are_not_finite_are_readable_and_left_to_the_quality_flags():
    message = vibration(samples=struct.pack("<3f", 1.0, math.nan, math.inf))
    assert np.isnan(decode(to_json(message)).waveform()[1])


def test_null_is_no_value():
    fields = {"machine": "P1", "point": "DE", "time": "2026-03-01T08:30:00Z"}
    reading = decode(msgspec.json.encode({"type": "reading", **fields, "values": {"bar": None, "A": 2}}))
    assert math.isnan(reading.numbers()["bar"])
    assert reading.numbers()["A"] == 2.0
    temperature = decode(msgspec.json.encode({"type": "temperature", **fields, "value": None}))
    assert np.isnan(temperature.series()).tolist() == [True]


def test_zones_are_kept_apart_and_unknown_fields_ignored():
    data = (
        b'{"type":"reading","machine":"P1","point":"DE","time":"2026-03-01T16:30:00.25+08:00",'
        b'"values":{"a":1},"new":[1]}'
    )
    message = decode(data, key=b"P1", topic="readings")
    assert message.time_us == vibration(time=WHEN + timedelta(milliseconds=250)).time_us


def test_a_key_in_any_script_must_be_the_machine():
    data = to_json(vibration(machine="轴承 1"))
    assert decode(data, key="轴承 1".encode()).machine == "轴承 1"
    with pytest.raises(MessageError, match="is not the machine"):
        decode(data, key="轴承 1".encode("gb18030"))


@pytest.mark.parametrize("name", ["P1", "泵-1", "पंप", "ปั๊ม 2", "a" * 64, "1.2_3"])
def test_names_of_any_script(name: str):
    assert decode(encode(vibration(machine=name, point=name))).machine == name


@pytest.mark.parametrize("name", ["", " ", "a ", "a/b", "a\tb", "a" * 65, "a\u200bb", "½", "💥", "a\u00a0b"])
def test_names_that_are_none(name: str):
    with pytest.raises(MessageError, match="machine"):
        vibration(machine=name)


def test_the_same_values_have_the_same_digest_in_every_form():
    values = [0.5, -2.0, 3.25]
    forms = [
        vibration(samples=values),
        vibration(samples=struct.pack("<3f", *values)),
        vibration(samples=struct.pack("<3d", *values), dtype="f8"),
        vibration(samples=struct.pack("<3h", 2, -8, 13), dtype="i2", scale=0.25),
    ]
    assert len({digest(form) for form in forms}) == 1
    changes = [{"rate": 1.0}, {"point": "x"}, {"machine": "x"}, {"unit": "mm/s"}, {"scale": 2.0}, {"sequence": 1}]
    others = [vibration(samples=values, **change) for change in changes]
    assert len({digest(message) for message in (*forms, *others)}) == 1 + len(others)


def test_digest_is_the_same_tomorrow():
    assert digest(vibration()) == "631bde68f52a6a8f"
    assert len(digest(vibration())) == 16


@pytest.mark.parametrize("form", ["json", "messagepack"])
def test_a_usual_block_decodes_in_microseconds(form: str):
    message = vibration(samples=np.zeros(2560, "<f4").tobytes())
    data = encode(message) if form == "messagepack" else to_json(message)
    best_s = min(_seconds(data) for _ in range(200))
    assert best_s < 100e-6  # 2 to 12 microseconds on the slow machine it was written on


def _seconds(data: bytes) -> float:
    started = time.perf_counter()
    decode(data, key=b"P1", topic="vibration")
    return time.perf_counter() - started


def test_samples_in_json_are_plain_base64():
    assert (
        base64.b64encode(struct.pack("<f", 1.5)).decode()
        in to_json(vibration(samples=struct.pack("<f", 1.5))).decode()
    )


@pytest.mark.parametrize("make", [Finding, Maintenance, Accept, Shelve, Unshelve])
def test_what_people_say_comes_back_as_it_was_said(make: type):
    words = {
        Finding: {"verdict": "false_alarm", "fault": "外圈", "since": WHEN},
        Shelve: {"until": WHEN + timedelta(days=7), "rule": "change", "one_shot": True, "reason": "已知"},
        Unshelve: {"rule": "no_data"},
    }.get(make, {})
    said = make(machine="水泵-1", time=WHEN, by="王伟", point="驱动端", note="换了产品\n噪声大", **words)
    for data in (encode(said), to_json(said)):
        assert decode(data, key="水泵-1".encode(), topic="actions") == said
    elsewhere = msgspec.structs.replace(said, time=WHEN.astimezone(timezone(timedelta(hours=8))))
    assert digest(elsewhere) == digest(said)
    assert digest(msgspec.structs.replace(said, note="换了产品")) != digest(said)
