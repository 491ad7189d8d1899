"""What drives a result: how much of its variation each input explains, from the draws that are there.

Two measures, since each is blind where the other sees. The first-order Sobol index is the share of the variance that
would go if the input were known; it sees effects of any shape, here from given draws by the correlation ratio over
classes of equal size (Plischke, Borgonovo & Smith 2013), so that no draws of a special design are needed. The
standardised rank regression coefficient (SRRC; Saltelli et al. 2008, 1.2.5) has a sign and takes inputs together, so
that two that go along with each other are told apart; it sees monotone effects only, and its R² (adjusted for the
number of inputs) says how much of the ranks it explains. A regression on nearly as many inputs as draws explains
everything and means nothing: it takes the inputs with the largest indices, one for every `EACH` draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from oreflow.errors import UsageError

Floats = NDArray[np.float64]
EACH = 10
"""Draws for each input of the regression, at least."""
CLASSES = 48
"""Classes of an input, at most; the root of the number of draws where that is less."""
LEAST = 10
"""Draws in which something must happen, and not happen, to say anything about it."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One input and what it does.

    Attributes:
        name: The input, or what happens.
        happens: Share of the draws in which it happens; none for an input that every draw has.
        sobol: First-order Sobol index, 0 to 1.
        noise: What any one of as many inputs without effect would exceed one time in twenty.
        srrc: Standardised rank regression coefficient; none where the draws are too few to take it in.
        effect: Mean result where it happens less where it does not, or in its upper quarter less in its lower.
        tail: Share of the worst draws in which it happens, or its mean percentile in them.
    """

    name: str
    happens: float | None
    sobol: float
    noise: float
    srrc: float | None
    effect: float | None
    tail: float

    @property
    def chance(self) -> bool:
        """Whether what it explains could be chance."""
        return self.sobol <= self.noise


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives a result.

    Attributes:
        rows: Inputs, the strongest first.
        explained: Adjusted R² of the rank regression.
        draws: Draws looked at.
        tail: Draws in the tail.
        rare: Things that happen in too few draws to say anything.
    """

    rows: tuple[Driver, ...]
    explained: float
    draws: int
    tail: int
    rare: tuple[str, ...]


def drivers(inputs: pd.DataFrame, happens: pd.DataFrame, result: ArrayLike, *, tail: float = 0.05) -> Drivers:
    """Find what drives a result.

    Args:
        inputs: A row a draw, a number a column.
        happens: A row a draw, whether something happens in it a column.
        result: Shape (draws,), larger is worse.
        tail: Share of the draws that are the worst.

    Returns:
        Inputs by how much they explain.

    Raises:
        UsageError: There are fewer than three draws.
    """
    y = np.asarray(result, dtype=float)
    n = len(y)
    if n < 3:
        raise UsageError(f"{n} draws are too few to see what drives a result.")
    often = happens.sum(axis=0)
    rare = [str(c) for c in happens.columns if not LEAST <= often[c] <= n - LEAST]
    varied = [c for c in inputs.columns if (inputs[c] != inputs[c].iloc[0]).any()]
    there = happens.drop(columns=rare)
    columns = {str(c): inputs[c].to_numpy(dtype=float) for c in varied}
    columns |= {str(c): there[c].to_numpy(dtype=float) for c in there.columns}
    worst = int(max(1, round(tail * n)))
    in_tail = np.argsort(-y, kind="stable")[:worst]
    # Of hundreds of inputs without effect a few would pass a test made for one (Bonferroni).
    level = 1.0 - 0.05 / max(len(columns), 1)
    indices = {name: first_order(x, y, level=level) for name, x in columns.items()}
    taken = sorted(columns, key=lambda name: -indices[name][0])[: max(1, n // EACH)]
    found, share = rank_regression(np.array([columns[k] for k in taken]).reshape(len(taken), n).T, y)
    srrc = dict(zip(taken, found.tolist(), strict=True))
    explained = max(0.0, 1.0 - (1.0 - share) * (n - 1) / max(n - 1 - len(taken), 1))
    rows = []
    for name, x in columns.items():
        event = name in there.columns
        index, noise = indices[name]
        percentile = x if event else (stats.rankdata(x) - 0.5) / n
        high, low = (x > 0.5, x < 0.5) if event else (percentile >= 0.75, percentile <= 0.25)
        rows.append(
            Driver(
                name,
                float(x.mean()) if event else None,
                index,
                noise,
                srrc.get(name),
                float(y[high].mean() - y[low].mean()) if high.any() and low.any() else None,
                float(percentile[in_tail].mean()),
            )
        )
    rows.sort(key=lambda d: -d.sobol)
    return Drivers(tuple(rows), explained, n, worst, tuple(rare))


def first_order(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> tuple[float, float]:
    """Return the first-order Sobol index of one input from given draws, and what chance alone would give.

    The index is Var(E[y|x])/Var(y), with E[y|x] the mean in classes of x that hold equally many draws (two classes
    where x has two values), less what that many classes explain by chance (adjusted R²).

    Args:
        x: Shape (draws,).
        y: Shape (draws,).
        level: How often an input without effect stays below the second figure.

    Returns:
        Index, 0 to 1, and the level of noise.
    """
    values, result = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    n = len(result)
    spread = float(((result - result.mean()) ** 2).sum())
    many = min(math.ceil(math.sqrt(n)), CLASSES)
    ranks = stats.rankdata(values)
    classes = np.unique(
        np.minimum((ranks - 0.5) / n * many, many - 1e-9).astype(np.int64), return_inverse=True
    )[1]
    m = int(classes.max()) + 1
    if spread <= 0.0 or m < 2 or n <= m:
        return 0.0, 0.0
    size = np.bincount(classes)
    between = float((size * (np.bincount(classes, result) / size - result.mean()) ** 2).sum())

    def adjusted(share: float) -> float:
        return max(0.0, 1.0 - (1.0 - share) * (n - 1) / (n - m))

    f = float(stats.f.ppf(level, m - 1, n - m)) * (m - 1) / (n - m)
    return adjusted(between / spread), adjusted(f / (1.0 + f))


def rank_regression(x: ArrayLike, y: ArrayLike) -> tuple[Floats, float]:
    """Return the standardised rank regression coefficients of all inputs and the share of the ranks they explain.

    Args:
        x: Shape (draws, inputs).
        y: Shape (draws,).

    Returns:
        Coefficients, -1 to 1, and R². Inputs that always go together share their coefficient.
    """
    ranks = stats.rankdata(np.asarray(x, dtype=float), axis=0)
    of = stats.rankdata(np.asarray(y, dtype=float))
    if not ranks.shape[1] or np.ptp(of) == 0:
        return np.zeros(ranks.shape[1]), 0.0
    a = (ranks - ranks.mean(axis=0)) / np.where(ranks.std(axis=0) > 0, ranks.std(axis=0), 1.0)
    b = (of - of.mean()) / of.std()
    found = np.linalg.lstsq(a, b, rcond=1e-10)[0]
    rest = b - a @ found
    return found, float(1.0 - (rest @ rest) / (b @ b))
