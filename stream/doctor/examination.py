"""The whole examination: all checks in their order; one that an earlier one makes impossible is named as such."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from models.errors import StethosError
from stream.config.settings import Settings, load_settings
from stream.doctor.brokers import check_brokers
from stream.doctor.check_result import CheckResult, skipped, wrong
from stream.doctor.clocks import check_clocks
from stream.doctor.computer import Usage, check_disk, check_versions
from stream.doctor.files import check_files, check_sources
from stream.doctor.groups import check_groups
from stream.doctor.influxdb import check_influxdb
from stream.doctor.intake import check_intake
from stream.doctor.page import check_page
from stream.doctor.probes import check_probes
from stream.doctor.sqlite import check_sqlite

__all__ = ["examine"]


def examine(
    path: Path | None = None,
    *,
    clock: Callable[[], float] = time.time,
    usage: Usage = shutil.disk_usage,
) -> Iterator[CheckResult]:
    """Look at everything; results come as they are made, over a few seconds."""
    yield from check_versions()
    try:
        settings = load_settings(path)
    except StethosError as error:
        yield wrong("settings", str(error))
        yield skipped("broker", "not looked at: the settings come first")
        yield skipped("store", "not looked at: the settings come first")
        return
    yield from check_sources(path)
    yield from check_files(settings, path)
    yield from check_disk(settings, usage)
    at_work = False
    for result in check_brokers(settings, clock):
        at_work = at_work or (result.area == "workers" and result.state == "good")
        yield result
    yield from _store(settings, clock, at_work=at_work)
    yield from check_intake(settings, clock)
    yield from check_clocks(settings)
    yield from check_groups(settings, clock)
    yield from check_probes(settings, clock)
    yield from check_page(settings.web)


def _store(settings: Settings, clock: Callable[[], float], *, at_work: bool) -> Iterator[CheckResult]:
    if settings.store == "influxdb":
        yield from check_influxdb(settings.influxdb, clock)
    else:
        yield from check_sqlite(settings.sqlite.path, at_work=at_work)
