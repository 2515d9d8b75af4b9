"""What gateways send in the place of a message, and what to do about it; asked only once it could not be read.

Told by the first bytes, by the place where JSON went wrong, or by what the object holds; nothing is unpacked.
"""

import re
from typing import Any

import msgspec

from stream.messages.validation import shown

__all__ = ["describe_foreign_form", "describe_foreign_key"]

_REGISTRY_IDS = 1_000_000
_CONVERTER = "let its connector or serializer write plain JSON (JsonConverter with schemas.enable=false)"
_PACKED = "send them plain, and let its producer pack (compression.type)"
_ONE_EACH = "send each as a message of its own"

_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xef\xbb\xbf", "text with a byte order mark (UTF-8 BOM) in front", "send the same JSON without the mark"),
    (b"\xff\xfe", "text in UTF-16 or UTF-32", "send JSON in UTF-8"),
    (b"\xfe\xff", "text in UTF-16", "send JSON in UTF-8"),
    (b"{\0", "text in UTF-16 or UTF-32", "send JSON in UTF-8"),
    (b"\0{", "text in UTF-16", "send JSON in UTF-8"),
    (b"\0\0\0{\0\0\0", "text in UTF-32", "send JSON in UTF-8"),
    (b"\x1f\x8b", "bytes packed with gzip", _PACKED),
    (b"\x28\xb5\x2f\xfd", "bytes packed with zstd", _PACKED),
    (b"\x04\x22\x4d\x18", "bytes packed with lz4", _PACKED),
    (b"\xff\x06\0\0sNaPpY", "bytes packed with snappy", _PACKED),
    (b"\x82SNAPPY\0", "bytes packed with snappy", _PACKED),
    (b"PK\x03\x04", "a zip file", "send each message by itself"),
    (b"Obj\x01", "an Avro file", _CONVERTER),
    (b"\xac\xed\0\x05", "an object that Java serialized", "use a serializer for JSON text"),
    (b"<", "XML or HTML", "send JSON"),
    (b"{'", "an object as Python prints it", "write it with json.dumps"),
    (b"eyJ", "JSON in base64", "send the JSON itself"),
)  # fmt: skip
"""What a value begins with, what that is, and what to do."""

_ENVELOPES: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"before", "after", "op"}),
        "the message is a table's change by Debezium (before, after); let it unwrap that (ExtractNewRecordState)",
    ),
    (
        frozenset({"schema", "payload"}),
        "the message is wrapped by Kafka Connect (schema, payload); set value.converter.schemas.enable=false there",
    ),
    (
        frozenset({"specversion", "data"}),
        "the message is wrapped as a CloudEvent; send what stands in 'data' by itself",
    ),
    (
        frozenset({"name", "tags", "fields"}),
        "the message is a metric as Telegraf writes it (name, tags, fields); send machine, point, time and values",
    ),
)
"""By which fields an object is told that others wrap measurements in, and what to say of it."""

_LINE_PROTOCOL = re.compile(rb"[A-Za-z_][^\s,={}\"]*(?:,[^\s,=]+=[^\s,=]+)* [^\s,=]+=\S")
_POSITION = re.compile(r"\(byte (\d+)\)")
_NO_NUMBER = re.compile(rb"[-+]?(?:nan|inf(?:inity)?)\b", re.IGNORECASE)
_OTHER_WORDS = re.compile(rb"(?:None|True|False|undefined)\b")
_WRAPPERS = ("payload", "data", "message", "value", "body", "record", "fields", "after", "metrics")


def describe_foreign_form(data: bytes, error: str) -> str | None:
    """Say what these bytes are, if that can be told; `error` is what the decoder said of them."""
    return _by_beginning(data) or _by_place(data, error) or _by_content(data)


def describe_foreign_key(key: bytes, machine: str) -> str | None:
    """Say how a key was written that is the machine's id in some other form."""
    if key == msgspec.json.encode(machine) or key == f'"{machine}"'.encode():
        return (
            f"key {shown(key)} is quoted as JSON; let its sender write keys as plain text "
            "(StringSerializer; key.converter=org.apache.kafka.connect.storage.StringConverter)"
        )
    if key[:1] == b"\0" and key.endswith(machine.encode()):
        return f"key {shown(key)} stands in a frame of a Schema Registry; let its sender write keys as plain text"
    return None


def _by_beginning(data: bytes) -> str | None:
    for beginning, what, todo in _BEGINNINGS:
        if data.startswith(beginning):
            return _told(what, todo)
    schema = int.from_bytes(data[1:5])
    if data[0] == 0 and len(data) > 5 and 0 < schema < _REGISTRY_IDS:
        return _told(f"Avro, Protobuf or JSON in a frame of a Schema Registry (schema {schema})", _CONVERTER)
    if _LINE_PROTOCOL.match(data):
        return _told("InfluxDB's line protocol", "send JSON, such as a reading with its values by name")
    return None


def _told(what: str, todo: str) -> str:
    return f"the message is not JSON or MessagePack but {what}; {todo}"


def _by_place(data: bytes, error: str) -> str | None:
    """Look at what stands where JSON went wrong."""
    place = _POSITION.search(error)
    if place is None or data[0] >= 0x80:
        return None
    at = int(place[1])
    if "trailing characters" in error and data[at - 1 : at + 1].lstrip()[:1] in (b"{", b"["):
        return f"the message holds several JSON texts, one behind the other (byte {at}); {_ONE_EACH}"
    found = next((match for back in (2, 1, 0) if (match := _NO_NUMBER.match(data, max(0, at - back)))), None)
    if found is not None:
        return (
            f"the message is not JSON: JSON has no {found[0].decode()} (byte {found.start()}); send null where "
            "there is no value, or send MessagePack, which has it"
        )
    if word := _OTHER_WORDS.match(data, at):
        return f"the message is not JSON: JSON has no {word[0].decode()} (byte {at}); send null, true or false"
    return None


def _by_content(data: bytes) -> str | None:
    """Look at what it holds that can be decoded, but is no message."""
    try:
        content: Any = (msgspec.msgpack if data[0] >= 0x80 else msgspec.json).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(content, str | bytes):
        inner = content.encode() if isinstance(content, str) else content
        if inner.lstrip()[:1] in (b"{", b"["):
            return (
                "the message holds text that is JSON in turn: it was encoded twice; encode it once, as one object"
            )
        return None
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return f"the message is a list of {len(content)} objects; {_ONE_EACH}, one object each"
    return _wrapped(content) if isinstance(content, dict) and "machine" not in content else None


def _wrapped(content: dict[Any, Any]) -> str | None:
    inner = content.get("payload")
    for keys, text in _ENVELOPES:
        if keys <= content.keys() or (isinstance(inner, dict) and keys <= inner.keys()):
            return text
    for name in _WRAPPERS:
        held = content.get(name)
        if isinstance(held, dict) and "machine" in held:
            return f"the message is wrapped: it stands in {name!r}; send what stands there by itself"
        if isinstance(held, str) and held.lstrip().startswith("{"):
            return f"the message is wrapped: it stands in {name!r} as text; send what stands there by itself"
    return None
