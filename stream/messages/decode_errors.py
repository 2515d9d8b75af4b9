"""Errors of decoding, in words for the people who send a message that cannot be read."""

import re
from typing import Any

import msgspec

from stream.messages.foreign_forms import describe_foreign_form
from stream.messages.validation import shown

__all__ = ["describe_decode_error", "describe_validation_error"]

_HINTS = {
    "type": "use vibration, temperature or reading; of people finding, maintenance, accept, shelve, unshelve, "
    "machine or rename",
    "machine": "give the machine's id as text",
    "point": "give the measuring point's name as text",
    "time": "write it as RFC 3339 with a zone, such as 2026-03-01T08:30:00Z",
    "rate": "give the samples per second as a number",
    "unit": "use g, m/s2 or mm/s for vibration, C, F or K for temperature",
    "samples": "send a list of numbers, or little-endian bytes (in JSON as base64)",
    "dtype": "use f4, f8, i2 or i4",
    "scale": "give one number",
    "speed": "give the shaft speed in rpm as a number, or leave it out",
    "load": "give the load in per cent as a number, or leave it out",
    "sequence": "give a whole number from 0 on, or leave it out",
    "value": "send a number, or a list of numbers with rate",
    "verdict": "use confirmed or false_alarm",
    "do": "use retire, return, forget or alias",
    "since": "write it as RFC 3339 with a zone, such as 2026-03-01T08:30:00Z, or leave it out",
    "fault": "say what was found as text, or leave it out",
    "done": "say what was done as text, or leave it out",
    "alert": "give the alert's id as text, or leave it out",
    "rhythm": "write when it is silent as text, such as Mon-Fri 18:00-06:00; Sat-Sun, or leave it out",
    "by": "give a name as text, or leave it out",
    "note": "give a text, or leave it out",
    "until": "write it as RFC 3339 with a zone, such as 2026-03-01T16:30:00Z",
    "rule": "give the alert's rule as text, or leave it out",
    "one_shot": "use true or false, or leave it out",
    "reason": "say why as text",
    "alias": "give the other id that the machine sends under as text",
    "values": "send an object of names and numbers, at least one",
}
_MISSING = re.compile(r"missing required field `(?P<field>\w+)`")
_AT = re.compile(r" - at `\$(?:\.(?P<field>\w+))?(?P<index>.*)`$")


def describe_validation_error(text: str, data: bytes) -> str:
    """Turn the decoder's complaint into: which field, what is wrong, what stands there, how to mend it."""
    if foreign := describe_foreign_form(data, text):
        return foreign
    if missing := _MISSING.search(text):
        field = missing["field"]
        return f"{field}: it is missing; {_HINTS[field]}"
    place = _AT.search(text)
    complaint = text[: place.start()] if place else text
    field = (place["field"] or "") if place else ""
    if field not in _HINTS:
        return (
            f"the message is not as it should be: {complaint}; send one object with type, machine, point and time"
        )
    index = place["index"] if place and len(place["index"]) <= 12 else ""
    got = _value_at(field, data)
    return f"{field}{index}: {complaint[0].lower()}{complaint[1:].replace('`', '')}{got}; {_HINTS[field]}"


def _value_at(field: str, data: bytes) -> str:
    try:
        whole: Any = (msgspec.msgpack if data[0] >= 0x80 else msgspec.json).decode(data)
        return f" ({shown(whole[field])})"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return ""  # broken behind the field as well: the complaint has to do


def describe_decode_error(error: Exception, data: bytes) -> str:
    """Say why these bytes are no message at all."""
    if isinstance(error, RecursionError):
        return "the message is nested too deeply; send one flat object"
    if foreign := describe_foreign_form(data, str(error)):
        return foreign
    if isinstance(error, UnicodeDecodeError):
        return "the message holds text that is not UTF-8; send JSON in UTF-8, or MessagePack"
    form = "MessagePack" if data[0] >= 0x80 else "JSON"
    found = f"{error}; begins with {shown(data, 24)}"
    return f"the message is not {form} ({found}); send one whole JSON or MessagePack object"
