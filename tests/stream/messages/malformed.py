"""Messages that must be refused, of many kinds, each with a word that its reason must contain."""

import base64
import json
import random
import struct
from collections.abc import Callable
from typing import NamedTuple

import msgspec

__all__ = ["KINDS", "Malformed", "malformed_messages"]


class Malformed(NamedTuple):
    topic: str
    key: bytes | None
    value: bytes | None
    kind: str
    reason: str
    """Stands in the text of the error."""


Fields = dict[str, object]
Made = tuple[str, bytes | None, bytes | None]


def _vibration(**changes: object) -> Fields:
    samples = struct.pack("<64f", *(0.01 * i for i in range(64)))
    fields: Fields = {
        "type": "vibration", "machine": "P1", "point": "DE", "time": "2026-03-01T08:30:00Z",
        "rate": 25600.0, "unit": "g", "samples": base64.b64encode(samples).decode(),
    }  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value is not ...}


def _temperature(**changes: object) -> Fields:
    fields: Fields = {"type": "temperature", "machine": "P1", "point": "DE", "time": "2026-03-01T08:30:00Z"}
    return {name: value for name, value in ({**fields, "value": 41.5} | changes).items() if value is not ...}


def _reading(**changes: object) -> Fields:
    fields: Fields = {"type": "reading", "machine": "P1", "point": "DE", "time": "2026-03-01T08:30:00Z"}
    return {
        name: value for name, value in ({**fields, "values": {"bar": 3.2}} | changes).items() if value is not ...
    }


def _finding(**changes: object) -> Fields:
    fields: Fields = {
        "type": "finding",
        "machine": "水泵-1",
        "time": "2026-03-01T08:30:00Z",
        "verdict": "confirmed",
    }
    return {name: value for name, value in (fields | changes).items() if value is not ...}


def _findings(**changes: object) -> Callable[[random.Random], Made]:
    return lambda rng: ("actions", None, (_json if rng.random() < 0.5 else _packed)(_finding(**changes)))


def _shelves(**changes: object) -> Callable[[random.Random], Made]:
    shelf: Fields = {"type": "shelve", "point": "DE", "until": "2026-03-01T16:30:00Z", "reason": "known"}
    return _findings(**(shelf | changes))


