"""Whose a message is depends on the log and on when it came, never on how much of the log its reader knew."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import SECOND_US
from models.errors import MessageError
from models.machinery.aliases import Aliases
from stream.messages.digests import digest
from stream.messages.measurements import decode, encode
from stream.messages.probes import PROBE_KEY
from stream.messages.renaming import HOLDS_AFTER_S, declare

NAMES = st.sampled_from(["A", "B", "C", "泵", "a"])
LOG = st.lists(st.tuples(st.integers(0, 100), NAMES, NAMES), max_size=8).map(
    lambda log: sorted(log, key=lambda entry: entry[0])
)


def known_after(log):
    aliases = Aliases()
    for second, alias, machine in log:
        value = {"type": "rename", "machine": machine, "alias": alias, "time": datetime.now(UTC).isoformat()}
        declare(aliases, machine.encode(), json.dumps(value).encode(), second * 1000, 1)
    return aliases


@given(LOG, NAMES, st.integers(0, 120), st.integers(0, 60), st.integers(0, HOLDS_AFTER_S - 1))
def test_all_readers_that_know_the_log_of_ten_seconds_ago_decide_alike(log, name, came, waited, behind):
    """A message that is read at once, and again after a kill when more is known, is of the same machine."""
    read = came + waited
    known = known_after([entry for entry in log if entry[0] <= read - behind])
    assert known.resolve(name, came * SECOND_US) == known_after(log).resolve(name, came * SECOND_US)


def test_what_is_no_renaming_declares_nothing_and_raises_nothing():
    aliases = Aliases()
    rename = {"type": "rename", "machine": "A", "alias": "B", "time": "2026-03-01T00:00:00Z"}
    for key, value in (
        (PROBE_KEY, b"\x81"),
        (None, None),
        (b"A", b""),
        (b"A", b"\xff\xfe"),
        (b"B", json.dumps(rename).encode()),
        (b"A", json.dumps(rename | {"alias": "B" * 65}).encode()),
        (b"A", json.dumps(rename | {"alias": ["B"]}).encode()),
        (b"A", json.dumps(rename)[:-3].encode()),
        (b"A", json.dumps(rename | {"type": "accept"}).encode()),
        (b"A", json.dumps(rename | {"unknown": float("inf")}).encode()),
    ):
        assert declare(aliases, key, value, 0, 1) == ""
    assert len(aliases) == 0
    assert declare(aliases, b"A", json.dumps(rename | {"unknown": [1]}).encode(), None, None) == ""
    assert aliases.resolve("B", 0) == "A", "at once where nobody knows when it was said"


@pytest.mark.parametrize("form", [json.dumps, msgspec.msgpack.encode])
def test_a_machine_s_alias_is_another_way_to_say_that_it_is_renamed(form):
    said = {
        "machine": "泵-1",
        "alias": "泵-A1",
        "time": "2026-03-01T00:00:00Z",
        "by": "王伟",
        "note": "new gateway",
    }
    of_machine, rename = form(said | {"type": "machine", "do": "alias"}), form(said | {"type": "rename"})
    one, other = (decode(each if isinstance(each, bytes) else each.encode()) for each in (of_machine, rename))
    assert one == other == decode(encode(one))
    assert digest(one) == digest(other), "said both ways it is one action"
    aliases, data = Aliases(), encode(one)
    assert declare(aliases, "泵-1".encode(), data, 0, 1) == ""
    assert aliases.resolve("泵-A1") == "泵-1"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"do": "alias"}, "alias: "),
        ({"do": "alias", "alias": ""}, "alias: "),
        ({"do": "alias", "alias": "B" * 65}, "alias: "),
        ({"do": "alias", "alias": 7}, "alias"),
        ({"do": "alias", "alias": "B", "point": "DE"}, "point: "),
        ({"do": "retire", "alias": "B"}, "alias: retire has none"),
        ({"do": "rename", "alias": "B"}, "use retire, return, forget or alias"),
    ],
)
def test_what_makes_no_sense_of_a_machine_s_alias_is_told(wrong, told):
    said = {"type": "machine", "machine": "A", "time": "2026-03-01T00:00:00Z"} | wrong
    with pytest.raises(MessageError, match=told):
        decode(json.dumps(said).encode())


def test_of_who_leaves_nothing_is_declared_in_partition_0():
    aliases = Aliases()
    said = {"type": "machine", "machine": "A", "do": "retire", "time": "2026-03-01T00:00:00Z"}
    assert declare(aliases, b"A", json.dumps(said).encode(), 0, 1) == ""
    assert len(aliases) == 0
