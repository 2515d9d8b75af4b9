"""Names that went over the wire yesterday are known again tomorrow, whatever the classes are called by then."""

import pytest

from models.errors import MessageError
from stream.messages.digests import digest
from stream.messages.measurements import decode
from stream.messages.records import decode_output, tag_of

MEASURED = b'"machine":"P-1","point":"DE","time":"2026-03-01T08:30:00Z"'
SAID = b'"machine":"P-1","time":"2026-03-01T09:30:00+01:00"'
DIGESTS = {
    b'{"type":"vibration",%b,"rate":1000,"unit":"g","samples":[0.5,-0.5,0.25],"speed":1480.0,"load":75.0,'
    b'"sequence":7}' % MEASURED: "3004c6977e723149",
    b'{"type":"temperature",%b,"value":61.5}' % MEASURED: "f3689570bcb229ed",
    b'{"type":"reading",%b,"values":{"pressure_bar":2.5,"current_a":11.0}}' % MEASURED: "bdd013374b1c0789",
    b'{"type":"finding",%b,"verdict":"confirmed","fault":"bearing_outer","by":"Li"}' % SAID: "67dc000b5223c299",
    b'{"type":"maintenance",%b,"done":"new bearing"}' % SAID: "9d845582dab7ff6f",
    b'{"type":"accept",%b,"point":"DE"}' % SAID: "3c9f0942bc6ab54a",
    b'{"type":"shelve",%b,"point":"DE","rule":"change","until":"2026-03-02T08:30:00Z","reason":"known"}'
    % SAID: "3e598dbdbc88f562",
    b'{"type":"unshelve",%b,"rule":"change"}' % SAID: "ce179125216289ed",
}
"""One message of each type, and what 0.1.0 told it by."""

OUTPUTS = (
    b'{"type":"row","measurement":"readings","machine":"P-1","point":"DE","time":"2026-03-01T08:30:00Z","fields":{}}',
    b'{"type":"health","machine":"P-1","point":"DE","time":"2026-03-01T08:30:00Z","status":"healthy","score":null}',
    (
        b'{"type":"alert","id":"1","machine":"P-1","point":"DE","time":"2026-03-01T08:30:00Z","rule":"change",'
        b'"state":"active","priority":"low","value":1,"limit":1,"text":"","text_zh":"","since":"2026-03-01T08:30:00Z",'
        b'"configuration":"","observation":""}'
    ),
    b'{"type":"uptime","machine":"P-1","time":"2026-03-01T08:00:00Z","running_s":1,"stopped_s":2,"unknown_s":3}',
    b'{"type":"action","machine":"P-1","point":"","time":"2026-03-01T08:30:00Z","kind":"accept"}',
    (
        b'{"type":"capture","machine":"P-1","point":"DE","kind":"waveform","time":"2026-03-01T08:00:00Z",'
        b'"measured":"2026-03-01T08:30:00Z","unit":"g","first":0,"step":1,"count":0,"top":0}'
    ),
)


def tag_in(text):
    return text.split(b'"')[3].decode()


@pytest.fixture
def rename():
    """Gives a record's class another name, until the test is over."""
    names = {}

    def renamed(record):
        names.setdefault(type(record), type(record).__name__)
        type(record).__name__ = "Renamed"

    yield renamed
    for kind, name in names.items():
        kind.__name__ = name


@pytest.mark.parametrize("text", DIGESTS, ids=tag_in)
def test_a_message_is_told_by_the_digest_that_it_has_always_had(text):
    assert digest(decode(text)) == DIGESTS[text]


@pytest.mark.parametrize("text", DIGESTS, ids=tag_in)
def test_another_name_of_a_class_changes_no_digest_and_no_label(rename, text):
    message = decode(text)
    rename(message)
    assert (digest(message), tag_of(message)) == (DIGESTS[text], tag_in(text))


@pytest.mark.parametrize("text", OUTPUTS, ids=tag_in)
def test_what_is_stored_is_counted_under_its_type_on_the_wire(rename, text):
    output = decode_output(text)
    rename(output)
    assert tag_of(output) == tag_in(text)


def test_a_message_on_a_wrong_topic_is_refused_by_its_type_on_the_wire(rename):
    text = next(text for text in DIGESTS if tag_in(text) == "vibration")
    rename(decode(text))
    with pytest.raises(MessageError, match="topic readings is not for vibration; send it to vibration"):
        decode(text, topic="readings")
