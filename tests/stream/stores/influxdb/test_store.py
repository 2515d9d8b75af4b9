"""What only InfluxDB does: retention, refusals, outages, and any text through line protocol and InfluxQL."""

import asyncio
import http.server
import itertools
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from influxdb_client import InfluxDBClient
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync

from models.errors import ServiceError
from models.outputs import Diagnosis
from stream.stores.influxdb.setup import prepare
from stream.stores.store import PermanentStoreError, ValueAt
from tests.services.influxdb import running
from tests.stream.stores.outputs import START, alert, at, health, row
from tests.stream.stores.running import run

pytestmark = pytest.mark.influxdb


@pytest.fixture
def short_bucket(influxdb):
    """Give a bucket that keeps rows for one hour only."""
    password = influxdb.password_file.read_text().strip()
    with InfluxDBClient(influxdb.url, username=influxdb.username, password=password) as client:
        api = client.buckets_api()
        org = client.organizations_api().find_organizations(org=influxdb.org)[0].id
        rules = {"type": "expire", "everySeconds": 3600}
        bucket = api.create_bucket(bucket_name="short", org=org, retention_rules=[rules])
        others = [api.find_bucket_by_name(name) for name in ("stethos", "stethos_spectra")]
        authorization = client.authorizations_api().create_authorization(
            org_id=org, permissions=_read_and_write(org, bucket, *others)
        )
        yield authorization.token
        api.delete_bucket(bucket)


def _read_and_write(org, *buckets):
    return [
        {"action": action, "resource": {"type": "buckets", "id": bucket.id, "orgID": org}}
        for bucket in buckets
        for action in ("read", "write")
    ]


def test_rows_older_than_the_retention_are_counted_and_the_others_kept(influxdb, short_bucket):
    now = datetime.now(UTC).replace(microsecond=7)
    old = [row("老 retention", now - timedelta(hours=2, seconds=i), rms_g=1.0) for i in range(7000)]
    new = [row("老 retention", now - timedelta(seconds=i), rms_g=2.0) for i in range(5)]

    async def work(store):
        written = await store.write([*old[:3], *new, *old[3:], health("老 retention", now)])
        found = await store.series("indicators", "老 retention", "drive end", "rms_g", now - timedelta(days=1), now)
        return written, [value.time for value in found]

    written, times = run(influxdb.store(token=short_bucket, bucket_raw="short"), work)
    assert (written.kept, written.refused) == (6, 7000)
    assert "Retention Policy" in written.reason
    assert times == [found.time for found in new[::-1]]


def test_a_field_of_another_type_is_refused_for_good_even_beside_rows_too_old(influxdb, short_bucket):
    now = datetime.now(UTC)
    foreign = f'indicators,machine=conflict,point=p odd="text" {int(now.timestamp() * 1e6)}'.encode()
    request = Request(
        f"{influxdb.url}/api/v2/write?org={influxdb.org}&bucket=short&precision=us",
        data=foreign,
        headers={"Authorization": f"Token {short_bucket}"},
    )
    urlopen(request).close()

    async def work(store):
        with pytest.raises(PermanentStoreError, match="field type conflict"):
            await store.write([row("conflict", now - timedelta(days=1), odd=1.0), row("conflict", now, odd=1.0)])
        assert (await store.write([row("conflict", now, even=1.0)])).kept == 1

    run(influxdb.store(token=short_bucket, bucket_raw="short"), work)


def test_a_time_that_influxdb_cannot_hold_is_refused_for_good(influxdb):
    async def work(store):
        for year in (1600, 9999):
            with pytest.raises(PermanentStoreError, match="time outside range"):
                await store.write([row("m", datetime(year, 1, 1, tzinfo=UTC), rms_g=1.0)])

    run(influxdb.store(), work)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"token": "wrong"}, "does not accept the token.*token_file"),
        ({"bucket": "nowhere"}, 'bucket "nowhere" not found; run `stethos influx setup`'),
        ({"bucket_raw": "nowhere"}, 'bucket "nowhere" not found; run `stethos influx setup`'),
        ({"org": "nobody"}, 'organization name "nobody" not found; run `stethos influx setup`'),
        ({"url": "http://127.0.0.1:9"}, r"not reachable .*: start it, or correct \[influxdb\] url"),
        ({"url": "http://no-such-host.invalid:8086"}, r"not reachable .*correct \[influxdb\] url"),
    ],
)
def test_opening_with_something_wrong_names_the_fix(influxdb, wrong, told):
    with pytest.raises(ServiceError, match=told) as caught:
        run(influxdb.store(**wrong), lambda store: store.latest_health())
    assert not isinstance(caught.value, PermanentStoreError)
    assert influxdb.token not in str(caught.value)


def test_an_outage_is_told_and_after_it_all_goes_on(influxd):
    with running(influxd) as server:
        prepare(server.wanted())

        async def work(store):
            await store.write([row("m", START, rms_g=1.0)])
            server.stop()
            with pytest.raises(ServiceError, match="not reachable") as caught:
                await store.write([row("m", at(1), rms_g=2.0)])
            assert not isinstance(caught.value, PermanentStoreError)
            with pytest.raises(ServiceError, match="not reachable"):
                await store.latest_health()
            server.start()
            await store.write([row("m", at(1), rms_g=2.0)])
            return await store.series("indicators", "m", "drive end", "rms_g", START, at(1))

        assert run(server.store(), work) == [ValueAt(START, 1.0), ValueAt(at(1), 2.0)]


