"""`forecast_series`: back-test, verdict, path and intervals of one series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oreflow.errors import UsageError
from oreflow.outlook.forecast import conformal
from oreflow.outlook.forecast.backtest import COUNTED, Backtest, Progress, backtest, candidates
from oreflow.outlook.forecast.compare import CHANCE, check_seed
from oreflow.outlook.forecast.measures import scale
from oreflow.outlook.forecast.models import AVERAGE, CANDIDATES, average, walk
from oreflow.outlook.forecast.periods import following
from oreflow.outlook.forecast.result import Forecast, Verdict, around
from oreflow.outlook.forecast.rolling import rolling
from oreflow.outlook.forecast.series import Floats, Series
from oreflow.outlook.forecast.short import TREND_AT, fit

LEVELS = (0.5, 0.8, 0.9)
"""Levels of the intervals."""
HORIZON = {"month": 12, "quarter": 4, "year": 3}
"""Periods ahead where none are asked for."""
LONGEST = 120
"""Periods ahead at most."""


def forecast_series(
    series: Series,
    *,
    horizon: int | None = None,
    level: Sequence[float] = LEVELS,
    models: Sequence[str] | None = None,
    widen: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Forecast:
    """Forecast a series by the model that is shown to beat naive, or naively.

    Args:
        series: The series.
        horizon: Periods ahead; 12 months, 4 quarters or 3 years where left out.
        level: Levels of the intervals, 0.8 for 80 %; 80 % is always among them.
        models: Candidates; all that fit the series where left out.
        widen: Whether an interval may not be narrower than one nearer in time.
        seed: Seed of the bootstrap.
        progress: Called with the name of each candidate before it starts.

    Returns:
        The forecast.

    Raises:
        UsageError: The horizon, a level or the seed is out of range, or statsforecast is not installed.
        UnknownNameError: A model is not known.
        DataError: A level asks for more past errors than the back-test has.
    """
    h = HORIZON[series.step] if horizon is None else horizon
    if not 1 <= h <= LONGEST:
        raise UsageError(f"horizon {h}: give 1 to {LONGEST} periods.")
    check_seed(seed)
    for one in level:
        conformal.check_level(one)
    levels = tuple(sorted({*level, COUNTED}))
    y = series.array
    candidates(models, series.season)
    plan = rolling(len(y), h, series.season)
    if plan is None or not any(scale(y[:t]) for t in plan.origins):
        return _short(series, h, levels, seed, never=not np.ptp(y))
    test = backtest(series, models, horizon=h, seed=seed, progress=progress)
    verdict = judge(test)
    given = test.best if verdict == "better" else "naive"
    errors = test.errors[given]
    reach = {}
    for one in levels:
        if conformal.least(one) > len(errors):
            raise UsageError(
                f"level {one}: an interval of {100 * one:g} % needs {conformal.least(one)} past errors; the back-test "
                f"of {series.name} has {len(errors)}. Give a lower level."
            )
        reach[one] = conformal.radius(errors, one)
        if widen:
            reach[one] = np.maximum.accumulate(reach[one])
    path = _ahead(given, np.log(y) if series.logs else y, h, series.season)
    median, quantiles = around(_levels(path, y[-1], logs=series.logs), reach, series)
    return Forecast(
        series=series,
        periods=_periods(series, h),
        model=given,
        best=test.best,
        verdict=verdict,
        sentence=_sentence(test, verdict),
        median=median,
        quantiles=quantiles,
        naive=(series.values[-1],) * h,
        levels=levels,
        interval=(
            f"conformal: as wide as the errors that {given} made from {len(errors)} past origins, at each distance "
            f"ahead{'' if not widen else ', and never narrower farther ahead'}"
        ),
        scores=test.scores,
        rolling=plan,
        seed=seed,
        errors=errors,
    )


def judge(test: Backtest) -> Verdict:
    """Return whether the chosen model beats naive over the origins that it was not chosen on.

    Args:
        test: The back-test.

    Returns:
        ``better`` only where the interval of the ratio of errors lies below 1 and the test of Diebold and Mariano
        agrees.
    """
    if test.best == "naive":
        return "naive best"
    s = test.score(test.best)
    return "better" if s.high < 1 and s.chance < CHANCE else "not shown"


def _ahead(name: str, work: Floats, h: int, season: int) -> Floats:
    """Return the path of a model from all values."""
    if name != AVERAGE:
        return np.asarray(walk(CANDIDATES[name], work, [len(work)], h, season)[0])
    own = {n: walk(m, work, [len(work)], h, season) for n, m in CANDIDATES.items() if not m.rival}
    mean = average(own)
    assert mean is not None
    return np.asarray(mean[0], dtype=np.float64)


def _sentence(test: Backtest, verdict: Verdict) -> str:
    plan = test.rolling
    over = f"over {plan.scored} origins"
    base = test.score("naive")
    if verdict == "naive best":
        second = min((s for s in test.scores[1:] if not s.failed), key=lambda s: s.chosen_by, default=None)
        nearest = (
            f"; {second.model}, the next, has {second.ratio:.2f} of its error {over} later" if second else ""
        )
        return (
            f"No candidate beats naive: over the first {plan.choosing} origins the last value, unchanged, errs "
            f"least{nearest}. The naive forecast is given."
        )
    s = test.score(test.best)
    against = (
        f"MASE {s.mase:.2f} against {base.mase:.2f} {over} that it was not chosen on: {s.ratio:.2f} of naive's, "
        f"90 % interval {s.low:.2f} to {s.high:.2f}, chance {s.chance:.2f}"
    )
    if verdict == "better":
        return f"{s.model} is better than naive: {against}."
    worse = " (and the one that was best early on did worse later)" if s.ratio > 1 else ""
    return (
        f"No better than naive can be shown: the best of the first {plan.choosing} origins, {s.model}, has {against}"
        f"{worse}. The naive forecast is given."
    )


def _short(series: Series, h: int, levels: tuple[float, ...], seed: int, *, never: bool) -> Forecast:
    y = np.log(series.array) if series.logs else series.array
    # What is scarce is dug and what is dear is replaced: five prices that fell four times are no reason to fall on.
    fitted = fit(y, trend=series.what != "price")
    path = fitted.path(y[-1], h)
    reach = {one: fitted.radius(one, h) for one in levels}
    median, quantiles = around(_levels(path, series.values[-1], logs=series.logs), reach, series)
    distance = f"{h} {series.step}{'s' if h > 1 else ''}"
    count = f"{len(y)} values, one a {series.step}, are too few to score forecasts {distance} ahead"
    if never:
        said = f"{count}; none differs from another, so that nothing is known of how far it may move."
    elif fitted.drifts:
        mean = f"{100 * np.expm1(fitted.mean):+.1f} %" if series.logs else f"{fitted.mean:+.3g} {series.unit}"
        chance = "p < 0.001" if fitted.chance < 0.001 else f"p = {fitted.chance:.3f}"
        said = (
            f"{count}. Their mean change of {mean} a {series.step} is more than chance would give "
            f"({chance}), so that it is carried on; whether it lasts is not known."
        )
    elif series.what == "price":
        said = f"{count}; a trend in so few prices is not carried on. The naive forecast is given."
    else:
        said = (
            f"{count}, and their mean change is not more than chance would give (p = {fitted.chance:.2f} against "
            f"{TREND_AT}). The naive forecast is given."
        )
    law = "logarithms take" if series.logs else "values take"
    return Forecast(
        series=series,
        periods=_periods(series, h),
        model=fitted.name,
        best="",
        verdict="short",
        sentence=said,
        median=median,
        quantiles=quantiles,
        naive=(series.values[-1],) * h,
        levels=levels,
        interval=(
            f"not tested: those of a random walk whose {law} normal steps of unknown size, {fitted.freedom} degrees of "
            "freedom"
        ),
        scores=(),
        rolling=None,
        seed=seed,
        walk=fitted,
    )


def _levels(path: Floats, last: float, *, logs: bool) -> Floats:
    """Return a path in the unit of the series; one that stays at the last value gives that value to the digit."""
    out: Floats = last * np.exp(path - np.log(last)) if logs else path
    return out


def _periods(series: Series, h: int) -> tuple[str, ...]:
    return following(series.last, h)
