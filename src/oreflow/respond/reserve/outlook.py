"""What forecasts say of prices, beside a reserve that takes the base year as it is."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.errors import OreflowError

LONG = 40
"""Values from which on a series is forecast by quarters: their means are enough here, and quicker."""
YEAR = 4
MODELS = ("AutoTheta",)
"""Candidate beside naive: one, so that the page does not wait; `oreflow forecast` tries them all."""


@dataclass(frozen=True)
class Ahead:
    """A price forecast.

    Attributes:
        commodity: Commodity.
        unit: Unit.
        period: Period that is forecast.
        value: Median.
        low: Low end of the 80 % interval.
        high: High end.
        score: Model and score in words.
        last: Last value of the series, for comparison.
        source: Key of the source of the series.
    """

    commodity: str
    unit: str
    period: str
    value: float
    low: float
    high: float
    score: str
    last: float
    source: str


def ahead(world: World, commodities: tuple[str, ...]) -> tuple[Ahead, ...]:
    """Forecast prices about a year ahead.

    Args:
        world: World.
        commodities: Commodities.

    Returns:
        Forecasts; commodities without a series that is long enough, or all where the forecasting library is not there,
        are left out.
    """
    from oreflow.outlook.forecast import forecast, quoted, series_of

    out = []
    for commodity in commodities:
        try:
            series = series_of(world, commodity, what="price")
            long = len(series.values) >= LONG
            found = forecast(
                world, commodity, what="price", step="quarter" if long else None, horizon=YEAR if long else 1,
                models=MODELS if long else None,
            )  # fmt: skip
        except OreflowError:
            continue
        q = quoted(found)
        out.append(
            Ahead(
                commodity,
                q.unit,
                q.period,
                q.value,
                q.low,
                q.high,
                q.score,
                float(series.values[-1]),
                series.source,
            )
        )
    return tuple(out)
