"""What gateways send in the place of a message is named, with what to do about it, in one line."""

import gzip
import json
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import MessageError
from stream.messages.measurements import decode
from stream.monitoring.metrics import reason_kind

READING = {
    "type": "reading", "machine": "泵 2", "point": "DE", "time": "2026-03-01T08:30:00Z", "values": {"bar": 2.0},
}  # fmt: skip
JSON = json.dumps(READING).encode()
PACKED = msgspec.msgpack.encode(READING)


def number(token: str) -> bytes:
    return JSON.replace(b"2.0", token.encode())


def framed(content: bytes, schema: int = 42) -> bytes:
    return b"\0" + struct.pack(">I", schema) + content


def text(content: object) -> bytes:
    return json.dumps(content).encode()


CHANGE = {"before": None, "after": READING, "op": "c"}

FORMS: dict[str, tuple[bytes | None, str, str]] = {
    "NaN": (number("NaN"), "JSON has no NaN (byte ", "send null"),
    "-Infinity": (number("-Infinity"), "JSON has no -Infinity (byte ", "MessagePack, which has it"),
    "nan of C": (number("-nan"), "JSON has no -nan (byte ", "send null"),
    "in a list": (text({**READING, "samples": [1, float("nan")]}), "no NaN", "null"),
    "None": (number("None"), "JSON has no None", "send null"),
    "True": (number("True"), "JSON has no True", "true or false"),
    "BOM": (b"\xef\xbb\xbf" + JSON, "byte order mark", "without the mark"),
    "UTF-16": (JSON.decode().encode("utf-16"), "UTF-16", "send JSON in UTF-8"),
    "UTF-16, little": (JSON.decode().encode("utf-16-le"), "UTF-16", "send JSON in UTF-8"),
    "UTF-16, big": (JSON.decode().encode("utf-16-be"), "UTF-16", "send JSON in UTF-8"),
    "UTF-32": (JSON.decode().encode("utf-32-be"), "UTF-32", "send JSON in UTF-8"),
    "Connect": (text({"schema": {}, "payload": READING}), "Kafka Connect", "schemas.enable=false"),
    "Connect without schema": (text({"schema": None, "payload": READING}), "Kafka Connect", "false"),
    "Debezium": (text(CHANGE), "Debezium", "ExtractNewRecord"),
    "Debezium in Connect": (
        text({"schema": {}, "payload": CHANGE}),
        "Debezium",
        "ExtractNewRecord",
    ),
    "CloudEvent": (text({"specversion": "1.0", "type": "x", "data": READING}), "CloudEvent", "'data'"),
    "Telegraf": (
        text({"name": "vib", "tags": {}, "fields": {"x": 1}, "timestamp": 1}), "Telegraf", "values",
    ),
    "payload": (text({"payload": READING}), "it stands in 'payload'", "by itself"),
    "payload as text": (text({"data": JSON.decode()}), "it stands in 'data' as text", "by itself"),
    "packed wrapper": (msgspec.msgpack.encode({"body": READING}), "it stands in 'body'", "by itself"),
    "Avro": (framed(b"\x0cP-101\x04DE"), "frame of a Schema Registry (schema 42)", "JsonConverter"),
    "JSON in a frame": (framed(JSON), "frame of a Schema Registry (schema 42)", "schemas.enable=false"),
    "tombstone": (None, "its value is null, as a tombstone's", "send a JSON"),
    "gzip": (gzip.compress(JSON), "packed with gzip", "let its producer pack"),
    "twice": (text(JSON.decode()), "encoded twice", "encode it once"),
    "JSON in MessagePack": (msgspec.msgpack.encode(JSON.decode()), "encoded twice", "encode it once"),
    "JSON bytes in MessagePack": (msgspec.msgpack.encode(JSON), "encoded twice", "encode it once"),
    "list": (text([READING, READING]), "a list of 2 objects", "a message of its own"),
    "packed list": (msgspec.msgpack.encode([READING]), "a list of 1 objects", "a message of its own"),
    "lines": (JSON + b"\n" + JSON, "several JSON texts", "a message of its own"),
    "glued": (JSON + JSON, "several JSON texts", "a message of its own"),
    "XML": (b'<?xml version="1.0"?><a/>', "XML", "send JSON"),
    "line protocol": (b"vibration,machine=P1 rms=1.5,peak=3 1700000000000", "InfluxDB's line protocol", "JSON"),
    "line protocol without tags": (b'motor running=t,note="ok"', "InfluxDB's line protocol", "JSON"),
    "Python": (repr(READING).encode(), "as Python prints it", "json.dumps"),
    "base64": (b"eyJ0eXBlIjoicmVhZGluZyJ9", "base64", "the JSON itself"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_foreign_form_is_named_with_what_to_do(form: str):
    data, what, todo = FORMS[form]
    said = refusal(data)
    assert what in said
    assert todo in said.split(what, 1)[1]
    assert len(said.splitlines()) == 1
    assert said.isprintable()
    assert reason_kind(said) == "unreadable"


def test_what_is_nearly_a_message_is_told_by_its_field():
    for wrong, said in (
        ({**READING, "payload": {}, "schema": {}, "time": "now"}, "time: "),
        ({**READING, "values": {"data": "NaN"}}, "values"),
        ({key: value for key, value in READING.items() if key != "point"}, "point: it is missing"),
    ):
        with pytest.raises(MessageError, match=said):
            decode(json.dumps(wrong).encode())
    assert decode(json.dumps({**READING, "before": 1, "after": 2, "op": "c"}).encode()).machine == "泵 2"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ('"泵 2"'.encode(), "quoted as JSON"),
        (b'"\\u6cf5 2"', "is not the machine"),
        (b"\0\0\0\0\x07" + "泵 2".encode(), "frame of a Schema Registry"),
        (b"gateway-7", "is not the machine"),
    ],
)
def test_a_key_in_another_form_is_named(key: bytes, said: str):
    with pytest.raises(MessageError, match=said) as raised:
        decode(JSON, key=key)
    assert reason_kind(str(raised.value)) == "key"


beginnings = st.sampled_from([
    b"", b"\0", b"\0\0\0\0\x01", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b", b"<", b"{", b"[",
    b'"', JSON, PACKED, JSON[:40], b"eyJ",
    b'{"payload":', b'{"schema":{},"payload":', b"cpu,host=a ", b'{"a":NaN', b"\x81\xa7payload", b'{"data":"',
])  # fmt: skip


@given(beginnings, st.one_of(st.binary(max_size=80), st.text(max_size=80).map(lambda text: text.encode())))
def test_any_bytes_are_a_message_or_one_line_that_says_why_not(beginning: bytes, rest: bytes):
    said = refusal(beginning + rest)
    assert len(said.splitlines()) <= 1
    assert said.isprintable()


def refusal(data: bytes | None) -> str:
    """Why these bytes are no message; nothing where they are one."""
    try:
        decode(data)
    except MessageError as error:
        return str(error)
    return ""