def _json(fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _packed(fields: object) -> bytes:
    return msgspec.msgpack.encode(fields)


def _vibrations(**changes: object) -> Callable[[random.Random], Made]:
    """Give a maker of vibration messages in either form; samples of MessagePack are bytes."""

    def make(rng: random.Random) -> Made:
        fields = _vibration(**changes)
        if rng.random() < 0.5:
            return "vibration", None, _json(fields)
        if "samples" in fields and "samples" not in changes:
            fields["samples"] = base64.b64decode(str(fields["samples"]))
        return "vibration", None, _packed(fields)

    return make


def _always(topic: str, value: bytes | None, key: bytes | None = None) -> Callable[[random.Random], Made]:
    return lambda _: (topic, key, value)


def _noise(rng: random.Random) -> Made:
    return "vibration", None, rng.choice([b"hello", b"\xc1", b"-", b"\x00"]) + rng.randbytes(rng.randint(0, 200))


def _cut_off(rng: random.Random) -> Made:
    fields = _temperature()
    whole = _json(fields) if rng.random() < 0.5 else _packed(fields)
    return "temperature", None, whole[: rng.randint(1, len(whole) - 1)]


def _head(kind: str) -> bytes:
    return b"\x82\xa4type" + _packed(kind)


def _claim(rng: random.Random) -> Made:
    """Claim 64 million items and send none."""
    claim = struct.pack(">I", 64 * 1024 * 1024)
    start = rng.choice([
        _head("vibration") + b"\xa7samples\xc6", _head("vibration") + b"\xa7samples\xdd",
        _head("temperature") + b"\xa5value\xdd", _head("reading") + b"\xa6values\xdf", b"\xdf", b"\xdd",
    ])  # fmt: skip
    return "vibration", None, start + claim


KINDS: dict[str, tuple[str, Callable[[random.Random], Made]]] = {
    "empty": ("empty", _always("vibration", b"")),
    "tombstone": ("empty", _always("readings", None, b"P1")),
    "noise": ("not", _noise),
    "cut off": ("not", _cut_off),
    "claims 64 MB": ("not", _claim),
    "nested deeply": ("nested", _always("readings", b'{"type":"reading","x":' + b"[" * 200_000)),
    "no object": ("object", _always("readings", b"[1,2,3]")),
    "text that is not UTF-8": (
        "UTF-8",
        _always("readings", _json(_reading(machine="~")).replace(b"~", b"\xff\xfe")),
    ),
    "trailing garbage": ("JSON", _always("readings", _json(_reading()) + b"}")),
    "NaN literal": ("JSON", _always("temperature", _json(_temperature(value=float("nan"))))),
    "infinite literal": ("JSON", _always("vibration", _json(_vibration(samples=[1.0, float("inf")])))),
    "number out of range": ("value", _always("temperature", _json(_temperature()).replace(b"41.5", b"1e999"))),
    "unknown type": ("type", _vibrations(type="vibrations")),
    "no type": ("type", _vibrations(type=...)),
    "no machine": ("machine", _vibrations(machine=...)),
    "empty machine": ("machine", _vibrations(machine="")),
    "long machine": ("machine", _vibrations(machine="泵" * 65)),
    "machine with slash": ("machine", _vibrations(machine="../etc")),
    "machine with line end": ("machine", _vibrations(machine="P1\n")),
    "machine is a number": ("machine", _vibrations(machine=7)),
    "no point": ("point", _vibrations(point=...)),
    "point with space around": ("point", _vibrations(point=" DE")),
    "no time": ("time", _vibrations(time=...)),
    "no zone": ("zone", _vibrations(time="2026-03-01T08:30:00")),
    "bad zone": ("time", _vibrations(time="2026-03-01T08:30:00+99:00")),
    "no such day": ("time", _vibrations(time="2026-02-30T08:30:00Z")),
    "time before clocks": ("1970", _vibrations(time="1900-01-01T00:00:00Z")),
    "time far ahead": ("2199", _vibrations(time="9999-12-31T23:59:59Z")),
    "negative rate": ("rate", _vibrations(rate=-25600.0)),
    "rate zero": ("rate", _vibrations(rate=0)),
    "rate is text": ("rate", _vibrations(rate="25.6k")),
    "infinite rate": ("rate", lambda _: ("vibration", None, _packed(_vibration(rate=float("inf"), samples=[1.0])))),
    "unknown unit": ("unit", _vibrations(unit="mil")),
    "no samples": ("samples", _vibrations(samples=[])),
    "samples are words": ("samples", _vibrations(samples=["a", "b"])),
    "samples not base64": ("samples", _always("vibration", _json(_vibration(samples="%%%")))),
    "samples cut off": ("samples", _always("vibration", _json(_vibration(samples="AAAAAAA=")))),
    "unknown dtype": ("dtype", _vibrations(dtype="f2")),
    "scale zero": ("scale", _vibrations(scale=0)),
    "scale NaN": ("scale", lambda _: ("vibration", None, _packed(_vibration(scale=float("nan"), samples=[1.0])))),
    "negative speed": ("speed", _vibrations(speed=-1500)),
    "load is text": ("load", _vibrations(load="full")),
    "negative sequence": ("sequence", _vibrations(sequence=-1)),
    "temperature unit": ("unit", _always("temperature", _json(_temperature(unit="R")))),
    "temperatures without rate": ("rate", _always("temperature", _json(_temperature(value=[1.0, 2.0])))),
    "temperature is text": ("value", _always("temperature", _json(_temperature(value="warm")))),
    "no values": ("values", _always("readings", _json(_reading(values={})))),
    "value is text": ("values", _always("readings", _json(_reading(values={"bar": "3,2"})))),
    "value named time": ("time", _always("readings", _json(_reading(values={"time": 1.0})))),
    "too many values": ("256", _always("readings", _json(_reading(values={f"v{i}": 1.0 for i in range(257)})))),
    "another machine's key": ("key", _always("readings", _json(_reading()), b"P2")),
    "key is no text": ("key", _always("readings", _json(_reading()), b"\xff\x00")),
    "no verdict": ("verdict", _findings(verdict=...)),
    "verdict of its own": ("false_alarm", _findings(verdict="false alarm")),
    "fault is a number": ("fault", _findings(fault=7)),
    "finding without zone": ("zone", _findings(time="2026-03-01T08:30:00")),
    "finding before it began": ("since", _findings(since="2026-03-02T08:30:00Z")),
    "since in words": ("since", _findings(since="昨天")),
    "endless note": ("2000", _findings(note="长" * 2001)),
    "note with a bell": ("note", _findings(note="ding \a")),
    "by with a line end beyond Unicode": ("by", _findings(by="\x85")),
    "point of an action": ("point", _findings(type="accept", point="../etc")),
    "maintenance of nothing": ("machine", _findings(type="maintenance", machine="")),
    "shelf without end": ("until", _findings(type="shelve", point="DE", reason="known")),
    "shelf of a month": ("7 days", _shelves(until="2026-03-31T08:30:00Z")),
    "shelf that ends before it begins": ("not after", _shelves(until="2026-03-01T08:00:00Z")),
    "shelf without zone": ("zone", _shelves(until="2026-03-01T09:30:00")),
    "shelf of a whole machine": ("point", _shelves(point="")),
    "shelf without reason": ("reason", _shelves(reason=" \n")),
    "shelf of no rule": ("rule", _shelves(rule="no/data")),
    "shelf for one shot perhaps": ("one_shot", _shelves(one_shot="maybe")),
    "action among readings": ("actions", _always("readings", _json(_finding()))),
    "reading among actions": ("readings", _always("actions", _json(_reading()))),
    "wrong topic": ("topic", _always("vibration", _json(_reading()))),
}
"""Word that the reason must contain, and a maker, by kind."""


def malformed_messages(seed: int, count: int) -> list[Malformed]:
    """Give `count` malformed messages, all kinds in turn; the same seed gives the same ones."""
    rng = random.Random(seed)
    kinds = list(KINDS)
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        reason, make = KINDS[kind]
        topic, key, value = make(rng)
        made.append(Malformed(topic, key, value, kind, reason))
    return made
