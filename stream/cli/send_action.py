"""Sends an action: what somebody says of a machine, kept for ever and judged by from then on."""

import difflib
import getpass
from collections.abc import Iterable
from typing import TYPE_CHECKING, Never

from models.errors import MessageError
from stream.messages.actions import ActionMessage
from stream.messages.measurements import to_json
from stream.recordings.publishing import publish
from stream.recordings.reading import Line

if TYPE_CHECKING:
    from stream.config.machines import Fleet
    from stream.config.settings import Settings

__all__ = ["send_action", "send_actions", "unknown_machine_hint", "user_name"]


def send_action(message: ActionMessage, settings: "Settings") -> None:
    """Send one action and wait until the broker has it; raises `StethosError`, naming the fix."""
    send_actions([message], settings)


def send_actions(messages: Iterable[ActionMessage], settings: "Settings") -> None:
    """Send actions in their order and wait until the broker has all of them; raises `StethosError`."""
    lines = [Line("action", number, to_json(each)) for number, each in enumerate(messages, 1)]
    publish(lines, settings, refuse=_refused)


def _refused(_line: Line, error: MessageError) -> Never:
    raise error


def unknown_machine_hint(machine: str, fleet: "Fleet") -> str:
    """Say that nobody has described this machine, if others are, and which name is like it; else nothing."""
    if machine in fleet.machines or machine in fleet.aliases or not fleet.machines:
        return ""
    near = difflib.get_close_matches(machine, fleet.machines, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else "."
    return f"note: {machine!r} is not in the file of machines{meant} It was sent as written."


def user_name() -> str:
    """Give the name that this computer knows the user by; empty where it knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name, or no such database
        return ""
