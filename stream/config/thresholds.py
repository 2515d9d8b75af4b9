"""Thresholds from settings and files: checked here, defined in `models.machinery.machine`."""

import ast
import inspect
from collections.abc import Mapping
from pathlib import Path

import msgspec

from models.errors import ConfigurationError
from models.machinery.machine import Thresholds
from stream.config.toml import read_toml

__all__ = ["load_thresholds", "threshold_meanings", "thresholds_from"]


def thresholds_from(values: Mapping[str, object]) -> Thresholds:
    """Fill in the defaults; raises ValueError for an unknown name, no number, or limits out of order.

    >>> thresholds_from({"off_delay_s": 900}).off_delay_s
    900.0
    """
    known = [field.name for field in msgspec.structs.fields(Thresholds)]
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"there is no threshold {name!r}; there are {', '.join(known)}")
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < float("inf"):
            raise ValueError(f"{name}: {value!r} is no number; give one")
    try:
        return msgspec.convert(dict(values), Thresholds)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def load_thresholds(file: Path) -> Thresholds:
    """Read a TOML file of thresholds, alone or as the section `[thresholds]` of a `stethos.toml`.

    Raises `ConfigurationError` naming the file, the key and the fix.
    """
    content = read_toml(file)
    section = content.get("thresholds", content)
    if not isinstance(section, dict):
        raise ConfigurationError(f"{file}: thresholds: must be a section; write [thresholds] and its keys below")
    try:
        return thresholds_from(section)
    except ValueError as error:
        raise ConfigurationError(f"{file}: {error}") from None


def threshold_meanings() -> dict[str, str]:
    """Give what stands below each threshold where it is defined; one without words follows the one above it."""
    (definition,) = ast.parse(inspect.getsource(Thresholds)).body
    assert isinstance(definition, ast.ClassDef)
    meanings: dict[str, str] = {}
    name = ""
    for statement in definition.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                meanings[name] = "As the one above, for the next level."
            case ast.Expr(value=ast.Constant(value=str() as text)) if name:
                meanings[name] = " ".join(text.split())
    return meanings
