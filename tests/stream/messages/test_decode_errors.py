"""Whatever a message lacks or holds wrongly, the error says what belongs there."""

from typing import get_args

import msgspec
import pytest

from models.errors import MessageError
from stream.messages.decode_errors import _HINTS
from stream.messages.measurements import Message, decode

FIELDS = sorted({field.name for kind in get_args(Message) for field in msgspec.structs.fields(kind)})


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_message_says_what_belongs_there(field):
    assert _HINTS[field]


@pytest.mark.parametrize("kind", get_args(Message), ids=lambda kind: kind.__name__)
def test_a_message_with_nothing_but_its_type_is_refused_by_its_first_field(kind):
    data = msgspec.json.encode({"type": kind.__struct_config__.tag})
    with pytest.raises(MessageError, match="it is missing"):
        decode(data)
