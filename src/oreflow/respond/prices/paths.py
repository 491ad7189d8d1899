"""`Paths`: many futures of one price, whatever they come from; and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.market.settings import Settings
from oreflow.respond.prices.process import Process, Seed, first

if TYPE_CHECKING:
    from oreflow.shock.ensemble import Ensemble
    from oreflow.shock.sample import Sample

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paths:
    """Futures of one price.

    Attributes:
        values: Shape (draws, periods), USD/unit, all finite and not below zero.
        months: Months in a period.
        start: First month, ``YYYY-MM``.
        node: ``commodity@REGION``.
        unit: Unit of the price.
        source: What they were drawn from, in words or as a key.
        now: Price before the first period, USD/unit; none where it is not known.

    Raises:
        DataError: The values are no table of prices; says which draw and period.
    """

    values: Floats
    months: int
    start: str
    node: str
    unit: str = "USD/unit"
    source: str = "oreflow"
    now: float | None = None

    def __post_init__(self) -> None:
        v = np.asarray(self.values, dtype=float)
        if v.ndim != 2 or 0 in v.shape:
            raise DataError(f"price paths of {self.node}: need the shape (draws, periods), not {v.shape}.")
        bad = np.argwhere(~(np.isfinite(v) & (v >= 0)))
        if len(bad):
            i, t = (int(k) for k in bad[0])
            raise DataError(
                f"price paths of {self.node}: draw {i}, period {t} is {v[i, t]}; {len(bad)} such "
                f"value{'s' if len(bad) > 1 else ''}. Prices must be finite and not below 0."
            )
        if self.months < 1:
            raise DataError(
                f"price paths of {self.node}: months in a period must be at least 1, not {self.months}."
            )
        object.__setattr__(self, "values", v)

    @property
    def draws(self) -> int:
        """Number of futures."""
        return int(self.values.shape[0])

    @property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.values.shape[1])

    @property
    def span(self) -> int:
        """Length in months."""
        return self.periods * self.months

    def monthly(self) -> Paths:
        """Return the same paths month by month: a longer period's price holds in each of its months."""
        if self.months == 1:
            return self
        return Paths(np.repeat(self.values, self.months, axis=1), 1, self.start, self.node, self.unit,
                     self.source, self.now)  # fmt: skip

    def labels(self) -> tuple[str, ...]:
        """First month of each period, ``YYYY-MM``."""
        return month_labels(self.start, self.periods, self.months)

    def scaled(self, factor: float) -> Paths:
        """Return the paths times a factor."""
        now = None if self.now is None else self.now * factor
        return Paths(self.values * factor, self.months, self.start, self.node, self.unit, self.source, now)


def month_labels(start: str, periods: int, months: int = 1) -> tuple[str, ...]:
    """Return the first month of each period, ``YYYY-MM``."""
    begin = month_index(start)
    return tuple(f"{k // 12:04d}-{k % 12 + 1:02d}" for k in range(begin, begin + periods * months, months))


def month_index(month: str) -> int:
    """Return the number of a month counted from year 0.

    Raises:
        UsageError: It is not written ``YYYY-MM``.
    """
    year, number = (int(x) for x in Settings(start=month).start.split("-"))
    return year * 12 + number - 1


def from_process(
    process: Process,
    *,
    node: str,
    start: str,
    months: int,
    draws: int = 1000,
    seed: Seed = 1,
    shared: float = 0.0,
) -> Paths:
    """Draw monthly paths of a process.

    Args:
        process: The process.
        node: ``commodity@REGION``.
        start: First month.
        months: Length in months.
        draws: Number of paths.
        seed: Seed.
        shared: Correlation with other prices drawn with the seed.

    Returns:
        The paths.
    """
    values = process.simulate(months, draws=draws, seed=seed, shared=shared)
    return Paths(
        values,
        1,
        start,
        node,
        process.unit,
        f"price process, {draws:,} draws, seed {first(seed)}",
        process.start,
    )


def from_ensemble(ensemble: Ensemble, node: str, *, policy: str = "") -> Paths:
    """Take the price paths of an ensemble of market outcomes.

    Args:
        ensemble: The ensemble.
        node: ``commodity@REGION``; one whose price it keeps.
        policy: Policy of the ensemble.

    Returns:
        The paths of the draws that were solved.

    Raises:
        UnknownNameError: It does not keep that price, or has no such policy.
        DataError: No draw was solved.
    """
    kept = {c.name.removeprefix("price:"): c for c in ensemble.manifest.paths if c.name.startswith("price:")}
    if node not in kept:
        raise UnknownNameError("price of the ensemble", node, kept, where=str(ensemble.folder))
    if policy not in ensemble.policies:
        raise UnknownNameError("policy", policy, ensemble.policies, where=str(ensemble.folder))
    values = ensemble.path(f"price:{node}", policy)
    if not len(values):
        raise DataError(f"{ensemble.folder}: no draw was solved, so there are no prices.")
    labels = ensemble.manifest.periods
    months = ensemble.manifest.months
    column = kept[node]
    return Paths(values, months, labels[0], node, column.unit, f"ensemble {ensemble.manifest.spec['ensemble']}, "
                 f"{len(values):,} draws", float(column.base[0]))  # fmt: skip


def from_sample(sample: Sample, node: str) -> Paths:
    """Take the price paths of a sampled scenario.

    Args:
        sample: The sample.
        node: ``commodity@REGION``.

    Returns:
        The paths of the draws that were solved.

    Raises:
        UnknownNameError: The node is not in its market.
    """
    nodes = sample.base.net.nodes
    if node not in nodes:
        raise UnknownNameError("node", node, nodes)
    i = nodes.index(node)
    commodity = node.partition("@")[0]
    table = sample.world["commodities"]
    unit = str(table.loc[table["commodity"] == commodity, "unit"].iloc[0])
    return Paths(sample.price[:, i, :], sample.settings.months, sample.settings.start, node, f"USD/{unit}",
                 f"run {sample.run}, {len(sample.price):,} draws", float(sample.base.price[i]))  # fmt: skip


def extended(paths: Paths, process: Process, months: int, *, seed: Seed = 1, shared: float = 0.0) -> Paths:
    """Carry paths on to a longer horizon: each future goes on from its own last price by a process.

    Args:
        paths: What is known of the near future.
        process: How prices move after it.
        months: Length of the result in months.
        seed: Seed.
        shared: Correlation with other prices drawn with the seed.

    Returns:
        Monthly paths of that length; cut where the paths are longer.

    Raises:
        UsageError: No months are asked for.
    """
    if months < 1:
        raise UsageError(f"paths need at least 1 month, not {months}.")
    near = paths.monthly()
    values = near.values[:, :months]
    source = paths.source
    left = months - values.shape[1]
    if left > 0:
        last = np.maximum(values[:, -1], 1e-9)
        later = process.simulate(left, draws=near.draws, seed=seed, start=last, shared=shared)
        values = np.concatenate([values, later], axis=1)
        source += f", then a price process from its end (seed {first(seed)})"
    return Paths(values, 1, paths.start, paths.node, paths.unit, source, paths.now)
