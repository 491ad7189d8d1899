"""One thing that a data check found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from oreflow.atlas.schema import tables

SEVERITIES = ("error", "warning", "info")
"""``error``: the market cannot use it. ``warning``: likely wrong. ``info``: worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a data check found.

    Attributes:
        severity: One of `SEVERITIES`.
        check: Name of the check, ``family.what``.
        table: Table it was found in.
        key: Key of the row, its parts joined by ``.``; empty when it is about a whole table.
        column: Column; empty when it is about a whole row.
        message: What is wrong.
        mend: What to do about it.
    """

    severity: str
    check: str
    table: str
    key: str
    column: str
    message: str
    mend: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes it the same finding in another world: check, table, key and column."""
        return self.check, self.table, self.key, self.column

    @property
    def place(self) -> str:
        """Table, key and column as ``oreflow world source`` takes them."""
        return ".".join(p for p in (self.table, self.key, self.column) if p)


def keys(table: str, frame: pd.DataFrame) -> list[str]:
    """Return the key of each row, its parts joined by ``.``.

    Args:
        table: Name of the table.
        frame: Its rows.
    """
    columns = [frame[k].astype(str).tolist() for k in tables()[table].key]
    return [".".join(parts) for parts in zip(*columns, strict=True)]


def each(
    severity: str,
    check: str,
    table: str,
    frame: pd.DataFrame,
    bad: pd.Series[bool] | np.ndarray[tuple[int], np.dtype[np.bool_]],
    column: str,
    message: Callable[[dict[str, Any]], str],
    mend: str,
) -> Iterator[Finding]:
    """Yield a finding for each row that is marked.

    Args:
        severity: One of `SEVERITIES`.
        check: Name of the check.
        table: Name of the table.
        frame: Rows.
        bad: Marks the rows in question, shape (rows,).
        column: Column it is about.
        message: Makes the message from a row.
        mend: What to do.
    """
    rows = frame[np.asarray(bad, dtype=bool)]
    if rows.empty:
        return
    for key, row in zip(keys(table, rows), rows.to_dict("records"), strict=True):
        yield Finding(severity, check, table, key, column, message({str(k): v for k, v in row.items()}), mend)
