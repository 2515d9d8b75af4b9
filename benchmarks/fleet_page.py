"""The fleet's page with few and many machines: time to first content, memory and CPU with one and with 60 viewers.

python benchmarks/fleet_page.py [machines ...] [--store influxdb] [--viewers 1 60] [--seconds 20]

Needs Chromium, and for `--store influxdb` a real InfluxDB (see tests/services). `stethos web` runs in a process of
its own on a real store that a writer keeps filling meanwhile: each machine reports once in 30 s. Chromium opens the
page three times with an empty cache; the other viewers are sockets that answer as a browser does. All of it shares
this computer, so figures are upper bounds.
"""

import argparse
import asyncio
import contextlib
import os
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from websockets.asyncio.client import connect

from models.outputs import Alert, Deduction, Health, Status
from models.probes.known import KNOWN
from models.probes.records import INPUTS, ProbeResult
from stream.messages.records import Stored
from stream.stores.influxdb.setup import prepare
from stream.stores.sqlite.store import SqliteStore
from stream.stores.store import Store
from tests.services.influxdb import binary, running
from tests.services.page import launched, page_process

__all__ = ["main"]

FLEETS = (200, 2_500, 5_000)
VIEWERS = (1, 60)
REPORT_S = 30
POINTS = ("drive-end", "non-drive-end")
ONE_IN: dict[Status, int] = {"critical": 200, "warning": 100, "sensor_fault": 90, "no_data": 80, "stopped": 10}
"""One in so many machines is so; the others are sound."""
FIRST_NAME = "document.querySelector('.main [data-machine]')?.textContent.trim().length > 0"
SETTLING_S = 8.0
"""Until every viewer has been shown all, and histories are read."""
HERTZ = os.sysconf("SC_CLK_TCK")


def status_of(number: int) -> Status:
    """Give a machine's status, the same each time."""
    return next((status for status, one_in in ONE_IN.items() if number % one_in == 7), "healthy")


def healths(number: int, now: datetime) -> Iterator[Health]:
    """Give what the fold says of one machine, a health a point."""
    status = status_of(number)
    score = {"critical": 24.0, "warning": 61.0, "healthy": 100.0 - number % 4}.get(status)
    left_out = None if score is None else 100.0 - score
    deductions = (
        ()
        if not left_out
        else (
            Deduction(
                reason=f"drive-end: Velocity RMS {number % 9 + 4}.1 mm/s, at or above the limit of 4 mm/s.",
                reason_zh="drive-end：振动速度有效值超过限值 4 mm/s。",
                points=left_out,
                code="change",
                point="drive-end",
                value=4.1,
                limit=4.0,
            ),
        )
    )
    for point in POINTS:
        yield Health(
            machine=f"P-{number}",
            point=point,
            time=now,
            status=status,
            score=score,
            deductions=deductions,
            judged_at=now,
            running="stopped" if status == "stopped" else "running",
            configuration="0123456789ab",
        )


def alert(number: int, now: datetime) -> Alert | None:
    """Give the alert of a machine that needs someone."""
    priorities = {"critical": "high", "warning": "medium"}
    priority = priorities.get(status_of(number))
    if priority is None:
        return None
    return Alert(
        id=f"alert-{number}",
        machine=f"P-{number}",
        point="drive-end",
        time=now,
        rule="change",
        state="active",
        priority=priority,  # type: ignore[arg-type]  # one of the two above
        value=4.1,
        limit=4.0,
        text="drive-end: Velocity RMS 4.1 mm/s, at or above the limit of 4 mm/s.",
        text_zh="drive-end：振动速度有效值 4.1 mm/s，达到或超过限值 4 mm/s。",
        since=now,
        configuration="0123456789ab",
        observation="0123456789abcdef",
    )


def plant(machines: int, now: datetime) -> list[Stored]:
    """Give a day's last hour of a plant, a value each ten minutes, and a worker's probes."""
    stored: list[Stored] = []
    for minutes in range(60, -1, -10):
        for number in range(machines):
            stored += healths(number, now - timedelta(minutes=minutes))
    stored += [found for number in range(machines) if (found := alert(number, now - timedelta(hours=1)))]
    stored += [
        ProbeResult(
            input=each,
            partition=partition,
            time=now,
            delay_s=0.1,
            value=KNOWN[each].value,
            transitions=KNOWN[each].transitions,
        )
        for each in INPUTS
        for partition in range(12)
    ]
    return stored


def machines_toml(machines: int) -> str:
    """Describe the plant: twenty lines, names in both languages."""
    return "".join(
        f'[[machine]]\nid = "P-{number}"\nname = {{ en = "Pump {number}", zh = "{number}号泵" }}\n'
        f'kind = "pump"\nline = "Line {number % 20 + 1}"\n'
        for number in range(machines)
    )


async def keep_writing(store: Store, machines: int) -> None:
    """Let each machine report once in `REPORT_S`, until cancelled."""
    turn = 0
    while True:
        now = datetime.now(UTC)
        await store.write([each for number in range(turn, machines, REPORT_S) for each in healths(number, now)])
        turn = (turn + 1) % REPORT_S
        await asyncio.sleep(1)


