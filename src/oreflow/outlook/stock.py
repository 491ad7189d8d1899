"""Products in use: how many are left of each year's sales, how many are scrapped, how many must be bought.

A year's sales c are spread over lifetimes by a Weibull law. Of them

    sf(t, c) = exp(-((t - c + 1/2) / scale)^shape)

are in use at the end of year t ≥ c: sales happen, on average, in the middle of their year. Then

    stock(t)   = Σ_{c ≤ t} sales(c) · sf(t, c)
    outflow(t) = sales(t) - stock(t) + stock(t-1)

Sales driven: sales are known and stock and outflow follow. Stock driven: the stock is known, and each year's sales are
what it needs beyond the survivors: sales(t) = (stock(t) - Σ_{c<t} sales(c) sf(t,c)) / sf(t,t). The scheme is the
cohort model of dynamic material flow analysis (Müller 2006; Pauliuk and Heeren 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gamma

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """Products in use over the years.

    Attributes:
        inflow: Shape (..., years), sales a year.
        stock: Shape (..., years), in use at the end of the year.
        outflow: Shape (..., years), scrapped in the year.
    """

    inflow: Floats
    stock: Floats
    outflow: Floats


def survival(years: int, mean: ArrayLike, shape: ArrayLike) -> Floats:
    """Return the share of each year's sales that is in use at the end of each year.

    Args:
        years: Number of years.
        mean: Mean life in years, above 0; shape (...).
        shape: Weibull shape, above 0; broadcast against `mean`.

    Returns:
        Shape (..., years, years): row is the year, column the year of sale; 0 before the sale.

    Raises:
        DataError: A mean or a shape is not above 0, or there is no year.
    """
    life, k = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(shape, dtype=float))
    if years < 1 or not ((life > 0).all() and (k > 0).all()):
        raise DataError(
            f"survival: the mean life and the shape must be above 0 and there must be a year "
            f"(mean {mean!r}, shape {shape!r}, {years} years)."
        )
    scale = life / np.vectorize(gamma)(1.0 + 1.0 / k)
    age = np.arange(years)[:, None] - np.arange(years)[None, :] + 0.5
    held = np.exp(-((np.maximum(age, 0.0) / scale[..., None, None]) ** k[..., None, None]))
    return np.asarray(np.where(age > 0, held, 0.0))


def sales_driven(sales: ArrayLike, kept: Floats) -> Stock:
    """Return stock and outflow of known sales.

    Args:
        sales: Shape (..., years).
        kept: Shape (..., years, years), from `survival`.

    Returns:
        The stock.

    Raises:
        DataError: The number of years differs.
    """
    inflow = np.asarray(sales, dtype=float)
    _same(inflow, kept)
    stock = np.einsum("...tc,...c->...t", kept, inflow)
    before = np.concatenate([np.zeros_like(stock[..., :1]), stock[..., :-1]], axis=-1)
    full = np.broadcast_to(inflow, stock.shape)
    return Stock(full, stock, full - stock + before)


def stock_driven(stock: ArrayLike, kept: Floats, *, known: ArrayLike | None = None) -> Stock:
    """Return the sales that keep a stock as wanted.

    Args:
        stock: Shape (..., years), wanted in use at the end of each year; read only after the known years.
        kept: Shape (..., years, years), from `survival`.
        known: Shape (..., first years), sales that are facts.

    Returns:
        The stock with the sales it takes. Where the survivors exceed what is wanted nothing is sold and the stock
        is what survives: sales are never below zero.

    Raises:
        DataError: The number of years differs.
    """
    target = np.asarray(stock, dtype=float)
    _same(target, kept)
    first = 0 if known is None else np.asarray(known).shape[-1]
    outer = np.broadcast_shapes(target.shape[:-1], kept.shape[:-2])
    sales = np.zeros((*outer, target.shape[-1]))
    if known is not None:
        sales[..., :first] = known
    for t in range(first, target.shape[-1]):
        left = np.einsum("...c,...c->...", kept[..., t, :t], sales[..., :t])
        sales[..., t] = np.maximum(0.0, (target[..., t] - left) / kept[..., t, t])
    return sales_driven(sales, kept)


def by_cohort(sales: ArrayLike, kept: Floats) -> Floats:
    """Return what is scrapped in each year by the year of its sale.

    Args:
        sales: Shape (..., years).
        kept: Shape (..., years, years), from `survival`.

    Returns:
        Shape (..., years, years): row is the year, column the year of sale.
    """
    inflow = np.asarray(sales, dtype=float)
    _same(inflow, kept)
    stood = np.concatenate([np.zeros_like(kept[..., :1, :]), kept[..., :-1, :]], axis=-2)
    n = kept.shape[-1]
    # in its own year a cohort starts whole
    stood = stood + np.eye(n)
    return np.asarray((stood - kept) * inflow[..., None, :])


def _same(values: Floats, kept: Floats) -> None:
    if values.shape[-1:] != kept.shape[-1:]:
        raise DataError(f"stock: {values.shape[-1]} years of products and {kept.shape[-1]} of survival.")
