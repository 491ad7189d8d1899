"""The unit of every figure: the schema writes ``unit`` for the balance unit of the row's commodity."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from oreflow.atlas.schema import Attribute

_WORD = re.compile(r"\bunit\b")
BY_ROW = "as in unit column"
RATIO = "unit/unit of main output"


def commodity_of(tables: Mapping[str, pd.DataFrame], name: str, frame: pd.DataFrame) -> list[str]:
    """Return the commodity whose balance unit a row's quantities are in.

    Args:
        tables: Tables of a world (commodities, processes and plants are looked into).
        name: Table that the rows belong to.
        frame: Rows of that table.

    Returns:
        One commodity a row; ``""`` where a row has none or refers to something unknown.
    """
    if name == "processes":
        return [str(v) for v in frame["output"]]
    if name in ("plants", "projects"):
        return _through(frame["process"], tables["processes"], "process", "output")
    if name == "offtakes":
        processes = _through(frame["plant"], tables["plants"], "plant", "process")
        return _through(pd.Series(processes, dtype=object), tables["processes"], "process", "output")
    if name == "mixes":
        return [str(v) for v in frame["cell"]]
    if "commodity" in frame.columns:
        return [str(v) for v in frame["commodity"]]
    return [""] * len(frame)


def units_of(
    tables: Mapping[str, pd.DataFrame], name: str, frame: pd.DataFrame, attribute: Attribute
) -> list[str]:
    """Return the unit of a column in each row.

    Args:
        tables: Tables of a world.
        name: Table that the rows belong to.
        frame: Rows of that table, with its key columns and those that name the commodity.
        attribute: Column of the schema.

    Returns:
        One unit a row, e.g. ``"t LCE/yr"``; ``""`` for columns without a unit; the word ``unit`` stays where the
        commodity is unknown.
    """
    if attribute.unit == BY_ROW:
        return [str(v) for v in frame["unit"]] if "unit" in frame.columns else [""] * len(frame)
    if not _WORD.search(attribute.unit):
        return [attribute.unit] * len(frame)
    balance = dict(zip(tables["commodities"]["commodity"], tables["commodities"]["unit"], strict=True))
    own = [balance.get(c, "unit") for c in commodity_of(tables, name, frame)]
    if attribute.unit == RATIO:
        mains = _through(frame["process"], tables["processes"], "process", "output")
        return [f"{u}/{balance.get(m, 'unit')}" for u, m in zip(own, mains, strict=True)]
    resolved = {u: _WORD.sub(u, attribute.unit) for u in set(own)}
    return [resolved[u] for u in own]


def plain(value: float) -> str:
    """Return a number as a reader wants it: six significant digits, grouped, no exponent where avoidable.

    Args:
        value: Any number.
    """
    if value == 0 or not 1e-4 <= abs(value) < 1e15:
        return f"{value:g}"
    return f"{float(f'{value:.6g}'):,.9f}".rstrip("0").rstrip(".")


def _through(values: pd.Series[str], table: pd.DataFrame, key: str, column: str) -> list[str]:
    lookup = dict(zip(table[key], table[column], strict=True))
    return [str(lookup.get(v, "")) for v in values]
