"""Names in commands that people copy: whatever a name holds, a shell takes it for a name."""

import re
from shlex import quote

__all__ = ["quoted"]

_PLAIN = re.compile(r"[\w.:@%+=,][\w.:@%+=,/-]*")


def quoted(name: str) -> str:
    """Give a name as it is typed into a shell.

    >>> quoted("水泵-1"), quoted("P 1"), quoted("a;reboot"), quoted("$(id)")
    ('水泵-1', "'P 1'", "'a;reboot'", "'$(id)'")
    """
    return name if _PLAIN.fullmatch(name) else quote(name)
