"""Figures and words that the page of forecasts and their scoreboard share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import get_args

from oreflow.outlook.forecast import Forecast, Score, quoted
from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Items

_QUALITY: dict[str, Quality] = {q: q for q in get_args(Quality)}


def where(f: Forecast, run: str) -> tuple[Figure, Figure | None]:
    """Return the last value of a series and its change over a year (in %, or in points for a share).

    Args:
        f: The forecast.
        run: Run id, the source of the change.

    Returns:
        Both; no change where the series has no value a year before, or that is zero.
    """
    s = f.series
    value = Figure(
        s.values[-1],
        s.unit,
        s.source,
        _QUALITY[f.series.quality],
        "; ".join(x for x in (s.basis, s.note) if x),
    )
    if len(s.values) <= s.season or s.values[-1 - s.season] == 0:
        return value, None
    before, now = s.values[-1 - s.season], s.values[-1]
    if s.high is not None:
        return value, Figure(now - before, "pp", run, "modelled", change=True)
    return value, Figure(100 * (now / before - 1), "%", run, "modelled", change=True)


def ahead(f: Forecast, run: str, *, level: float = 0.8) -> Figure:
    """Return the last forecast with its interval.

    Args:
        f: The forecast.
        run: Run id.
        level: Level of the interval.
    """
    q = quoted(f, level=level)
    return Figure(
        q.value, q.unit, run, "modelled", f"Range: {100 * level:g} % interval; {q.score}", q.low, q.high
    )


def key(f: Forecast) -> list[object]:
    """Return what the run id of a forecast hangs on."""
    return [f.series.name, f.series.values, f.series.last, f.horizon, f.levels, f.seed, f.model]


def score(value: float, run: str) -> Figure:
    """Return a number without a unit; none where it is not known."""
    return Figure(value if math.isfinite(value) else None, "1", run)


def percent(value: float, run: str) -> Figure:
    """Return a share as a percentage; none where it is not known."""
    return Figure(100 * value if math.isfinite(value) else None, "%", run)


def ratio(s: Score, run: str) -> Figure:
    """Return the error of a candidate over that of naive, with its interval."""
    ends = (s.low, s.high) if math.isfinite(s.low) and math.isfinite(s.high) else (None, None)
    value = s.ratio if math.isfinite(s.ratio) else None
    return Figure(value, "1", run, "modelled", "Range: 90 % interval from blocks of origins", *ends)


def over(s: Score, run: str) -> Figure:
    """Return by how many per cent the error of a candidate is above that of naive."""
    ends = (100 * (s.low - 1), 100 * (s.high - 1))
    return Figure(
        100 * (s.ratio - 1),
        "%",
        run,
        "modelled",
        "Range: 90 % interval from blocks of origins",
        *ends,
        change=True,
    )


def say(text: str) -> Sentence:
    """Return a sentence without figures, its numbers held to their per cent signs."""
    return Sentence(text.replace(" %", "\u00a0%"))


def trust(forecasts: Sequence[Forecast]) -> Items:
    """Return what to keep in mind of forecasts, of scored ones and of short ones."""
    points = []
    if any(f.scores for f in forecasts):
        points += [
            "A model counts as better than naive only where the interval of the ratio of errors lies below 1 and the "
            "test of Diebold and Mariano agrees, both over origins that did not choose it.",
            "That no model is shown to be better does not say that none is: with few independent horizons only a large "
            "difference can be seen.",
            "Conformal intervals are as wide as past errors. What never happened in the series is not in them.",
        ]
    if not all(f.scores for f in forecasts):
        points.append(
            "Where a series is too short for a score, its interval takes for granted that what comes moves as the "
            "few values behind did, and has not been tested."
        )
    points.append(
        "A forecast knows the series alone: no mine, ban or article. What news does to a price is the market's answer "
        "(oreflow brief, oreflow run)."
    )
    return Items("What to keep in mind", tuple(map(say, points)))
