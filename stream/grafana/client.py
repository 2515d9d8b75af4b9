"""The calls of Grafana's HTTP API that are needed here, through grafana-client, with its refusals in our words."""

import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Any, Never, Self

from grafana_client import GrafanaApi, TokenAuth
from grafana_client.client import GrafanaException
from pydantic import SecretStr
from requests import JSONDecodeError, RequestException, Response
from urllib3.exceptions import HTTPError

from models.errors import ServiceError
from stream.monitoring.http_probe import describe_failure, root_cause

__all__ = ["ForbiddenError", "Grafana", "Json"]

_ANSWER_S = 20.0

Json = dict[str, Any]


class ForbiddenError(ServiceError):
    """The token is known but may not do this."""


class Grafana:
    """A Grafana, the same from version 9 on. What is asked for by its uid is None where there is no such thing.

    Every call raises `ServiceError` where Grafana can't be reached or refuses, naming the fix.
    """

    def __init__(self, url: str, token: SecretStr) -> None:
        self._url = url.rstrip("/")
        paths = ssl.get_default_verify_paths()  # of the system, where a plant's own authority is; else certifi's
        trusted = paths.cafile or paths.capath or True
        self._api = GrafanaApi(TokenAuth(token.get_secret_value()), timeout=_ANSWER_S, verify=trusted)
        self._api.client.url = f"{self._url}/api"  # its own way to join parts loses an IPv6 address's brackets
        self._api.client.s.hooks["response"].append(self._look_at)

    def __enter__(self) -> Self:
        """Keep connections until the block ends."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close connections."""
        self._api.client.s.close()

    def see_that_it_is_one(self) -> None:
        """Raise `ServiceError` where something else answers, before a token's rights are blamed."""
        health = self._asked(self._api.health.check)
        if health is None or "database" not in health:
            self._is_none()

    def source(self, uid: str) -> Json | None:
        """Give a data source."""
        return self._asked(self._api.datasource.get_datasource_by_uid, uid)

    def create_source(self, source: Json) -> None:
        """Create a data source."""
        self._done(self._api.datasource.create_datasource, source)

    def update_source(self, uid: str, source: Json) -> None:
        """Change a data source."""
        self._done(self._api.datasource.update_datasource_by_uid, uid, source)

    def folder(self, uid: str) -> Json | None:
        """Give a folder."""
        return self._asked(self._api.folder.get_folder, uid)

    def create_folder(self, uid: str, title: str) -> None:
        """Create a folder."""
        self._done(self._api.folder.create_folder, title, uid)

    def dashboard(self, uid: str) -> Json | None:
        """Give a dashboard and what Grafana says of it (`meta`)."""
        return self._asked(self._api.dashboard.get_dashboard, uid)

    def save_dashboard(self, body: Json) -> None:
        """Create or overwrite a dashboard."""
        self._done(self._api.dashboard.update_dashboard, body)

    def _done(self, call: Callable[..., object], *arguments: object) -> None:
        if self._asked(call, *arguments) is None:
            raise ServiceError(
                f"Grafana at {self._url} does not know how to {call.__name__}; is it Grafana 9 or later?"
            )

    def _asked(self, call: Callable[..., object], *arguments: object) -> Json | None:
        try:
            answer = call(*arguments)
        except GrafanaException as error:
            if error.status_code == 404:
                return None
            raise self._refusal(error.status_code, error.response) from None
        except JSONDecodeError:
            self._is_none()
        except (RequestException, HTTPError, OSError, UnicodeError) as error:
            raise self._silence(root_cause(error)) from None
        if not isinstance(answer, dict):
            self._is_none()
        return answer

    def _look_at(self, answer: Response, **_: object) -> None:
        """Follow no redirect, and tell the status of a refusal that is cut off.

        With a redirect the token would go along to wherever it leads, and a POST would become a GET.
        """
        if 300 <= answer.status_code < 400:
            raise ServiceError(f"{self._url} sends elsewhere; correct --url: https, or another address")
        if answer.status_code >= 400:
            try:
                answer.content  # noqa: B018 -- reads it
            except RequestException:
                raise self._refusal(answer.status_code, None) from None

    def _is_none(self) -> Never:
        raise ServiceError(
            f"what answers at {self._url} is no Grafana; correct --url, with the path that Grafana is served under"
        )

    def _silence(self, reason: BaseException) -> ServiceError:
        if isinstance(reason, OSError):
            return ServiceError(
                f"Grafana at {self._url} is not reachable ({describe_failure(reason)}); start it, or correct --url"
            )
        return ServiceError(  # no HTTP, cut off, or an address that is none
            f"nothing that can be read comes from {self._url} ({describe_failure(reason)}); correct --url, "
            "or push again"
        )

    def _refusal(self, status: int, answer: object) -> ServiceError:
        said = answer["message"] if isinstance(answer, dict) and "message" in answer else "no reason given"
        if status == 401:
            return ServiceError(
                f"Grafana at {self._url} refuses the token ({said}); make a service account of the role Admin and "
                "write its token to the file that --token-file names"
            )
        if status == 403:
            return ForbiddenError(
                f"the token may not do this at {self._url} ({said}); give its service account the role Admin, or "
                "Editor and leave out --influxdb-token-file where the data sources are there"
            )
        if status in (409, 412):
            return ServiceError(
                f"Grafana at {self._url} has something else of that name ({said}); rename that, then push again"
            )
        return ServiceError(f"Grafana at {self._url} answered {status}: {said}; look at its log")
