"""A price that wanders around a level: the mean-reverting log price, its fit, its paths and its moments.

    dx = κ·(m − x)·dt + σ·dW,   x = ln P

    x(t+Δ) = m + (x(t) − m)·e^(−κΔ) + σ·√((1 − e^(−2κΔ))/(2κ))·ε

The second line is exact, whatever the step Δ: an AR(1), so that least squares is maximum likelihood given the first
value (Schwartz 1997, model 1; Dixit & Pindyck 1994, ch. 3). With κ = 0 it is a random walk, and m has no meaning.

| symbol | meaning | unit |
|---|---|---|
| m | log of the level: the median of the price in the long run | log USD/unit |
| κ | pull back to the level; half a gap is closed in ln 2/κ | 1/yr |
| σ | standard deviation of a year's change of the log price | 1/yr^0.5 |

A fit to few points finds too strong a pull: the estimate of e^(−κΔ) lies (1 + 3·e^(−κΔ))/n too low on average
(Kendall 1954), and `fit` can put that back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.errors import DataError, UsageError

Floats = NDArray[np.float64]

Seed = int | tuple[int, ...]
"""A seed, alone or with the number of a stream."""

LEAST = 8
"""Prices that a fit needs."""
PRICES, PROJECTS, COMMON = 0, 1, 2
"""Streams of random numbers of a seed: for prices, for what projects cost, for what all prices share."""


def first(seed: Seed) -> int:
    """Return a seed without the number of its stream."""
    return seed if isinstance(seed, int) else seed[0]


def _normal(seed: Seed, stream: int, periods: int, draws: int) -> Floats:
    """Standard normal numbers, shape (periods, draws): every second draw mirrors the one before it."""
    noise = np.empty((periods, draws))
    for i in range(0, draws, 2):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, i // 2)))
        noise[:, i] = rng.standard_normal(periods)
    if draws > 1:
        noise[:, 1::2] = -noise[:, : draws - 1 : 2]
    return noise


@dataclass(frozen=True, slots=True)
class Process:
    """A mean-reverting log price.

    Attributes:
        start: Price now, USD/unit.
        level: Median in the long run, USD/unit.
        reversion: κ, 1/yr; 0 for a random walk.
        volatility: σ, 1/yr^0.5; 0 for a price that is known.
        unit: Unit of the price.
        source: Keys of its sources joined by ";".
        quality: How the parameters are known.
        note: What a reader must know.

    Raises:
        DataError: A number is not finite or out of range.
    """

    start: float
    level: float
    reversion: float
    volatility: float
    unit: str = "USD/unit"
    source: str = "oreflow"
    quality: str = "assumed"
    note: str = ""

    def __post_init__(self) -> None:
        for name, least in (("start", 1e-9), ("level", 1e-9), ("reversion", 0.0), ("volatility", 0.0)):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= least):
                raise DataError(
                    f"price process: {name} is {value}; give a finite number of {'more than ' if least else ''}0"
                    f"{'' if least else ' or more'}."
                )

    @property
    def half_life(self) -> float:
        """Years in which half of a gap to the level is closed; infinite without a pull."""
        return math.log(2.0) / self.reversion if self.reversion > 0 else math.inf

    def with_(self, **changes: float) -> Process:
        """Return the process with some numbers replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def moments(self, years: ArrayLike, *, start: ArrayLike | None = None) -> tuple[Floats, Floats]:
        """Return mean and variance of the log price.

        Args:
            years: Years from now.
            start: Price now; the process's own by default. Broadcast against the years.

        Returns:
            Mean and variance, of the shape of both broadcast.
        """
        t = np.asarray(years, dtype=float)
        x = np.log(self.start if start is None else np.asarray(start, dtype=float))
        if self.reversion == 0:
            return np.asarray(x + 0.0 * t, dtype=float), self.volatility**2 * t
        pull = np.exp(-self.reversion * t)
        m = math.log(self.level)
        variance = self.volatility**2 * -np.expm1(-2.0 * self.reversion * t) / (2.0 * self.reversion)
        return np.asarray(m + (x - m) * pull, dtype=float), np.asarray(variance, dtype=float)

    def mean(self, years: ArrayLike, *, start: ArrayLike | None = None) -> Floats:
        """Return the expected price.

        Args:
            years: Years from now.
            start: Price now; the process's own by default.

        Returns:
            Expected price, USD/unit.
        """
        mean, variance = self.moments(years, start=start)
        return np.asarray(np.exp(mean + 0.5 * variance), dtype=float)

    def simulate(
        self,
        periods: int,
        *,
        months: int = 1,
        draws: int = 1000,
        seed: Seed = 1,
        start: ArrayLike | None = None,
        shared: float = 0.0,
    ) -> Floats:
        """Draw paths.

        Every second draw mirrors the one before it (antithetic), so that means settle sooner. A draw depends on the
        seed and its number alone.

        Args:
            periods: Periods of a path; the first stands one period from now.
            months: Months in a period.
            draws: Number of paths.
            seed: Seed.
            start: Price now, shape () or (draws,); the process's own by default.
            shared: Part of the variance that all prices drawn with the seed (without its stream) have in common: the
                correlation of the changes of any two of them.

        Returns:
            Prices at the end of each period, shape (draws, periods).

        Raises:
            UsageError: A count is below 1, or what is shared is no share.
        """
        if not 0 <= shared <= 1:
            raise UsageError(f"the correlation of prices is a share between 0 and 1, not {shared:g}.")
        if min(periods, months, draws) < 1:
            raise UsageError("paths need at least 1 draw, 1 period and 1 month a period.")
        step = months / 12.0
        noise = _normal(seed, PRICES, periods, draws)
        if shared > 0:
            both = _normal(first(seed), COMMON, periods, draws)
            noise = math.sqrt(1.0 - shared) * noise + math.sqrt(shared) * both
        _, variance = self.moments(step)
        x = np.broadcast_to(np.log(self.start if start is None else np.asarray(start, float)), (draws,))
        pull = math.exp(-self.reversion * step)
        m = math.log(self.level)
        out = np.empty((periods, draws))
        for t in range(periods):
            x = (m + (x - m) * pull if self.reversion else x) + math.sqrt(float(variance)) * noise[t]
            out[t] = x
        return np.exp(out).T


