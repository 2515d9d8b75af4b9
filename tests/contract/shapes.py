"""What a struct looks like from outside, a line for each field: keys, order, types, tags and defaults.

Names of classes and modules are left out, and those of fields too where they are no keys (arrays), so another name
in the code changes nothing here, while another order, key, tag or default does.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

__all__ = ["Shapes"]

_PLAIN = {
    inspect.AnyType: "anything", inspect.NoneType: "null", inspect.BoolType: "bool", inspect.IntType: "int",
    inspect.FloatType: "float", inspect.StrType: "str", inspect.BytesType: "bytes", inspect.DateTimeType: "time",
}  # fmt: skip


class Shapes:
    """Walks types; `plain` says what goes over the wire for a type that msgspec doesn't know, `hook` encodes it.

    A path is made of `.key` and `[position]`, and of `[]` and `{}` for every item of a list or a map.
    """

    def __init__(self, plain: Mapping[type, type], hook: Callable[[object], object]) -> None:
        self._plain, self._hook = plain, hook

    def of(self, kind: Any) -> dict[str, str]:
        """Give what each place in a struct, or in whatever has some in it, holds, by its path."""
        info = inspect.type_info(kind)
        return {"": self._text(info), **dict(self._below("", info))}

    def _below(self, path: str, info: Any) -> Iterator[tuple[str, str]]:
        for step, inner, text in self._inside(info):
            if text:
                yield path + step, text
            yield from self._below(path + step, inner)

    def _inside(self, info: Any) -> Iterator[tuple[str, Any, str]]:
        """Give the step to each type inside of one, and its text unless that is part of the outer one's."""
        match info:
            case inspect.StructType():
                for number, field in enumerate(info.fields):
                    step = f"[{number}]" if info.array_like else f".{field.encode_name}"
                    yield step, field.type, self._text(field.type) + self._default(field)
            case inspect.NamedTupleType() if _is_plain_tuple(info):
                yield from ((f"[{n}]", field.type, "") for n, field in enumerate(info.fields))
            case inspect.NamedTupleType():
                yield from ((f"[{n}]", field.type, self._text(field.type)) for n, field in enumerate(info.fields))
            case inspect.ListType() | inspect.VarTupleType():
                yield "[]", info.item_type, ""
            case inspect.TupleType():
                yield from ((f"[{number}]", item, "") for number, item in enumerate(info.item_types))
            case inspect.DictType():
                yield "{}", info.value_type, ""
            case inspect.UnionType():
                yield from ((f"<{each.tag}>" if _tagged(each) else "", each, "") for each in info.types)
            case inspect.CustomType():
                yield "", inspect.type_info(self._plain[info.cls]), ""

    def _text(self, info: Any) -> str:
        match info:
            case inspect.StructType():
                text = _form(info)
            case inspect.NamedTupleType() if _is_plain_tuple(info):
                text = f"[{', '.join(self._text(field.type) for field in info.fields)}]"
            case inspect.NamedTupleType():
                text = "array"
            case inspect.ListType() | inspect.VarTupleType():
                text = f"[{self._text(info.item_type)}]"
            case inspect.TupleType():
                text = f"[{', '.join(map(self._text, info.item_types))}]"
            case inspect.DictType():
                text = f"{{{self._text(info.key_type)}: {self._text(info.value_type)}}}"
            case inspect.UnionType():
                text = " | ".join(sorted(map(self._text, info.types)))
            case inspect.LiteralType():
                text = " | ".join(sorted(map(repr, info.values)))
            case inspect.CustomType():
                text = self._text(inspect.type_info(self._plain[info.cls]))
            case _:
                text = _PLAIN[type(info)] + _bounds(info)
        return text

    def _default(self, field: inspect.Field) -> str:
        if field.required:
            return ""
        if field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT:
            return " = left out"  # msgspec.UNSET, which it tells of no other way
        value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        return f" = {msgspec.json.encode(value, enc_hook=self._hook).decode()}"


def _tagged(info: Any) -> bool:
    return isinstance(info, inspect.StructType) and info.tag is not None


def _is_plain_tuple(info: inspect.NamedTupleType) -> bool:
    """Whether all of its fields must be there: then nothing but their names tells it from a tuple."""
    return all(field.required for field in info.fields)


def _form(info: inspect.StructType) -> str:
    form = "array" if info.array_like else "keys"
    form += f" {info.tag_field}={info.tag}" if info.tag is not None else ""
    form += ", no others" if info.forbid_unknown_fields else ""
    return form + (", without defaults" if info.cls.__struct_config__.omit_defaults else "")


def _bounds(info: Any) -> str:
    """Give what is asked of a value: bounds, lengths, a zone."""
    names = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "tz")
    asked = [f"{name} {getattr(info, name)}" for name in names if getattr(info, name, None) is not None]
    return f" ({', '.join(asked)})" if asked else ""
