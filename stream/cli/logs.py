"""How a long-running command logs: one line an event, and a line that keeps coming only now and then."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

__all__ = ["JsonLines", "RateLimitFilter", "set_up_logging"]

_EVERY_S = 30.0
_MAX_KINDS = 1000


class RateLimitFilter(logging.Filter):
    """Lets a kind of line through once in a while and says how many were left out: libraries repeat themselves.

    A kind is a logger with a text before its values are filled in.
    """

    def __init__(self, every_s: float = _EVERY_S, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._every_s, self._clock = every_s, clock
        self._last: dict[tuple[str, str], float] = {}
        self._left_out: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether this line is written."""
        kind, now = (record.name, str(record.msg)), self._clock()
        last = self._last.get(kind)
        if last is not None and now - last < self._every_s:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return False
        if len(self._last) >= _MAX_KINDS:
            self._last.clear()
            self._left_out.clear()
        self._last[kind] = now
        if left_out := self._left_out.pop(kind, 0):
            record.msg, record.args = f"{record.getMessage()} (and {left_out} like it)", ()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(*, verbose: bool, form: Literal["text", "json"] = "text") -> None:
    """Log to stderr: our own information and others' warnings; with `verbose` all of it."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else text)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
    logging.getLogger("stream").setLevel(logging.DEBUG if verbose else logging.INFO)
    if not verbose:
        repeats = RateLimitFilter()
        handler.addFilter(lambda record: record.name.startswith("stream") or repeats.filter(record))
