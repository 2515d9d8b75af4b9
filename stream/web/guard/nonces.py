"""Nonces for the inline scripts of NiceGUI's page, put into its template and nowhere else.

What came into a page in any other way, such as through a text that was forged, has none and is not run.
"""

from collections.abc import Callable

from jinja2 import BaseLoader, Environment
from nicegui.client import templates

from stream.web.guard.headers import NONCE

__all__ = ["add_nonces"]

_TEMPLATE = "index.html"
_SCRIPT = "<script"
_WITH_NONCE = f'<script nonce="{{{{ request.scope.get("{NONCE}", "") }}}}"'


class _Noncing(BaseLoader):
    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, is_current = self._loader.get_source(environment, template)
        return source.replace(_SCRIPT, _WITH_NONCE) if template == _TEMPLATE else source, filename, is_current


def add_nonces() -> None:
    """Let NiceGUI's template give its own scripts the nonce of the request; once is enough."""
    environment = templates.env
    if environment.loader is not None and not isinstance(environment.loader, _Noncing):
        environment.loader = _Noncing(environment.loader)
        if environment.cache is not None:
            environment.cache.clear()
