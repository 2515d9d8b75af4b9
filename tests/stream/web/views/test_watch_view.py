"""What the page says where nothing shows any more that measurements are judged."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from stream.web.data.feed import Feed
from stream.web.data.probe_progress import ExpectedProbes, ProbeProgress
from stream.web.health import page_report
from tests.stream.web.fleets import MACHINES, NOW, MemoryStore, health, probes
from tests.stream.web.made_up import fleet, machine_page

EXPECTED = ExpectedProbes(partitions=2, every_s=60.0)
SOUND = [health(machine, "x", NOW) for machine in MACHINES]


def looked_at(*moments, machines=MACHINES):
    """A page's server reads at each moment what there is then; gives its last snapshot."""

    async def run():
        now = [moments[0][0]]
        store = MemoryStore()
        feed = Feed(store, machines, clock=lambda: now[0], probes=EXPECTED)
        for moment, outputs in moments:
            now[0], store.outputs = moment, list(outputs)
            await feed.read()
        return feed.snapshot

    return asyncio.run(run())


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def test_probes_that_come_through_are_no_news():
    snapshot = read_again(looked_at((NOW, [*SOUND, *probes(partitions=2)])), 140)
    shown = fleet(snapshot, clock=later(140))
    assert shown.headline == "None of 4 machines needs anyone"
    assert shown.calm
    assert page_report(snapshot, later(140)).ok


def read_again(snapshot, seconds):
    """The snapshot, read again at a later moment with the same in it."""
    return msgspec.structs.replace(snapshot, read_at=later(seconds))


@pytest.mark.parametrize(
    ("language", "title", "headline"),
    [
        ("en", "Measurements have not been judged since 09:00", "As of 09:00: None of 4 machines needs anyone"),
        ("zh", "自09:00起，测量数据未经判定", "截至09:00：4台设备暂无需要处理的"),
    ],
)
def test_where_all_stand_the_first_line_says_since_when_and_nothing_looks_calm(language, title, headline):
    snapshot = read_again(looked_at((NOW, [*SOUND, *probes(partitions=2)])), 151)
    shown = fleet(snapshot, clock=later(151), language=language)
    (notice,) = shown.notices
    assert (notice.kind, notice.title) == ("error", title)
    assert "stethos doctor" in notice.text
    assert shown.headline == headline
    assert not shown.calm
    assert all(row.old for row in shown.rest)
    page = machine_page(snapshot, clock=later(151), language=language)
    assert page.notices == (notice,)
    assert page.machine.old


@pytest.mark.parametrize(
    ("inputs", "partitions", "says"),
    [
        (("vibration",), 2, "Vibration has not been judged since 08:00"),
        (("vibration",), 1, "Vibration of some machines has not been judged since 08:00"),
        (("temperature", "actions"), 2, "Temperatures and what people reported have not been judged since 08:00"),
    ],
)
def test_what_stands_is_named_in_a_crews_words(inputs, partitions, says):
    fresh = [p for p in probes(partitions=2) if p.input not in inputs or p.partition >= partitions]
    stopped = probes(NOW - timedelta(hours=1), partitions=partitions, inputs=inputs)
    snapshot = looked_at((NOW, [*SOUND, *fresh, *stopped]))
    assert fleet(snapshot).notices[0].title == says


def test_machines_that_no_worker_has_ever_judged_are_told_after_a_while():
    snapshot = looked_at((NOW, SOUND))
    assert fleet(snapshot, clock=later(50)).notices == ()
    shown = fleet(read_again(snapshot, 151), clock=later(151))
    assert shown.notices[0].title == "Nobody is judging measurements"
    assert shown.headline == "Not certain: None of 4 machines needs anyone"
    assert fleet(read_again(snapshot, 151), clock=later(151), language="zh").notices[0].title == "测量数据无人判定"


def test_described_machines_without_a_worker_are_told_too_and_none_at_all_are_no_reason():
    empty = looked_at((NOW, []), machines={})
    assert fleet(read_again(empty, 200), machines={}, clock=later(200)).notices == ()
    described = looked_at((NOW, []))
    assert fleet(read_again(described, 200), clock=later(200)).notices[0].title == "Nobody is judging measurements"


def test_a_wrong_value_is_told():
    snapshot = looked_at((NOW, [*SOUND, *probes(partitions=2)[2:], *probes(partitions=2, value=0.1)[:2]]))
    shown = fleet(snapshot)
    assert shown.notices[0].title == "What is stored is not what was measured: tell whoever runs the system"
    assert "vibration" in shown.notices[0].text
    assert not shown.calm
    assert not page_report(snapshot, NOW).ok


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_wrong_is_believed_as_long_as_its_probes_come(hours):
    off = timedelta(hours=hours)
    moments = [(later(60 * n), [*SOUND, *probes(later(60 * n) + off, partitions=2)]) for n in range(3)]
    assert fleet(looked_at(*moments), clock=later(130)).notices == ()
    stopped = looked_at(*moments, (later(290), moments[-1][1]))
    assert fleet(stopped, clock=later(290)).notices[0].title == "Measurements have not been judged since 09:02"


def test_partitions_that_there_are_no_more_are_not_missed():
    old = [probe for probe in probes(NOW - timedelta(days=9), partitions=4) if probe.partition >= 2]
    assert fleet(looked_at((NOW, [*SOUND, *probes(partitions=2), *old]))).notices == ()


def test_a_store_that_has_been_emptied_is_told():
    full, empty = [*SOUND, *probes(partitions=2)], SOUND
    snapshot = looked_at((NOW, full), (later(100), empty), (later(151), empty))
    assert "not been judged since 09:00" in fleet(snapshot, clock=later(151)).notices[0].title


def test_a_server_that_reads_no_more_says_so():
    snapshot = looked_at((NOW, [*SOUND, *probes(partitions=2)]))
    shown = fleet(snapshot, clock=later(75))
    assert shown.headline == "As of 09:00: None of 4 machines needs anyone"
    assert (shown.notices[0].kind, shown.notices[0].title) == ("error", "The results have not been read for 1 min")
    report = page_report(snapshot, later(75))
    assert not report.ok
    assert "not been read for 75 s" in report.reasons[0]


def test_progress_begins_anew_with_each_probe():
    progress = ProbeProgress(EXPECTED)
    progress.update(probes(partitions=2), NOW)
    seen = progress.update(probes(later(60), partitions=2), later(61))
    assert {each.since for each in seen} == {later(61)}
    assert len(seen) == 8
