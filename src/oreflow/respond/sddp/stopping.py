"""When to stop: small rules over the log of iterations, any of which ends the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import numpy as np

from oreflow.errors import UsageError


@dataclass(frozen=True)
class Iteration:
    """One iteration.

    Attributes:
        iteration: Its number, from 1.
        bound: Lower bound of the risk-adjusted cost; never falls.
        simulated: Cost of the path that was walked forward, discounted; the mean where there were several. With draws
            by other than the nominal chances it is no estimate of the mean cost.
        cuts: Cuts found so far, at all nodes.
        held: Cuts in the programmes.
        solves: Programmes solved so far.
        seconds: Wall time so far, s, over all runs that were taken up again.
    """

    iteration: int
    bound: float
    simulated: float
    cuts: int
    held: int
    solves: int
    seconds: float


class Stopping(Protocol):
    """A rule that ends a run."""

    def reason(self, log: Sequence[Iteration], seconds: float) -> str | None:
        """Return why to stop after the last iteration of a log, or None to go on.

        Args:
            log: Iterations so far, at least one.
            seconds: Wall time of this run, s.
        """


@dataclass(frozen=True)
class IterationLimit:
    """Stop after so many iterations, those of a run that was taken up again included.

    Attributes:
        n: Iterations.
    """

    n: int

    def reason(self, log: Sequence[Iteration], seconds: float) -> str | None:
        """See `Stopping`."""
        return f"{self.n} iterations" if log[-1].iteration >= self.n else None


@dataclass(frozen=True)
class TimeLimit:
    """Stop after so much wall time of this run.

    Attributes:
        s: Seconds.
    """

    s: float

    def reason(self, log: Sequence[Iteration], seconds: float) -> str | None:
        """See `Stopping`."""
        return f"{self.s:g} seconds" if seconds >= self.s else None


@dataclass(frozen=True)
class BoundStalls:
    """Stop when the bound has hardly risen for some iterations.

    Attributes:
        iterations: Over so many.
        tolerance: Rise, as a share of the bound.
    """

    iterations: int = 20
    tolerance: float = 1e-6

    def __post_init__(self) -> None:
        if self.iterations < 1:
            raise UsageError(f"BoundStalls: iterations must be at least 1, not {self.iterations}.")

    def reason(self, log: Sequence[Iteration], seconds: float) -> str | None:
        """See `Stopping`."""
        if len(log) <= self.iterations:
            return None
        rise = log[-1].bound - log[-1 - self.iterations].bound
        if rise > self.tolerance * max(abs(log[-1].bound), 1e-9):
            return None
        return f"the bound rose by no more than {self.tolerance:g} of itself in {self.iterations} iterations"


@dataclass(frozen=True)
class GapClosed:
    """Stop when the mean cost of the last forward paths is no longer told apart from the bound.

    The policy changes while they are walked, and a wide interval closes the gap as well as a good policy does
    (Shapiro 2011): simulate the policy afterwards. It means nothing under a risk measure other than the expectation,
    and where paths are drawn by other chances or walked again; `train` refuses it there.

    Attributes:
        paths: Forward paths that the mean is taken over.
        z: Standard errors; 1.96 for 95 %.
        width: Largest half-width of the interval, as a share of the bound, at which the test counts.
    """

    paths: int = 100
    z: float = 1.96
    width: float = 0.05

    def __post_init__(self) -> None:
        if self.paths < 2:
            raise UsageError(f"GapClosed: an interval needs 2 paths at least, not {self.paths}.")

    def reason(self, log: Sequence[Iteration], seconds: float) -> str | None:
        """See `Stopping`."""
        if len(log) < self.paths:
            return None
        costs, bound = np.array([i.simulated for i in log[-self.paths :]]), log[-1].bound
        half = self.z * float(costs.std(ddof=1)) / sqrt(self.paths)
        if half > self.width * max(abs(bound), 1e-9) or costs.mean() - half > bound:
            return None
        return f"the mean of {self.paths} paths, {costs.mean():.6g} ± {half:.2g}, meets the bound"
