import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import to_datetime
from models.errors import MessageError
from models.machinery.machine import Configuration, Machine, Name
from models.observations import Configured, Source, Tick, VibrationObserved
from models.outputs import Alert, Health, Row
from stream.messages.records import (
    decode_observation,
    decode_output,
    encode_observation,
    encode_output,
    observation_to_json,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(st.text(max_size=9), finite), finite, st.integers(0, 2**62))
def test_observations_come_back_bit_for_bit(indicators: dict[str, float], number: float, time_us: int):
    observation = VibrationObserved(
        machine="泵 1", observed_us=time_us, source=Source("vibration", 3, 77), point="DE", time_us=time_us,
        digest="0123456789abcdef", flags=("short",), seconds=number, rate_hz=number, speed_rpm=None,
        indicators=indicators,
    )  # fmt: skip
    assert decode_observation(encode_observation(observation)) == observation
    assert decode_observation(observation_to_json(observation)) == observation
    again = decode_observation(observation_to_json(decode_observation(encode_observation(observation))))
    assert encode_observation(again) == encode_observation(observation)


def test_configurations_and_ticks_come_back():
    configured = Configured(
        machine="P1", observed_us=1, configuration=Configuration(machine=Machine(id="P1", name=Name("a", "泵")))
    )
    for observation in (configured, Tick(machine="P1", observed_us=2)):
        assert decode_observation(encode_observation(observation)) == observation
        assert decode_observation(observation_to_json(observation)) == observation
    again = decode_observation(observation_to_json(configured))
    assert isinstance(again, Configured)
    assert again.configuration.version() == configured.configuration.version()


def test_outputs_come_back():
    row = Row(measurement="indicators", machine="P1", point="DE", time=to_datetime(1), fields={"rms_g": 0.1})
    health = Health(machine="P1", point="DE", time=to_datetime(1), status="healthy", score=99.3)
    assert b'"score":99.3' in encode_output(health)
    for output in (row, health):
        assert decode_output(encode_output(output)) == output
    assert encode_output(decode_output(encode_output(health))) == encode_output(health)
    assert Alert not in (type(row), type(health))


@pytest.mark.parametrize("data", [None, b"", b"{", b"\xc1", b"[]", b'{"type":"x"}', b"\xff" * 9, b"[" * 5000])
def test_anything_else_is_a_message_error(data: bytes | None):
    for decode in (decode_observation, decode_output):
        with pytest.raises(MessageError):
            decode(data)


@given(st.binary(max_size=100))
def test_arbitrary_bytes_raise_nothing_but_message_errors(data: bytes):
    for decode in (decode_observation, decode_output):
        with pytest.raises(MessageError):
            decode(data)


def test_a_newer_schema_is_refused():
    with pytest.raises(MessageError, match=r"schema 2.*upgrade"):
        decode_observation(encode_observation(Tick(machine="P1", observed_us=2, schema=2)))
