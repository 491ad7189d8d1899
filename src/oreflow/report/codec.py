"""Frozen dataclasses to plain values and back, and the JSON Schema that describes them.

Types are read from the annotations, descriptions from the ``Attributes:`` part of the docstrings, so that a
class is the one place where its fields are defined.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from oreflow.errors import SchemaError, nearest

T = TypeVar("T")
_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def to_plain(value: Any) -> Any:
    """Return a dataclass as dicts, lists and plain values, fields in the order of the class."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [to_plain(v) for v in value]
    return value


def from_plain(kind: type[T], data: Any, *, where: str = "") -> T:
    """Return the dataclass that `to_plain` took apart.

    Args:
        kind: The dataclass.
        data: Plain values.
        where: Place of the data, for messages.

    Returns:
        An equal value.

    Raises:
        SchemaError: A field is unknown, missing or of another type; the message says where.
    """
    out: T = _read(kind, data, where or kind.__name__)
    return out


def _read(hint: Any, data: Any, where: str) -> Any:
    origin = get_origin(hint)
    if is_dataclass(hint):
        return _read_class(hint, data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise SchemaError(f"{where}: a list is needed, not {_named(data)}.")
        return tuple(_read(get_args(hint)[0], v, f"{where}[{i}]") for i, v in enumerate(data))
    if origin in (Union, UnionType):
        if data is None:
            return None
        return _read(next(a for a in get_args(hint) if a is not NoneType), data, where)
    if origin is Literal:
        if data not in get_args(hint):
            raise SchemaError(f"{where}: {data!r} is not one of {', '.join(map(str, get_args(hint)))}.")
        return data
    if hint is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if type(data) is not hint:
        raise SchemaError(f"{where}: {_PLAIN[hint]} is needed, not {_named(data)}.")
    return data


def _read_class(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise SchemaError(f"{where}: an object is needed, not {_named(data)}.")
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    for name in data:
        if name not in names:
            near = nearest(name, names)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(names)}."
            raise SchemaError(f"{where}: unknown field {name!r}. {hint}")
    missing = [n for n in names if n not in data]
    if missing:
        raise SchemaError(f"{where}: field {missing[0]!r} is missing.")
    return kind(**{n: _read(hints[n], data[n], f"{where}.{n}") for n in names})


def _named(data: Any) -> str:
    return {dict: "an object", list: "a list", NoneType: "null"}.get(type(data), repr(data)[:60])


def schema_of(kind: type) -> dict[str, Any]:
    """Return the JSON Schema of a dataclass; classes inside it go to ``$defs``.

    Args:
        kind: The dataclass.

    Returns:
        Schema of an object that has every field and no other.
    """
    defs: dict[str, Any] = {}
    top = _class_schema(kind, defs)
    return {**top, "$defs": dict(sorted(defs.items()))}


def _class_schema(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    hints, described = get_type_hints(kind), descriptions(kind)
    properties = {}
    for f in fields(kind):
        entry = _schema(hints[f.name], defs)
        if f.name in described:
            entry = {**entry, "description": described[f.name]}
        if f.default is not MISSING:
            entry = {**entry, "default": to_plain(f.default)}
        properties[f.name] = entry
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip().splitlines()[0],
        "properties": properties,
        "required": [f.name for f in fields(kind)],
        "additionalProperties": False,
    }


def _schema(hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(hint)
    if is_dataclass(hint):
        name = hint.__name__ if isinstance(hint, type) else str(hint)
        if name not in defs:
            defs[name] = {}
            defs[name] = _class_schema(hint, defs)
        return {"$ref": f"#/$defs/{name}"}
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0], defs)}
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(a, defs) for a in get_args(hint)]}
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    return {"type": _PLAIN[hint]}


@cache
def descriptions(kind: type) -> dict[str, str]:
    """Return what the ``Attributes:`` part of a class's docstring says of each field."""
    text = (kind.__doc__ or "").partition("Attributes:\n")[2]
    out: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        head = re.match(r"^ {8}(\w+): (.*)$", line)
        if head:
            name = head[1]
            out[name] = head[2].strip()
        elif name and line.startswith(" " * 12):
            out[name] += " " + line.strip()
        elif line.strip():
            break
    return out
