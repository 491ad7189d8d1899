"""Step curves: where smooth supply, demand, trade and stock curves are cut into steps.

A curve is cut once, in ratios to its observed point; what a step holds in tonnes follows later from the elasticity,
so that a draw with other elasticities changes bounds only. Two kinds of cut:

* *centred*: the observed price is the middle of a step. The step pins its node's price exactly.
* *kinked*: the observed quantity is the edge between two steps, whose prices lie a staggered distance below and above
  the observed price. The curve reproduces its observed quantity exactly and no two curves kink together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.market.network import Floats, Ints

GOLDEN = 0.6180339887498949
NEAR = 0.05
"""Price band (as a share) within which steps stay fine."""


@dataclass(frozen=True)
class Steps:
    """Steps of all curves of one family, flattened curve by curve.

    Edges and prices have shape (steps,); where steps were laid around a solution they differ by period and have shape
    (T, steps).

    Attributes:
        owner: Shape (steps,), index of the curve.
        lo: Lower edge as ratio to the observed price (or quantity), shape (steps,).
        hi: Upper edge, shape (steps,).
        mid: Ratio at which the step is priced, shape (steps,).
        first: Shape (curves,), index of each curve's first step.
    """

    owner: Ints
    lo: Floats
    hi: Floats
    mid: Floats
    first: Ints

    def __len__(self) -> int:
        return len(self.owner)

    def until(self, periods: int) -> Steps:
        """Return the steps of the first periods."""
        if self.mid.ndim == 1:
            return self
        return Steps(self.owner, self.lo[:periods], self.hi[:periods], self.mid[:periods], self.first)

    def total(self, x: Floats) -> Floats:
        """Sum step values to curves along the last axis."""
        if len(self.first) == 0:
            return np.zeros((*x.shape[:-1], 0))
        return np.add.reduceat(x, self.first, axis=-1)


def join(edges: list[Floats], mids: list[Floats]) -> Steps:
    """Flatten curves given as edges (n+1) and step prices (n)."""
    sizes = np.array([len(m) for m in mids], dtype=np.int64)
    first = (
        np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if len(sizes) else np.zeros(0, np.int64)
    )
    empty = np.zeros(0)
    return Steps(
        owner=np.repeat(np.arange(len(sizes)), sizes),
        lo=np.concatenate([e[:-1] for e in edges]) if edges else empty,
        hi=np.concatenate([e[1:] for e in edges]) if edges else empty,
        mid=np.concatenate(mids) if mids else empty,
        first=first,
    )


def spacing(elasticity: Floats, share: Floats, *, target: float, least: float, most: float) -> Floats:
    """Return the log-price width of steps near the observed point, so that a step is `target` of world flow.

    Args:
        elasticity: Absolute elasticity of each curve.
        share: Share of each curve in its commodity's world flow.
        target: Tonnage of a step as a share of world flow.
        least: Smallest width.
        most: Largest width.

    Returns:
        Width of each curve's steps, in log price.
    """
    return np.clip(target / np.maximum(elasticity * share, 1e-12), least, most)


def price_curve(
    width: float, *, low: float, high: float, widen: float, centred: bool, stagger: float
) -> tuple[Floats, Floats]:
    """Cut one iso-elastic curve over price ratios from `low` to `high`.

    Args:
        width: Log-price width of the steps near 1.
        low: Lowest price ratio that is resolved.
        high: Highest price ratio that is resolved.
        widen: Factor by which steps widen beyond ±15 %.
        centred: Centre a step on 1; otherwise put an edge there.
        stagger: In (0, 1), where between two edges the steps around the kink are priced.

    Returns:
        Edges (n+1 price ratios, the first 0) and step prices (n).
    """
    up = _offsets(np.log(high), width, widen)
    down = _offsets(-np.log(low), width, widen)
    if centred:
        logs = np.concatenate([-(down[::-1] + 0.5 * width), up + 0.5 * width])
        edges = np.exp(logs)
        mids = np.exp(0.5 * (logs[1:] + logs[:-1]))
        mids[len(down) - 1] = 1.0
    else:
        logs = np.concatenate([-down[:0:-1], up])
        edges = np.exp(logs)
        # Step prices: the point at share `stagger` of the step; 0.5 on average over plants.
        mids = np.exp(logs[:-1] + stagger * np.diff(logs))
    return np.concatenate([[0.0], edges]), np.concatenate([[edges[0]], mids])


def _offsets(reach: float, width: float, widen: float) -> Floats:
    out = [0.0]
    step = width
    while out[-1] < reach:
        out.append(out[-1] + step)
        if out[-1] > NEAR:
            step *= widen
    return np.array(out)


def staggers(count: int) -> Floats:
    """Return a stagger in (0.1, 0.9) for each curve, spread by the golden ratio."""
    spread: Floats = 0.1 + 0.8 * np.mod((np.arange(count) + 1) * GOLDEN, 1.0)
    return spread
