"""The page's web server: one feed for everybody, one page a viewer, nothing from the internet."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from nicegui import Client, core, ui

from models.bilingual import Bilingual, Language
from models.machinery.aliases import Aliases
from models.machinery.kinds import Packs, built_in_packs
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Machine
from stream.config.hosts import is_same_origin
from stream.stores.store import Store
from stream.texts.language import LANGUAGES, choose_language
from stream.texts.times import viewer_zone
from stream.web.charts.style import Theme
from stream.web.components.stale_bar import count_age
from stream.web.data.alert_record import FleetRecords
from stream.web.data.feed import Feed
from stream.web.data.history import HistoryReader
from stream.web.data.kept_spectra import Spectra
from stream.web.data.machine_names import NamedMachines
from stream.web.data.probe_progress import ExpectedProbes
from stream.web.fleet.page import FleetPage
from stream.web.fleet.query import parse_query, query_text
from stream.web.fleet.shared_views import SharedViews
from stream.web.guard.bodies import BodyLimit
from stream.web.guard.headers import SecurityHeaders
from stream.web.guard.nonces import add_nonces
from stream.web.guard.viewers import ViewerLimit
from stream.web.health import add_health
from stream.web.host_check import HostCheck
from stream.web.machine.page import MachinePage, Readers
from stream.web.paths import fleet_path, machine_path
from stream.web.scripts import BROWSER

__all__ = ["make_server"]

_COOKIE = "stethos_language"
_TAGS: dict[Language, Literal["zh-CN", "en-US"]] = {"zh": "zh-CN", "en": "en-US"}
_YEAR_S = 365 * 24 * 3600
_REFRESH_S = 1.0
_STYLE = f"<style>{Path(__file__).with_name('page.css').read_text('utf-8')}</style>"
"""NiceGUI's `add_css` would put it into a script, which the content policy stops."""
_TITLE = Bilingual("Stethos: machines", "Stethos：设备状态")
_LOADING = Bilingual("Loading…", "加载中…")
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<rect width="24" height="24" rx="5" fill="#0072b2"/>'
    '<path d="M3 13h4l2-6 4 11 3-8 1 3h4" fill="none" stroke="#fff" stroke-width="2"/></svg>'
)


