"""Errors in settings, in words: in which file or variable, what is wrong, and what was probably meant."""

import difflib
import os
import re
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from models.errors import ConfigurationError

__all__ = ["FILE_VARIABLE", "PREFIX", "check_variables", "describe_problem"]

PREFIX = "STETHOS_"
FILE_VARIABLE = "STETHOS_SETTINGS"


def check_variables(settings: type[BaseModel]) -> None:
    """Refuse a misspelt variable of these settings, which would otherwise change nothing and say nothing."""
    for name in os.environ:
        if not name.startswith(PREFIX) or name == FILE_VARIABLE:
            continue
        first = name.removeprefix(PREFIX).split("__")[0].lower()
        if first not in settings.model_fields and ("__" in name or _nearest(first, settings)):
            hint = f"did you mean {PREFIX}{close.upper()}?" if (close := _nearest(first, settings)) else "remove it"
            raise ConfigurationError(f"{name}: there is no setting {first!r}; {hint}")


def describe_problem(problem: ErrorDetails, file: Path, settings: type[BaseModel]) -> str:
    """Put one of pydantic's problems as `place: key: what is wrong`, the place being the file or a variable."""
    keys = [str(key) for key in problem["loc"]]
    variable = PREFIX + "__".join(keys).upper()
    place = variable if _variable_is_set(variable) else f"{file}: {'.'.join(keys)}"
    if problem["type"] == "extra_forbidden":
        owner = _owner(keys, settings)
        close = _nearest(keys[-1], owner)
        known = ", ".join(owner.model_fields)
        return f"{place}: there is no such setting; " + (
            f"did you mean {close}?" if close else f"there are {known}"
        )
    if problem["type"] == "value_error":
        return f"{place}: {problem['ctx']['error']}"
    secret = any(word in keys[-1] for word in ("token", "password"))
    got = "" if secret or isinstance(problem["input"], dict) else f", not {problem['input']!r}"
    return f"{place}: {re.sub(r'^(Input|String) should', 'should', problem['msg'])}{got}"


def _variable_is_set(variable: str) -> bool:
    return any(name.upper() == variable or name.upper().startswith(variable + "__") for name in os.environ)


def _owner(keys: list[str], settings: type[BaseModel]) -> type[BaseModel]:
    field = settings.model_fields.get(keys[0]) if len(keys) > 1 else None
    section = field.annotation if field else None
    return section if isinstance(section, type) and issubclass(section, BaseModel) else settings


def _nearest(key: str, owner: type[BaseModel]) -> str | None:
    return next(iter(difflib.get_close_matches(key.lower(), owner.model_fields, n=1, cutoff=0.75)), None)
