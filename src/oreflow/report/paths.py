"""Sampled paths of the market turned into the price and supply paths of a briefing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.errors import DataError
from oreflow.report.effects import PricePath, SupplyPath
from oreflow.report.figure import Band, spread


def price_path(
    *,
    commodity: str,
    name: str,
    hub: str,
    place: str,
    months: tuple[str, ...],
    baseline: ArrayLike,
    draws: ArrayLike,
    unit: str,
    run: str,
    news: str,
) -> PricePath:
    """Return the price path of a commodity at its hub, with its changes in %.

    Args:
        commodity: Commodity key.
        name: Its name in plain words.
        hub: Region key of the hub.
        place: Name of the hub.
        months: Months shown, as YYYY-MM.
        baseline: Shape (months,), price without the event; above zero.
        draws: Shape (draws, months), sampled prices.
        unit: Unit of the price, e.g. "USD/t LCE".
        run: The run id.
        news: Month in which the event became known; the first month where it was known before.

    Returns:
        The path. The largest change is that of the month where the median is farthest from the baseline; the mean
        is taken from the month of the news on.

    Raises:
        DataError: The shapes do not fit, a value is not a number, or a baseline price is not above zero.
    """
    band = Band.from_draws(months=months, baseline=baseline, draws=draws, unit=unit, source=run)
    base = np.asarray(baseline, dtype=float)
    if (base <= 0).any():
        month = months[int(np.argmax(base <= 0))]
        raise DataError(f"briefing, price of {name}: the baseline in {month} is not above zero.")
    relative = 100.0 * (np.asarray(draws, dtype=float) / base - 1.0)
    first = months.index(news) if news in months else 0
    peak = int(np.argmax(np.abs(np.median(relative, axis=0))))
    return PricePath(
        commodity,
        name,
        hub,
        place,
        band,
        first=spread(relative[:, first], unit="%", source=run, change=True),
        peak=spread(relative[:, peak], unit="%", source=run, change=True),
        peak_month=months[peak],
        mean=spread(relative[:, first:].mean(axis=1), unit="%", source=run, change=True),
    )


def supply_path(
    *,
    commodity: str,
    name: str,
    place: str,
    months: tuple[str, ...],
    baseline: ArrayLike,
    draws: ArrayLike,
    unit: str,
    run: str,
) -> SupplyPath:
    """Return the supply that is missing against the baseline.

    Args:
        commodity: Commodity key.
        name: Its name in plain words.
        place: Region it is missing in, or "world".
        months: Months shown, as YYYY-MM.
        baseline: Shape (months,), supply a month without the event; above zero in all.
        draws: Shape (draws, months), sampled supply a month.
        unit: Balance unit of the commodity, e.g. "t LCE".
        run: The run id.

    Returns:
        The path, in units a month; negative where there is more than without the event.

    Raises:
        DataError: The shapes do not fit, a value is not a number, or there is no supply in the baseline.
    """
    base: NDArray[np.float64] = np.asarray(baseline, dtype=float)
    if base.sum() <= 0:
        raise DataError(f"briefing, supply of {name}: the baseline has none.")
    sampled = np.asarray(draws, dtype=float)
    if sampled.ndim != 2 or sampled.shape[1:] != base.shape:
        raise DataError(
            f"briefing, supply of {name}: draws have shape {sampled.shape}, the baseline {base.shape}; needed are "
            f"(draws, months) and (months,)."
        )
    missing = base - sampled
    band = Band.from_draws(
        months=months, baseline=np.zeros_like(base), draws=missing, unit=f"{unit}/month", source=run
    )
    total = missing.sum(axis=1)
    return SupplyPath(
        commodity,
        name,
        place,
        band,
        total=spread(total, unit=unit, source=run),
        share=spread(100.0 * total / base.sum(), unit="%", source=run),
    )
