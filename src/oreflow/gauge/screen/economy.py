"""An input-output table of the focal region: from use that is not served to value added that is lost.

A file of one row an industry, in CSV:

| column | what | unit |
|---|---|---|
| ``industry`` | name | |
| ``final_demand`` | final use of its goods in a year | USD |
| ``input:<industry>`` | one for each industry: goods of this row used per unit of output of that one | 1 |
| ``use:<commodity>`` | of each commodity that is known: units used per USD of gross output | unit/USD |

The cut handed to `oreflow.gauge.inputoutput.input_output_loss` is the share of the region's use that is not served
while the stop lasts; money is scaled from a year to its months. No table of this kind comes with oreflow.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.errors import DataError, ReadError, SchemaError
from oreflow.gauge.inputoutput import input_output_loss
from oreflow.gauge.screen.effects import Effects

INPUT, USE = "input:", "use:"


@dataclass(frozen=True)
class Economy:
    """An input-output table.

    Attributes:
        name: Where it came from.
        industries: Names, n of them.
        coefficients: Shape (n, n), input of row industry per unit of output of column industry.
        final_demand: Shape (n,), USD a year.
        use: Commodity to units used per USD of gross output, shape (n,).
        months: Months over which a stop is counted.
    """

    name: str
    industries: tuple[str, ...]
    coefficients: NDArray[np.float64]
    final_demand: NDArray[np.float64]
    use: dict[str, NDArray[np.float64]]
    months: int = 12

    def loss(self, commodity: str, effects: Effects) -> float | None:
        """Return the value added lost in a stop.

        Args:
            commodity: Commodity that stops.
            effects: What the stop does; its share of use not served is the cut.

        Returns:
            USD over the months of the stop; None where the table has no use of the commodity, or the region none.

        Raises:
            DataError: The table cannot feed itself.
            NumericalError: The programme could not be solved.
        """
        use = self.use.get(commodity)
        if use is None or not np.isfinite(effects.unmet_share):
            return None
        cut = float(np.clip(effects.unmet_share, 0.0, 1.0))
        year = input_output_loss(self.coefficients, self.final_demand, use, cut=cut).loss
        return year * self.months / 12.0


def load_economy(path: Path, *, months: int = 12) -> Economy:
    """Read an input-output table.

    Args:
        path: CSV file as in the module's text.
        months: Months over which a stop is counted.

    Returns:
        The table.

    Raises:
        ReadError: The file is missing or is no CSV.
        SchemaError: A column is missing, or ``input:`` columns do not name the industries.
        DataError: A figure is not a finite number of 0 or more.
    """
    if not path.is_file():
        raise ReadError(
            f"{path}: no such file. Give a CSV file with the columns industry, final_demand, input:…"
        )
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise ReadError(f"{path} is not a table in CSV ({error}).") from error
    for column in ("industry", "final_demand"):
        if column not in rows.columns:
            raise SchemaError(f"{path}: no column {column!r}. It has {', '.join(rows.columns)}.")
    industries = tuple(rows["industry"])
    named = [c.removeprefix(INPUT) for c in rows.columns if c.startswith(INPUT)]
    if not industries or sorted(named) != sorted(industries):
        raise SchemaError(
            f"{path}: the columns {INPUT}… must name each industry once; industries are {', '.join(industries)}, "
            f"columns {', '.join(named) or 'none'}."
        )

    def numbers(column: str) -> NDArray[np.float64]:
        values = pd.to_numeric(rows[column], errors="coerce").to_numpy(dtype=float)
        bad = np.flatnonzero(~np.isfinite(values) | (values < 0))
        if len(bad):
            raise DataError(
                f"{path}, row {bad[0] + 2}, column {column}: {rows[column].iloc[bad[0]]!r} is not a number of 0 "
                "or more."
            )
        return values

    return Economy(
        name=path.name,
        industries=industries,
        coefficients=np.column_stack([numbers(f"{INPUT}{i}") for i in industries]),
        final_demand=numbers("final_demand"),
        use={c.removeprefix(USE): numbers(c) for c in rows.columns if c.startswith(USE)},
        months=months,
    )
