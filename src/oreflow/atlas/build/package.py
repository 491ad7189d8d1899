"""The Frictionless data package descriptor that lies next to the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from oreflow.atlas.schema import Attribute, Table
from oreflow.atlas.schema import tables as schema_tables

_TYPES = {"list": "string", "date": "string"}


def descriptor(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return ``datapackage.json`` for the tables.

    Dates are declared as text, for some are known only to the month or the year.

    Args:
        tables: Table name to rows; ``sources`` gives the list of sources.

    Returns:
        JSON text that ends in a newline.
    """
    schema = schema_tables()
    package = {
        "profile": "tabular-data-package",
        "name": "oreflow-world",
        "title": "oreflow: the chain of critical minerals as of 2025",
        "description": "Each figure carries source, vintage and quality; the licence of each source is in the "
        "table sources.",
        "licenses": [
            {
                "name": "Apache-2.0",
                "title": "Compilation: Apache License 2.0; figures: licence of the source each row names",
                "path": "https://www.apache.org/licenses/LICENSE-2.0",
            }
        ],
        "sources": _sources(tables["sources"]),
        "resources": [_resource(schema[name]) for name in tables],
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _sources(table: pd.DataFrame) -> list[dict[str, str]]:
    rows = table.to_dict("records")
    out: list[dict[str, str]] = []
    for r in rows:
        entry = {"title": f"{r['title']} ({r['publisher']}), {r['licence']}"}
        if str(r["url"]).startswith("http"):
            entry["path"] = str(r["url"])
        out.append(entry)
    return out


def _resource(table: Table) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "encoding": "utf-8",
        "format": "csv",
        "mediatype": "text/csv",
        "schema": {
            "fields": [_field(a) for a in table.attributes],
            "primaryKey": table.key,
            "missingValues": [""],
        },
    }


def _field(a: Attribute) -> dict[str, Any]:
    field: dict[str, Any] = {"name": a.name, "type": _TYPES.get(a.type, a.type), "description": a.description}
    if a.type == "boolean":
        field |= {"trueValues": ["1"], "falseValues": ["0"]}
    if a.unit:
        field["unit"] = a.unit
    constraints: dict[str, Any] = {}
    if a.required:
        constraints["required"] = True
    if a.values:
        constraints["enum"] = list(a.values)
    if constraints:
        field["constraints"] = constraints
    return field
