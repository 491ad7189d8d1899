r"""How long an event lasts: laws over durations, as survivor functions.

A duration ``D`` (months) is infinite with probability ``p`` (`p_permanent`), otherwise it follows a law with
distribution function ``F0``:

* ``fixed``: ``D = low``;
* ``uniform``: between ``low`` and ``high``;
* ``lognormal``: ``ln D ~ N(ln median, sigma²)``.

Then ``F(x) = (1 − p)·F0(x)`` and the survivor function is ``S(x) = P(D > x) = 1 − F(x)``. Given that it still
lasts at age ``a``, ``F_a(x) = (F(x) − F(a)) / S(a)`` for ``x > a``, 0 before.

After the end a plant comes back at ``r`` (`ramp`, share of full output a month), so at age ``x`` it has regained
``min(1, r·(x − D)⁺)``. Since ``min(1, r·y⁺) = r·∫₀^{1/r} 1{y > v} dv``, what it is expected to have regained is

    E[min(1, r·(x − D)⁺)] = r·∫_{x−1/r}^{x} F_a(u) du = r·[Φ_a(x) − Φ_a(x − 1/r)],

with ``Φ(x) = ∫₀^x F(u) du = (1 − p)·E[(x − D)⁺]``, which is closed for all three laws: ``(x − low)⁺``;
``((x − low)⁺² − (x − high)⁺²) / (2·(high − low))``; and ``x·N(d) − m·N(d − sigma)`` with
``d = (ln x − ln median)/sigma``, ``m = median·exp(sigma²/2)`` (the put formula of Black 1976).

Its mean over a month needs one integral more, ``Ψ(x) = ∫₀^x Φ(u) du = (1 − p)·E[((x − D)⁺)²]/2``, closed as well:
``(x − low)⁺²/2``; ``((x − low)⁺³ − (x − high)⁺³) / (6·(high − low))``; and, by completing the square once more,
``(x²·N(d) − 2·x·m·N(d − sigma) + m₂·N(d − 2·sigma))/2`` with ``m₂ = median²·exp(2·sigma²)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from oreflow.errors import ScenarioError

Shape = Literal["fixed", "uniform", "lognormal"]
Floats = NDArray[np.float64]

_GONE = 1e-9
"""Survivor probability below which conditioning on survival is replaced by an immediate end: dividing by less would
magnify rounding beyond 1e-6."""
_MOST = 1200.0
"""Longest median or bound in months (100 years): beyond it, say permanent."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A law over durations.

    Use `fixed`, `uniform`, `lognormal` or `permanent` to make one.

    Attributes:
        shape: Law of those that end.
        low: Months; the length of ``fixed``, the shortest of ``uniform``.
        high: Months; the longest of ``uniform``.
        median: Months; median of ``lognormal``.
        sigma: Log standard deviation of ``lognormal``.
        p_permanent: Chance that it never ends.
        p_contagion: Chance that like plants follow.

    Raises:
        ScenarioError: A number is negative, out of its range or not finite.
    """

    shape: Shape
    low: float = 0.0
    high: float = 0.0
    median: float = 0.0
    sigma: float = 0.0
    p_permanent: float = 0.0
    p_contagion: float = 0.0

    def __post_init__(self) -> None:
        for name in ("low", "high", "median", "sigma", "p_permanent", "p_contagion"):
            value = getattr(self, name)
            if not math.isfinite(value) or value < 0:
                raise ScenarioError(f"duration: {name} is {value!r}; give a finite number of 0 or more.")
        for name in ("p_permanent", "p_contagion"):
            if getattr(self, name) > 1:
                raise ScenarioError(
                    f"duration: {name} is {getattr(self, name)}; a chance lies between 0 and 1."
                )
        if self.shape == "uniform" and self.high <= self.low:
            raise ScenarioError(f"duration: high ({self.high:g}) must exceed low ({self.low:g}) months.")
        if self.shape == "lognormal" and not (self.median > 0 and 0 < self.sigma <= 3):
            raise ScenarioError(
                f"duration: median {self.median:g} must be above 0 months and sigma {self.sigma:g} "
                "above 0 and at most 3."
            )
        if max(self.low, self.high, self.median) > _MOST:
            raise ScenarioError(f"duration: more than {_MOST:g} months; use permanent instead.")

    @classmethod
    def fixed(cls, months: float, *, p_permanent: float = 0.0, p_contagion: float = 0.0) -> Duration:
        """Return a known length in months (0 ends at once)."""
        return cls("fixed", low=months, p_permanent=p_permanent, p_contagion=p_contagion)

    @classmethod
    def uniform(
        cls, low: float = 3.0, high: float = 12.0, *, p_permanent: float = 0.0, p_contagion: float = 0.0
    ) -> Duration:
        """Return a length anywhere between two bounds in months."""
        return cls("uniform", low=low, high=high, p_permanent=p_permanent, p_contagion=p_contagion)

    @classmethod
    def lognormal(
        cls, median: float, sigma: float, *, p_permanent: float = 0.0, p_contagion: float = 0.0
    ) -> Duration:
        """Return a log-normal law with a median in months and a log standard deviation."""
        return cls("lognormal", median=median, sigma=sigma, p_permanent=p_permanent, p_contagion=p_contagion)

    @classmethod
    def permanent(cls, *, p_contagion: float = 0.0) -> Duration:
        """Return a duration without end."""
        return cls("fixed", p_permanent=1.0, p_contagion=p_contagion)

    @classmethod
    def of_length(cls, months: float) -> Duration:
        """Return the law of a length that has been drawn: beyond 100 years it is permanent."""
        return cls.permanent() if months > _MOST else cls.fixed(months)

    @property
    def known(self) -> bool:
        """True where there is nothing to learn: a fixed length, or certainly permanent."""
        return self.p_permanent == 1 or (self.shape == "fixed" and self.p_permanent == 0)

    @property
    def likely(self) -> float:
        """Months that it lasts as likely as not; infinite where permanence is the likelier case."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float:
        """Return the months by which a share of all cases has ended.

        Args:
            share: Between 0 and 1, permanent cases counted among all.

        Returns:
            Months; infinite where fewer ever end.
        """
        if share >= 1 - self.p_permanent:
            return math.inf if self.p_permanent > 0 or self.shape == "lognormal" else self.low + self._width
        u = share / (1 - self.p_permanent)
        return float(self._inverse(np.array([u]))[0])

    @property
    def _width(self) -> float:
        return self.high - self.low if self.shape == "uniform" else 0.0

    def cdf(self, age: ArrayLike) -> Floats:
        """Return F(x): chance that it has ended by an age.

        Args:
            age: Months since the start, any shape.

        Returns:
            Same shape.
        """
        x = np.asarray(age, dtype=np.float64)
        if self.shape == "fixed":
            f = (x >= self.low).astype(np.float64)
        elif self.shape == "uniform":
            f = np.clip((x - self.low) / self._width, 0.0, 1.0)
        else:
            f = ndtr(self._d(x))
        return np.asarray((1 - self.p_permanent) * f)

    def survivor(self, age: ArrayLike, *, given: float = 0.0) -> Floats:
        """Return S(x | D > given): chance that it still lasts at an age.

        Args:
            age: Months since the start, any shape.
            given: Age at which it is known to have lasted.

        Returns:
            Same shape, 1 up to `given`, then falling to `p_permanent` over S(given).
        """
        return 1.0 - self.regained(age, given=given)

    def regained(self, age: ArrayLike, *, ramp: float | None = None, given: float = 0.0) -> Floats:
        """Return the share of what was lost that is expected to be back at an age.

        Args:
            age: Months since the start, any shape.
            ramp: Share of the full level that comes back in a month after the end; None at once.
            given: Age at which it is known to have lasted; 0 for nothing known.

        Returns:
            Same shape, between 0 and 1, never falling. Zero up to `given`.

        Raises:
            ScenarioError: The ramp is not above 0.
        """
        x = np.asarray(age, dtype=np.float64)
        if ramp is None:
            done = self._cdf_given(x, given)
        else:
            if not ramp > 0:
                raise ScenarioError(f"recovery: {ramp!r} must be above 0 (share of full output a month).")
            top, low = np.maximum(x, given), np.maximum(x - 1 / ramp, given)
            done = ramp * (self._area_given(top, given) - self._area_given(low, given))
        return np.asarray(np.clip(np.where(x < given, 0.0, done), 0.0, 1.0))

    def availability(self, age: ArrayLike, *, ramp: float | None = None, given: float = 0.0) -> Floats:
        """Return the expected availability of a halted plant: 1 − P(still halted), ramp-up folded in.

        Args:
            age: Months since the halt, any shape; 1 before it.
            ramp: Share of full output that comes back in a month; None at once.
            given: Age at which it is known to be still halted.

        Returns:
            Same shape, between 0 and 1.
        """
        x = np.asarray(age, dtype=np.float64)
        return np.where(x < 0, 1.0, self.regained(x, ramp=ramp, given=given))

    def lost(
        self, start: ArrayLike, months: int, *, ramp: float | None = None, given: ArrayLike = 0.0
    ) -> Floats:
        """Return the share that is expected to be still lost, as exact means over months, for many events at once.

        Args:
            start: When each event begins, shape (n,), months from the start of the horizon.
            months: Months of the horizon.
            ramp: Share of the full level that comes back in a month after the end; None at once.
            given: Age at which each is known to have lasted, shape (n,) or one number.

        Returns:
            Shape (n, months), between 0 and 1; zero before the start.

        Raises:
            ScenarioError: The ramp is not above 0.
        """
        begin = np.atleast_1d(np.asarray(start, dtype=np.float64))
        lasted = np.broadcast_to(np.asarray(given, dtype=np.float64), begin.shape)[:, None]
        age = np.arange(months + 1) - begin[:, None]
        if ramp is None:
            back = np.diff(self._area_since(age, lasted))
        else:
            if not ramp > 0:
                raise ScenarioError(f"recovery: {ramp!r} must be above 0 (share of full output a month).")
            back = ramp * np.diff(
                self._volume_since(age, lasted) - self._volume_since(age - 1 / ramp, lasted)
            )
        return np.asarray(np.clip(np.diff(np.maximum(age, 0.0)) - back, 0.0, 1.0))

    def sample(self, rng: np.random.Generator, size: int = 1, *, given: float = 0.0) -> Floats:
        """Draw durations.

        Args:
            rng: Source of randomness; two numbers are used for each draw whatever the law.
            size: How many.
            given: Age at which it is known to have lasted.

        Returns:
            Shape (size,), months, infinite where permanent, each at least `given`.
        """
        return self.lengths(rng.random((size, 2)), given=given)

    def lengths(self, uniforms: Floats, *, given: float = 0.0) -> Floats:
        """Return the durations that uniform numbers stand for.

        Args:
            uniforms: Shape (size, 2), between 0 and 1: whether it never ends, and its length if it does.
            given: Age at which it is known to have lasted.

        Returns:
            Shape (size,), months, infinite where permanent, each at least `given`.
        """
        lasted = float(1.0 - self.cdf(given)) if given > 0 else 1.0
        if lasted <= _GONE:
            return np.full(len(uniforms), float(given))
        endless = uniforms[:, 0] < self.p_permanent / lasted
        if self.p_permanent == 1:
            return np.full(len(uniforms), np.inf)
        below = float(self.cdf(given)) / (1 - self.p_permanent) if given > 0 else 0.0
        months = np.maximum(self._inverse(below + uniforms[:, 1] * (1 - below)), given)
        return np.where(endless, np.inf, months)

    def _d(self, x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(np.maximum(x, 0.0)) - math.log(self.median)) / self.sigma)

    def _inverse(self, u: Floats) -> Floats:
        from scipy.special import ndtri

        if self.shape == "lognormal":
            return np.asarray(self.median * np.exp(self.sigma * ndtri(u)))
        return self.low + self._width * u

    def _area(self, x: Floats) -> Floats:
        """Φ(x) = ∫₀^x F(u) du."""
        if self.shape == "fixed":
            area = np.maximum(x - self.low, 0.0)
        elif self.shape == "uniform":
            up, over = np.maximum(x - self.low, 0.0), np.maximum(x - self.high, 0.0)
            area = (up**2 - over**2) / (2 * self._width)
        else:
            d = self._d(x)
            mean = self.median * math.exp(self.sigma**2 / 2)
            area = np.maximum(np.maximum(x, 0.0) * ndtr(d) - mean * ndtr(d - self.sigma), 0.0)
        return np.asarray((1 - self.p_permanent) * area)

    def _volume(self, x: Floats) -> Floats:
        """Ψ(x) = ∫₀^x Φ(u) du."""
        if self.shape == "fixed":
            volume = np.maximum(x - self.low, 0.0) ** 2 / 2
        elif self.shape == "uniform":
            up, over = np.maximum(x - self.low, 0.0), np.maximum(x - self.high, 0.0)
            volume = (up**3 - over**3) / (6 * self._width)
        else:
            d, x = self._d(x), np.maximum(x, 0.0)
            mean = self.median * math.exp(self.sigma**2 / 2)
            square = self.median**2 * math.exp(2 * self.sigma**2)
            volume = (
                x**2 * ndtr(d) - 2 * x * mean * ndtr(d - self.sigma) + square * ndtr(d - 2 * self.sigma)
            ) / 2
        return np.asarray((1 - self.p_permanent) * np.maximum(volume, 0.0))

    def _area_since(self, x: Floats, given: Floats) -> Floats:
        """∫_given^x F_a(u) du, 0 up to `given`."""
        beyond = np.maximum(x - given, 0.0)
        before = np.where(given > 0, self.cdf(given), 0.0)
        gone = 1 - before <= _GONE
        area = self._area(given + beyond) - self._area(given) - before * beyond
        return np.asarray(np.where(gone, beyond, np.maximum(area, 0.0) / np.where(gone, 1.0, 1 - before)))

    def _volume_since(self, x: Floats, given: Floats) -> Floats:
        """∫_given^x of `_area_since`, 0 up to `given`."""
        beyond = np.maximum(x - given, 0.0)
        before = np.where(given > 0, self.cdf(given), 0.0)
        gone = 1 - before <= _GONE
        volume = self._volume(given + beyond) - self._volume(given) - self._area(given) * beyond
        volume = np.maximum(volume - before * beyond**2 / 2, 0.0)
        return np.asarray(np.where(gone, beyond**2 / 2, volume / np.where(gone, 1.0, 1 - before)))

    def _cdf_given(self, x: Floats, given: float) -> Floats:
        if given <= 0:
            return self.cdf(x)
        before = float(self.cdf(given))
        if 1 - before <= _GONE:
            return (x >= given).astype(np.float64)
        return np.maximum(self.cdf(x) - before, 0.0) / (1 - before)

    def _area_given(self, x: Floats, given: float) -> Floats:
        """∫_given^x F_a(u) du for x ≥ given."""
        if given <= 0:
            return self._area(x)
        before = float(self.cdf(given))
        if 1 - before <= _GONE:
            return x - given
        area = self._area(x) - self._area(np.asarray(float(given))) - before * (x - given)
        return np.asarray(np.maximum(area, 0.0) / (1 - before))
