"""JSON Schema (2020-12) of every table, made from the one table of tables."""

from __future__ import annotations

from typing import Any

from oreflow.atlas.schema import Attribute, Table, tables
from oreflow.errors import UnknownNameError

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DATE = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


def table_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of one table: an array of rows.

    Args:
        name: Table of the schema.

    Returns:
        A schema that the output of ``oreflow world show TABLE --json`` follows. Units stand in ``x-unit``,
        references in ``x-ref``, key columns in ``x-key``.

    Raises:
        UnknownNameError: There is no such table.
    """
    schema = tables()
    if name not in schema:
        raise UnknownNameError("table", name, schema)
    return {"$schema": DIALECT, "title": name, **_rows(schema[name])}


def world_schema() -> dict[str, Any]:
    """Return the JSON Schema of a whole world: table name to rows.

    Returns:
        A schema with one property a table; tables may be left out.
    """
    return {
        "$schema": DIALECT,
        "title": "world",
        "type": "object",
        "properties": {name: _rows(table) for name, table in tables().items()},
        "additionalProperties": False,
    }


def _rows(table: Table) -> dict[str, Any]:
    return {
        "type": "array",
        "x-key": table.key,
        "items": {
            "type": "object",
            "properties": {a.name: _property(a) for a in table.attributes},
            "required": [a.name for a in table.attributes if a.required and not a.default],
            "additionalProperties": False,
        },
    }


def _property(a: Attribute) -> dict[str, Any]:
    out: dict[str, Any] = {"description": a.description}
    if a.unit:
        out["x-unit"] = a.unit
    if a.ref:
        out["x-ref"] = a.ref.rstrip(";")
    if a.default:
        out["default"] = _default(a)
    kinds = {"number": "number", "integer": "integer", "boolean": "boolean", "list": "array"}
    kind = kinds.get(a.type, "string")
    if kind == "array":
        return out | {"type": "array", "items": {"type": "string", "minLength": 1}}
    missing = kind in ("number", "string") and not a.required
    out["type"] = [kind, "null"] if missing else kind
    if a.values:
        out["enum"] = [*a.values, None] if missing else list(a.values)
    elif a.type == "date":
        out["pattern"] = DATE
    elif kind == "string" and a.required:
        out["minLength"] = 1
    return out


def _default(a: Attribute) -> object:
    if a.type == "number":
        return float(a.default)
    if a.type == "integer":
        return int(a.default)
    if a.type == "boolean":
        return a.default == "1"
    return a.default.split(";") if a.type == "list" else a.default
