"""References lead somewhere: what docstrings, comments and pages name of this project's modules and files."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOTS = "models|stream|evaluation|soak|benchmarks|tests"
DOTTED = re.compile(rf"(?<![\w./-])(?:{ROOTS})\.[a-z_]\w*(?:\.[A-Za-z_]\w*)+")
PATH = re.compile(rf"(?<![\w./-])(?:{ROOTS})/[\w*./-]*[\w*]")
MODULE = re.compile(r"`((?:models|stream)\.[a-z_]\w*)`")
"""A module or room named by itself."""
WITHIN_MODELS = re.compile(r"`(\w+)\.([a-z_]\w*)`")
"""A module of `models` named by its room alone, which nobody finds."""
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
HISTORY = {"docs/CHANGELOG.md", "CHANGELOG.md"}
"""Pages that tell what was: names of then stand there."""

ROOMS = sorted(path.name for path in (ROOT / "models").iterdir() if path.is_dir())


def listed(pattern: str) -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in found if (ROOT / name).exists()]


SOURCES = sorted({name.split("/")[0] for name in listed("*.py") if "/" in name})
PAGES = [name for name in listed("*.md") if name not in HISTORY]


def prose_of(source: str) -> Iterator[str]:
    """Give docstrings, strings below constants, and comments."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


@cache
def names_in(module: Path) -> set[str]:
    """Give what a module holds at its top, imported or defined there."""
    names: set[str] = set()
    for node in ast.parse(module.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
            case ast.Assign() | ast.AnnAssign():
                names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            case _:
                pass
    return names


def is_there(dotted: str) -> bool:
    """Whether a dotted name leads to a module, or to something that a module holds."""
    parts = dotted.split(".")
    for size in range(len(parts), 0, -1):
        stem = ROOT.joinpath(*parts[:size])
        module = stem.with_suffix(".py") if stem.with_suffix(".py").is_file() else stem / "__init__.py"
        if module.is_file():
            return size == len(parts) or parts[size] in names_in(module)
    return False


def missing_in(text: str) -> list[str]:
    """Give the names in a text that lead nowhere."""
    dotted = [name for name in [*DOTTED.findall(text), *MODULE.findall(text)] if not is_there(name)]
    paths = [name for name in PATH.findall(text) if not any(ROOT.glob(name))]
    return dotted + paths


def test_a_name_that_leads_nowhere_would_be_found():
    good = "See models.fold.step, `stream.kafka.client`, models/machinery/packs/*.toml, and tests/test_docs.py."
    assert missing_in(good) == []
    bad = "See models.condition.spread, models.fold.stop, `stream.outbox` and stream/vitals/monitor.py."
    assert missing_in(bad) == [
        "models.condition.spread",
        "models.fold.stop",
        "stream.outbox",
        "stream/vitals/monitor.py",
    ]


@pytest.mark.parametrize("folder", SOURCES)
def test_what_sources_name_is_there(folder: str):
    wrong = {
        name: missing
        for name in listed(f"{folder}/*.py")
        if (missing := [each for text in prose_of((ROOT / name).read_text("utf-8")) for each in missing_in(text)])
    }
    assert wrong == {}


def test_modules_of_models_are_named_from_the_root():
    wrong = {
        f"{name}: {room}.{module}"
        for name in listed("models/*.py")
        for text in prose_of((ROOT / name).read_text("utf-8"))
        for room, module in WITHIN_MODELS.findall(text)
        if room in ROOMS
    }
    assert wrong == set()


@pytest.mark.parametrize("name", PAGES)
def test_what_pages_name_is_there(name: str):
    text = " ".join(INLINE.findall((ROOT / name).read_text("utf-8")))
    assert missing_in(text) == []
