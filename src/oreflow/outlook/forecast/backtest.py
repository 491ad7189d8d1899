"""The back-test: every candidate forecasts from every origin, some origins choose and later ones score."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from oreflow.errors import DataError, NumericalError, UnknownNameError, UsageError
from oreflow.outlook.forecast import conformal
from oreflow.outlook.forecast.compare import check_seed, diebold_mariano, ratio_interval
from oreflow.outlook.forecast.measures import pinball, scale
from oreflow.outlook.forecast.models import AVERAGE, CANDIDATES, NAMES, average, walk
from oreflow.outlook.forecast.rolling import Rolling, rolling
from oreflow.outlook.forecast.series import Floats, Series

COUNTED = 0.8
"""Level of the interval whose coverage is counted."""
SCORED_LEVELS = (0.5, 0.8, 0.9)
"""Levels whose ends, with the median, make the quantile score."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Score:
    """How well one candidate did.

    Attributes:
        model: Its name.
        text: What it does.
        chosen_by: MASE over the origins that choose.
        mase: MASE over the later origins, that score.
        ratio: The same over naive's.
        low: Low end of the 90 % interval of that ratio.
        high: High end.
        chance: One-sided p-value of Diebold and Mariano: the chance of so low an error, were it not better than naive.
        rmsse: Root mean squared scaled error over the scored origins.
        quantiles: Quantile score of its conformal intervals over that of naive's; below 1 is better.
        coverage: Share of outcomes inside its 80 % interval, made at each scored origin from errors seen by then.
        width: Mean width of that interval over that of naive's.
        distances: Its error over that of naive at each distance ahead, over the scored origins, shape (h,); empty where
            it failed.
        failed: Why it could not be used; empty where it could. All numbers are then NaN.
    """

    model: str
    text: str
    chosen_by: float
    mase: float
    ratio: float
    low: float
    high: float
    chance: float
    rmsse: float
    quantiles: float
    coverage: float
    width: float
    distances: tuple[float, ...] = ()
    failed: str = ""


NUMBERS = tuple(f.name for f in fields(Score) if f.type in (float, "float"))
"""Names of the numbers of a score."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a back-test found.

    Attributes:
        rolling: Its origins.
        logs: Whether errors are of logarithms.
        errors: Model to its errors, outcome less forecast, shape (origins, h), in logarithms where ``logs``.
        scores: One score a candidate, naive first, then in order of the MASE that chooses.
        best: The candidate with the least MASE over the origins that choose.
    """

    rolling: Rolling
    logs: bool
    errors: Mapping[str, Floats]
    scores: tuple[Score, ...]
    best: str

    def score(self, model: str) -> Score:
        """Return the score of a candidate.

        Raises:
            UnknownNameError: It is not one of them.
        """
        for s in self.scores:
            if s.model == model:
                return s
        raise UnknownNameError("model", model, [s.model for s in self.scores])

    def table(self) -> list[dict[str, Any]]:
        """Return one dict a candidate, in the order of the scores."""
        return [{name: getattr(s, name) for name in Score.__slots__} for s in self.scores]


def candidates(names: Sequence[str] | None, season: int) -> tuple[str, ...]:
    """Return the candidates that a series may have, naive always among them.

    Args:
        names: Names asked for; None for all that fit.
        season: Periods in a year.

    Raises:
        UnknownNameError: A name is not known.
        UsageError: A seasonal model was asked for where a year is one period.
    """
    for name in names or ():
        if name not in NAMES:
            raise UnknownNameError("model", name, NAMES)
        if name in CANDIDATES and CANDIDATES[name].needs_season and season < 2:
            raise UsageError(f"{name} needs several periods a year; the series is yearly.")
    fits = [n for n in NAMES if n == AVERAGE or season > 1 or not CANDIDATES[n].needs_season]
    asked = [n for n in fits if names is None or n in names or n == "naive"]
    if AVERAGE in asked and names is not None:
        asked += [n for n, m in CANDIDATES.items() if not m.rival and n not in asked]
    return tuple(asked)


