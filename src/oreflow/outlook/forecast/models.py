"""The candidates: naive forecasts in closed form, and the automatic models of statsforecast on plain arrays.

Each takes the values known so far, in logarithms where the series is positive, and gives the path ahead. Seasons are
not assumed: at each origin a test on the values known by then decides whether a seasonal form may be fitted.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from oreflow.errors import NumericalError, UsageError
from oreflow.outlook.forecast.series import Floats

SEASONAL_AT = 0.01
"""A season is fitted where one as marked would come by chance less often than this."""
SEASONS_NEEDED = 3
"""Whole years that the test for a season needs."""
SEARCH_EVERY = 12
"""New values after which AutoARIMA looks for its order again."""
_EXPECTED = "possible convergence problem|Stepwise search was stopped early"

Step = Callable[[Floats, int, int], Floats]
"""Known values, horizon and season (1 for none) to the path ahead, shape (h,)."""


@dataclass(frozen=True, slots=True)
class Model:
    """A way to forecast.

    Attributes:
        name: Its name.
        text: What it does, in a few words.
        start: Makes the function that forecasts at one origin after another.
        needs_season: Whether it makes sense only where a year has several periods.
        rival: Whether it is one of the simple forecasts that the others must beat.
    """

    name: str
    text: str
    start: Callable[[], Step]
    needs_season: bool = False
    rival: bool = False


def naive(y: Floats, h: int, season: int = 1) -> Floats:
    """Return the last value, repeated."""
    return np.full(h, y[-1])


def drift(y: Floats, h: int, season: int = 1) -> Floats:
    """Return the line through the first and the last value, carried on."""
    out: Floats = y[-1] + (y[-1] - y[0]) / (len(y) - 1) * np.arange(1, h + 1)
    return out


def seasonal_naive(y: Floats, h: int, season: int) -> Floats:
    """Return the values of the last season, repeated."""
    out: Floats = np.resize(y[-season:], h)
    return out


def is_seasonal(y: Floats, season: int) -> bool:
    """Whether changes differ by the time of the year more than chance allows.

    The test of Kruskal and Wallis on the changes from one period to the next, grouped by their place in the year.

    Args:
        y: Shape (n,), the values known.
        season: Periods in a year.

    Returns:
        False also where there are fewer than three whole years, or nothing changes.
    """
    change = np.diff(y)
    if season < 2 or len(change) < SEASONS_NEEDED * season or np.ptp(change) == 0:
        return False
    from scipy.stats import kruskal

    return bool(kruskal(*(change[i::season] for i in range(season))).pvalue < SEASONAL_AT)


def _ets() -> Step:
    def step(y: Floats, h: int, season: int) -> Floats:
        form = "AZA" if season > 1 else "AZN"
        return _path(library().AutoETS(season_length=season, model=form), y, h)

    return step


def _theta() -> Step:
    def step(y: Floats, h: int, season: int) -> Floats:
        return _path(library().AutoTheta(season_length=season, decomposition_type="additive"), y, h)

    return step


def _arima() -> Step:
    """Return AutoARIMA that looks for its order anew after some new values, and refits its coefficients in between."""
    found: dict[str, Any] = {}

    def step(y: Floats, h: int, season: int) -> Floats:
        if not found or found["season"] != season or len(y) - found["at"] >= SEARCH_EVERY:
            found.update(at=len(y), season=season, order=_order(y, season))
        p, q, P, Q, m, d, D = found["order"][0]
        mean, trend = found["order"][1:]
        model = library().ARIMA(
            order=(p, d, q),
            season_length=m,
            seasonal_order=(P, D, Q),
            include_mean=mean,
            include_drift=trend,
        )
        return _path(model, y, h)

    return step


def _order(y: Floats, season: int) -> tuple[tuple[int, ...], bool, bool]:
    model = library().AutoARIMA(
        season_length=season,
        seasonal=season > 1,
        max_p=2,
        max_q=2,
        max_P=1,
        max_Q=1,
        max_order=3,
        # The shortcut by conditional sums of squares is quicker and often does not converge.
        approximation=False,
    )
    with expected_warnings():
        fitted = model.fit(y).model_
    return tuple(int(i) for i in fitted["arma"]), "intercept" in fitted["coef"], "drift" in fitted["coef"]


CANDIDATES: dict[str, Model] = {
    m.name: m
    for m in (
        Model("naive", "the last value, unchanged", lambda: naive, rival=True),
        Model("drift", "the last value and the mean change so far", lambda: drift, rival=True),
        Model(
            "seasonal naive",
            "the value of the same period a year ago",
            lambda: seasonal_naive,
            needs_season=True,
            rival=True,
        ),
        Model("AutoETS", "exponential smoothing, its form by AICc", _ets),
        Model("AutoARIMA", "ARIMA, its order by AICc", _arima),
        Model("AutoTheta", "the Theta method, its form by mean squared error", _theta),
    )
}
"""Candidates by name."""
AVERAGE = "average"
"""The mean of the paths of the models that are no rivals."""
NAMES = (*CANDIDATES, AVERAGE)
"""Names that a forecast may carry."""


def walk(model: Model, y: Floats, origins: Sequence[int], h: int, season: int) -> Floats:
    """Return the forecasts of a model at many origins.

    Args:
        model: The model.
        y: Shape (n,), values; the forecast at origin t knows the first t of them.
        origins: Rising.
        h: Periods ahead.
        season: Periods in a year.

    Returns:
        Shape (origins, h).

    Raises:
        UsageError: statsforecast is not installed.
        NumericalError: The model could not be fitted at an origin.
    """
    step = model.start()
    out = np.empty((len(origins), h))
    for i, t in enumerate(origins):
        known = y[:t]
        fits = season if model.needs_season or (not model.rival and is_seasonal(known, season)) else 1
        try:
            out[i] = step(known, h, fits)
        except UsageError:
            raise
        except Exception as error:  # a library of many authors raises many kinds
            raise NumericalError(f"{model.name} cannot be fitted to the first {t} values: {error}") from error
        if not np.isfinite(out[i]).all():
            raise NumericalError(f"{model.name} gives no finite forecast from the first {t} values.")
    return out


def average(paths: dict[str, Floats]) -> Floats | None:
    """Return the mean of the models that are no rivals; None where there are fewer than two."""
    own = [p for name, p in paths.items() if name in CANDIDATES and not CANDIDATES[name].rival]
    return np.mean(own, axis=0) if len(own) > 1 else None


@cache
def library() -> Any:
    """Return the models of statsforecast.

    Raises:
        UsageError: It is not installed.
    """
    try:
        return importlib.import_module("statsforecast.models")
    except ImportError as error:
        raise UsageError(
            "forecasts by models need statsforecast. Install it with: pip install 'oreflow[forecast]'."
        ) from error


def installed() -> bool:
    """Whether statsforecast can be imported; it is not imported to find out."""
    return importlib.util.find_spec("statsforecast") is not None


@contextmanager
def expected_warnings() -> Iterator[None]:
    """Leave aside what a fit says of its search: how good it is, is measured on what came later."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_EXPECTED)
        yield


def _path(model: Any, y: Floats, h: int) -> Floats:
    with expected_warnings():
        return np.asarray(model.forecast(y=np.ascontiguousarray(y), h=h)["mean"], dtype=float)
