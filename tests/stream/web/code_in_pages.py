"""Finds what a browser would take for code, over the syntax tree, and whether it is a constant of ours.

NiceGUI evaluates properties whose names begin with ":", and hands the arguments of some calls on as they are.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["TRUSTED", "Module", "faults_in", "module_at"]

ROOT = Path(__file__).resolve().parents[3]

CODE_CALLS = frozenset(
    {
        "add_body_html",
        "add_css",
        "add_head_html",
        "add_slot",
        "html",
        "markdown",
        "mermaid",
        "run_chart_method",
        "run_javascript",
        "run_method",
    }
)
"""Methods and functions whose arguments are scripts, markup or templates."""
CODE_KEYWORDS = frozenset({"body_html", "favicon", "head_html", "js_handler", "viewport"})
"""Arguments, of whatever call, that are."""
CONTENT_CALLS = frozenset({"set_content"})
"""They set markup later; so does an assignment to `content`."""
PICTURES = {
    "status_icon_svg": "stream/web/components/status_icons.py",
    "trend_svg": "stream/web/components/sparkline.py",
    "bar_svg": "stream/web/components/health_bar.py",
}
"""The functions that draw SVG: `test_scripts_are_constant.py` shows that they refuse text."""
STYLE_CALLS = frozenset({"props", "style"})
NUMBERS = {"chart_height_px": "stream/web/charts/trend_chart.py"}
"""Functions that may stand in a style: this one gives an int reckoned from our own ints."""
ATTRIBUTES = frozenset(
    {
        "aria_expanded",
        "aria_label",
        "aria_pressed",
        "data_column",
        "data_machine",
        "href",
        "hreflang",
        "lang",
        "role",
        "scope",
        "title",
        "type",
    }
)
"""What `set_attributes` may set; of these only `href` leads anywhere."""
PATHS = dict.fromkeys(("fleet_path", "language_path", "machine_path"), "stream/web/paths.py")
"""Functions that give the page's own addresses, which begin with a slash."""
TAKE_MARKUP = frozenset({"innerhtml", "outerhtml", "srcdoc", "v-html"})
SET_ATTRIBUTES, FOR_ATTRIBUTES = "set_attributes", "stream/web/components/elements.py"
"""What sets attributes by names that it is given, and where it stands."""
TRUSTED = {**PICTURES, **NUMBERS, **PATHS, SET_ATTRIBUTES: FOR_ATTRIBUTES}
"""Every function that is known here by its name, and its file."""


class Module(NamedTuple):
    """A file of ours and what it says."""

    path: str
    tree: ast.Module


def module_at(path: str) -> Module:
    return Module(path, ast.parse((ROOT / path).read_text("utf-8")))


def faults_in(module: Module) -> list[str]:
    """Name each place that could hand something else than our own constants to a browser as code."""
    web = module.path.startswith("stream/web/")
    found = list(_faults(module))
    if web:
        found += _faults_of_elements(module)
    return [f"{module.path}:{node.lineno}: {what}" for node, what in found]


