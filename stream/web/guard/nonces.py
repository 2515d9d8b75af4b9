"""Nonces for the inline scripts of NiceGUI's page, put into its template and nowhere else.

What came into a page in any other way, such as through a text that was forged, has none and is not run.
"""

from typing import Any

from nicegui.client import templates

from stream.web.guard.headers import NONCE

__all__ = ["add_nonces"]

_TEMPLATE = "index.html"
_SCRIPT = "<script"
_WITH_NONCE = f'<script nonce="{{{{ request.scope.get("{NONCE}", "") }}}}"'


class _Noncing:
    """Loads templates as another loader of Jinja does."""

    def __init__(self, loader: Any) -> None:  # noqa: ANN401 -- Jinja is NiceGUI's, and none of our requirements
        self._loader = loader

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the same
        return getattr(self._loader, name)

    def load(self, environment: Any, name: str, globals: Any = None) -> Any:  # noqa: A002, ANN401 -- Jinja's signature
        """Give a template, its scripts with a nonce."""
        if name != _TEMPLATE:
            return self._loader.load(environment, name, globals)
        source, filename, _ = self._loader.get_source(environment, name)
        code = environment.compile(source.replace(_SCRIPT, _WITH_NONCE), name, filename)
        return environment.template_class.from_code(environment, code, globals or {}, None)


def add_nonces() -> None:
    """Let NiceGUI's template give its own scripts the nonce of the request; once is enough."""
    environment: Any = templates.env
    if not isinstance(environment.loader, _Noncing):
        environment.loader = _Noncing(environment.loader)
        if environment.cache is not None:
            environment.cache.clear()
