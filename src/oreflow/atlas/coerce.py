"""Rows to typed columns, with the place of anything that does not fit.

Columns are read whole; only when something is wrong is the first offending value looked for and named.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.atlas.schema import Attribute, Table
from oreflow.errors import DataError, SchemaError, nearest

_TRUE = {"1", "true", "yes", "1.0"}
_FALSE = {"0", "false", "no", "0.0", ""}
_DTYPES = {"number": "float64", "integer": "int64", "boolean": "bool"}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_SHOWN = 60

Objects = NDArray[np.object_]


def empty(table: Table) -> pd.DataFrame:
    """Return a table without rows, with typed columns.

    Args:
        table: Schema to follow.
    """
    return pd.DataFrame(
        {a.name: pd.Series([], dtype=_DTYPES.get(a.type, "object")) for a in table.attributes}
    )


def coerce(
    frame: pd.DataFrame, table: Table, *, where: str = "", rows: Sequence[int] | None = None
) -> pd.DataFrame:
    """Return the rows with every column of the schema, typed and checked.

    Strings are object columns with ``""`` for missing; numbers are float64 with NaN for missing; integers
    int64; booleans bool; dates ISO text; lists text joined by ``;``.

    Args:
        frame: Rows.
        table: Schema to follow.
        where: Name of the file for messages; the table's name when empty.
        rows: Line of each row in that file, for messages; counted from 2 when left out.

    Returns:
        New frame in the schema's column order.

    Raises:
        SchemaError: A column is unknown or a required one is missing.
        DataError: A value does not fit or a key is repeated; the message says table, row and column.
    """
    place = where or table.name
    lines = range(2, len(frame) + 2) if rows is None else rows
    known = set(table.columns)
    for column in frame.columns:
        if column not in known:
            near = nearest(str(column), table.columns)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known columns: {', '.join(table.columns)}."
            raise SchemaError(f"{place}: unknown column {str(column)[:_SHOWN]!r}.{hint}")
    columns = {a.name: _column(frame, a, place, lines) for a in table.attributes}
    out = pd.DataFrame(columns, columns=table.columns)
    _require_unique(out, table, place, lines)
    return out


def is_date(text: str) -> bool:
    """Say whether a text is a day, month or year of the calendar, as ``2025-08-09``, ``2025-08`` or ``2025``.

    Args:
        text: Text to judge.
    """
    found = _DATE.fullmatch(text)
    if not found:
        return False
    year, month, day = (int(g or 1) for g in found.groups())
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _require_unique(out: pd.DataFrame, table: Table, place: str, lines: Sequence[int]) -> None:
    if not table.key:
        return
    repeated = out.duplicated(subset=table.key, keep="first")
    if not repeated.any():
        return
    i = int(np.flatnonzero(repeated.to_numpy())[0])
    values = {k: out[k].iloc[i] for k in table.key}
    same = np.ones(len(out), dtype=bool)
    for k, value in values.items():
        same &= (out[k] == value).to_numpy()
    first = int(np.flatnonzero(same)[0])
    key = ", ".join(f"{k}={_shown(value)}" for k, value in values.items())
    raise DataError(
        f"{place}, row {lines[i]}: the key {key} already stands in row {lines[first]}. Keep one of the two."
    )


def _column(frame: pd.DataFrame, a: Attribute, place: str, lines: Sequence[int]) -> pd.Series[Any]:
    if a.name in frame.columns:
        column = frame[a.name]
        if isinstance(column, pd.DataFrame):
            raise SchemaError(f"{place}: the column {a.name!r} stands there twice. Keep one of the two.")
    elif a.required and not a.default and len(frame):
        raise SchemaError(f"{place}: required column {a.name!r} is missing ({a.description}).")
    else:
        column = pd.Series([""] * len(frame), dtype=object)
    typed = _already_typed(column, a)
    if typed is not None:
        return typed
    texts = [_text(v) for v in column.tolist()]
    missing = np.fromiter((t == "" for t in texts), dtype=bool, count=len(texts))
    if missing.any():
        if a.default == "" and a.required:
            _fail(missing, lines, place, a, lambda i: f"a value is required ({a.description}).")
        texts = [t or a.default for t in texts]
    if a.type in ("number", "integer"):
        return pd.Series(_numbers(texts, a, place, lines), dtype=_DTYPES[a.type])
    if a.type == "boolean":
        return pd.Series(_booleans(texts, a, place, lines), dtype=bool)
    _judge_texts(texts, a, place, lines)
    return pd.Series(texts, dtype=object)


def _already_typed(column: pd.Series[Any], a: Attribute) -> pd.Series[Any] | None:
    """A column that came from a checked table, or from NumPy, and needs no reading."""
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else "O"
    if a.type == "boolean" and kind == "b":
        return column.reset_index(drop=True)
    if a.type == "integer" and kind == "i":
        return column.astype("int64").reset_index(drop=True)
    if a.type == "number" and kind in "fi":
        values = column.to_numpy(dtype="float64")
        whole = bool(np.isfinite(values).all())
        if whole or (not np.isinf(values).any() and not a.required and not a.default):
            return pd.Series(values, dtype="float64")
    return None


def _text(value: object) -> str:
    if type(value) is str:
        return value.strip()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).strip()


def _numbers(texts: list[str], a: Attribute, place: str, lines: Sequence[int]) -> NDArray[Any]:
    absent = math.nan if a.type == "number" else 0.0
    try:
        values = np.array([float(t) if t else absent for t in texts], dtype="float64")
    except (ValueError, OverflowError):
        values = np.array([_float(t, absent) for t in texts], dtype="float64")
    plain = _NUMBER.fullmatch
    odd = np.fromiter((t != "" and not plain(t) for t in texts), dtype=bool, count=len(texts))
    if odd.any() or np.isinf(values).any():
        odd |= np.isinf(values)
        _fail(odd, lines, place, a, lambda i: _not_a_number(texts[i], a))
    if a.type == "integer":
        broken = (values != np.floor(values)) | (np.abs(values) > 2**53)
        _fail(broken, lines, place, a, lambda i: f"{_shown(texts[i])} is not a whole number.")
        return values.astype("int64")
    return values


def _float(text: str, absent: float) -> float:
    try:
        return float(text) if text else absent
    except (ValueError, OverflowError):
        return math.nan


def _not_a_number(text: str, a: Attribute) -> str:
    unit = f" in {a.unit}" if a.unit and not a.unit.startswith("as in") else ""
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity") or _NUMBER.fullmatch(text):
        return f"{_shown(text)} is not a finite number. Leave the cell empty where a figure is unknown."
    return f"{_shown(text)} is not a number. Write it plainly{unit}, like 12500 or 0.35."


def _booleans(texts: list[str], a: Attribute, place: str, lines: Sequence[int]) -> list[bool]:
    lower = [t.lower() for t in texts]
    strange = set(lower) - _TRUE - _FALSE
    if strange:
        bad = np.array([t in strange for t in lower], dtype=bool)
        _fail(bad, lines, place, a, lambda i: f"{_shown(texts[i])} is neither 0 nor 1.")
    return [t in _TRUE for t in lower]


def _judge_texts(texts: list[str], a: Attribute, place: str, lines: Sequence[int]) -> None:
    distinct = set(texts) - {""}
    if a.type == "date":
        wrong = {t for t in distinct if not is_date(t)}
        if wrong:
            bad = np.array([t in wrong for t in texts], dtype=bool)
            _fail(bad, lines, place, a, lambda i: f"{_shown(texts[i])} is not a date like 2025-08-09.")
    if a.values:
        wrong = distinct - set(a.values)
        if wrong:
            bad = np.array([t in wrong for t in texts], dtype=bool)
            _fail(bad, lines, place, a, lambda i: _not_listed(texts[i], a))


def _not_listed(text: str, a: Attribute) -> str:
    near = nearest(text, a.values)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{_shown(text)} is not one of {', '.join(a.values)}.{hint}"


def _shown(value: object) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 2]}…'"


def _fail(
    bad: NDArray[np.bool_], lines: Sequence[int], place: str, a: Attribute, message: Callable[[int], str]
) -> None:
    """Raise for the first offending row, if there is one, and say how many more there are."""
    found = np.flatnonzero(bad)
    if not len(found):
        return
    i = int(found[0])
    more = len(found) - 1
    rest = f" ({more} more row{'s' if more > 1 else ''} of this column fail too.)" if more else ""
    raise DataError(f"{place}, row {lines[i]}, column {a.name!r}: {message(i)}{rest}")
