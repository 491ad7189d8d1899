"""Reading a market `Outcome`: quantities per period, prices of nodes, and the months they cover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import pandas as pd
import xarray as xr

from oreflow.errors import DataError, UnknownNameError


class HasData(Protocol):
    """Anything that carries the market's result as one dataset, such as an `Outcome`."""

    @property
    def data(self) -> xr.Dataset:
        """The result."""
        ...


def dataset(outcome: HasData | xr.Dataset) -> xr.Dataset:
    """Return the dataset of an outcome, or the dataset itself."""
    return outcome if isinstance(outcome, xr.Dataset) else outcome.data


def months(data: xr.Dataset) -> float:
    """Return the length of a period in months.

    Args:
        data: Dataset of an outcome; its attribute ``months_per_period`` says.

    Raises:
        DataError: It does not say.
    """
    try:
        return float(data.attrs["months_per_period"])
    except (KeyError, TypeError, ValueError):
        raise DataError(
            "outcome: the attribute months_per_period is missing; pass a market Outcome."
        ) from None


def quantity(data: xr.Dataset, name: str) -> pd.DataFrame:
    """Return a quantity per period.

    Args:
        data: Dataset of an outcome.
        name: Variable such as ``output`` or ``flow``, in units per period.

    Returns:
        Rows are the names of the first dimension, columns the periods, in units per period.

    Raises:
        UnknownNameError: The outcome has no such variable.
        DataError: It is not a quantity per period.
    """
    table = plain(data, name)
    unit = str(data[name].attrs.get("unit", ""))
    if not unit.endswith("/period"):
        raise DataError(f"outcome: {name} is in {unit!r}, not per period.")
    return table


def plain(data: xr.Dataset, name: str) -> pd.DataFrame:
    """Return a variable as it is stored: rows of its first dimension by period."""
    if name not in data:
        raise UnknownNameError("variable of the outcome", name, [str(v) for v in data.data_vars])
    values = data[name].transpose(..., "period")
    rows = [str(v) for v in values[values.dims[0]].to_numpy()]
    periods = [str(p) for p in values["period"].to_numpy()]
    return pd.DataFrame(np.asarray(values.to_numpy(), dtype=float), index=rows, columns=periods)


def price(data: xr.Dataset, commodity: str, region: str) -> pd.Series:
    """Return the price of a commodity in a region by period, USD/unit.

    Args:
        data: Dataset of an outcome.
        commodity: Commodity.
        region: Region.

    Raises:
        UnknownNameError: The market has no such node.
    """
    table = plain(data, "price")
    node = f"{commodity}@{region}"
    if node not in table.index:
        raise UnknownNameError("node", node, table.index, where="prices of the outcome")
    return pd.Series(table.loc[[node]].to_numpy()[0], index=table.columns)


def same_window(baseline: xr.Dataset, shock: xr.Dataset) -> None:
    """Check that two outcomes cover the same periods.

    Raises:
        DataError: They do not.
    """
    a, b = (_labels(d["period"].to_numpy()) for d in (baseline, shock))
    if a != b:
        raise DataError(
            f"the outcomes cover different periods ({a[0]} to {a[-1]} and {b[0]} to {b[-1]}); run both alike."
        )


def _labels(values: Iterable[object]) -> list[str]:
    return [str(v) for v in values]