@dataclass(frozen=True, slots=True)
class Fit:
    """A process fitted to a history, and how well.

    Attributes:
        process: The process; it starts at the last price.
        points: Prices that it was fitted to.
        slope: e^(−κΔ) as estimated.
        slope_error: Its standard error.
    """

    process: Process
    points: int
    slope: float
    slope_error: float


def fit(
    prices: ArrayLike,
    *,
    months: int = 1,
    unit: str = "USD/unit",
    source: str = "oreflow",
    unbias: bool = False,
) -> Fit:
    """Fit a mean-reverting log price to a history by maximum likelihood.

    Args:
        prices: Prices at even steps, oldest first.
        months: Months between two of them.
        unit: Their unit.
        source: Their source.
        unbias: Put back the bias of a short history (Kendall 1954).

    Returns:
        The fit. A history without a pull gives a random walk (κ = 0); the level is never outside what was seen.

    Raises:
        DataError: There are too few prices, one is not above zero, or they never move.
    """
    p = np.asarray(prices, dtype=float)
    if p.ndim != 1 or len(p) < LEAST:
        raise DataError(
            f"a price process needs at least {LEAST} prices, not {p.size}. Give a longer history."
        )
    bad = np.flatnonzero(~(np.isfinite(p) & (p > 0)))
    if len(bad):
        raise DataError(f"price {int(bad[0]) + 1} of {len(p)} is {p[bad[0]]}; prices must be above 0.")
    if np.ptp(p) == 0:
        raise DataError("the prices never move; a fit has nothing to say on how they might.")
    step = months / 12.0
    x, y = np.log(p[:-1]), np.log(p[1:])
    n = len(x)
    dx = x - x.mean()
    slope = float(dx @ (y - y.mean()) / (dx @ dx)) if dx @ dx > 0 else 1.0
    used = min(slope + (1.0 + 3.0 * slope) / n, 1.0) if unbias else slope
    if 0.0 < used < 1.0:
        intercept = float(y.mean() - used * x.mean())
        # Where the pull is faint the level that it pulls to is anywhere: it is kept within what was seen.
        seen = np.log(p)
        centre = float(np.clip(intercept / (1.0 - used), seen.min(), seen.max()))
        level, kappa = math.exp(centre), -math.log(used) / step
        rest = y - intercept - used * x
        variance = float(rest @ rest) / n
        sigma = math.sqrt(variance * 2.0 * kappa / (1.0 - used**2))
    elif used <= 0.0:
        raise DataError(
            "the prices jump back beyond their mean within one step: they are too far apart to fit a pull. "
            "Give a history with shorter steps."
        )
    else:
        rest = y - x
        level, kappa = float(np.exp(np.log(p).mean())), 0.0
        variance = float(rest @ rest) / n
        sigma = math.sqrt(variance / step)
    error = math.sqrt(variance / float(dx @ dx)) if dx @ dx > 0 else math.inf
    process = Process(
        float(p[-1]), level, kappa, sigma, unit, source, "derived", f"Fitted to {len(p)} prices"
    )
    return Fit(process, len(p), slope, error)
