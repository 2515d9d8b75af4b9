"""The page of the documentation with all settings, written from the settings themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from models.machinery.machine import Thresholds
from stream.config.settings import Settings
from stream.config.thresholds import threshold_meanings

__all__ = ["settings_table"]

_HEAD = """# Settings

Written by `python -m stream.config.settings_page`; change the descriptions in `stream/config/settings.py` and
`stream/config/settings_sections.py`, and write it again.

A key of `stethos.toml` (first column; a dot separates section and key) gives way to the variable beside it.
`STETHOS_SETTINGS` names another file than `stethos.toml`.

A relative path in `stethos.toml` is meant from the folder of that file, whatever folder a command is started in;
`~` is the home of whoever starts it. A relative path in a variable or an option is meant from the folder that the
command is started in. So is the default of `sqlite.path`, for what is stored is no part of the settings: give its
full path where commands are started in several folders.

| key | variable | default | what it does |
|---|---|---|---|
"""


def settings_table() -> str:
    """Markdown page with one row for each setting."""
    return _HEAD + "".join(f"| `{key}` | `{var}` | {default} | {what} |\n" for key, var, default, what in _rows())


def _rows() -> Iterator[tuple[str, str, str, str]]:
    meanings = threshold_meanings()
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            for key, inner in section.model_fields.items():
                yield f"{name}.{key}", f"STETHOS_{name}__{key}".upper(), _default(inner), inner.description or ""
        elif name == "thresholds":
            for threshold in msgspec.structs.fields(Thresholds):
                variable = f"STETHOS_THRESHOLDS__{threshold.name}".upper()
                yield f"thresholds.{threshold.name}", variable, f"`{threshold.default}`", meanings[threshold.name]
        else:
            yield name, f"STETHOS_{name}".upper(), _default(field), field.description or ""


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None:
        return "none"
    shown = str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, Path) else value
    choices = getattr(field.annotation, "__args__", ())
    others = [f"`{other}`" for other in choices if isinstance(other, str) and other != value]
    return f"`{shown}`" + (f" (or {', '.join(others)})" if others else "")


if __name__ == "__main__":
    print(settings_table(), end="")  # noqa: T201 -- this is what it is started for
