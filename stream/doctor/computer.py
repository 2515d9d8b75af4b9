"""The computer it runs on: versions and free disk."""

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, warning, wrong

__all__ = ["check_disk", "check_space", "check_versions"]

_PYTHON = ((3, 11), (3, 14))
_GIB = 1024**3
_FULL_BYTES, _TIGHT_BYTES, _TIGHT_SHARE = 1 * _GIB, 10 * _GIB, 0.1

Usage = Callable[[Path], tuple[int, int, int]]
"""Gives total, used and free bytes of the disk that a path is on, as `shutil.disk_usage` does."""


def check_versions(
    installed: Callable[[str], str] = version, python: tuple[int, int] = sys.version_info[:2]
) -> Iterator[CheckResult]:
    """See that Python and the libraries are ones that this version was made for."""
    number = ".".join(map(str, python))
    if not _PYTHON[0] <= python < _PYTHON[1]:
        yield wrong("versions", f"Python is {number}", "use Python 3.11, 3.12 or 3.13")
    others = []
    for requirement in map(Requirement, requires("stethos") or ()):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            present = installed(requirement.name)
        except PackageNotFoundError:
            others.append(f"{requirement.name} is missing (needs {requirement.specifier})")
            continue
        if not requirement.specifier.contains(present, prereleases=True):
            others.append(f"{requirement.name} is {present} (needs {requirement.specifier})")
    if others:
        yield wrong("versions", "; ".join(others), "install Stethos anew in an environment of its own")
    else:
        yield good("versions", f"Stethos {version('stethos')} on Python {number}, libraries as they should be")


def check_disk(settings: Settings, usage: Usage = shutil.disk_usage) -> Iterator[CheckResult]:
    """See that there is room where this computer writes."""
    path = settings.sqlite.path if settings.store == "sqlite" else Path()
    while not path.exists():
        path = path.parent
    total, _, free = usage(path)
    yield check_space("disk", f"the disk of {path.resolve()}", total, free)


def check_space(area: str, place: str, total: int, free: int) -> CheckResult:
    """Judge the free bytes of a disk."""
    space = f"{place} has {free / _GIB:.1f} GiB of {total / _GIB:.1f} GiB free"
    if free < _FULL_BYTES:
        return wrong(area, space, "free some space, or move the data to a larger disk")
    if free < _TIGHT_BYTES and free < _TIGHT_SHARE * total:
        return warning(area, space, "plan for a larger disk, or keep rows for a shorter time (docs/operations.md)")
    return good(area, space)
