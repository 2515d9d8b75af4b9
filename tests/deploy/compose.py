"""Read the compose files as Docker would: merged, with variables filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

__all__ = ["FILES", "ROOT", "container_path", "loaded", "substituted", "variables_in"]

ROOT = Path(__file__).resolve().parents[2]
FILES = ("docker-compose.yml", "docker-compose.gateway.yml")

_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


def variables_in(text: str) -> dict[str, str | None]:
    """Give each variable of a text with its default; None where it has none."""
    found: dict[str, str | None] = {}
    for dollar, name, kind, default in _VARIABLE.findall(text):
        if not dollar:
            found[name] = default if kind == "-" else found.get(name)
    return found


def substituted(text: str, values: Mapping[str, str]) -> str:
    """Fill in variables and their defaults; `$$` is a dollar. `KeyError` where a value is required and missing."""

    def one(match: re.Match[str]) -> str:
        dollar, name, kind, default = match.groups()
        if dollar:
            return "$"
        return values.get(name) or default if kind == "-" else values[name]

    return _VARIABLE.sub(one, text)


def loaded(name: str = FILES[0], values: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Give the file's content, anchors merged."""
    content = yaml.safe_load((ROOT / name).read_text("utf-8"))
    return _filled(content, values or {})


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    return substituted(node, values) if isinstance(node, str) else node


def container_path(volume: str) -> tuple[str, str, str]:
    """Take a volume apart: what is mounted, where, and how."""
    source, _, rest = volume.partition(":")
    target, _, mode = rest.partition(":")
    return source, target, mode
