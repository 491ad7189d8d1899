"""Rows to typed columns, with the place of anything that does not fit."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from oreflow.atlas.schema import Attribute, Table
from oreflow.errors import DataError, SchemaError, nearest

_TRUE = {"1", "true", "yes", "1.0"}
_FALSE = {"0", "false", "no", "0.0", ""}


def empty(table: Table) -> pd.DataFrame:
    """Return a table without rows, with typed columns."""
    return coerce(pd.DataFrame(columns=table.columns), table)


def coerce(frame: pd.DataFrame, table: Table, *, where: str = "") -> pd.DataFrame:
    """Return the rows with every column of the schema, typed and checked.

    Strings are object columns with ``""`` for missing; numbers are float64 with NaN for missing; integers
    int64; booleans bool; dates ISO text; lists text joined by ``;``.

    Args:
        frame: Rows.
        table: Schema to follow.
        where: Name of the file for messages; the table's name when empty.

    Returns:
        New frame in the schema's column order.

    Raises:
        SchemaError: A column is unknown or a required one is missing.
        DataError: A value does not fit; the message says table, row and column.
    """
    place = where or table.name
    for column in frame.columns:
        if column not in table.columns:
            near = nearest(str(column), table.columns)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known columns: {', '.join(table.columns)}."
            raise SchemaError(f"{place}: unknown column {column!r}.{hint}")
    columns = {a.name: _column(frame, a, place) for a in table.attributes}
    out = pd.DataFrame(columns, columns=table.columns).reset_index(drop=True)
    if table.key:
        repeated = out.duplicated(subset=table.key, keep="first")
        if repeated.any():
            i = int(np.flatnonzero(repeated.to_numpy())[0])
            key = ", ".join(f"{k}={out.at[i, k]!r}" for k in table.key)
            first = int(np.flatnonzero((out[table.key] == out.loc[i, table.key]).all(axis=1).to_numpy())[0])
            raise DataError(
                f"{place}, row {i + 2}: the key {key} already stands in row {first + 2}. Keep one of the two."
            )
    return out


def _column(frame: pd.DataFrame, a: Attribute, place: str) -> pd.Series:
    if a.name in frame.columns:
        raw = frame[a.name].tolist()
    elif a.required and not a.default and len(frame):
        raise SchemaError(f"{place}: required column {a.name!r} is missing ({a.description}).")
    else:
        raw = [None] * len(frame)
    values = [_value(v, a, place, i) for i, v in enumerate(raw)]
    dtype = {"number": "float64", "integer": "int64", "boolean": "bool"}.get(a.type, "object")
    return pd.Series(values, dtype=dtype)


def _value(raw: object, a: Attribute, place: str, i: int) -> object:
    missing = raw is None or (isinstance(raw, float) and math.isnan(raw)) or str(raw).strip() == ""
    spot = f"{place}, row {i + 2}, column {a.name!r}"
    text = a.default if missing else str(raw).strip()
    if text == "":
        if a.required:
            raise DataError(f"{spot}: a value is required ({a.description}).")
        return {"number": math.nan, "integer": 0, "boolean": False}.get(a.type, "")
    if a.type == "number":
        return _number(text, spot, a)
    if a.type == "integer":
        number = _number(text, spot, a)
        if number != int(number):
            raise DataError(f"{spot}: {text!r} is not a whole number.")
        return int(number)
    if a.type == "boolean":
        if text.lower() not in _TRUE | _FALSE:
            raise DataError(f"{spot}: {text!r} is neither 0 nor 1.")
        return text.lower() in _TRUE
    if a.type == "date" and not _is_date(text):
        raise DataError(f"{spot}: {text!r} is not a date like 2025-08-09.")
    if a.values and text not in a.values:
        near = nearest(text, a.values)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise DataError(f"{spot}: {text!r} is not one of {', '.join(a.values)}.{hint}")
    return text


def _number(text: str, spot: str, a: Attribute) -> float:
    try:
        number = float(text)
    except ValueError:
        unit = f" in {a.unit}" if a.unit else ""
        raise DataError(f"{spot}: {text!r} is not a number. Write it plainly{unit}.") from None
    if not math.isfinite(number):
        raise DataError(f"{spot}: {text!r} is not a finite number.")
    return number


def _is_date(text: str) -> bool:
    parts = text.split("-")
    if not 1 <= len(parts) <= 3 or not all(p.isdigit() for p in parts) or len(parts[0]) != 4:
        return False
    month = int(parts[1]) if len(parts) > 1 else 1
    day = int(parts[2]) if len(parts) > 2 else 1
    return 1 <= month <= 12 and 1 <= day <= 31
