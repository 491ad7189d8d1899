"""Rows of a table as JSON knows them: lists as arrays, missing values as null."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from oreflow.atlas.schema import Attribute, Table


def records(frame: pd.DataFrame, table: Table) -> list[dict[str, Any]]:
    """Return rows that follow `oreflow.atlas.jsonschema.table_schema`.

    Args:
        frame: Rows of a world's table.
        table: Its schema.

    Returns:
        One mapping a row; lists as arrays, missing numbers, dates and texts as ``None``.
    """
    columns = {a.name: [_value(v, a) for v in frame[a.name].tolist()] for a in table.attributes}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _value(value: Any, a: Attribute) -> Any:
    if a.type == "list":
        return [v for v in str(value).split(";") if v]
    if a.type == "number":
        return None if math.isnan(value) else value
    if a.type in ("integer", "boolean"):
        return value
    return value if value != "" or a.required else None