@contextmanager
def answering(status, headers, body=b"", *, after_s=0.0):
    """Run a server that gives one answer to everything, as an overloaded one does; `after_s` of silence first."""
    over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            over.wait(after_s)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 -- the library's name

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            over.set()
            server.shutdown()


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (503, {"Retry-After": "0"}, 0.0),
        (503, {"Retry-After": "soon"}, None),
        (503, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0.0),
        (500, {}, None),
        (502, {}, None),
        (302, {}, None),
        (400, {}, None),  # a proxy's, or that of a server which wants https: no row is at fault
    ],
)
def test_trouble_that_passes_is_worth_another_try(influxdb, status, headers, wait_s):
    with answering(status, headers, b"<html>busy</html>") as url, pytest.raises(ServiceError) as caught:
        run(influxdb.store(url=url), lambda store: store.latest_health())
    assert not isinstance(caught.value, PermanentStoreError)
    assert f"answered {status}: <html>busy</html>" in str(caught.value)
    assert caught.value.retry_after_s == wait_s


def test_opening_never_blames_a_row(influxdb):
    blamed = b'{"code": "invalid", "message": "no such thing"}'
    with answering(400, {}, blamed) as url, pytest.raises(ServiceError, match="no such thing") as caught:
        run(influxdb.store(url=url), lambda store: store.latest_health())
    assert not isinstance(caught.value, PermanentStoreError)


def test_a_batch_too_large_for_somebody_on_the_way_is_to_be_halved(influxdb):
    async def main(url):
        store = influxdb.store(url=url)
        store._server._client = InfluxDBClientAsync(url, token="t", org="o")  # as if open
        try:
            await store.write([row("m", rms_g=1.0)])
        finally:
            await store.close()

    with (
        answering(413, {}, b"<html>too large</html>") as url,
        pytest.raises(PermanentStoreError, match="too large"),
    ):
        asyncio.run(main(url))


def test_a_server_that_does_not_answer_is_given_up(influxdb):
    with (
        answering(204, {}, after_s=30.0) as url,
        pytest.raises(ServiceError, match="no answer in time"),
    ):
        run(influxdb.store(url=url, timeout_s=0.2), lambda store: store.latest_health())


def test_what_is_no_influxdb_is_told(influxdb):
    with answering(200, {}, b"hello") as url, pytest.raises(ServiceError, match="no answer of InfluxDB"):
        run(influxdb.store(url=url), lambda store: store.latest_health())


def test_every_number_is_a_float_and_rows_have_the_agreed_shape(influxdb):
    outputs = [
        row("shape", rms_g=3, flags=("short",)),
        health(
            "shape", score=97, status="healthy", diagnosis=Diagnosis(verdict="bearing_outer_race", confidence=0.9)
        ),
        alert("shape", value=7, limit=8),
    ]
    run(influxdb.store(), lambda store: store.write(outputs))
    assert {
        k: v for k, v in _keys(influxdb, "stethos_raw", "FIELD", "indicators").items() if k in {"rms_g", "flags"}
    } == {
        "rms_g": "float",
        "flags": "string",
    }
    fields = _keys(influxdb, "stethos", "FIELD", "health")
    assert {name for name, kind in fields.items() if kind == "string"} == {
        "status", "reason", "why", "why_zh", "deductions", "flags", "running", "verdict",
        "diagnosis", "diagnosis_zh", "record",
    }  # fmt: skip
    assert {"score", "withheld", "deduction_severity", "deduction_change"} <= set(fields)
    assert set(fields.values()) == {"float", "string"}
    assert set(_keys(influxdb, "stethos", "TAG", "health")) == {"machine", "point"}
    assert set(_keys(influxdb, "stethos", "TAG", "alerts")) == {"machine", "point", "rule"}


def _keys(influxdb, bucket, kind, measurement):
    """Types by field, or None by tag, as InfluxQL lists them."""
    query = f"/query?db={bucket}&q=SHOW+{kind}+KEYS+FROM+{measurement}"
    request = Request(influxdb.url + query, headers={"Authorization": f"Token {influxdb.token}"})
    with urlopen(request) as answer:
        values = json.load(answer)["results"][0]["series"][0]["values"]
    return {value[0]: value[1] if len(value) > 1 else None for value in values}


names = st.text(
    st.one_of(
        st.sampled_from(" ,='\"#$%_泵轴:;()/*"),
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\\\u2028\u2029"),
    ),
    min_size=1,
    max_size=64,
)
texts = st.text(
    st.one_of(st.sampled_from("\\\"\n\r\t ,='"), st.characters(exclude_categories=["Cs"])), max_size=200
)
serial = itertools.count()
numbers = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(machine=names, point=names, field=names, value=numbers, text=texts, microseconds=st.integers(0, 10**15))
@example(" m ", "=", ",", -0.0, "\\", 1)
@example("m", "p", "time", 5e-324, '\\"', 0)
@example("$machine", "'; DROP", "' OR 1=1 --", 1e300, "\n\\\n", 7)
def test_any_text_comes_back_as_it_was(influxdb, machine, point, field, value, text, microseconds):
    machine = f"{next(serial)}{machine}"  # rows of an earlier example are others
    time = at(microseconds)
    raised = alert(machine, time, point=point, rule=field, value=value, text=text, text_zh=text)
    judged = health(machine, time, point=point, score=None, status="no_data", reason=text)

    async def work(store):
        await store.write([row(machine, time, point=point, fields={field: value}), judged, raised])
        assert await store.series("indicators", machine, point, field, time, time) == [ValueAt(time, value)]
        assert point in await store.points("indicators", machine)
        assert raised in await store.alerts(open_only=True, limit=100_000)
        assert (await store.health_history(machine, time, time))[0].score is None

    run(influxdb.store(), work)
