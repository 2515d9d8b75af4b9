"""What 0.1.0 left behind is gone on with: its checkpoints are continued, without a notification and without a loss.

`tests/golden/life` holds the observations of four machines over eight hours: a bearing that fails, a cable that
breaks, a winding that overheats, and a pump with readings alone that stands, falls silent and comes back; people
find, maintain and accept. Beside them lie the checkpoint that a worker of 0.1.0 wrote after two thirds of them, and
what it said from there on: both stay as they are. `said.json` has digests of what this version says and ends with;
where that is meant to change, `pytest tests/contract --update-golden` writes it again.

A state names the version of its schema, and that of River, whose arithmetic the fleet's classifier uses and no
machine's state does. With another River a worker leaves checkpoints aside, to be safe; the test puts the name of
the one that is installed in their place.
"""

import gzip
import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from models.fold import STATE_VERSION, dump_state
from stream.delivery.checkpoint_merging import LogSpan, RestoredPartition, merge_records
from stream.delivery.partition import Partition
from stream.messages.records import decode_observation, encode_output

LIFE = Path(__file__).parents[1] / "golden" / "life"
CUT = 850


@pytest.fixture(scope="module")
def observations():
    with gzip.open(LIFE / "observations.jsonl.gz") as file:
        return [decode_observation(line) for line in file]


def folded(partition, observations, first):
    """What the worker sends, a line an output."""
    said = []
    for offset, observation in enumerate(observations, first):
        assert partition.accepts(offset)
        said += [encode_output(output) + b"\n" for output in partition.fold(offset, observation)]
    return b"".join(said)


def version_of(record):
    return msgspec.msgpack.decode(record)[0]


def of_this_version(record):
    """A record as it would be with the River that is installed here."""
    _, offset, machine, state, *_ = msgspec.msgpack.decode(record)
    if state:
        state = msgspec.msgpack.encode({**msgspec.msgpack.decode(state), "version": STATE_VERSION})
    return msgspec.msgpack.encode([STATE_VERSION, offset, machine, state])


def digest(content):
    return hashlib.sha256(content).hexdigest()


def digests_of(partition):
    """A digest of each machine's state without the version that it names."""
    states = {name: msgspec.msgpack.decode(dump_state(state)) for name, state in sorted(partition.machines.items())}
    return {name: digest(msgspec.msgpack.encode(stored["state"])) for name, stored in states.items()}


def alerts(said):
    """The transitions of alerts, by what people see of them."""
    found = [each for each in map(json.loads, said.splitlines()) if each["type"] == "alert"]
    return [
        tuple(each[key] for key in ("machine", "point", "rule", "state", "priority", "time", "id"))
        for each in found
    ]


def golden(name):
    return gzip.decompress((LIFE / name).read_bytes())


@pytest.fixture(scope="module")
def checkpoint():
    return msgspec.msgpack.decode(golden("checkpoint.msgpack.gz"))


@pytest.fixture(scope="module")
def expected():
    return golden("outputs.jsonl.gz")


def continued_from(records, observations):
    """What is said from the cut on by whoever goes on from these records, and the partition in the end."""
    partition = Partition(0, merge_records(records, LogSpan()))
    assert partition.next_offset == CUT
    return folded(partition, observations[CUT:], CUT), partition


@pytest.fixture(scope="module")
def whole(observations):
    """The life folded from its beginning: what was said before and after the cut, and how it stood and ended."""
    partition = Partition(0, RestoredPartition())
    before = folded(partition, observations[:CUT], 0)
    records = [(key, value) for key, value in partition.snapshot()]
    after = folded(partition, observations[CUT:], CUT)
    return before, records, after, digests_of(partition)


def test_the_schema_is_the_one_that_the_checkpoint_was_written_with(checkpoint):
    """Where it is raised, what older versions left must be read in another way, or be left aside on purpose."""
    assert {version_of(value).split(" ")[0] for _, value in checkpoint} == {STATE_VERSION.split(" ")[0]}


def test_a_checkpoint_of_an_older_version_is_gone_on_with(checkpoint, observations, expected):
    """No alert is lost, none is told again, and none comes that did not come before."""
    said, _ = continued_from(((key, of_this_version(value)) for key, value in checkpoint), observations)
    assert alerts(said) == alerts(expected)


def test_a_checkpoint_of_this_version_is_gone_on_with_bit_for_bit(whole, observations):
    _, records, after, ended = whole
    said, partition = continued_from(records, observations)
    assert said == after
    assert digests_of(partition) == ended


def test_the_same_observations_say_the_same_as_ever(whole, checkpoint, observations, pytestconfig):
    before, _, after, ended = whole
    said, _ = continued_from(((key, of_this_version(value)) for key, value in checkpoint), observations)
    here = {
        "said before": digest(before),
        "said after": digest(after),
        "said after the checkpoint of 0.1.0": digest(said),
        "states after": ended,
    }
    if pytestconfig.getoption("update_golden"):
        (LIFE / "said.json").write_text(json.dumps(here, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert here == json.loads((LIFE / "said.json").read_text("utf-8"))


def test_the_life_has_all_that_a_state_can_remember(observations, expected):
    """Without it the rest would prove little."""
    kinds = {json.loads(line)["type"] for line in expected.splitlines()}
    assert kinds == {"row", "health", "alert", "uptime", "action", "lesson"}
    rules = {alert["rule"] for alert in map(json.loads, expected.splitlines()) if alert["type"] == "alert"}
    assert rules >= {"change", "severity", "temperature", "anomaly", "no_data"}
    lessons = [each for each in map(json.loads, expected.splitlines()) if each["type"] == "lesson"]
    assert any(each["signs"] for each in lessons)
    assert len(observations) > CUT
