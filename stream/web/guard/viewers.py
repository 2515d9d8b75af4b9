"""Places for viewers: so many pages may be open at a time, and so many sockets; who comes beyond that is told so.

Each open page costs memory and work every second. One that was asked for and whose browser never opened its socket
keeps its place for some seconds only.
"""

import time
from collections import Counter
from urllib.parse import parse_qs

from nicegui import Client, core
from starlette.types import ASGIApp, Receive, Scope, Send

from stream.web.guard.refusals import refuse

__all__ = ["ViewerLimit"]

_SOCKET_PATH = "/_nicegui_ws/"
_COST_NO_PLACE = ("/_nicegui/", "/language/")
_PAGELESS = frozenset({"/", "/favicon.ico"})
_ARRIVAL_S = 10.0
"""So long a page waits for its socket where others wait for its place."""
_SOCKETS_A_PAGE = 4
"""A browser has one; after a lost connection the old one stays for a moment."""
_STRANGE_SOCKETS = 32
"""Of pages that are not there any more, as after a restart: NiceGUI refuses them, and their browsers load anew."""
_RETRY_AFTER_S = 10
_FULL = (
    "All places for viewers are taken: {viewers} pages are open. Close one that nobody needs and try again, or "
    'raise "viewers" in the section [web] of stethos.toml.\n'
    "查看人数已满：已打开 {viewers} 个页面。请关闭不用的页面后重试，或在 stethos.toml 的 [web] 中调高 viewers。\n"
)
_TOO_MANY_SOCKETS = "Too many sockets are open; try again.\n连接过多，请稍后重试。\n"


class ViewerLimit:
    """Passes on what has a place, and what needs none."""

    def __init__(self, app: ASGIApp, viewers: int) -> None:
        self.app, self._viewers = app, viewers
        self._sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503 where all places are taken, or pass on."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http" and _makes_page(scope["path"]) and self._is_full():
            text = _FULL.format(viewers=self._viewers)
            await refuse(scope, send, 503, text, retry_after_s=_RETRY_AFTER_S)
        elif scope["type"] == "http" and _begins_polling(scope) and self._has_too_many_sessions():
            await refuse(scope, send, 503, _TOO_MANY_SOCKETS, retry_after_s=_RETRY_AFTER_S)
        else:
            await self.app(scope, receive, send)

    def _is_full(self) -> bool:
        if len(Client.instances) < self._viewers:
            return False
        Client.prune_instances(client_age_threshold=_ARRIVAL_S)
        newest_s = time.time() - _ARRIVAL_S
        pages = Client.instances.values()
        return sum(page.has_socket_connection or page.created > newest_s for page in pages) >= self._viewers

    def _has_too_many_sessions(self) -> bool:
        return len(core.sio.eio.sockets) >= _SOCKETS_A_PAGE * self._viewers + _STRANGE_SOCKETS

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = _query(scope).get("client_id", [""])[0]
        if page not in Client.instances:
            page = ""
        if self._sockets[page] >= (_SOCKETS_A_PAGE if page else _STRANGE_SOCKETS):
            await refuse(scope, send, 503, _TOO_MANY_SOCKETS)
            return
        self._sockets[page] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._sockets[page] -= 1
            if not self._sockets[page]:
                del self._sockets[page]


def _makes_page(path: str) -> bool:
    """Whether a page is made for it: also what is not found gets one."""
    return path not in _PAGELESS and not path.startswith((_SOCKET_PATH, *_COST_NO_PLACE))


def _begins_polling(scope: Scope) -> bool:
    return bool(scope["path"].startswith(_SOCKET_PATH)) and "sid" not in _query(scope)


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope["query_string"].decode("latin-1"))
