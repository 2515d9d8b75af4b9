"""The workers: how many there are, whether they work by the same settings, and how much waits for them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.errors import StethosError
from stream.config.machines import load_fleet
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, warning, wrong
from stream.kafka.coordinator import once_there
from stream.kafka.groups import FAUST_GROUP, WorkerIdentity, parse_client_id, worker_identity

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

__all__ = ["check_workers", "compared"]

_ASPECTS = {
    "version": ("run different versions", "upgrade all of them"),
    "judgement_digest": (
        "judge by different machines, thresholds, learning or limits",
        "give all the same machines.toml, [thresholds], [learning] and [limits], and restart them",
    ),
    "storage_digest": ("keep results in different places", "give all the same store, [influxdb] and partitions"),
}


def check_workers(admin: "KafkaAdminClient", settings: Settings) -> Iterator[CheckResult]:
    """Look at the members of the workers' group."""
    members = once_there(lambda: list(admin.describe_groups([FAUST_GROUP])[FAUST_GROUP]["members"] or ()))
    workers = [
        (f"{member['client_host'].lstrip('/')} ({member['client_id']})", parse_client_id(member["client_id"]))
        for member in members
    ]
    try:
        own = worker_identity(settings, load_fleet(settings))
    except StethosError:
        own = None  # told where the machines are looked at
    yield from compared(workers, own, partitions=settings.partitions)


def compared(
    workers: list[tuple[str, WorkerIdentity | None]], own: WorkerIdentity | None, *, partitions: int
) -> Iterator[CheckResult]:
    """Compare the workers with each other and with the settings here; each comes with the place where it is."""
    if not workers:
        yield warning(
            "workers",
            "none is at work",
            "start one: `stethos worker`, as a service `systemctl start stethos-worker@1`",
        )
        return
    strangers = [place for place, identity in workers if identity is None]
    known = [(place, identity) for place, identity in workers if identity is not None]
    results = [*_of_other_versions(strangers), *_unlike(known, own)]
    yield from results
    if len(workers) > partitions:
        yield warning(
            "workers",
            f"{len(workers)} share {partitions} partitions, so some have nothing to do",
            "run fewer of them",
        )
    if not any(result.state == "wrong" for result in results):
        yield good("workers", f"{len(workers)} at work, by the same settings")


def _of_other_versions(places: list[str]) -> Iterator[CheckResult]:
    if places:
        yield wrong(
            "workers",
            f"{', '.join(places)}: not a worker of this version in the group {FAUST_GROUP!r}",
            "upgrade it, or end it",
        )


def _unlike(known: list[tuple[str, WorkerIdentity]], own: WorkerIdentity | None) -> Iterator[CheckResult]:
    """Tell in what the workers differ from each other, and where they don't, in what they do from here."""
    for aspect, (what, fix) in _ASPECTS.items():
        places_of: dict[str, list[str]] = defaultdict(list)
        for place, identity in known:
            places_of[getattr(identity, aspect)].append(place)
        if len(places_of) > 1:
            who = " / ".join(f"{value} at {', '.join(places)}" for value, places in sorted(places_of.items()))
            yield wrong("workers", f"they {what}: {who}", fix)
        elif own is not None and known and getattr(own, aspect) not in places_of:
            yield warning(
                "workers",
                f"they {what} than the settings read here",
                "restart the workers if the settings were changed; else run this where they run",
            )
