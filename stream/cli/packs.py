"""`stethos packs`: what is known of a kind of machine: what matters, limits with their source, faults, checks."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.bilingual import Bilingual
from stream.cli.terminal import AsJson, SettingsFile

if TYPE_CHECKING:
    from models.bilingual import Language
    from models.machinery.kinds import Packs
    from models.machinery.pack import Pack, Text, Zones

__all__ = ["OwnPacks", "pack_of", "packs"]

OwnPacks = Annotated[
    Path | None, typer.Option("--packs", metavar="PATH", help="Your own packs, file or folder; else the settings'.")
]

_GENERAL_ZONES = Bilingual(
    "the zones of ISO 20816-3, by power and mounting", "按功率和安装方式采用 ISO 20816-3 的等级"
)
_MOUNTINGS = {"rigid": Bilingual("rigid", "刚性"), "flexible": Bilingual("flexible", "柔性")}


def packs(
    kind: Annotated[str, typer.Argument(help="Kind of machine, as `kind` in machines.toml; all without it.")] = "",
    *,
    own: OwnPacks = None,
    chinese: Annotated[bool, typer.Option("--zh", help="In Chinese.")] = False,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Show the packs: what is known of pumps, fans, motors, gear units, compressors, spindles, and your own kinds.

    A machine's `kind` in machines.toml picks its pack. Every limit names its source; what no source gives for sure
    is left out and says why.

    For example:

      stethos packs: the kinds and their other names

      stethos packs pump

      stethos packs 风机 --zh

      stethos packs motor --json: as a pack is written, to begin one of your own
    """
    import msgspec  # noqa: PLC0415 -- keeps --help quick

    from stream.config.packs import load_packs  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    known = load_packs(own or load_settings(settings_file).packs)
    found = _matching(known, kind)
    if as_json:
        for pack in found:
            sys.stdout.buffer.write(msgspec.json.encode(pack) + b"\n")
    elif kind.strip():
        _show(found[0], "zh" if chinese else "en")
    else:
        _list(found, "zh" if chinese else "en")


def _matching(known: "Packs", kind: str) -> "tuple[Pack, ...]":
    return (pack_of(known, kind, hint="KIND"),) if kind.strip() else known.packs


def pack_of(known: "Packs", kind: str, *, hint: str) -> "Pack":
    """Give the pack for a kind; one that no pack knows is wrong usage."""
    pack = known.find(kind)
    if pack is None:
        there_are = ", ".join(pack.id for pack in known.packs)
        raise typer.BadParameter(
            f"there is no pack for {kind.strip()[:40]!r}; there are {there_are}. A machine of another kind is "
            "judged by its own past; docs/packs.md tells how to write a pack",
            param_hint=hint,
        )
    return pack


def _list(found: "tuple[Pack, ...]", language: "Language") -> None:
    from rich.console import Console  # noqa: PLC0415 -- keeps --help quick
    from rich.table import Table  # noqa: PLC0415 -- keeps --help quick
    from rich.text import Text as Styled  # noqa: PLC0415 -- keeps --help quick

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("kind", "what it is", "also called"):
        table.add_column(column, overflow="fold")
    for pack in found:
        table.add_row(Styled(pack.id), Styled(pack.name.plain(language)), Styled(", ".join(pack.kinds)))
    Console().print(table)


def _show(pack: "Pack", language: "Language") -> None:
    from rich.console import Console  # noqa: PLC0415 -- keeps --help quick
    from rich.text import Text as Styled  # noqa: PLC0415 -- keeps --help quick

    from models.texts.pack_labels import matter_label  # noqa: PLC0415 -- keeps --help quick

    console = Console(highlight=False)

    def say(text: "Text") -> str:
        return text.plain(language)

    def part(title: Bilingual, lines: list[str]) -> None:
        if lines:
            console.print(Styled(f"\n{title.plain(language)}", style="bold"))
        for line in lines:
            console.print(Styled(f"  {line}"))

    console.print(Styled.assemble((pack.id, "bold"), f"  {say(pack.name)}. {say(pack.scope)}"))
    part(
        Bilingual("What matters", "关注指标"),
        [f"{matter_label(each).plain(language)}: {say(each.why)}" for each in pack.matters],
    )
    part(
        Bilingual("Categories (category in machines.toml)", "类别（machines.toml 中的 category）"),
        [f"{each.id}: {say(each.meaning)}" for each in pack.categories],
    )
    part(Bilingual("Limits", "限值"), _limits(pack, language))
    part(Bilingual("Where to look first", "首先检查"), [say(text) for text in pack.look.values()])
    part(
        Bilingual("Likely faults, the commonest first", "常见故障（按常见程度）"),
        [f"{say(each.name)}: {say(each.sign)} -> {say(each.check)}" for each in pack.faults],
    )
    part(Bilingual("Good to know", "运行提示"), [say(note) for note in pack.notes])
    part(
        Bilingual("Left out", "未采用的限值"), [f"{each.name(language)}: {say(each.why)}" for each in pack.left_out]
    )


def _limits(pack: "Pack", language: "Language") -> list[str]:
    lines = []
    for zones in pack.zones:
        if zones.mm_s is None:
            lines.append(f"{_when(zones, language)}: {_GENERAL_ZONES.plain(language)}")
        else:
            numbers = " / ".join(f"{limit:g}" for limit in zones.mm_s)
            lines.append(f"{_when(zones, language)}: A/B, B/C, C/D {numbers} mm/s RMS ({zones.source})")
    if pack.bearing_temperature:
        warm = pack.bearing_temperature
        bearing = Bilingual("rolling bearing", "滚动轴承").plain(language)
        unless = Bilingual("unless temperature_limit_c is given", "另有 temperature_limit_c 时除外").plain(language)
        lines.append(f"{bearing} {warm.limit_c:g} °C, {unless} ({warm.source})")
    return lines


def _when(zones: "Zones", language: "Language") -> str:
    """Say for which machines zones are, in the words of machines.toml."""
    category = Bilingual("category", "类别").plain(language)
    above, up_to = Bilingual("above", "大于").plain(language), Bilingual("up to", "不大于").plain(language)
    parts = [
        f"{category} {zones.category}" if zones.category else "",
        _MOUNTINGS[zones.mounting].plain(language) if zones.mounting else "",
        f"{above} {zones.above_kw:g} kW" if zones.above_kw is not None else "",
        f"{up_to} {zones.up_to_kw:g} kW" if zones.up_to_kw is not None else "",
        f"{above} {zones.above_rpm:g} rpm" if zones.above_rpm is not None else "",
    ]
    return ", ".join(part for part in parts if part) or Bilingual("else", "其他").plain(language)
