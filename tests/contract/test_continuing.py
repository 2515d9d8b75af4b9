"""What 0.1.0 left behind is gone on with: its observations and checkpoints give what they gave, byte for byte.

`tests/golden/life` holds the observations of four machines over eight hours: a bearing that fails, a cable that
breaks, a winding that overheats, and a pump with readings alone that stands, falls silent and comes back; people
find, maintain and accept. Beside them lie the checkpoint that a worker of 0.1.0 wrote after two thirds of them, and
what it said from there on. Where a new version of the state is meant, `pytest tests/contract --update-golden`
writes both again.

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
ADDED = (("counts", "crowded"), ("counts", "reread"), ("arrival",), ("appended_us",))
"""Where a state has keys that 0.1.0 did not write, with a default for what it wrote: they are left out here."""


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
        state = msgspec.msgpack.encode({**as_in_0_1_0(state), "version": STATE_VERSION})
    return msgspec.msgpack.encode([STATE_VERSION, offset, machine, state])


def digests_of(partition):
    """A digest of each machine's state without the version that it names."""
    whole = {name: as_in_0_1_0(dump_state(state)) for name, state in sorted(partition.machines.items())}
    return {
        name: hashlib.sha256(msgspec.msgpack.encode(stored["state"])).hexdigest() for name, stored in whole.items()
    }


def as_in_0_1_0(state):
    """A stored state without the keys that were added since."""
    stored = msgspec.msgpack.decode(state)
    for *way, key in ADDED:
        holder = stored["state"]
        for step in way:
            holder = holder[step]
        holder.pop(key, None)
    return stored


def packed(content):
    return gzip.compress(content, 9, mtime=0)


@pytest.fixture(scope="module")
def whole(observations, pytestconfig):
    """The life folded from its beginning: what was said before and after the cut, and how it ended."""
    partition = Partition(0, RestoredPartition())
    before = folded(partition, observations[:CUT], 0)
    records = partition.snapshot()
    after = folded(partition, observations[CUT:], CUT)
    ended = {"said before": hashlib.sha256(before).hexdigest(), "states after": digests_of(partition)}
    if pytestconfig.getoption("update_golden"):
        (LIFE / "checkpoint.msgpack.gz").write_bytes(
            packed(msgspec.msgpack.encode([list(each) for each in records]))
        )
        (LIFE / "outputs.jsonl.gz").write_bytes(packed(after))
        (LIFE / "ended.json").write_text(json.dumps(ended, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return records, after, ended


@pytest.fixture(scope="module")
def checkpoint(whole):
    return msgspec.msgpack.decode(gzip.decompress((LIFE / "checkpoint.msgpack.gz").read_bytes()))


@pytest.fixture(scope="module")
def expected(whole):
    return gzip.decompress((LIFE / "outputs.jsonl.gz").read_bytes())


@pytest.fixture(scope="module")
def ended(whole):
    return json.loads((LIFE / "ended.json").read_text("utf-8"))


def test_the_schema_is_the_one_that_the_checkpoint_was_written_with(checkpoint):
    """Where it is raised, what older versions left must be read in another way, or be left aside on purpose."""
    assert {version_of(value).split(" ")[0] for _, value in checkpoint} == {STATE_VERSION.split(" ")[0]}


def test_a_checkpoint_of_an_older_version_is_gone_on_with(checkpoint, observations, expected, ended):
    partition = Partition(0, merge_records(((key, of_this_version(value)) for key, value in checkpoint), LogSpan()))
    assert partition.next_offset == CUT
    assert folded(partition, observations[CUT:], CUT) == expected
    assert digests_of(partition) == ended["states after"]


def test_the_same_observations_say_the_same_from_the_beginning(whole, expected, ended):
    _, after, here = whole
    assert here == ended
    assert after == expected


def test_a_checkpoint_is_written_as_it_was(whole, checkpoint):
    records, _, _ = whole
    assert [key for key, _ in records] == [key for key, _ in checkpoint]
    assert [of_this_version(value) for _, value in records] == [of_this_version(value) for _, value in checkpoint]


def test_the_life_has_all_that_a_state_can_remember(observations, expected):
    """Without it the rest would prove little."""
    kinds = {json.loads(line)["type"] for line in expected.splitlines()}
    assert kinds == {"row", "health", "alert", "uptime", "action", "lesson"}
    rules = {alert["rule"] for alert in map(json.loads, expected.splitlines()) if alert["type"] == "alert"}
    assert rules >= {"change", "severity", "temperature", "anomaly", "no_data"}
    lessons = [each for each in map(json.loads, expected.splitlines()) if each["type"] == "lesson"]
    assert any(each["signs"] for each in lessons)
    assert len(observations) > CUT
