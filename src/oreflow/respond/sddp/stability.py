"""How far apart the numbers of a problem lie, and what that may do to its solution.

A solver works with about sixteen digits and tolerances of 1e-7. Coefficients that lie many orders apart, or costs and
quantities in unfit units, make bases ill-conditioned and slopes of cuts wrong. The report gives the range of each kind
of number by stage, and says in words what to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from oreflow.market.network import Floats

if TYPE_CHECKING:
    from oreflow.respond.sddp.policy import Policy
    from oreflow.respond.sddp.stage import Stage

SPREAD = 1e6
"""Ratio of the largest to the smallest coefficient of a kind above which it is told."""
LARGE, SMALL = 1e8, 1e-6
"""Sizes beyond which a number is told: tolerances of 1e-7 are coarse or fine beside it."""
NEAR = 1e-6
"""Share of a cost within which a cost-to-go stands on its floor."""
KINDS = ("matrix", "cost", "bounds", "sides", "cut slopes", "cut intercepts")


@dataclass(frozen=True)
class Range:
    """Smallest and largest size of the numbers of one kind that are not nought.

    Attributes:
        kind: One of `KINDS`.
        stage: Where.
        smallest: Size.
        largest: Size.
    """

    kind: str
    stage: str
    smallest: float
    largest: float


@dataclass(frozen=True)
class Stability:
    """Numerical-stability report.

    Attributes:
        ranges: By kind and stage; kinds without any number are left out.
        warnings: What to look at, in words; empty where all is well.
    """

    ranges: tuple[Range, ...]
    warnings: tuple[str, ...]

    def of(self, kind: str) -> tuple[float, float] | None:
        """Return the smallest and largest size of a kind over all stages; None where there is no such number.

        Args:
            kind: One of `KINDS`.
        """
        some = [r for r in self.ranges if r.kind == kind]
        return (min(r.smallest for r in some), max(r.largest for r in some)) if some else None

    def to_plain(self) -> dict[str, Any]:
        """Return plain values: the range of each kind, and the warnings."""
        found = {kind: self.of(kind) for kind in KINDS}
        return {"ranges": {k: list(v) for k, v in found.items() if v}, "warnings": list(self.warnings)}

    def __str__(self) -> str:
        lines = [f"{kind:>14}  {r[0]:.1e} – {r[1]:.1e}" for kind in KINDS if (r := self.of(kind))]
        return "\n".join([*lines, *(self.warnings or ("No number stands out.",))])


def stability(policy: Policy) -> Stability:
    """Return the report of a policy.

    Args:
        policy: The policy, with its cuts.

    Returns:
        The report.
    """
    ranges = [r for i, stage in enumerate(policy.graph.nodes) for r in _ranges(stage, policy, i)]
    return Stability(tuple(ranges), (*_spread(ranges), *_floors(policy)))


def _ranges(stage: Stage, policy: Policy, node: int) -> Iterator[Range]:
    numbers = [stage.numbers(k) for k in range(len(stage.noises))]
    pools = policy.later[node].pools
    kinds: dict[str, list[Floats]] = {
        "matrix": [stage.matrix.data],
        "cost": [n[0] for n in numbers],
        "bounds": [v for n in numbers for v in n[1:3]],
        "sides": [v for n in numbers for v in n[3:5]],
        "cut slopes": [p.slopes.ravel() for p in pools],
        "cut intercepts": [p.intercepts for p in pools],
    }
    for kind, given in kinds.items():
        sizes = np.abs(np.concatenate([v.ravel() for v in given])) if given else np.zeros(0)
        sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
        if len(sizes):
            yield Range(kind, stage.name, float(sizes.min()), float(sizes.max()))


def _spread(ranges: list[Range]) -> Iterator[str]:
    hints = {
        "matrix": "choose units so that its entries lie near one",
        "cost": "count money in larger units, or lower the penalties to a few times the dearest true cost",
        "bounds": "leave bounds out where they never hold, and count in larger units",
        "sides": "count in larger units",
        "cut slopes": "a state may be counted in too small or too large a unit",
        "cut intercepts": "count money in larger units",
    }
    for kind in KINDS:
        some = [r for r in ranges if r.kind == kind]
        if not some:
            continue
        largest, smallest = max(some, key=lambda r: r.largest), min(some, key=lambda r: r.smallest)
        # Slopes and intercepts of nearly nought are what is left of sums that cancel.
        small = not kind.startswith("cut") and smallest.smallest < SMALL
        wide = kind in ("matrix", "cost") and largest.largest > SPREAD * smallest.smallest
        if largest.largest > LARGE or small or wide:
            place = f"{smallest.stage!r}" + (
                f" to {largest.stage!r}" if largest.stage != smallest.stage else ""
            )
            yield (
                f"{kind}: from {smallest.smallest:.1e} to {largest.largest:.1e} (stages {place}); {hints[kind]}."
            )


def _floors(policy: Policy) -> Iterator[str]:
    """Tell floors that no cut has passed: either nothing later costs more, or they are no lower bounds."""
    for i, stage in enumerate(policy.graph.nodes):
        pools, floor = policy.later[i].pools, float(policy.floors[i])
        if stage.floor is None or floor != stage.floor or policy.later[i].multi or not len(pools[0]):
            continue
        heights = np.array([pools[0].value(x) for x in pools[0].points])
        if (heights <= floor + NEAR * max(1.0, abs(floor))).all():
            yield (
                f"floor: after {stage.name!r} no cut rises above the floor of {floor:g} that was given; if it is "
                "higher than the true cost, the bound is wrong. Lower it and see whether the bound stays."
            )
