"""A forecast in one line, to stand beside a number elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from oreflow.errors import UsageError
from oreflow.outlook.forecast.result import Forecast


class Quoted(NamedTuple):
    """A number of a forecast with its name and score.

    Attributes:
        value: The median.
        low: Low end of the interval.
        high: High end.
        unit: Their unit.
        period: The period.
        name: Model that is given.
        score: Its score in words, such as ``AutoTheta, MASE 0.93 of naive over 36 origins``.
    """

    value: float
    low: float
    high: float
    unit: str
    period: str
    name: str
    score: str


def quoted(forecast: Forecast, *, ahead: int | None = None, level: float = 0.8) -> Quoted:
    """Return what a forecast says of one period, with the model's name and score.

    Args:
        forecast: The forecast.
        ahead: Periods ahead, from 1; the last where left out.
        level: Level of the interval, one of the forecast's.

    Returns:
        The number.

    Raises:
        UsageError: The period or the level was not forecast.
    """
    at = forecast.horizon if ahead is None else ahead
    if not 1 <= at <= forecast.horizon:
        raise UsageError(f"{at} periods ahead: the forecast has 1 to {forecast.horizon}.")
    low, high = forecast.ends(level)
    return Quoted(
        value=forecast.median[at - 1],
        low=float(low[at - 1]),
        high=float(high[at - 1]),
        unit=forecast.series.unit,
        period=forecast.periods[at - 1],
        name=forecast.model,
        score=scored_by(forecast),
    )


def scored_by(forecast: Forecast) -> str:
    """Return the name and score of a forecast in a few words."""
    s, plan = forecast.score, forecast.rolling
    if s is None or plan is None:
        return f"{forecast.model}, not scored: {len(forecast.series.values)} values are too few"
    covered = f"{100 * s.coverage:.0f} % of outcomes in its 80 % interval"
    if forecast.verdict == "better":
        return f"{s.model}, MASE {s.ratio:.2f} of naive over {plan.scored} origins, {covered}"
    beaten = forecast.tested
    why = (
        f"; {beaten.model} has {beaten.ratio:.2f} of its error" if beaten and beaten.model != s.model else ""
    )
    return f"naive, as no model is shown to beat it over {plan.scored} origins{why}; {covered}"
