"""Every setting with its default and its meaning: from `stethos.toml`, above it `STETHOS_*` variables.

Sections are joined by two underscores in variables: `[influxdb] url` is `STETHOS_INFLUXDB__URL`. Secrets come from
files or variables and are never printed. `python -m stream.config.settings_page` prints all of this as a table.
"""

import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from models.errors import ConfigurationError
from models.machinery import machine
from stream.config.settings_errors import FILE_VARIABLE, PREFIX, check_variables, describe_problem
from stream.config.settings_paths import folder_of, with_paths_from
from stream.config.settings_sections import Checkpoint, Health, Influxdb, Learning, Limits, Sqlite, Web
from stream.config.thresholds import thresholds_from
from stream.config.toml import read_toml

__all__ = ["Settings", "learning_of", "load_settings", "settings_file"]

DEFAULT_FILE = Path("stethos.toml")
_SERVER = re.compile(r"[^\s:,/]+:\d{1,5}")


class Settings(BaseSettings):
    """All settings.

    Relative paths here are from the folder that a command is started in; those of a file have its folder before
    them already.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, allow_inf_nan=False
    )

    broker: str = Field(
        default="127.0.0.1:9092", description="Kafka servers, `host:port`, with commas between several."
    )
    partitions: int = Field(
        12,
        description="Partitions of every topic, fixed once they exist; well above the number of workers.",
        ge=1,
        le=1000,
    )
    replication: int = Field(
        1, description="Copies of every partition: 1 on one broker, 3 on a cluster.", ge=1, le=9
    )
    embedded_broker: bool = Field(
        default=False, description="Whether the broker is the embedded one: one record a batch."
    )
    machines: Path = Field(
        default=Path("machines.toml"),
        description="File of machines, looked for beside `stethos.toml` first; without it all get the defaults.",
    )
    catalogue: Path | None = Field(
        default=None, description="File of your own bearings, to find those that machines name; none unless given."
    )
    packs: Path | None = Field(
        default=None, description="File or folder of your own packs for kinds of machines; none unless given."
    )
    store: Literal["sqlite", "influxdb"] = Field(default="sqlite", description="Where results are kept.")
    sqlite: Sqlite = Sqlite()
    influxdb: Influxdb = Influxdb()
    web: Web = Web()
    learning: Learning = Learning()
    thresholds: dict[str, float] = Field(default={}, description="Thresholds that differ from their defaults.")
    checkpoint: Checkpoint = Checkpoint()
    health: Health = Health()
    limits: Limits = Limits()
    log_format: Literal["text", "json"] = Field(
        default="text", description="Lines of the log of worker and page: for people, or one JSON object each."
    )

    @field_validator("broker")
    @classmethod
    def _servers(cls, text: str) -> str:
        for server in text.split(","):
            if not _SERVER.fullmatch(server.strip()):
                raise ValueError(f"{server.strip()!r} is no server; write host:port, such as 127.0.0.1:9092")
        return text

    @field_validator("thresholds")
    @classmethod
    def _known_thresholds(cls, values: dict[str, float]) -> dict[str, float]:
        thresholds_from(values)
        return values

    @property
    def servers(self) -> list[str]:
        """The Kafka servers one by one."""
        return [server.strip() for server in self.broker.split(",")]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 -- the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables go above the file, whose content comes in as keywords."""
        return env_settings, init_settings


def learning_of(settings: Settings) -> machine.Learning:
    """Give the learning rule as the fold knows it."""
    return machine.Learning(**settings.learning.model_dump())


def settings_file(path: Path | None = None) -> tuple[Path, bool]:
    """Give the file that settings are read from, and whether somebody named it, so that it has to be there."""
    named = path or (Path(os.environ[FILE_VARIABLE]) if os.environ.get(FILE_VARIABLE) else None)
    return named or DEFAULT_FILE, named is not None


def load_settings(path: Path | None = None) -> Settings:
    """Read `path`, or the file that STETHOS_SETTINGS names, or `stethos.toml` if there is one; then STETHOS_*.

    The file's relative paths are taken from its own folder, a variable's from the one that a command is started in.
    Raises `ConfigurationError` naming the file or variable, the key and the fix.
    """
    file, named = settings_file(path)
    content = _content(file) if named or file.exists() else {}
    check_variables(Settings)
    try:
        return Settings(**content)
    except ValidationError as error:
        raise ConfigurationError(
            "; ".join(describe_problem(problem, file, Settings) for problem in error.errors())
        ) from None
    except SettingsError as error:
        raise ConfigurationError(f"{PREFIX}*: {error}; write sections as {PREFIX}SECTION__KEY") from None


def _content(file: Path) -> dict[str, Any]:
    """Read a settings file; machines that it does not name are those beside it, where there are any."""
    folder = folder_of(file)
    if not os.path.lexists(file):
        raise ConfigurationError(
            f"{file}: there is no such file; write the settings there first, or name another ({FILE_VARIABLE})"
        )
    content: dict[str, Any] = with_paths_from(folder, read_toml(file), Settings)
    beside = folder / Settings.model_fields["machines"].default
    return {"machines": beside, **content} if beside.exists() else content