def make_server(
    store: Store,
    machines: Mapping[str, Machine],
    *,
    aliases: Aliases | None = None,
    orders: Mapping[str, Mapping[str, BearingOrders]] = MappingProxyType({}),
    packs: Packs | None = None,
    hosts: frozenset[str],
    viewers: int = 100,
    probes: ExpectedProbes | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> SecurityHeaders:
    """Make the application; it reads `store`, which it opens and closes, and takes names from `machines`.

    `aliases` are further ids that machines are asked for by, besides those that they were renamed to.
    `orders` are those of the known bearings, by machine and point; `packs` those that come along unless given;
    `hosts` the names by which it may be asked for (`stream.config.hosts`), `viewers` how many pages may be open;
    without `probes` none are missed.
    """
    machines = named = NamedMachines(machines, aliases)
    feed = Feed(store, machines, clock=clock, probes=probes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        reading = asyncio.create_task(feed.run())
        try:
            yield
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            await feed.close()

    server = FastAPI(lifespan=lifespan, openapi_url=None)
    server.add_middleware(ViewerLimit, viewers=viewers)  # the last one added comes first
    server.add_middleware(BodyLimit)
    server.add_middleware(HostCheck, known=hosts)
    _add_language_routes(server)
    add_health(server, feed, clock)
    readers = _readers(store, packs)
    views = SharedViews(feed, machines, clock=clock)
    for language in LANGUAGES:
        _add_page(language, feed, views, clock)
        _add_machine_page(language, feed, named, orders, readers, clock)
    ui.run_with(
        server,
        title="Stethos",
        favicon=_ICON,
        dark=None,
        tailwind=False,
        show_welcome_message=False,
        binding_refresh_interval=None,
    )
    core.sio.eio.cors_allowed_origins = _is_from_our_page  # instead of all
    add_nonces()
    return SecurityHeaders(server)


def _readers(store: Store, packs: Packs | None) -> Readers:
    return Readers(
        histories=HistoryReader(store, monotonic=time.monotonic),
        spectra=Spectra(store, monotonic=time.monotonic),
        packs=packs or built_in_packs(),
        records=FleetRecords(store, monotonic=time.monotonic),
    )


def _is_from_our_page(origin: str | None, environment: Mapping[str, str]) -> bool:
    return is_same_origin(origin or "", environment.get("HTTP_HOST", ""))


def _add_language_routes(server: FastAPI) -> None:
    @server.get("/")
    def _choose(request: Request) -> RedirectResponse:
        remembered = request.cookies.get(_COOKIE)
        accepted = choose_language(request.headers.get("accept-language", ""))
        language = next((each for each in LANGUAGES if each == remembered), accepted)
        return RedirectResponse(fleet_path(language, query_text(parse_query(request.url.query))), status_code=302)

    @server.get("/language/{language}")
    def _remember(language: Language, request: Request, machine: str = "") -> RedirectResponse:
        asked = query_text(parse_query(request.url.query))
        path = machine_path(language, machine) if machine else fleet_path(language, asked)
        answer = RedirectResponse(path, status_code=302)
        answer.set_cookie(_COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True)
        return answer


def _add_page(language: Language, feed: Feed, views: SharedViews, clock: Callable[[], datetime]) -> None:
    @ui.page(f"/{language}", title=_TITLE.say(language), language=_TAGS[language])
    async def _page(client: Client) -> None:
        ui.add_head_html(_STYLE)
        # Drawn into the answer itself: whoever comes sees the fleet before a socket is open. Till the browser has
        # said where it is, times are the server's own, which mostly stands in the same plant.
        page = FleetPage(
            feed,
            views,
            viewer=client.id,
            language=language,
            zone=_own_zone(clock()),
            search=client.request.url.query,
            clock=clock,
        )
        client.on_delete(page.close)
        await client.connected(timeout=30)
        browser = await _ask_browser()
        if client.is_deleted:
            return
        count_age()
        page.take_zone(browser.zone)
        page.follow()
        ui.timer(_REFRESH_S, page.refresh)


def _own_zone(now: datetime) -> tzinfo:
    return now.astimezone().tzinfo or UTC


def _add_machine_page(
    language: Language,
    feed: Feed,
    machines: NamedMachines,
    orders: Mapping[str, Mapping[str, BearingOrders]],
    readers: Readers,
    clock: Callable[[], datetime],
) -> None:
    # `path`, as a name may hold anything once it is decoded, a slash too.
    @ui.page(f"/{language}/machine/{{machine:path}}", title=_TITLE.say(language), language=_TAGS[language])
    async def _page(client: Client, machine: str) -> None:
        browser = await _arrived(client, language)
        if browser is None:
            return
        machine = machines.first_id(machine)
        page = MachinePage(
            feed,
            machines,
            readers,
            machine=machine,
            orders=orders.get(machine, {}),
            viewer=client.id,
            language=language,
            zone=browser.zone,
            theme=browser.theme,
            clock=clock,
        )
        client.on_delete(page.close)
        ui.timer(_REFRESH_S, page.refresh)
        ui.timer(_REFRESH_S, page.refresh_charts)


class _Browser(NamedTuple):
    zone: tzinfo
    theme: Theme


async def _arrived(client: Client, language: Language) -> _Browser | None:
    """Show that something is coming until the viewer's browser is there; None where it has left meanwhile."""
    left = asyncio.Event()
    client.on_delete(left.set)
    ui.add_head_html(_STYLE)
    waiting = ui.label(_LOADING.say(language)).classes("waiting")
    await client.connected(timeout=30)
    browser = await _ask_browser()
    if left.is_set():
        return None
    waiting.delete()
    count_age()
    return browser


async def _ask_browser() -> _Browser:
    """Ask the viewer's browser where it is, and whether it is dark there; UTC and light if it doesn't say."""
    try:
        name, offset_minutes, dark = await ui.run_javascript(BROWSER, timeout=10)
        return _Browser(viewer_zone(str(name), float(offset_minutes)), "dark" if dark else "light")
    except (TimeoutError, TypeError, ValueError):
        return _Browser(UTC, "light")
