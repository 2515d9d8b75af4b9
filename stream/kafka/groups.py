"""The consumer groups of the workers, and how each worker says there which settings it works by.

Kafka tells who is in a group, each with a client id, so that is where a worker writes its version and a digest of
what all workers must have in common: `stethos doctor` reads it there, and it is gone when the worker is.
"""

import hashlib
import re
from importlib.metadata import version

import msgspec

from models.fold import STATE_VERSION
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.config.settings_sections import Limits
from stream.messages.topics import INPUTS, OBSERVATIONS

__all__ = [
    "AGENT_OF",
    "CONDITION_AGENT",
    "FAUST_GROUP",
    "STORAGE_AGENT",
    "STORAGE_GROUP",
    "WorkerIdentity",
    "parse_client_id",
    "worker_identity",
]

FAUST_GROUP = "stethos"
STORAGE_GROUP = "stethos-storage"

CONDITION_AGENT, STORAGE_AGENT = "condition", "storage"

AGENT_OF = {**{topic: f"{topic}-indicators" for topic in INPUTS}, OBSERVATIONS: CONDITION_AGENT}
"""Which agent acknowledges which topic; all others are the storage agent's."""

_CLIENT_ID = re.compile(r"stethos_([\w.+]+)_([0-9a-f]{8})_([0-9a-f]{8})")


class WorkerIdentity(msgspec.Struct, frozen=True):
    """What a worker works by: its version, and digests of how it judges and where it keeps results."""

    version: str
    judgement_digest: str
    """Of machines, thresholds, learning, limits and the version of the state."""
    storage_digest: str
    """Of partitions and the store."""

    def client_id(self) -> str:
        """Give the name under which the worker is seen in its groups."""
        return f"stethos_{self.version}_{self.judgement_digest}_{self.storage_digest}"


def worker_identity(settings: Settings, fleet: Fleet) -> WorkerIdentity:
    """Give the identity of a worker with these settings; addresses of the broker and secrets are no part of it."""
    influxdb = settings.influxdb
    store = (
        (influxdb.org, influxdb.bucket, influxdb.bucket_raw, influxdb.bucket_spectra)
        if settings.store == "influxdb"
        else (str(settings.sqlite.path.resolve()),)
    )
    machines = {name: fleet.configuration(name) for name in sorted(fleet.machines)}
    # Without limits of one's own the digest is the one that workers before 0.1.1 have.
    limits = () if settings.limits == Limits() else (settings.limits.model_dump(),)
    aliases = (dict(fleet.aliases),) if fleet.aliases else ()
    return WorkerIdentity(
        re.sub(r"[^\w.+]", "", version("stethos")),
        _digest((STATE_VERSION, machines, fleet.thresholds, fleet.learning, *limits, *aliases)),
        _digest((settings.partitions, settings.store, store)),
    )


def parse_client_id(client_id: str) -> WorkerIdentity | None:
    """Read an identity back; None where the member of the group is no worker of a version that has one.

    >>> parse_client_id("stethos_0.1.0_0123abcd_89ef0123-1f2e")
    WorkerIdentity(version='0.1.0', judgement_digest='0123abcd', storage_digest='89ef0123')
    >>> parse_client_id("aiokafka-0.14.0")
    """
    match = _CLIENT_ID.match(client_id)
    return WorkerIdentity(*match.groups()) if match else None


def _digest(what: object) -> str:
    return hashlib.sha256(msgspec.json.encode(what, order="deterministic")).hexdigest()[:8]
