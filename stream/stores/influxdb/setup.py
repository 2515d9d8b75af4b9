"""Sets up an InfluxDB 2: account, organisation, buckets, and tokens that may do no more than needed.

Running it again changes nothing that is already right, and no retention is shortened unasked: that deletes rows.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.authorization import Authorization
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.dbrp_create import DBRPCreate
from influxdb_client.domain.onboarding_request import OnboardingRequest
from influxdb_client.domain.permission import Permission
from influxdb_client.domain.permission_resource import PermissionResource
from influxdb_client.rest import ApiException
from influxdb_client.service.dbr_ps_service import DBRPsService
from influxdb_client.service.setup_service import SetupService
from pydantic import SecretStr
from urllib3.exceptions import HTTPError

from models.errors import ServiceError
from stream.config.secrets import EmptySecretError, MissingSecretError, read_secret, write_secret
from stream.stores.influxdb.errors import service_error_of

__all__ = ["Access", "Wanted", "prepare"]

_DAY_S = 86_400
_TIMEOUT_MS = 30_000
_ADMINISTERS = {("write", "users"), ("write", "orgs"), ("write", "buckets"), ("read", "authorizations")}
"""What only an administrator may do in every organisation."""


class Access(msgspec.Struct, frozen=True):
    """A token to be had: what it may do with the buckets (`read`, `write`), and the file that it is written to."""

    description: str
    actions: tuple[str, ...]
    file: Path


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How the server shall be."""

    url: str
    org: str
    retention_days: Mapping[str, int]
    """By bucket; 0 keeps rows for ever."""
    accesses: tuple[Access, ...]
    username: str
    password_file: Path
    """The first account's password; generated and written there where the file is missing."""
    admin_token_file: Path | None = None
    """An administrator's token, for a server that somebody else has set up; where the file is missing, the account
    above is used, and its token written there."""
    shorten: bool = False
    """Whether a retention may become shorter, which deletes older rows."""


def prepare(wanted: Wanted) -> tuple[str, ...]:
    """Bring the server to what is wanted; gives what was done, a sentence each. Raises `ServiceError`."""
    with _translated_errors(wanted.url):
        done = [*_onboard(wanted)]
        admin_token = None if done else _admin_token(wanted)  # that of a server before this one is worth nothing
        with _administrator(wanted, admin_token) as client:
            if wanted.admin_token_file and admin_token is None:
                _keep_admin_token(client, wanted, wanted.admin_token_file, done)
            org_id = _organisation(client, wanted.org, done)
            buckets = {
                name: _bucket(client, org_id, name, days, shorten=wanted.shorten, done=done)
                for name, days in wanted.retention_days.items()
            }
            for name, bucket_id in buckets.items():
                _map_for_influxql(client, org_id, name, bucket_id, done)
            for access in wanted.accesses:
                _token(client, org_id, access, set(buckets.values()), done)
    return tuple(done)


@contextmanager
def _translated_errors(url: str) -> Iterator[None]:
    try:
        yield
    except ApiException as error:
        if error.status == 401:
            raise ServiceError(
                f"InfluxDB at {url} refuses the administrator: correct --password-file or --admin-token-file"
            ) from error
        raise service_error_of(url, error.status, error.body, error.headers) from error
    except (HTTPError, OSError) as error:
        raise ServiceError(f"InfluxDB at {url} is not reachable: start it, or correct [influxdb] url") from error


def _onboard(wanted: Wanted) -> Iterator[str]:
    """Create the first account, organisation and bucket of a server that has none."""
    with InfluxDBClient(wanted.url, token="", timeout=_TIMEOUT_MS) as client:
        service = SetupService(client.api_client)
        if not service.get_setup().allowed:
            return
        if not wanted.password_file.exists():
            write_secret(wanted.password_file, secrets.token_urlsafe(24))
            yield f"wrote a new password for {wanted.username!r} to {wanted.password_file}"
        bucket, days = next(iter(wanted.retention_days.items()))
        service.post_setup(
            OnboardingRequest(
                username=wanted.username,
                password=_password(wanted),
                org=wanted.org,
                bucket=bucket,
                retention_period_seconds=days * _DAY_S,
            )
        )
        yield f"created the account {wanted.username!r}, organisation {wanted.org!r} and bucket {bucket!r}"


def _admin_token(wanted: Wanted) -> SecretStr | None:
    """Give the administrator's token that is kept already; an account without one is asked for its password."""
    file = wanted.admin_token_file
    if file is None or (not file.exists() and wanted.password_file.exists()):
        return None
    return read_secret(file, "administrator's token")


def _administrator(wanted: Wanted, token: SecretStr | None) -> InfluxDBClient:
    if token is not None:
        return InfluxDBClient(wanted.url, token=token.get_secret_value(), timeout=_TIMEOUT_MS)
    try:
        password = _password(wanted)
    except MissingSecretError:
        raise ServiceError(
            f"InfluxDB at {wanted.url} was set up by somebody else, and {wanted.password_file} is missing: "
            "name its administrator's token with --admin-token-file"
        ) from None
    return InfluxDBClient(wanted.url, username=wanted.username, password=password, timeout=_TIMEOUT_MS)


