"""Reading TOML so that a mistake is told by file, place and fix."""

import tomllib
from pathlib import Path
from typing import Any

from models.errors import ConfigurationError

__all__ = ["read_toml"]


def read_toml(file: Path) -> dict[str, Any]:
    """Give the content of a TOML file; raises `ConfigurationError` where it can't be read."""
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationError(f"{file}: there is no such file; check the path") from None
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror}); check its permissions") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}: is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: is not TOML: {error}") from None
