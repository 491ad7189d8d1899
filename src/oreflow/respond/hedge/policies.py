"""How well the right to switch can be used on what is known at the time.

- **lattice**: dynamic programming over price and share, exact up to its grid. The price moves by the process; what is
  worth at its points is taken straight between them, and the mean of that is exact.
- **regression**: the same backwards on sampled paths, where what a level is worth is regressed on the price (Longstaff
  & Schwartz 2001). It needs no process, so that it serves paths of a market ensemble. The policy is learnt on one half
  of the futures and told on the other: its value is a lower bound.
- **rule**: go up while the price is above one level and down while it is below another; the two are chosen on the
  first half and told on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

from oreflow.errors import UsageError
from oreflow.respond.hedge.switch import Switch, best, followed, foresight
from oreflow.respond.prices import options
from oreflow.respond.prices.process import Process

Floats = NDArray[np.float64]

POINTS = 601
"""Prices of the lattice."""
WIDTH = 5.0
"""Reach of the lattice in standard deviations of the log price."""
NOTHING = 1e-13
"""Weight of a point that counts for nothing."""
DEGREE = 4
"""Highest power of the log price in the regression."""
TRIED = 12
"""Levels tried for each end of the rule."""


@dataclass(frozen=True)
class Lattice:
    """The best policy on a lattice.

    Attributes:
        value: Expected value now, USD/(kWh/yr).
        prices: Prices of the lattice, shape (prices,), USD/t LCE.
        up: Lowest price at which a first step is taken in each month, shape (months,), USD/t LCE; infinite where none.
    """

    value: float
    prices: Floats
    up: Floats


def lattice(switch: Switch, process: Process, *, points: int = POINTS) -> Lattice:
    """Find the best policy by dynamic programming.

    Args:
        switch: The right.
        process: How prices move.
        points: Prices of the lattice.

    Returns:
        Its value and when to begin.
    """
    months = (np.arange(switch.months) + 1.0) / 12.0
    if process.volatility == 0:
        known = np.exp(process.moments(months)[0])[None, :]
        return Lattice(float(foresight(switch, known)[0]), known[0], np.full(switch.months, np.inf))
    mean, variance = process.moments(months)
    reach = WIDTH * float(np.sqrt(variance[-1]))
    grid = np.linspace(float(mean.min()) - reach, float(mean.max()) + reach, points)
    prices = np.exp(grid)
    gains, levels = switch.expected_gains(process, prices), switch.levels
    move = transition(process, grid)
    value = np.zeros((points, len(levels)))
    up = np.full(switch.months, np.inf)
    for t in range(switch.months - 1, -1, -1):
        worth = gains[:, t : t + 1] * levels + move @ value
        value, chosen = best(switch, worth, t)
        begins = np.flatnonzero(chosen[:, 0] > 0)
        up[t] = prices[begins[0]] if len(begins) else np.inf
    first = transition(process, grid, start=np.array([np.log(process.start)]))
    return Lattice(float((first @ value)[0, 0]), prices, up)


def transition(process: Process, grid: Floats, *, start: Floats | None = None) -> sparse.csr_matrix:
    """Return the weights with which a value on the grid is expected one month later.

    Exact for a value that is straight between the points of the grid and flat beyond its ends.

    Args:
        process: How prices move.
        grid: Log prices, even steps, shape (points,).
        start: Log prices now; the grid by default.

    Returns:
        Shape (len(start), points); rows sum to 1.
    """
    x = grid if start is None else start
    mean, variance = process.moments(1.0 / 12.0, start=np.exp(x))
    s, h = float(np.sqrt(np.max(variance))), float(grid[1] - grid[0])
    d = (mean[:, None] - grid) / s
    above = s * np.exp(-0.5 * d * d) / np.sqrt(2.0 * np.pi) + s * d * ndtr(d)  # mean of max(x' − grid, 0)
    rise = (above[:, :-1] - above[:, 1:]) / h  # mean slope of each piece
    weight = np.concatenate([1.0 - rise[:, :1], rise[:, :-1] - rise[:, 1:], rise[:, -1:]], axis=1)
    return sparse.csr_matrix(np.where(weight > NOTHING, weight, 0.0))


@dataclass(frozen=True)
class Told:
    """A policy told on futures that it was not learnt on.

    Attributes:
        value: Value in each of them, shape (draws,), USD/(kWh/yr).
        share: Share ordered, shape (draws, months).
        up: Price above which a step up is taken; none for a policy without such a price, USD/t LCE.
        down: Price below which a step down is taken, USD/t LCE.
    """

    value: Floats
    share: Floats
    up: float | None = None
    down: float | None = None

    @property
    def mean(self) -> float:
        """Expected value, USD/(kWh/yr)."""
        return float(self.value.mean())

    @property
    def error(self) -> float:
        """Standard error of the mean, USD/(kWh/yr)."""
        return float(self.value.std(ddof=1) / np.sqrt(len(self.value))) if len(self.value) > 1 else 0.0


def halves(prices: Floats) -> tuple[Floats, Floats]:
    """Return the futures to learn on and those to tell on: pairs of draws in turn, so that mirrored ones stay together.

    Raises:
        UsageError: There are fewer than eight.
    """
    if len(prices) < 8:
        raise UsageError(f"a policy is learnt on at least 8 futures, not {len(prices)}.")
    learn = (np.arange(len(prices)) // 2) % 2 == 0
    return prices[learn], prices[~learn]


def regression(switch: Switch, prices: Floats) -> Told:
    """Learn a policy by regression on one half of the futures and tell it on the other.

    Args:
        switch: The right.
        prices: Shape (draws, months or more), USD/t LCE.

    Returns:
        The policy's value; below the best one's but for chance.
    """
    learn, tell = halves(prices)
    months, levels = switch.months, switch.levels
    gains = switch.gains(learn)
    value = np.zeros((len(learn), len(levels)))
    rules: list[Floats] = []
    scale = _Scale.of(learn[:, :months])
    for t in range(months - 1, -1, -1):
        worth = gains[:, t : t + 1] * levels + value
        basis = scale.basis(learn[:, t], switch.strikes[t])
        # Least squares through the few normal equations: many levels, one basis; a column that is empty is left out.
        weights: Floats = np.linalg.pinv(basis.T @ basis, rcond=1e-12, hermitian=True) @ (basis.T @ worth)
        _, chosen = best(switch, basis @ weights, t)
        rules.append(weights)
        value = _arrive(switch, worth, chosen, t)
    rules.reverse()
    level = np.zeros(len(tell), dtype=np.int64)
    wanted = np.empty((len(tell), months), dtype=np.int64)
    rows = np.arange(len(tell))
    for t in range(months):
        _, chosen = best(switch, scale.basis(tell[:, t], switch.strikes[t]) @ rules[t], t)
        level = chosen[rows, level]
        wanted[:, t] = level
    return Told(*followed(switch, tell, wanted))


@dataclass(frozen=True)
class _Scale:
    """Centre and width of log prices, so that powers of them stay near one."""

    centre: float
    width: float

    @classmethod
    def of(cls, prices: Floats) -> _Scale:
        x = np.log(np.maximum(prices, 1e-9))
        return cls(float(x.mean()), float(max(x.std(), 1e-6)))

    def basis(self, price: Floats, strike: float) -> Floats:
        x = np.clip((np.log(np.maximum(price, 1e-9)) - self.centre) / self.width, -5.0, 5.0)
        width = np.exp(self.centre + self.width)
        return np.column_stack([x**k for k in range(DEGREE + 1)] + [np.maximum(price - strike, 0.0) / width])


def _arrive(switch: Switch, worth: Floats, chosen: NDArray[np.int64], at: int) -> Floats:
    """What each level is worth on arrival when the chosen step is taken, shape (draws, levels)."""
    up, down = (np.cumsum(c) * switch.discount[at] for c in switch.moves)
    here = np.arange(worth.shape[1])
    paid = np.maximum(up[chosen] - up[here], 0.0) + np.maximum(down[here] - down[chosen], 0.0)
    return np.asarray(np.take_along_axis(worth, chosen, axis=1) - paid, dtype=np.float64)


def rule(switch: Switch, prices: Floats) -> Told:
    """Find the best pair of prices to act on, on one half of the futures, and tell it on the other.

    Args:
        switch: The right.
        prices: Shape (draws, months or more), USD/t LCE.

    Returns:
        The rule and its value.
    """
    learn, tell = halves(prices)
    tried = np.unique(np.quantile(learn[:, : switch.months], np.linspace(0.02, 0.995, TRIED)))
    tried = np.unique(np.concatenate([tried, np.linspace(min(switch.strikes), max(switch.strikes), TRIED)]))
    found, most = (np.inf, 0.0), 0.0
    for high in tried:
        for low in [0.0, *tried[tried <= high]]:
            mean = float(followed(switch, learn, obeyed(switch, learn, float(high), float(low)))[0].mean())
            if mean > most:
                found, most = (float(high), float(low)), mean
    value, share = followed(switch, tell, obeyed(switch, tell, *found))
    return Told(value, share, *found)


def obeyed(switch: Switch, prices: Floats, up: float, down: float) -> NDArray[np.int64]:
    """Return the levels that a rule orders.

    Args:
        switch: The right.
        prices: Shape (draws, months or more), USD/t LCE.
        up: Price above which a step up is taken.
        down: Price below which a step down is taken.

    Returns:
        Shape (draws, months).
    """
    most = len(switch.levels) - 1
    level = np.zeros(len(prices), dtype=np.int64)
    out = np.empty((len(prices), switch.months), dtype=np.int64)
    for t in range(switch.months):
        p = prices[:, t]
        level = np.clip(level + (p >= up) - (p < down), 0, most)
        out[:, t] = level
    return out


def frictionless(switch: Switch, process: Process) -> float:
    """Return the value where switching is free, at once and for the whole share: a strip of calls (Black 1976).

    Args:
        switch: The right; only its strikes, lithium, limit and rate count.
        process: How prices move.

    Returns:
        USD/(kWh/yr).
    """
    years = (np.arange(switch.months) + 1.0) / 12.0
    each = options.call(process.mean(years), np.array(switch.strikes), process.moments(years)[1])
    return float(switch.limit * switch.lithium / 1000.0 / 12.0 * (each @ switch.discount))
