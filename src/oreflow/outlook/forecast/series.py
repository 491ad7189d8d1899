"""`Series`: values at consecutive periods, with their unit and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.outlook.forecast.periods import SEASONS, label, parse

Floats = NDArray[np.float64]

LEAST = 4
"""Values below which no spread can be given."""
MOST = 5_000
"""Values beyond which a series is refused."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values at consecutive periods.

    Attributes:
        name: What it is, for a heading.
        periods: Its periods, one after another without a gap.
        values: Its values.
        unit: Their unit.
        source: Keys of its sources joined by ";", or the name of a file.
        quality: How it is known.
        basis: What is quoted or counted.
        note: What a reader must know, such as a period that was filled in.
        what: Kind of series, such as ``price`` or ``production``; ``own`` for one of one's own.
        commodity: Commodity; empty for a series of one's own.
        region: Region; empty for a series of one's own.
        low: Least value that is possible; None without one.
        high: Largest value that is possible; None without one.
    """

    name: str
    periods: tuple[str, ...]
    values: tuple[float, ...]
    unit: str
    source: str
    quality: str = "reported"
    basis: str = ""
    note: str = ""
    what: str = "own"
    commodity: str = ""
    region: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if len(self.periods) != len(self.values):
            raise DataError(f"{self.name}: {len(self.periods)} periods for {len(self.values)} values.")
        if not LEAST <= len(self.values) <= MOST:
            raise DataError(
                f"{self.name}: {len(self.values)} values; a forecast needs {LEAST} to {MOST:,} at consecutive periods."
            )
        bad = next((i for i, v in enumerate(self.values) if not np.isfinite(v)), None)
        if bad is not None:
            raise DataError(f"{self.name}: the value of {self.periods[bad]} is not a finite number.")
        step, first = parse(self.periods[0])
        for i, period in enumerate(self.periods):
            if period != label(step, first + i):
                raise DataError(
                    f"{self.name}: {period} stands where {label(step, first + i)} should. Give every period once, in "
                    "order, all of one length."
                )

    @property
    def step(self) -> str:
        """Length of a period: ``month``, ``quarter`` or ``year``."""
        return parse(self.periods[0])[0]

    @property
    def season(self) -> int:
        """Periods in a year."""
        return SEASONS[self.step]

    @property
    def last(self) -> str:
        """Last period."""
        return self.periods[-1]

    @property
    def array(self) -> Floats:
        """Shape (n,), the values."""
        return np.array(self.values, dtype=float)

    @property
    def logs(self) -> bool:
        """Whether it is forecast in logarithms: all values are positive, and no share that has an upper end."""
        return min(self.values) > 0 and self.high is None

    def until(self, period: str) -> Series:
        """Return the part up to a period, as it was known then.

        Args:
            period: Last period kept.

        Returns:
            A shorter series.

        Raises:
            DataError: The period is not in the series, or too few values are left.
        """
        if period not in self.periods:
            raise DataError(
                f"{self.name}: no period {period}; it runs from {self.periods[0]} to {self.last}."
            )
        n = self.periods.index(period) + 1
        return replace(self, periods=self.periods[:n], values=self.values[:n])


def coarser(series: Series, step: str) -> Series:
    """Return the means of a series over longer periods.

    Args:
        series: The series.
        step: ``quarter`` or ``year``; no shorter than its own step.

    Returns:
        The means over whole quarters or years; what is left at either end is dropped. The series itself where it has
        that step already. Means of a random walk go on a little in the direction of their last change (Working, 1960,
        Note on the correlation of first differences of averages in a random chain, Econometrica 28), which a model may
        find and naive does not know.

    Raises:
        UsageError: The step is not known or shorter than that of the series.
        DataError: Too few whole periods.
    """
    if step not in SEASONS:
        raise UnknownNameError("step", step, SEASONS)
    if step == series.step:
        return series
    per = series.season // SEASONS[step]
    if per < 1:
        raise UsageError(
            f"{series.name} has one value a {series.step}; a {step} is shorter. Choose a longer step."
        )
    first = parse(series.periods[0])[1]
    skip = -first % per
    count = (len(series.values) - skip) // per
    means = series.array[skip : skip + count * per].reshape(count, per).mean(axis=1)
    begin = (first + skip) // per
    return replace(
        series,
        periods=tuple(label(step, begin + i) for i in range(count)),
        values=tuple(means.tolist()),
        quality="derived" if series.quality == "reported" else series.quality,
        basis=f"{series.basis}, mean of the {step}".lstrip(", "),
    )


def series(
    values: Sequence[float] | Floats,
    *,
    first: str,
    name: str = "series",
    unit: str = "1",
    source: str = "user",
) -> Series:
    """Return a series of one's own.

    Args:
        values: Shape (n,), without gaps.
        first: Period of the first value, ``YYYY-MM``, ``YYYY-Qn`` or ``YYYY``.
        name: What it is.
        unit: Unit of the values.
        source: Where they come from.

    Returns:
        The series.

    Raises:
        DataError: Too few values, one that is not finite, or ``first`` is not a period.
    """
    step, number = parse(first)
    given = tuple(float(v) for v in np.asarray(values, dtype=float).ravel())
    return Series(name, tuple(label(step, number + i) for i in range(len(given))), given, unit, source)