async def view(address: str, path: str, on_arrival: Callable[[], None]) -> None:
    """Be a viewer: open the page, connect its socket, answer and acknowledge as a browser does, until cancelled."""
    async with httpx.AsyncClient(timeout=60) as client:
        text = (await client.get(address + path)).text
    page, message = re.search(r"'client_id': '([^']+)'", text), re.search(r"'next_message_id': (\d+)", text)
    assert page is not None, text[:300]
    assert message is not None
    known = {"client_id": page[1], "next_message_id": message[1], "implicit_handshake": "true"}
    query = {**known, "document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4())}
    url = f"ws://{urlsplit(address).netloc}/_nicegui_ws/socket.io/?EIO=4&transport=websocket&{urlencode(query)}"
    async with connect(url, origin=address, max_size=None, open_timeout=120) as socket:  # type: ignore[arg-type]  # a str is one
        await socket.recv()
        await socket.send("40")
        acknowledged = time.monotonic()
        on_arrival()
        async for each in socket:
            text = each if isinstance(each, str) else each.decode()
            if text == "2":
                await socket.send("3")
            elif text.startswith('42["run_javascript"'):
                await _answer(socket.send, page[1], msgspec.json.decode(text[2:])[1])
            if text.startswith("42") and time.monotonic() - acknowledged > 3:
                acknowledged = time.monotonic()
                number = max(map(int, re.findall(r'"_id":(\d+)', text)), default=0)
                await socket.send(f'42["ack",{{"client_id":"{page[1]}","next_message_id":{number + 1}}}]')


async def _answer(send: Callable[[str], Awaitable[None]], page: str, asked: dict[str, object]) -> None:
    if asked.get("request_id"):
        result = ["Asia/Shanghai", 480, False]
        answer = ["javascript_response", {"request_id": asked["request_id"], "client_id": page, "result": result}]
        await send("42" + msgspec.json.encode(answer).decode())


def cpu_s(pid: int) -> float:
    """Give the processor's time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / HERTZ


def memory_mb(pid: int) -> float:
    """Give what a process holds in memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8"))
    assert found is not None
    return int(found[1]) / 1024


async def with_viewers(address: str, pid: int, viewers: int, seconds: float) -> tuple[float, float, float]:
    """Give memory (MB), CPU (part of a core) and the slowest of three answers (s) while so many look on."""
    there: list[int] = []
    tasks = [
        asyncio.create_task(view(address, "/en" if number % 2 else "/zh", lambda: there.append(1)))
        for number in range(viewers)
    ]
    try:
        while len(there) < viewers:
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLING_S)
        begun, before = time.monotonic(), cpu_s(pid)
        answers = []
        while time.monotonic() < begun + seconds:
            asked = time.monotonic()
            async with httpx.AsyncClient(timeout=60) as client:
                await client.get(address + "/favicon.ico")
            answers.append(time.monotonic() - asked)
            await asyncio.sleep(seconds / 40)
        share = (cpu_s(pid) - before) / (time.monotonic() - begun)
        return memory_mb(pid), share, max(answers)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def first_content_s(address: str, repeats: int = 3) -> list[float]:
    """Open the page anew with an empty cache; gives how long it took until a machine's name stood there."""
    found = []
    with launched() as browser:
        for _ in range(repeats):
            context = browser.new_context(viewport={"width": 1280, "height": 900}, timezone_id="Asia/Shanghai")
            page = context.new_page()
            begun = time.monotonic()
            page.goto(f"{address}/en", wait_until="commit")
            page.wait_for_function(FIRST_NAME, timeout=60_000, polling=20)
            found.append(time.monotonic() - begun)
            context.close()
    return found


@contextlib.contextmanager
def opened_store(kind: str, folder: Path) -> Iterator[tuple[Store, dict[str, str]]]:
    """Give a store to write to, and how the page finds it."""
    if kind == "sqlite":
        yield SqliteStore(folder / "results.db"), {"SQLITE__PATH": "results.db"}
        return
    with running(binary(print)) as influx:
        prepare(influx.wanted())
        token = {"INFLUXDB__TOKEN_FILE": str(influx.token_file)}
        yield influx.store(), {"STORE": "influxdb", "INFLUXDB__URL": influx.url, **token}


async def fill(store: Store, machines: int) -> None:
    """Write the plant."""
    await store.open()
    stored = plant(machines, datetime.now(UTC))
    for start in range(0, len(stored), 5_000):
        await store.write(stored[start : start + 5_000])


async def measured_with(
    store: Store, address: str, pid: int, machines: int, viewers: int, seconds: float
) -> tuple[float, float, float]:
    """Measure while the store is being filled on."""
    writing = asyncio.create_task(keep_writing(store, machines))
    try:
        return await with_viewers(address, pid, viewers, seconds)
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


def measure(machines: int, kind: str, viewers: Sequence[int], seconds: float) -> Iterator[str]:
    """Measure one fleet; gives the rows of the table."""
    with tempfile.TemporaryDirectory() as name, opened_store(kind, Path(name)) as (store, variables):
        folder = Path(name)
        (folder / "machines.toml").write_text(machines_toml(machines), encoding="utf-8")
        asyncio.run(fill(store, machines))
        with page_process(folder, HEALTH__PROBE_S="3600", **variables) as (address, server):
            times = first_content_s(address)
            first = f"{min(times):.2f} to {max(times):.2f} ({statistics.median(times):.2f})"
            for count in viewers:
                memory, cpu, slowest = asyncio.run(
                    measured_with(store, address, server.pid, machines, count, seconds)
                )
                yield f"| {machines:,} | {first} | {count} | {memory:.0f} | {cpu:.2f} | {slowest * 1e3:.0f} |"
        asyncio.run(store.close())


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("machines", type=int, nargs="*", default=FLEETS)
    options.add_argument("--store", choices=("sqlite", "influxdb"), default="sqlite")
    options.add_argument("--viewers", type=int, nargs="+", default=VIEWERS)
    options.add_argument("--seconds", type=float, default=20.0)
    given = options.parse_args()
    print("| machines | first content, s (median) | viewers | server, MB | CPU, cores | slowest answer, ms |")
    print("|---|---|---|---|---|---|")
    for machines in given.machines:
        for row in measure(machines, given.store, given.viewers, given.seconds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
