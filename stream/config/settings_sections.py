"""The sections of the settings, each a table of `stethos.toml`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    field_validator,
    model_validator,
)

from models.errors import ConfigurationError
from stream.config.hosts import names_of
from stream.config.renewed_secret import RenewedSecret
from stream.config.secrets import MissingSecretError, is_plain, read_secret

__all__ = ["Checkpoint", "Health", "Influxdb", "Learning", "Limits", "Sqlite", "Web"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _checked_names(hosts: list[str]) -> list[str]:
    for host in hosts:
        if not names_of([host]):
            raise ValueError(f"{host!r} is no name of a computer; leave out http:// and port: pumps.plant.example")
    return hosts


class Sqlite(_Section):
    """The embedded store."""

    path: Path = Field(default=Path("var/stethos.db"), description="Database file; its folder is created.")
    retention_spectra_days: int = Field(
        default=0, description="Days that spectra and waveforms are kept; 0 keeps them for ever.", ge=0
    )


class Influxdb(_Section):
    """The store of a plant."""

    url: str = Field(
        default="http://127.0.0.1:8086", description="Address of InfluxDB 2.", pattern=r"^https?://[^\s/]+"
    )
    org: str = Field(default="stethos", description="Organisation.", min_length=1)
    token: SecretStr | None = Field(
        default=None, description="Token that may read and write the buckets; better a file."
    )
    token_file: Path | None = Field(
        default=None, description="File that holds nothing but the token (a Docker secret, say)."
    )
    bucket: str = Field(
        default="stethos",
        description="Bucket of health, alerts, actions, running hours and the workers' figures.",
        min_length=1,
    )
    bucket_raw: str = Field(
        default="stethos_raw", description="Bucket of indicators, temperatures and readings.", min_length=1
    )
    bucket_spectra: str = Field(
        default="stethos_spectra", description="Bucket of spectra and waveforms.", min_length=1
    )
    retention_days: int = Field(
        default=0, description="Days that `bucket` keeps its rows; 0 keeps them for ever.", ge=0
    )
    retention_raw_days: int = Field(
        default=0, description="Days that `bucket_raw` keeps its rows; 0 keeps them for ever.", ge=0
    )
    retention_spectra_days: int = Field(
        default=0, description="Days that `bucket_spectra` keeps its rows; 0 keeps them for ever.", ge=0
    )

    @field_validator("url")
    @classmethod
    def _without_last_slash(cls, text: str) -> str:
        return text.rstrip("/")

    @field_validator("token")
    @classmethod
    def _one_plain_line(cls, token: SecretStr | None) -> SecretStr | None:
        """Refuse what no header carries: the client that met it would put it into its error."""
        text = "" if token is None else token.get_secret_value().strip()
        if not is_plain(text):
            raise ValueError("it is no token: give one line of plain ASCII, as InfluxDB shows it")
        return None if token is None else SecretStr(text)

    @model_validator(mode="after")
    def _read_token(self) -> Self:
        if self.token is None and self.token_file is not None:
            try:
                token = read_secret(self.token_file, "token")
            except MissingSecretError:
                return self  # `stethos influx setup` is what writes it; a store that needs it says so
            except ConfigurationError as error:
                raise ValueError(f"token_file {error}") from None
            object.__setattr__(self, "token", token)  # frozen for everybody else
        return self

    def renewed_token(self) -> RenewedSecret | None:
        """Give the token, and one that takes its place in the file later; None where there is none yet."""
        if self.token is None:
            return None
        given = "token" in self.model_fields_set  # it goes before the file, now and later
        return RenewedSecret(self.token, None if given else self.token_file)


class Web(_Section):
    """The page."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; only this computer unless changed.")
    port: int = Field(default=8080, description="Port to listen on.", ge=1, le=65535)
    hosts: list[str] = Field(
        default=[],
        description='Names by which people open the page, such as `["pumps.plant.example"]`; addresses in numbers, '
        "`localhost` and the computer's own name need none.",
    )

    viewers: int = Field(
        default=100, description="Pages that may be open at a time; who comes beyond that is told so.", ge=1
    )

    @field_validator("hosts")
    @classmethod
    def _names(cls, hosts: list[str]) -> list[str]:
        return _checked_names(hosts)


class Learning(_Section):
    """How long a machine is taken as sound: the longer of both."""

    duration_s: float = Field(
        default=1800.0, description="Seconds (event time) in which a machine teaches its baseline.", ge=0
    )
    observations: int = Field(
        default=100, description="Observations of each point that belong to the baseline.", ge=1
    )


class Checkpoint(_Section):
    """How often a worker saves the state of its machines; whichever comes first."""

    every_events: PositiveInt = Field(
        default=1000, description="Observations of a partition between two checkpoints."
    )
    every_s: PositiveFloat = Field(default=5.0, description="Seconds between two checkpoints.")


class Health(_Section):
    """Where a worker tells how it is: `/health` and `/metrics` (Prometheus)."""

    host: str = Field(
        default="127.0.0.1", description="Address on which a worker answers; only this computer unless changed."
    )
    port: int = Field(
        default=0,
        description="Port on which a worker answers `/health` and `/metrics`, such as 9464; 0 is none.",
        ge=0,
        le=65535,
    )
    hosts: list[str] = Field(
        default=[],
        description='Names by which a worker is asked, such as `["worker"]`; addresses in numbers, `localhost` and '
        "the computer's own name need none.",
    )
    patience_s: float = Field(
        default=60.0,
        description="Seconds without progress, broker or store after which a worker is not well.",
        ge=1,
    )
    probe_s: PositiveFloat = Field(
        default=60.0,
        description="Seconds between two probes of each partition and input, which go the way of a measurement.",
    )

    @field_validator("hosts")
    @classmethod
    def _names(cls, hosts: list[str]) -> list[str]:
        return _checked_names(hosts)


class Limits(_Section):
    """What one partition takes of machines that nobody has described; a described one always passes."""

    unknown_machines: Literal["accept", "refuse"] = Field(
        default="accept",
        description="What becomes of a machine that nobody has described: judged by defaults, or put aside.",
    )
    machines_per_partition: PositiveInt = Field(
        default=1000,
        description="Undescribed machines that one partition takes; what further ones send is put aside.",
    )
    expire_after_days: float = Field(
        default=30.0,
        description="Days of silence after which an undescribed machine without open alerts is forgotten; 0 never.",
        ge=0,
        le=36_500,
    )
