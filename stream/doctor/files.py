"""The files that settings come from and name: which were read, which lie about unread, and what they describe."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from models.errors import ConfigurationError
from stream.config.machines import Fleet, load_fleet
from stream.config.settings import Settings, settings_file
from stream.config.settings_errors import FILE_VARIABLE, PREFIX
from stream.doctor.check_result import CheckResult, good, warning, wrong

__all__ = ["check_files", "check_sources"]

USUAL_FILE = Path("/etc/stethos/stethos.toml")
"""Where docs/operations.md puts it, and the units look for it."""

_MACHINES: Path = Settings.model_fields["machines"].default


def check_sources(path: Path | None = None) -> Iterator[CheckResult]:
    """Tell which settings file was read and which variables stand above it, and of files that were passed over."""
    file, named = settings_file(path)
    names = sorted(name for name in os.environ if name.startswith(PREFIX) and name != FILE_VARIABLE)
    above = f"; above {'it' if file.exists() else 'them'} {', '.join(names)}" if names else ""
    yield good("settings", f"{_full(file) if file.exists() else 'no settings file, so defaults'}{above}")
    others = {Path("stethos.toml"): "lies in this folder", USUAL_FILE: "is there"}
    if variable := os.environ.get(FILE_VARIABLE):
        others[Path(variable)] = f"is what {FILE_VARIABLE} names"
    for other, what in others.items():
        passed_over = other.exists() and not _same(other, file)
        if passed_over and (other != USUAL_FILE or not named):
            yield warning(
                "settings",
                f"{_full(other)} {what}, but {_full(file) if file.exists() else 'no file'} is read",
                f"keep one of them; {FILE_VARIABLE} names the one to read, for workers, page and commands alike",
            )


def check_files(settings: Settings, path: Path | None = None) -> Iterator[CheckResult]:
    """Read the machines and what belongs to them; see that the token's file is for its owner alone."""
    try:
        fleet = load_fleet(settings)
    except ConfigurationError as error:
        yield wrong("machines", str(error))
    else:
        yield from _unknown_bearings(fleet)
        yield _described(settings, fleet, settings_file(path)[0])
    yield from _unread_machines(settings, settings_file(path)[0])
    yield from _token(settings)


def _described(settings: Settings, fleet: Fleet, file: Path) -> CheckResult:
    """Count the machines; that there are none is fine only where nobody has begun to describe anything."""
    machines, count = settings.machines, len(fleet.machines)
    besides = "".join(
        f"; {what} of {_full(each)}"
        for what, each in (("bearings", settings.catalogue), ("packs", settings.packs))
        if each is not None
    )
    told = f"{_full(machines)}: {count} machine{'' if count == 1 else 's'} described{besides}"
    if count:
        return good("machines", told)
    if settings.limits.unknown_machines == "refuse":
        return wrong(
            "machines",
            f"{told}, and unknown_machines is refuse: all that comes is put aside",
            'describe the machines there, or set unknown_machines = "accept" in [limits]; restart the workers',
        )
    if machines.exists():
        return warning(
            "machines",
            f"{told}, so each is judged by its own past alone",
            "describe them there, a [[machine]] table each (README.md has one), and restart workers and page",
        )
    begun = file.exists()
    missing = _full(file).parent / _MACHINES if begun and machines == _MACHINES else _full(machines)
    alone = f"no {missing}: each machine is judged by its own past alone"
    if machines == _MACHINES and not begun:
        return good("machines", f"{alone}{besides}")
    return warning("machines", f"{alone}{besides}", "describe them in that file, or name another as `machines`")


def _unknown_bearings(fleet: Fleet) -> Iterator[CheckResult]:
    unknown = [
        f"{machine.id} {point}: {bearing}"
        for machine in fleet.machines.values()
        for point, bearing in machine.bearings.items()
        if point not in fleet.orders.get(machine.id, {})
    ]
    if unknown:
        yield warning(
            "machines",
            f"bearings that no catalogue has, so that their faults cannot be named: {', '.join(unknown)}",
            "see `stethos bearings`; write their geometry, or a catalogue of your own",
        )


def _unread_machines(settings: Settings, file: Path) -> Iterator[CheckResult]:
    """Tell of machines that somebody may believe in: here, or beside the settings, while another file is read."""
    places = {_full(_MACHINES): "lies in this folder"}
    if file.exists():
        places[_full(file).parent / _MACHINES] = "lies beside the settings"
    for place, what in places.items():
        if place.exists() and not _same(place, settings.machines):
            yield warning(
                "machines",
                f"{place} {what}, but {_full(settings.machines)} is read",
                "keep one of them; `machines` (STETHOS_MACHINES) names it, or it is the one beside the settings",
            )


def _token(settings: Settings) -> Iterator[CheckResult]:
    file = settings.influxdb.token_file
    if settings.store != "influxdb" or file is None or not file.exists():
        return  # without a token the store's own check has the word
    if stat.S_IMODE(file.stat().st_mode) & stat.S_IROTH:
        yield warning("settings", f"everybody on this computer may read {file}", f"chmod o-rwx {file}")
    else:
        yield good("settings", f"token from {_full(file)}")


def _full(path: Path) -> Path:
    """Give a path as it is found from anywhere; links in it stay, as people know the file by them."""
    return Path(os.path.abspath(path))  # noqa: PTH100 -- pathlib would follow links, or leave ".." in it


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
