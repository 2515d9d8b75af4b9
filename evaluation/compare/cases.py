"""The outputs that are compared, each a name and how a revision makes it."""

import json
from collections.abc import Callable

import msgspec

from evaluation.compare.inputs import LIVES, PLANT, WAVEFORMS, missing
from evaluation.compare.revisions import Revision
from stream.cli.main import COMMANDS

__all__ = ["Case", "cases"]


class Case(msgspec.Struct, frozen=True):
    """One output; one that is not binding may differ, and is told as news."""

    name: str
    made_by: Callable[[Revision], bytes]
    binding: bool = True


_SETTINGS_PAGES = ("stream.config.settings_page", "stream.settings")
"""Modules that print the table of settings, here or there."""


def cases() -> list[Case]:
    """Give all that can be made here."""
    real = not missing()
    replays = {file: ("--learn", "2h") for file in LIVES if file.startswith("Bearing")} if real else {}
    replays |= {file: ("--learn", "400s") for file in LIVES if file.startswith("skab")} if real else {}
    replays |= {"plant.jsonl": ("--machines", "plant.toml"), "actions.jsonl": ("--machines", "machines.toml")}
    found = [
        Case(f"replay {file}", _stethos("replay", file, *options, "--json")) for file, options in replays.items()
    ]
    found.append(Case("replay as text", _stethos("replay", "actions.jsonl", "--machines", "machines.toml")))
    found += [
        Case(f"analyze {each.file}", _stethos("analyze", each.file, *each.options, "--json"))
        for each in WAVEFORMS
        if real or not each.source
    ]
    found.append(
        Case("analyze as text", _stethos("analyze", "made.csv", *_options("made.csv"), "--language", "zh"))
    )
    found += [
        Case("simulate plant", _stethos("simulate", *PLANT, "--duration", "20m", "--output", "-")),
        Case("bearings", _stethos("bearings", "6205", "--speed", "1480", "--json")),
        *(Case(f"packs {kind}", _stethos("packs", kind, "--json")) for kind in ("pump", "motor", "fan")),
        Case("settings", _settings),
        Case("dashboards", _dashboards),
    ]
    return [*found, *(Case(f"{name} --help", _stethos(name, "--help"), binding=False) for name in COMMANDS)]


def _options(file: str) -> tuple[str, ...]:
    return next(each.options for each in WAVEFORMS if each.file == file)


def _stethos(*arguments: str) -> Callable[[Revision], bytes]:
    return lambda revision: revision.run(*arguments)


def _settings(revision: Revision) -> bytes:
    """Give the rows of the table of settings."""
    module = next(name for name in _SETTINGS_PAGES if (revision.tree / f"{name.replace('.', '/')}.py").is_file())
    rows = revision.python("-m", module).splitlines(keepends=True)
    return b"".join(row for row in rows if row.startswith(b"|"))


def _dashboards(revision: Revision) -> bytes:
    """Give the dashboards a line each, as they lie in the tree, which tests hold to the code."""
    files = sorted((revision.tree / "grafana" / "dashboards").glob("*.json"))
    return b"".join(json.dumps([file.name, json.loads(file.read_bytes())]).encode() + b"\n" for file in files)
