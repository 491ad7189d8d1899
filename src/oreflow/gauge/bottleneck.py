"""Where a region's own chain stops: the most it could make from its own mines, and which stage holds it.

The domestic throughput of a mineral in a region is the linear programme

    max  Σ_product net output      subject to
         net output of every other commodity of the chain >= 0     (a surplus may be exported, nothing imported)
         0 <= x_p <= capacity_p                                    for every process of the region.

Capacities are measured in what they could become as final product (capacity times the yields further down), so that
stages compare. The value of one more unit of a stage's capacity is its dual: 1 where the stage alone holds the chain, 0
where it does not. Headroom is what the throughput leaves unused. Throughput as a function of one stage's capacity is
concave and piecewise linear; its first breakpoint says how far that capacity can grow before another stage binds, and
the headroom how far it can shrink before it binds itself.

This is a question of throughput. Scarcity rent (see `oreflow.gauge.rent`) answers another one: with tradable
concentrate the rent of US copper sits on the mines although the domestic chain stops at the smelter.

Extraction that gives the product directly (leaching with electrowinning, brines, recycling) bypasses the stages. It
always adds its capacity to what the region makes and is reported as ``bypass``; the bottleneck is that of the path
that ore has to take. Where a region has nothing but the bypass, that is the answer: mining is the only stage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import NumericalError, UnknownNameError
from oreflow.gauge.chain import Chain, chain
from oreflow.gauge.concentration import joined, weakest
from oreflow.gauge.lp import maximise

TOLERANCE = 1e-9
UNLIMITED = 1e6
"""Stands for no limit on the gain of a stage, in multiples of the region's largest capacity."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a domestic chain. Quantities in final-product units a year.

    Attributes:
        name: Label, e.g. ``refining``.
        processes: Processes of the stage that the region has; those of the world where it has none.
        capacity: What it could pass on, as final product.
        output: What it made in the base, as final product.
        utilisation: Share of the capacity that the throughput needs; NaN without capacity.
        headroom: Capacity that the throughput leaves unused.
        dual: Throughput gained per unit of capacity added.
        free_run: Capacity that can be added before the dual falls (another stage binds); infinite if it never
            does, 0 where the dual is 0 already.
        side: It is a side source, never named as the bottleneck (see `oreflow.gauge.chain`).
    """

    name: str
    processes: tuple[str, ...]
    capacity: float
    output: float
    utilisation: float
    headroom: float
    dual: float
    free_run: float
    side: bool = False


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What holds a region's chain.

    Attributes:
        mineral: Mineral.
        region: Region.
        products: Commodities maximised.
        unit: Unit of all quantities, a year.
        stages: Stages from mine to product.
        throughput: Most that the staged path could make.
        bypass: What extraction straight to product could add, process to capacity.
        stage: Name of the bottleneck: the stage whose widening gains most before another binds; where several bind
            together and none gains alone, the most upstream of them.
        binding: Every stage with a dual or without headroom.
        next_stage: Stage with least headroom of the others, next to bind once the bottleneck is widened; empty if
            there is none.
        source: Source keys of the plants counted, joined by ``;``.
        quality: Weakest quality among the plants counted.
    """

    mineral: str
    region: str
    products: tuple[str, ...]
    unit: str
    stages: tuple[Stage, ...]
    throughput: float
    bypass: dict[str, float]
    stage: str
    binding: tuple[str, ...]
    next_stage: str
    source: str
    quality: str

    def __getitem__(self, name: str) -> Stage:
        for s in self.stages:
            if s.name == name:
                return s
        raise UnknownNameError("stage", name, [s.name for s in self.stages], where=f"chain of {self.mineral}")

    @property
    def total(self) -> float:
        """Throughput of the staged path plus the bypass, per year."""
        return self.throughput + sum(self.bypass.values())

    def table(self) -> pd.DataFrame:
        """Return one row a stage, upstream first, with the fields of `Stage` and whether it binds."""
        return pd.DataFrame(
            {
                "stage": [s.name for s in self.stages],
                "processes": [", ".join(s.processes) for s in self.stages],
                "capacity": [s.capacity for s in self.stages],
                "output": [s.output for s in self.stages],
                "utilisation": [s.utilisation for s in self.stages],
                "headroom": [s.headroom for s in self.stages],
                "dual": [s.dual for s in self.stages],
                "free_run": [s.free_run for s in self.stages],
                "binding": [s.name in self.binding for s in self.stages],
                "side": [s.side for s in self.stages],
            }
        )


