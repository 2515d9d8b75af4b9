"""Paths that stand in a settings file belong to that file: they are taken from its folder, wherever a command runs.

Which settings are paths is asked of their types, so that a new one is no exception.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["folder_of", "with_paths_from"]


def folder_of(file: Path) -> Path:
    """Give the folder that a settings file's paths are taken from: `.` where a command runs in it.

    A link to a file counts as the file, since Kubernetes and others put links where the file is meant to be.
    """
    folder = file.absolute().parent
    return Path() if folder.exists() and folder.samefile(Path()) else folder


def with_paths_from(folder: Path, value: Any, kind: Any) -> Any:  # noqa: ANN401 -- whatever stands in the file
    """Give a setting of type `kind`, or a section, with `~` and `folder` put before each path in it.

    What is no path, or nothing that `kind` may be, stays as it is, for the model to judge.
    """
    kinds = list(_kinds(kind))
    if isinstance(value, str):
        return folder / _at_home(Path(value)) if any(_is_path(each) for each in kinds) else value
    if isinstance(value, list):
        return [with_paths_from(folder, each, kind) for each in value]
    if isinstance(value, dict):
        fields = _fields(kinds)
        return {
            key: with_paths_from(folder, each, fields[key].annotation if key in fields else kind)
            for key, each in value.items()
        }
    return value


def _kinds(kind: Any) -> Iterator[Any]:  # noqa: ANN401 -- a type, or what typing makes of types
    yield kind
    for part in get_args(kind):
        yield from _kinds(part)


def _is_path(kind: Any) -> bool:  # noqa: ANN401 -- the same
    return isinstance(kind, type) and issubclass(kind, Path)


def _fields(kinds: list[Any]) -> dict[str, FieldInfo]:
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return {name: field for model in models for name, field in model.model_fields.items()}


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # a person whom this computer does not know, so `~` is part of the name
        return path
