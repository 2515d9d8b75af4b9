"""What pages promise: commands exist, examples are good, links lead somewhere, and what is quick really runs."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from graphlib import CycleError
from pathlib import Path
from typing import NamedTuple

import pytest
import typer.main

from docs.rooms import PAGE, reduced, with_rooms
from stream.cli.main import app
from stream.config.bearings import load_catalogue
from stream.config.machines import load_machines
from stream.config.packs import load_packs
from stream.config.scenarios import load_scenario
from stream.config.settings import Settings
from stream.config.thresholds import load_thresholds
from stream.config.toml import read_toml
from stream.messages.measurements import decode
from tests.services.workers import STETHOS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: (path.parent != ROOT, str(path))
)
NAMES = [str(path.relative_to(ROOT)) for path in PAGES]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"\bSTETHOS_[A-Z_]+")
PROMPT = re.compile(r"^\$ ", re.MULTILINE)

NEITHER_SETTING = {"STETHOS_SETTINGS", "STETHOS_DATA", "STETHOS_CACHE", "STETHOS_"}
"""Variables that are no settings: which file holds those, and what only tests read."""


class Block(NamedTuple):
    kind: str
    text: str


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str) -> list[Block]:
    return [Block(kind, text) for kind, text in FENCE.findall(text_of(name))]


def shell_lines(name: str) -> Iterator[str]:
    for block in blocks(name):
        if block.kind in ("sh", "console"):
            yield from (line for line in PROMPT.sub("", block.text).splitlines() if line.strip())


def commands(name: str, program: str) -> Iterator[list[str]]:
    """Give the arguments of every call of a program, in shell blocks and in running text."""
    calls = [*shell_lines(name), *(text for text in INLINE.findall(text_of(name)) if f"{program} " in text)]
    for call in calls:
        lexer = shlex.shlex(call.replace("…", " "), posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for token in [*lexer, ";"]:
            if not set(token) <= set("|&;<>()"):
                words.append(token)
                continue
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words and Path(words[0]).name == program:
                yield words[1:]
            words = []


def check_call(arguments: list[str]) -> None:
    """Follow the command line as typer would, without the files that it names; fails where an option is unknown."""
    command, context = typer.main.get_command(app), None
    while True:
        context = command.make_context("stethos", [], parent=context, resilient_parsing=True)
        context.resilient_parsing = False  # it was for what is missing; what is wrong shall be told
        options, rest, _ = command.make_parser(context).parse_args(list(arguments))
        assert options is not None
        if not hasattr(command, "get_command") or not rest:
            return
        name, arguments = rest[0], list(rest[1:])
        command = command.get_command(context, name)
        assert command is not None, f"there is no command {name}"


@pytest.mark.parametrize("name", NAMES)
def test_every_stethos_command_and_option_exists(name: str):
    for arguments in commands(name, "stethos"):
        check_call(arguments)


def test_a_wrong_command_or_option_would_be_found():
    for arguments in (["nope"], ["influx", "nope"]):
        with pytest.raises(AssertionError):
            check_call(arguments)
    for arguments in (["replay", "--nope"], ["record", "--output"]):
        with pytest.raises(Exception, match=r"(?i)no such option|requires an argument"):
            check_call(arguments)
    assert list(commands("README.md", "stethos")).count(["influx", "setup"]) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_exists(name: str):
    targets = set(re.findall(r"^([a-z]+):.*## ", text_of("Makefile"), re.MULTILINE))
    assert "demo" in targets
    for arguments in commands(name, "make"):
        assert next(word for word in arguments if "=" not in word and not word.startswith("-")) in targets


@pytest.mark.parametrize("name", NAMES)
def test_links_and_pictures_lead_somewhere(name: str):
    for link in LINK.findall(FENCE.sub("", text_of(name))):
        if re.match(r"https?://", link):
            continue
        target, _, anchor = link.partition("#")
        path = (ROOT / name).parent / target if target else ROOT / name
        assert path.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_paths_of_the_project_that_are_named_are_there(name: str):
    if name == "CHANGELOG.md":
        return  # it tells of what was, too
    for text in INLINE.findall(FENCE.sub("", text_of(name))):
        if re.fullmatch(r"(models|stream|tests|docs|grafana|benchmarks|\.ci)/[\w./-]*", text):
            assert (ROOT / text).exists(), text


@pytest.mark.parametrize("name", NAMES)
def test_variables_are_settings(name: str):
    for variable in set(VARIABLE.findall(text_of(name))) - NEITHER_SETTING:
        section, _, key = variable.removeprefix("STETHOS_").lower().partition("__")
        assert section in Settings.model_fields, variable
        if key and section != "thresholds":
            assert key in Settings.model_fields[section].annotation.model_fields, variable


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_good(name: str, tmp_path: Path):
    for kind, text in blocks(name):
        if kind == "python":
            compile(text, name, "exec")
        elif kind == "json":
            assert decode(text.encode()).machine == json.loads(text)["machine"]
        elif kind == "toml":
            check_toml(text, tmp_path)


def check_toml(text: str, folder: Path) -> None:
    """Read an example as the product would; its first line, a comment, names the file."""
    file = folder / re.match(r"# (\S+\.toml)\n", text)[1]
    file.write_text(text, "utf-8")
    match file.name:
        case "machines.toml":
            assert load_machines(file).machines
        case "stethos.toml":
            assert Settings(**read_toml(file))
        case "bearings.toml":
            assert load_catalogue(file).entries[0].source
        case "packs.toml":
            assert load_packs(file).find("冲床").id == "press"
        case "scenario.toml":
            assert load_scenario(str(file)).machines
        case _:
            assert load_thresholds(file)


def test_the_rooms_of_the_page_are_those_of_the_code():
    page = PAGE.read_text("utf-8")
    assert [kind for kind, _ in blocks("docs/architecture.md")].count("mermaid") == 3
    assert with_rooms(page) == page, "`make docs` draws them again"
    missing = page.replace("    app --> agents\n", "")
    assert missing != page
    assert with_rooms(missing) == page


def test_an_arrow_that_a_longer_way_says_is_not_drawn():
    arrows = reduced({"a": frozenset("bcd"), "b": frozenset("c"), "c": frozenset(), "d": frozenset()})
    assert arrows == {"a": frozenset("bd"), "b": frozenset("c"), "c": frozenset(), "d": frozenset()}
    with pytest.raises(CycleError):
        reduced({"a": frozenset("b"), "b": frozenset("a")})


WITHOUT_A_SERVER = re.compile(
    r"stethos (replay run|analyze run|bearings|simulate --(output|machines|list)|--help|--version|\S+ --help)"
)


@pytest.mark.slow
def test_the_readmes_commands_that_need_no_server_run_one_after_the_other(tmp_path: Path):
    for kind, text in blocks("README.md"):
        if kind == "toml" and (found := re.match(r"# (stricter\.toml)\n", text)):
            (tmp_path / found[1]).write_text(text, "utf-8")
    environment = {**os.environ, "PATH": f"{Path(STETHOS).parent}:{os.environ['PATH']}"}
    lines = [line for line in shell_lines("README.md") if WITHOUT_A_SERVER.match(line)]
    assert len(lines) >= 4
    for line in lines:
        done = subprocess.run(  # noqa: PLW1510 -- asserted below, with what was said
            line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
    judged = [json.loads(line) for line in (tmp_path / "judged.jsonl").read_text().splitlines()]
    assert judged[-1]["type"] == "summary"
    assert judged[-1]["machines"]["P-101"]["status"] == "critical"


@pytest.mark.slow
def test_the_commands_of_the_page_about_analyze_run_and_name_what_it_says(tmp_path: Path):
    for kind, text in blocks("docs/analyze.md"):
        if kind == "toml":
            check_toml(text, tmp_path)
    environment = {**os.environ, "PATH": f"{Path(STETHOS).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    told = {}
    lines = [line for kind, text in blocks("docs/analyze.md") if kind == "sh" for line in text.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        done = subprocess.run(  # noqa: PLW1510 -- asserted below, with what was said
            line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
        told[line] = done.stdout
    pump, gearbox = (next(said for line, said in told.items() if name in line) for name in ("P-101", "G-401"))
    assert "Damaged outer race of the bearing" in pump
    assert "Healthy: nothing found" in gearbox
    for name in ("pump.png", "gearbox.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