def bottleneck(
    world: World,
    mineral: str,
    region: str,
    *,
    product: str | Sequence[str] | None = None,
    statuses: Sequence[str] = ("operating",),
) -> Bottleneck:
    """Find the stage that holds a region's chain of a mineral.

    Args:
        world: World; only ``commodities``, ``processes``, ``flows`` and ``plants`` are read.
        mineral: Mineral.
        region: Region.
        product: Commodity or commodities to maximise; by default the mineral's last stage (see `chain`).
        statuses: Plants counted, by status; add ``idle`` to ask what restarting would change.

    Returns:
        Throughput, stages with capacity, headroom and dual, and the bottleneck.

    Raises:
        UnknownNameError: Mineral, region or product is unknown.
        NumericalError: A programme was not solved.
    """
    if region not in set(world.regions["region"]):
        raise UnknownNameError("region", region, world.regions["region"])
    c = chain(world, mineral, product=product)
    plants = world.plants[(world.plants["region"] == region) & world.plants["status"].isin(list(statuses))]
    totals = plants.groupby("process")[["capacity", "output"]].sum()
    direct = totals["capacity"].reindex(c.bypass).fillna(0.0).to_numpy(dtype=float) * c.bypass_yield
    bypass = {p: float(v) for p, v in zip(c.bypass, direct, strict=True) if v > 0}
    capacity = totals["capacity"].reindex(c.processes).fillna(0.0).to_numpy(dtype=float)
    output = totals["output"].reindex(c.processes).fillna(0.0).to_numpy(dtype=float)
    stages, throughput = _solve(c, capacity, output)
    counted = plants[plants["process"].isin([*c.processes, *c.bypass])]
    if not capacity.any() and bypass:
        # The region has no staged path at all: what it makes, it makes straight from the ground or from scrap.
        of = float(totals["output"].reindex(c.bypass).fillna(0.0).to_numpy(dtype=float) @ c.bypass_yield)
        size = sum(bypass.values())
        stages, throughput = [Stage("mining", tuple(bypass), size, of, 1.0, 0.0, 1.0, inf)], size
        bypass = {}
    size = max((x.capacity for x in stages), default=0.0)
    binding = [x for x in stages if not x.side and (x.dual > TOLERANCE or x.headroom == 0.0)]
    # max() keeps the first of equals, which is the most upstream.
    worst = max(
        binding or stages,
        key=lambda x: min(x.dual * x.free_run, UNLIMITED * size) if x.dual > TOLERANCE else 0.0,
    )
    others = [x for x in stages if x is not worst and not x.side]
    following = min(others, key=lambda x: x.headroom).name if others else ""
    return Bottleneck(
        mineral=mineral,
        region=region,
        products=c.products,
        unit=f"{c.unit}/yr",
        stages=tuple(stages),
        throughput=throughput,
        bypass=bypass,
        stage=worst.name,
        binding=tuple(x.name for x in binding),
        next_stage=following,
        source=joined(counted["source"]),
        quality=weakest(counted["quality"]),
    )