def backtest(
    series: Series,
    models: Sequence[str] | None = None,
    *,
    horizon: int,
    seed: int = 1,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast from many past origins and score what came of it.

    The model that does best over the first half of the origins is scored over the second half, which it was not chosen
    on; between the halves so many origins are skipped that no outcome counts in both.

    Args:
        series: The series.
        models: Candidates; all that fit the series where left out. Naive is always one.
        horizon: Periods ahead.
        seed: Seed of the bootstrap intervals.
        progress: Called with the name of each candidate before it starts.

    Returns:
        Errors and scores.

    Raises:
        DataError: The series is too short for a back-test, or never changes.
        UnknownNameError: A model is not known.
        UsageError: statsforecast is not installed, the horizon is below 1, or the seed below 0.
    """
    y, season = series.array, series.season
    if horizon < 1:
        raise UsageError(f"horizon {horizon}: give 1 or more periods.")
    check_seed(seed)
    names = candidates(models, season)
    plan = rolling(len(y), horizon, season)
    if plan is None:
        raise DataError(
            f"{series.name}: {len(y)} values are too few to score forecasts of {horizon} periods ahead. Give a shorter "
            "horizon or more values."
        )
    if not _scales(y, plan.origins).any():
        raise DataError(f"{series.name} never changes before its last origin; no error can be scaled.")
    work = np.log(y) if series.logs else y
    paths: dict[str, Floats] = {}
    failed: dict[str, str] = {}
    for name in names:
        if progress is not None:
            progress(name)
        try:
            if name != AVERAGE:
                paths[name] = walk(CANDIDATES[name], work, plan.origins, horizon, season)
            elif (mean := average(paths)) is not None:
                paths[name] = mean
            else:
                failed[name] = "fewer than two models could be averaged"
        except NumericalError as error:
            failed[name] = str(error)
    return scored(y, paths, plan, logs=series.logs, seed=seed, failed=failed)


def scored(
    y: Floats,
    paths: Mapping[str, Floats],
    plan: Rolling,
    *,
    logs: bool,
    seed: int = 1,
    failed: Mapping[str, str] | None = None,
) -> Backtest:
    """Return the scores of forecasts made from rolling origins.

    Args:
        y: Shape (n,), the values.
        paths: Model to its forecasts, shape (origins, h), in logarithms where ``logs``; naive among them.
        plan: The origins.
        logs: Whether forecasts are of logarithms.
        seed: Seed of the bootstrap intervals.
        failed: Candidates that could not be used, with the reason.

    Returns:
        The back-test.
    """
    h, origins = plan.horizon, np.array(plan.origins)
    came = np.stack([y[t : t + h] for t in origins])
    work = np.log(came) if logs else came
    known = _scales(y, plan.origins)
    known = np.where(known > 0, known, np.nan)
    squares = np.array([scale(y[:t], squared=True) for t in origins])
    squares = np.where(squares > 0, squares, np.nan)
    later = np.arange(len(origins)) >= plan.choosing + plan.skipped
    first = np.arange(len(origins)) < plan.choosing
    errors = {name: work - path for name, path in paths.items()}
    natural = {name: np.exp(p) if logs else p for name, p in paths.items()}
    apart = {name: np.abs(came - p) / known[:, None] for name, p in natural.items()}
    loss = {name: e.mean(axis=1) for name, e in apart.items()}
    seen = later & np.isfinite(known)
    spread = {name: _spread(errors[name], natural[name], came, origins, known, logs) for name in paths}

    def made(name: str) -> Score:
        own, base = loss[name][later], loss["naive"][later]
        fits = np.isfinite(own) & np.isfinite(base)
        own, base = own[fits], base[fits]
        low = high = chance = math.nan
        if name != "naive" and len(own) > 1 and base.sum() > 0:
            low, high = ratio_interval(own, base, block=plan.overlap, seed=seed)
            chance = diebold_mariano(own - base, overlap=plan.overlap)[1]
        inside, wide, quantile = (x[later] for x in spread[name])
        _, wide0, quantile0 = (x[later] for x in spread["naive"])
        squared = ((came - natural[name]) ** 2).mean(axis=1) / squares
        return Score(
            model=name,
            text=_text(name),
            chosen_by=_mean(loss[name][first]),
            mase=_mean(own),
            ratio=_over(_mean(own), _mean(base)),
            low=low,
            high=high,
            chance=chance,
            rmsse=math.sqrt(_mean(squared[later])),
            quantiles=_over(_mean(quantile), _mean(quantile0)),
            coverage=_mean(inside),
            width=_over(_mean(wide), _mean(wide0)),
            distances=tuple(
                _over(_mean(apart[name][seen, k]), _mean(apart["naive"][seen, k])) for k in range(h)
            ),
        )

    found = [made(name) for name in paths]
    rest = sorted((s for s in found if s.model != "naive"), key=lambda s: s.chosen_by)
    usable = [s for s in found if math.isfinite(s.chosen_by)]
    best = min(usable, key=lambda s: s.chosen_by).model if usable else "naive"
    unknown: dict[str, Any] = dict.fromkeys(NUMBERS, math.nan)
    lost = [Score(n, _text(n), **unknown, failed=why) for n, why in (failed or {}).items()]
    order = (*(s for s in found if s.model == "naive"), *rest, *lost)
    return Backtest(plan, logs, MappingProxyType(errors), order, best)


def _spread(
    errors: Floats, natural: Floats, came: Floats, origins: Floats, known: Floats, logs: bool
) -> tuple[Floats, Floats, Floats]:
    """Return coverage, width and quantile score, shape (origins, h) each, NaN where no interval could be made."""
    reach = {level: conformal.rolling_radius(errors, origins, level) for level in SCORED_LEVELS}
    ok = np.all([np.isfinite(r) for r in reach.values()], axis=0)
    score = pinball(came, natural, 0.5)
    for level, r in reach.items():
        low, high = conformal.apply(natural, np.where(ok, r, 0.0), logs=logs)
        score = score + pinball(came, low, (1 - level) / 2) + pinball(came, high, (1 + level) / 2)
        if level == COUNTED:
            inside = ((came >= low) & (came <= high)).astype(float)
            wide = (high - low) / known[:, None]
    score = score / (2 * len(reach) + 1) / known[:, None]
    return tuple(np.where(ok, x, np.nan) for x in (inside, wide, score))  # type: ignore[return-value]


def _scales(y: Floats, origins: Sequence[int]) -> Floats:
    return np.array([scale(y[:t]) for t in origins])


def _text(name: str) -> str:
    return CANDIDATES[name].text if name in CANDIDATES else "the mean of the three models"


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _over(value: float, by: float) -> float:
    return value / by if by > 0 else math.nan