def _faults(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if _begins_with_colon(key) and not _constant(value, module):
                    yield value, "a dynamic property that is no constant"
        elif isinstance(node, ast.Assign) and any(_is_dynamic(target) for target in node.targets):
            if not _constant(node.value, module):
                yield node.value, "a dynamic property that is no constant"
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and _is_dynamic(node.target):
            if node.value is not None and not _constant(node.value, module):
                yield node.value, "a dynamic property that is no constant"
        elif isinstance(node, ast.Call):
            yield from _faults_of_call(node, module)


def _faults_of_call(call: ast.Call, module: Module) -> Iterator[tuple[ast.expr, str]]:
    name, values = _name(call.func), [*call.args, *(keyword.value for keyword in call.keywords)]
    if name in CODE_CALLS and not all(_constant(value, module) for value in values):
        yield call, f"{name} of what is no constant"
    if name in CODE_CALLS | CONTENT_CALLS | {"on"} and any(keyword.arg is None for keyword in call.keywords):
        yield call, f"{name} with arguments that nobody can see"
    for keyword in call.keywords:
        if keyword.arg in CODE_KEYWORDS and not _constant(keyword.value, module):
            yield keyword.value, f"{keyword.arg} that is no constant"
    if name in CONTENT_CALLS and not all(_picture(value, module) for value in values):
        yield call, f"{name} of what is neither a constant nor drawn by {', '.join(PICTURES)}"
    if name == "setdefault" and call.args and _begins_with_colon(call.args[0]):
        yield call, "a dynamic property set in a way that nobody can follow"


def _faults_of_elements(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Call() if _name(node.func) in STYLE_CALLS:
                if not all(_style(value, module) for value in node.args):
                    yield node, "a style put together from what is neither a constant nor a known number"
            case ast.Call() if _name(node.func) == SET_ATTRIBUTES:
                yield from _faults_of_description(node, module)
            case ast.Attribute(attr="content", ctx=ast.Store()):
                yield node, "content that is not set by set_content"
            case ast.Subscript(ctx=ast.Store()) if _name(node.value) in ("props", "_props"):
                if module.path != FOR_ATTRIBUTES:
                    yield node, f"a property that is not set by {SET_ATTRIBUTES}"
            case ast.Constant(value=str(text)) if text.lower() in TAKE_MARKUP:
                yield node, "a property that takes text for markup"


def _faults_of_description(call: ast.Call, module: Module) -> Iterator[tuple[ast.expr, str]]:
    for keyword in call.keywords:
        if keyword.arg not in ATTRIBUTES:
            yield keyword.value, f"an attribute {keyword.arg}, which nobody has looked at"
        elif keyword.arg == "href":
            value = keyword.value
            name = _name(value.func) if isinstance(value, ast.Call) else ""
            if name not in PATHS or _source(name, module) != PATHS[name]:
                yield value, "an address that is not made by stream.web.paths"


def _constant(node: ast.expr | None, module: Module) -> bool:
    """Whether an expression holds nothing but literals of ours, wherever they are named."""
    parts: list[ast.expr | None]
    match node:
        case None | ast.Constant():
            parts = []
        case ast.JoinedStr(values=values):
            parts = [*values]
        case ast.FormattedValue(value=value, format_spec=form):
            parts = [value, form]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [left, right]
        case ast.Call(args=values) if ast.unparse(node.func) == "Path(__file__).with_name":
            parts = [*values]  # a file that is delivered with us
        case ast.Call(func=ast.Attribute(value=file, attr="read_text"), args=values):
            parts = [file, *values]
        case ast.Name(id=name):
            defined = _definition(name, module)
            return defined is not None and _constant(*defined)
        case _:
            return False
    return all(_constant(part, module) for part in parts)


def _picture(node: ast.expr, module: Module) -> bool:
    match node:
        case ast.IfExp(body=body, orelse=other):
            return _picture(body, module) and _picture(other, module)
        case ast.Call(func=ast.Name(id=name)) if name in PICTURES:
            return _source(name, module) == PICTURES[name]
    return _constant(node, module)


def _style(node: ast.expr, module: Module) -> bool:
    match node:
        case ast.JoinedStr(values=values):
            return all(_style(value, module) for value in values)
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id=name))) if name in NUMBERS:
            return _source(name, module) == NUMBERS[name]
    return _constant(node, module)


def _definition(name: str, module: Module) -> tuple[ast.expr, Module] | None:
    """Give what a name stands for; None where anything else in its file, such as a parameter, is called so."""
    bound = [node for node in ast.walk(module.tree) if name in _binds(node)]
    if len(bound) != 1:
        return None
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return value, module
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                return value, module
            case ast.ImportFrom() if statement is bound[0]:
                path = f"{str(statement.module).replace('.', '/')}.py"
                original = next(alias.name for alias in statement.names if name in (alias.asname, alias.name))
                return _definition(original, module_at(path)) if (ROOT / path).exists() else None
    return None


def _source(name: str, module: Module) -> str | None:
    """Give the file whose function a name is."""
    bound = [node for node in ast.walk(module.tree) if name in _binds(node)]
    match bound:
        case [ast.FunctionDef()]:
            return module.path
        case [ast.ImportFrom(module=str(origin), names=names)] if any(each.name == name for each in names):
            return f"{origin.replace('.', '/')}.py"
    return None


def _binds(node: ast.AST) -> set[str]:
    """Give the names that a node gives a meaning to."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            return {name}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return {name}
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return set(names)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name for alias in names}
    return set()


def _begins_with_colon(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text.startswith(":")
    return False


def _is_dynamic(target: ast.expr) -> bool:
    return isinstance(target, ast.Subscript) and _begins_with_colon(target.slice)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