def _solve(c: Chain, capacity: NDArray[np.float64], output: NDArray[np.float64]) -> tuple[list[Stage], float]:
    """Solve the programme and the question of each stage."""
    label = np.array(c.stages)
    sizes = [float((c.worth * capacity)[label == name].sum()) for name in c.order]
    # Programmes are solved in multiples of their own answer, so that tolerances mean the same in t and in GWh and
    # beside capacities a thousand times as large. With no answer the smallest stage is the measure.
    scale = max(sizes, default=0.0) or 1.0
    for _ in range(4):
        best, least = _throughput(c, capacity / scale)
        if not 0.0 < best < 0.1:
            break
        scale *= best
    if best == 0.0:
        scale = min((x for x in sizes if x > 0), default=1.0)
    limit = capacity / scale
    reach = 2.0 * max(sizes, default=0.0) / scale + 1.0
    stages = []
    for name, size in zip(c.order, sizes, strict=True):
        here = label == name
        need = float((c.worth * least)[here].sum()) * scale
        dual, free_run = _first_piece(_parametric(c, limit, np.where(here, c.worth, 0.0)), reach)
        present = here & (capacity > 0)
        shown = present if present.any() else here
        stages.append(
            Stage(
                name=name,
                processes=tuple(p for p, k in zip(c.processes, shown, strict=True) if k),
                capacity=size,
                output=float((c.worth * output)[here].sum()),
                utilisation=need / size if size > 0 else nan,
                headroom=size - need if size - need > 1e-7 * scale else 0.0,
                dual=dual,
                free_run=free_run * scale,
                side=name in c.side,
            )
        )
    return stages, best * scale


def _throughput(c: Chain, capacity: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the optimum, and outputs that reach it with the least use of every stage."""
    gain = _gain(c)
    # Products may feed one another (carbonate to hydroxide), so the products have balance rows, too.
    matrix, limit = -c.net, np.zeros(len(c.commodities))
    best = max(0.0, maximise(gain, matrix, limit, capacity, what=_what(c)).value)
    # Surplus of one stage is worth nothing to the next, so what is not needed is left out.
    needed = maximise(
        -np.where(c.worth > 0, c.worth, 1.0),
        np.vstack([matrix, -gain]),
        np.append(limit, -best * (1.0 - 1e-9)),
        capacity,
        what=_what(c),
    )
    return best, needed.x


def _parametric(
    c: Chain, capacity: NDArray[np.float64], worth: NDArray[np.float64]
) -> Callable[[float], tuple[float, float]]:
    """Return the function from capacity added to one stage to throughput and its slope.

    Added capacity is placed within the stage where it serves best: x_p <= capacity_p + y_p, Σ worth_p y_p <= κ.
    """
    grow = np.flatnonzero(worth > 0)
    n, m = len(c.processes), len(c.commodities)
    gain = np.concatenate([_gain(c), np.zeros(grow.size)])
    limit = np.hstack([np.eye(n), np.zeros((n, grow.size))])
    limit[grow, n + np.arange(grow.size)] = -1.0
    rows = np.vstack(
        [
            np.hstack([-c.net, np.zeros((m, grow.size))]),
            limit,
            np.concatenate([np.zeros(n), worth[grow]])[None, :],
        ]
    )

    def solve(added: float) -> tuple[float, float]:
        best = maximise(gain, rows, np.concatenate([np.zeros(m), capacity, [added]]), what=_what(c))
        return best.value, float(best.dual[-1])

    return solve


def _first_piece(solve: Callable[[float], tuple[float, float]], reach: float) -> tuple[float, float]:
    """Return the slope of a concave piecewise-linear function just right of 0, and where that piece ends.

    Newton's method on the distance to the first line: each supporting line is cut with it, which ends at the first
    breakpoint exactly after at most as many steps as there are pieces.

    Args:
        solve: Value and slope at a point.
        reach: Beyond every breakpoint.

    Returns:
        Slope and distance to the first breakpoint, infinite if there is none; (0, 0) where the slope is 0.
    """
    near, far = 1e-5, reach
    at_near, first = solve(near)
    if first <= TOLERANCE:
        return 0.0, 0.0
    base = at_near - first * near
    right = far
    for _ in range(100):
        value, slope = solve(right)
        if base + first * right - value <= 1e-7 * max(1.0, right) or first - slope <= TOLERANCE:
            return first, (inf if right == far else right)
        right = (value - slope * right - base) / (first - slope)
    raise NumericalError("domestic throughput: the breakpoint of a stage was not found in 100 steps.")


def _gain(c: Chain) -> NDArray[np.float64]:
    """Return net output of the products per unit of each process."""
    return np.asarray(c.net[np.isin(c.commodities, c.products)].sum(axis=0), dtype=float)


def _what(c: Chain) -> str:
    return f"domestic throughput of {c.mineral}"
