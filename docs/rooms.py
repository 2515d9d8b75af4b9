# ruff: noqa: INP001 -- a script beside the page it writes in, no package
"""Rooms of the code and what they import, as pictures and tables in `docs/architecture.md`: `python -m docs.rooms`.

An arrow says "imports". One that follows from others is left out (the transitive reduction), so that what is not
drawn is either a longer way down or no import at all. What lives in a room is the first line of its docstring.
"""

import ast
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

__all__ = ["PAGE", "reduced", "room_graph", "with_rooms"]

PAGE = Path(__file__).with_name("architecture.md")

_ROOT = PAGE.parents[1]
_PART = re.compile(r"(<!-- rooms of (\S+) -->\n).*?(<!-- end of rooms -->)", re.DOTALL)
_BLOCK = re.compile(r"\(ISO 13374 (\w+)\)")

Graph = Mapping[str, frozenset[str]]


def with_rooms(page: str) -> str:
    """Give the page with pictures and tables of the code as it is now."""
    imports = grimp.build_graph("models", "stream", cache_dir=None)
    return _PART.sub(lambda part: part[1] + _picture_and_table(imports, part[2]) + part[3], page)


def room_graph(imports: grimp.ImportGraph, package: str) -> Graph:
    """Give which rooms each room of a package imports; late imports and those for types alone count too."""
    rooms = imports.find_children(package)
    return {
        _name(room): frozenset(
            _name(other)
            for other in rooms - {room}
            if imports.direct_import_exists(importer=room, imported=other, as_packages=True)
        )
        for room in sorted(rooms)
    }


def reduced(graph: Graph) -> Graph:
    """Leave out every arrow that a longer way says as well; a circle raises `graphlib.CycleError`."""
    below: dict[str, frozenset[str]] = {}
    for room in TopologicalSorter(graph).static_order():
        below[room] = graph[room].union(*(below[other] for other in graph[room]))
    return {
        room: frozenset(other for other in others if not any(other in below[way] for way in others))
        for room, others in graph.items()
    }


def _picture_and_table(imports: grimp.ImportGraph, package: str) -> str:
    arrows = reduced(room_graph(imports, package))
    files = {room: _file(package, room) for room in arrows}
    purposes = {room: _purpose(file) for room, file in files.items()}
    lines = ["```mermaid", "flowchart TD"]
    for room, purpose in purposes.items():
        block = _BLOCK.search(purpose)
        lines.append(f'    {room}["{room} ({block[1]})"]' if block else f"    {room}")
    lines += [f"    {room} --> {' & '.join(sorted(others))}" for room, others in arrows.items() if others]
    lines += ["```", "", "| room | what lives there |", "|---|---|"]
    for room, purpose in purposes.items():
        file = files[room].relative_to(_ROOT)
        lines.append(f"| `{file.parent if file.name == '__init__.py' else file}` | {purpose} |")
    return "\n".join([*lines, ""])


def _name(module: str) -> str:
    return module.rpartition(".")[2]


def _file(package: str, room: str) -> Path:
    folder = _ROOT.joinpath(*package.split("."), room)
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


def _purpose(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").splitlines()[0].removesuffix(".")


if __name__ == "__main__":
    PAGE.write_text(with_rooms(PAGE.read_text("utf-8")), "utf-8")
