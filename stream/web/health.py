"""The health of the page's server, at `/health`: whether it reads the store, and whether that is kept up."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec
from fastapi import FastAPI, Response

from stream.web.data.feed import Feed
from stream.web.views.snapshot import Snapshot
from stream.web.views.watch_view import doubt_of, doubt_texts, is_unread

__all__ = ["PageReport", "add_health", "page_report"]


class PageReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `/health` of the page says."""

    ok: bool
    reasons: tuple[str, ...]
    read_s: float | None
    """Seconds since the store was read; None where it never was."""
    probe_s: float | None
    """Seconds since the oldest of the newest probes was seen to come through; None where none was."""


def page_report(snapshot: Snapshot, clock: datetime) -> PageReport:
    """Say how the page's server is at `clock`."""
    reasons = tuple(_reasons(snapshot, clock))
    came = [each.since for each in snapshot.probes if each.since is not None]
    return PageReport(
        ok=not reasons,
        reasons=reasons,
        read_s=(clock - snapshot.read_at).total_seconds() if snapshot.loaded else None,
        probe_s=(clock - min(came)).total_seconds() if came else None,
    )


def _reasons(snapshot: Snapshot, clock: datetime) -> Iterator[str]:
    if snapshot.trouble:
        yield f"the store cannot be read: {snapshot.trouble}"
    elif is_unread(snapshot, clock):
        silent_s = (clock - snapshot.read_at).total_seconds()
        yield f"the store has not been read for {silent_s:.0f} s; restart the page, keep its log"
    elif not snapshot.loaded:
        yield "the store has not been read yet"
    if (doubt := doubt_of(snapshot, clock)) is not None:
        yield doubt_texts(doubt, clock, UTC, "en")[0] + "; `stethos doctor` says where it is stuck"


def add_health(server: FastAPI, feed: Feed, clock: Callable[[], datetime]) -> None:
    """Answer at `/health`: 200 where all is well, else 503 with the reasons."""

    @server.get("/health")
    async def _health() -> Response:
        report = page_report(feed.snapshot, clock())
        return Response(
            msgspec.json.encode(report) + b"\n",
            status_code=200 if report.ok else 503,
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )
