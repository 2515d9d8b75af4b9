"""Commands that people copy out of a text: whatever a name holds, a shell takes it for a name."""

import re
from shlex import quote

__all__ = ["command_at", "quoted"]

_PLAIN = re.compile(r"[\w.:@%+=,][\w.:@%+=,/-]*")


def quoted(name: str) -> str:
    """Give a name as it is typed into a shell.

    >>> quoted("水泵-1"), quoted("P 1"), quoted("a;reboot"), quoted("$(id)")
    ('水泵-1', "'P 1'", "'a;reboot'", "'$(id)'")
    """
    return name if _PLAIN.fullmatch(name) else quote(name)


def command_at(verb: str, machine: str, point: str) -> str:
    """Give the command that says something of a machine's point.

    >>> command_at("accept", "P 1", "drive-end")
    "stethos accept 'P 1' --point drive-end"
    """
    return f"stethos {verb} {quoted(machine)} --point {quoted(point)}"
