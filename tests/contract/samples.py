"""One output of each kind with all of its fields, as it goes over the wire."""

from stream.messages.records import decode_output

__all__ = ["OUTPUTS", "OUTPUT_TEXTS"]

_AT = b'"machine":"P-1","point":"DE","time":"2026-03-01T08:30:00Z"'

OUTPUT_TEXTS = (
    b'{"type":"row","measurement":"indicators",%b,"fields":{"rms_g":0.5},"flags":["short"]}' % _AT,
    b'{"type":"row","measurement":"temperature",%b,"fields":{"value_c":61.5},"flags":["late"]}' % _AT,
    b'{"type":"row","measurement":"readings",%b,"fields":{"time":1.0,"pressure_bar":2.5},"flags":["late"]}' % _AT,
    (
        b'{"type":"health",%b,"status":"warning","score":67.5,"deductions":[{"reason":"","points":32.5,'
        b'"code":"change","point":"DE","value":1.0,"limit":1.0}],"anomaly":{"score":1.0,"limit":2.0,'
        b'"anomalous":false},"diagnosis":{"verdict":"unknown","confidence":0.0},"remaining_life_h":{"low":1.0,'
        b'"median":2.0,"high":3.0},"running":"running"}'
    )
    % _AT,
    (
        b'{"type":"alert","id":"1",%b,"rule":"change","state":"active","priority":"low","value":1,"limit":1,'
        b'"text":"","text_zh":"","since":"2026-03-01T08:30:00Z","configuration":"","observation":""}'
    )
    % _AT,
    (
        b'{"type":"intake","machine":"P-1","time":"2026-03-01T08:30:00Z","since":"2026-03-01T07:30:00Z",'
        b'"received":60,"late":7}'
    ),
    (b'{"type":"uptime","machine":"P-1","time":"2026-03-01T08:00:00Z","running_s":1,"stopped_s":2,"unknown_s":3}'),
    b'{"type":"action",%b,"kind":"accept"}' % _AT,
    (
        b'{"type":"capture",%b,"kind":"waveform","measured":"2026-03-01T08:30:00Z","unit":"g","first":0,"step":1,'
        b'"count":0,"top":0}'
    )
    % _AT,
    (
        b'{"type":"probe","input":"vibration","partition":0,"time":"2026-03-01T08:30:00Z","delay_s":1,"value":1,'
        b'"transitions":2}'
    ),
)

OUTPUTS = tuple(decode_output(text) for text in OUTPUT_TEXTS)