def _keep_admin_token(client: InfluxDBClient, wanted: Wanted, file: Path, done: list[str]) -> None:
    """Write down the token that the first account has from the beginning: it may do all that a backup needs."""
    for known in client.authorizations_api().find_authorizations():
        everywhere = {(one.action, one.resource.type) for one in known.permissions if not one.resource.org_id}
        if known.status == "active" and known.token and everywhere >= _ADMINISTERS:
            write_secret(file, known.token)
            done.append(f"wrote the administrator's token to {file}: keep it where only you can read it")
            return
    raise ServiceError(
        f"InfluxDB at {wanted.url} has no administrator's token any more: make one with "
        "`influxd recovery auth create-operator` and write it into the file that --admin-token-file names"
    )


def _password(wanted: Wanted) -> str:
    return read_secret(wanted.password_file, "password").get_secret_value()


def _organisation(client: InfluxDBClient, name: str, done: list[str]) -> str:
    api = client.organizations_api()
    for org in api.find_organizations():
        if org.name == name:
            return str(org.id)
    done.append(f"created the organisation {name!r}")
    return str(api.create_organization(name=name).id)


def _bucket(client: InfluxDBClient, org_id: str, name: str, days: int, *, shorten: bool, done: list[str]) -> str:
    """Create a bucket, or correct its retention; gives its id."""
    api = client.buckets_api()
    rules = BucketRetentionRules(type="expire", every_seconds=days * _DAY_S)
    buckets = [bucket for bucket in api.find_buckets_iter(org_id=org_id) if bucket.name == name]
    if not buckets:
        done.append(f"created the bucket {name!r}, rows kept {_retention_text(days * _DAY_S)}")
        return str(api.create_bucket(bucket_name=name, org=org_id, retention_rules=rules).id)
    bucket = buckets[0]
    now_s = sum(rule.every_seconds or 0 for rule in bucket.retention_rules)
    if now_s == rules.every_seconds:
        return str(bucket.id)
    shorter = rules.every_seconds and (not now_s or rules.every_seconds < now_s)
    if shorter and not shorten:
        done.append(
            f"left the bucket {name!r} as it is, rows kept {_retention_text(now_s)} though the settings say "
            f"{_retention_text(rules.every_seconds)}: --shorten deletes the older ones"
        )
    else:
        bucket.retention_rules = [rules]
        api.update_bucket(bucket=bucket)
        done.append(
            f"changed the bucket {name!r}: rows kept {_retention_text(rules.every_seconds)}, "
            f"before {_retention_text(now_s)}"
        )
    return str(bucket.id)


def _retention_text(seconds: int) -> str:
    return f"{seconds / _DAY_S:g} days" if seconds else "for ever"


def _map_for_influxql(client: InfluxDBClient, org_id: str, name: str, bucket_id: str, done: list[str]) -> None:
    """Let InfluxQL find the bucket by its name; newer servers do so by themselves, with a virtual mapping."""
    service = DBRPsService(client.api_client)
    known = service.get_dbr_ps(org_id=org_id, db=name).content or []
    if not any(mapping.bucket_id == bucket_id for mapping in known):
        mapping = DBRPCreate(
            org_id=org_id, bucket_id=bucket_id, database=name, retention_policy="autogen", default=True
        )
        service.post_dbrp(mapping)
        done.append(f"mapped the bucket {name!r} for InfluxQL")


def _token(client: InfluxDBClient, org_id: str, access: Access, bucket_ids: set[str], done: list[str]) -> None:
    """Have a token with this access and no more, in its file; one that is there already and does is kept."""
    api = client.authorizations_api()
    needed = {(action, bucket_id) for bucket_id in bucket_ids for action in access.actions}
    fitting = [
        known
        for known in api.find_authorizations(org_id=org_id)
        if known.status == "active" and known.token and needed == _permitted(known)
    ]
    kept = _kept_token(access.file)
    if any(known.token == kept for known in fitting):
        return
    reusable = next((known for known in fitting if known.description == access.description), None)
    if reusable is None:
        permissions = [
            Permission(action=action, resource=PermissionResource(type="buckets", id=bucket_id, org_id=org_id))
            for action, bucket_id in sorted(needed)
        ]
        reusable = api.create_authorization(
            authorization=Authorization(org_id=org_id, permissions=permissions, description=access.description)
        )
        done.append(f"created the token {access.description!r}: {' and '.join(access.actions)}, these buckets only")
    write_secret(access.file, reusable.token)
    done.append(f"wrote the token {access.description!r} to {access.file}")


def _permitted(known: Authorization) -> set[tuple[str, str | None]]:
    return {(permission.action, permission.resource.id) for permission in known.permissions}


def _kept_token(file: Path) -> str | None:
    try:
        return read_secret(file, "token").get_secret_value()
    except (MissingSecretError, EmptySecretError):
        return None
