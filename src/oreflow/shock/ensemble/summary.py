"""What an ensemble says, in figures that the terminal, the page and JSON share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.errors import DataError
from oreflow.shock.ensemble import statistics
from oreflow.shock.ensemble.drivers import Drivers, drivers
from oreflow.shock.ensemble.reading import Ensemble
from oreflow.shock.ensemble.statistics import Estimate, Paired, Shortfall

Floats = NDArray[np.float64]
MULTIPLES = (1.1, 1.25, 1.5, 2.0)
"""Prices asked about, as multiples of the base."""


@dataclass(frozen=True)
class Short:
    """Shortage of a commodity over the horizon.

    Attributes:
        policy: Policy.
        commodity: Commodity.
        unit: Its unit.
        demand: What buyers take over the horizon in the base.
        mean: Mean shortage.
        tail: The worst draws.
    """

    policy: str
    commodity: str
    unit: str
    demand: float
    mean: Estimate
    tail: Shortfall


@dataclass(frozen=True)
class Above:
    """How likely it is that the price goes above a multiple of the base at some time in the horizon.

    Attributes:
        policy: Policy.
        multiple: The multiple.
        probability: How likely.
    """

    policy: str
    multiple: float
    probability: Estimate


@dataclass(frozen=True)
class Compared:
    """A policy beside none, over the same futures.

    Attributes:
        policy: Policy.
        measure: What is compared.
        unit: Unit of the difference.
        paired: The comparison.
    """

    policy: str
    measure: str
    unit: str
    paired: Paired


@dataclass(frozen=True)
class Summary:
    """What an ensemble says.

    Attributes:
        name: Name of the specification.
        title: Its title.
        node: Node whose price is told, ``commodity@REGION``.
        unit: Unit of the price.
        base: Its price when nothing happens.
        asked: Draws asked for.
        drawn: Draws that are there.
        solved: Draws solved under the first policy.
        failed: Reason to the number of draws and policies that failed for it.
        design: How the draws are laid out.
        scope: Minerals solved.
        periods: First month of each period.
        months: Months in a period.
        policies: Policies compared.
        fans: Policy to mean and quantiles of the price by period.
        above: Chances of high prices.
        short: Shortages, the worst first.
        loss: Policy to what buyers lose over the horizon, USD: mean and the worst draws.
        compared: Policies beside none.
        drivers: What drives the highest price.
        convergence: How well the chance of the middle multiple is known after so many draws.
        about: Multiple that `convergence` is about.
        peaks: Policy to the highest price of each draw as a multiple of the base.
    """

    name: str
    title: str
    node: str
    unit: str
    base: float
    asked: int
    drawn: int
    solved: int
    failed: dict[str, int]
    design: str
    scope: tuple[str, ...]
    periods: tuple[str, ...]
    months: int
    policies: tuple[str, ...]
    fans: dict[str, pd.DataFrame]
    above: tuple[Above, ...]
    short: tuple[Short, ...]
    loss: dict[str, tuple[Estimate, Shortfall]]
    compared: tuple[Compared, ...]
    drivers: Drivers | None
    convergence: tuple[tuple[int, Estimate], ...]
    about: float
    peaks: dict[str, Floats]

    @property
    def precision(self) -> str:
        """How well things are known, in words."""
        draws, known = self.convergence[-1]
        text = (
            f"With {draws:,} draw{'s' if draws != 1 else ''}, the chance of a price above {self.about:g} times the "
            f"base ({100 * known.value:.1f} %) is known to ± {100 * known.half:.1f} points (95 %). To halve that takes "
            "four times the draws."
        )
        if self.design != "random":
            text += (
                f" The interval is that of independent draws; a {self.design} design is rarely further off."
            )
        return text

    def tables(self) -> dict[str, Any]:
        """Return everything in plain values."""
        return {
            "ensemble": self.name,
            "title": self.title,
            "node": self.node,
            "unit": self.unit,
            "base": self.base,
            "draws": {"asked": self.asked, "there": self.drawn, "solved": self.solved, "failed": self.failed},
            "design": self.design,
            "scope": self.scope,
            "months_per_period": self.months,
            "policies": self.policies,
            "price": {p or "none": table for p, table in self.fans.items()},
            "above": self.above,
            "shortage": self.short,
            "buyers_loss": {p or "none": {"mean": m, "tail": t} for p, (m, t) in self.loss.items()},
            "compared": self.compared,
            "drivers": self.drivers,
            "convergence": self.convergence,
            "precision": self.precision,
        }


def summarise(ensemble: Ensemble, node: str = "", *, tail: float = statistics.TAIL) -> Summary:
    """Say what the draws of an ensemble say together.

    Args:
        ensemble: The ensemble.
        node: Node whose price is told; the headline by default.
        tail: Share of the draws that are the worst.

    Returns:
        The summary.

    Raises:
        UnknownNameError: The node's price is not kept.
        DataError: No draw is there, or none was solved.
    """
    m = ensemble.manifest
    node = node or m.headline
    first = m.policies[0]
    table = ensemble.draws
    failed = table[table["status"] != "solved"]
    reasons = {str(k): int(v) for k, v in failed["reason"].value_counts().items()}
    if not len(ensemble.solved(first)):
        some = next(iter(reasons), "")
        raise DataError(f"{ensemble.folder}: no draw was solved. The most frequent reason: {some}")
    unit = next(c.unit for c in m.paths if c.name == f"price:{_known(ensemble, node)}")
    base = ensemble.base(f"price:{node}")
    fans, peaks, loss = {}, {}, {}
    above: list[Above] = []
    short: list[Short] = []
    for policy in m.policies:
        if not len(ensemble.solved(policy)):
            continue
        ratio = ensemble.ratio(node, policy)
        fans[policy] = statistics.fan(ratio * base, m.periods)
        peaks[policy] = ratio.max(axis=1)
        n = len(ratio)
        above += [
            Above(policy, x, statistics.proportion(int((peaks[policy] > x).sum()), n)) for x in MULTIPLES
        ]
        for commodity, (demand, of) in m.demand.items():
            total = ensemble.total(f"shortage_total:{commodity}", policy)
            short.append(
                Short(
                    policy,
                    commodity,
                    of,
                    demand,
                    statistics.mean(total),
                    statistics.shortfall(total, tail=tail),
                )
            )
        lost = ensemble.total("buyers_loss", policy)
        loss[policy] = (statistics.mean(lost), statistics.shortfall(lost, tail=tail))
    short.sort(key=lambda s: (s.policy, -s.tail.expected.value / max(s.demand, 1e-12)))
    about = _about(peaks[first])
    return Summary(
        name=str(m.spec.get("ensemble", m.spec.get("name", ""))),
        title=str(m.spec.get("title", "")),
        node=node,
        unit=unit,
        base=float(base[0]),
        asked=m.draws,
        drawn=int(table["draw"].nunique()),
        solved=len(peaks[first]),
        failed=reasons,
        design=m.design,
        scope=m.scope,
        periods=m.periods,
        months=m.months,
        policies=m.policies,
        fans=fans,
        above=tuple(above),
        short=tuple(short),
        loss=loss,
        compared=_compared(ensemble, node, peaks),
        drivers=_drivers(ensemble, peaks[first], first, tail),
        convergence=statistics.convergence(peaks[first] > about),
        about=about,
        peaks=peaks,
    )


def _known(ensemble: Ensemble, node: str) -> str:
    ensemble.base(f"price:{node}")  # raises with the nearest name
    return node


def _about(peak: Floats) -> float:
    """Multiple that something can be said about: the largest that at least one draw in fifty goes above."""
    found = [x for x in MULTIPLES if (peak > x).mean() >= 0.02]
    return max(found, default=MULTIPLES[0])


def _compared(ensemble: Ensemble, node: str, peaks: dict[str, Floats]) -> tuple[Compared, ...]:
    first, *others = ensemble.policies
    commodity = node.split("@")[0]
    out = []
    for policy in others:
        if policy not in peaks:
            continue
        _, mine, yours = np.intersect1d(
            ensemble.solved(first), ensemble.solved(policy), assume_unique=True, return_indices=True
        )
        if not len(mine):
            continue
        pairs: list[tuple[str, str, Floats, Floats]] = [
            ("highest price", "times base", peaks[first], peaks[policy]),
            ("buyers' loss", "USD", *_both(ensemble, "buyers_loss", first, policy)),
        ]
        if commodity in ensemble.manifest.demand:
            name, of = f"shortage_total:{commodity}", ensemble.manifest.demand[commodity][1]
            one, two = _both(ensemble, name, first, policy)
            pairs.append((f"shortage of {commodity}", of, one, two))
        out += [
            Compared(policy, what, unit, statistics.paired(a[mine], b[yours])) for what, unit, a, b in pairs
        ]
    return tuple(out)


def _both(ensemble: Ensemble, name: str, first: str, second: str) -> tuple[Floats, Floats]:
    return ensemble.total(name, first), ensemble.total(name, second)


def _drivers(ensemble: Ensemble, peak: Floats, policy: str, tail: float) -> Drivers | None:
    if len(peak) < 3:
        return None
    solved = ensemble.solved(policy)
    names = [c.name for c in ensemble.manifest.inputs]
    inputs = pd.DataFrame({n: ensemble.total(n, policy) for n in names}, index=solved)
    happens = ensemble.happens().loc[solved]
    return drivers(inputs, happens, peak, tail=tail)
