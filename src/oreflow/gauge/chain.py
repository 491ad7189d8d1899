"""The stages of a mineral's domestic chain: which processes, in which order, up to which product.

The chain of a mineral is read from ``commodities`` (stage), ``processes`` and ``flows`` alone:

- **Product.** The mineral's commodities at their last stage. Where the mineral has no conversion of its own
  (graphite: mined or synthesised), the next thing that is made from it alone (the anode). A caller may name
  another product.
- **Balance.** Commodities of the mineral upstream of the product must come from the region itself. Inputs of other
  minerals (phosphate in an LFP cathode) are taken as available: the question is about this chain.
- **Stages.** Extraction that feeds a further process is the stage ``mining``; the other processes go by the stage
  of what they make. Where one process needs two things of the same stage together (cathode and anode in a cell),
  they are two stages; where they can replace each other (carbonate and hydroxide), they are one.
- **Sources on the way.** Something taken from outside the chain at a later stage is a stage of its own, named after
  what it gives (synthetic graphite from coke). Where conversion in the chain makes the same thing (neodymium oxide
  from scrap beside that from ore), it is a side source: it counts in what the region can make, but is not named as
  the bottleneck, for adding scrap always helps.
- **Bypass.** Extraction that gives the product itself (leaching with electrowinning of copper, brine that becomes
  carbonate, recycling) passes no further stage. It adds to what the region makes, but says nothing about which
  stage holds up the ore that has to be smelted, so it is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError

STAGES = ("mine", "concentrate", "refined", "component", "cell", "use")
_LABEL = {
    "mine": "mining",
    "concentrate": "concentrating",
    "refined": "refining",
    "component": "components",
    "cell": "cells",
    "use": "packs",
}


@dataclass(frozen=True, slots=True)
class Chain:
    """A mineral's chain, ready for a region's capacities.

    Attributes:
        mineral: Mineral.
        products: Commodities whose net output is maximised.
        unit: Balance unit of the products.
        commodities: Commodities that must balance at home, products included.
        processes: Processes of the chain, bypass left out.
        net: Shape (commodities, processes), net output per unit of each process's main output.
        worth: Final product that one unit of each process's main output becomes; 0 for rework of a product.
        stages: Stage label of each process.
        order: Stage labels from upstream to downstream.
        side: Labels of side sources.
        bypass: Extraction processes that give a product directly.
        bypass_yield: Products per unit of each bypass process's main output.
    """

    mineral: str
    products: tuple[str, ...]
    unit: str
    commodities: tuple[str, ...]
    processes: tuple[str, ...]
    net: NDArray[np.float64]
    worth: NDArray[np.float64]
    stages: tuple[str, ...]
    order: tuple[str, ...]
    side: tuple[str, ...]
    bypass: tuple[str, ...]
    bypass_yield: NDArray[np.float64]


def chain(world: World, mineral: str, *, product: str | Sequence[str] | None = None) -> Chain:
    """Read a mineral's chain from the tables.

    Args:
        world: World.
        mineral: Mineral, as in ``commodities.mineral``.
        product: Commodity (or several) to maximise; by default as described in the module.

    Returns:
        The chain.

    Raises:
        UnknownNameError: Mineral or product is unknown.
        DataError: Nothing in the world makes the product.
    """
    table = world.commodities
    own = table[table["mineral"] == mineral]
    if own.empty:
        raise UnknownNameError("mineral", mineral, sorted(set(table["mineral"])))
    stage = dict(zip(table["commodity"], table["stage"], strict=True))
    kinds = dict(zip(world.processes["process"], world.processes["kind"], strict=True))
    flows = world.flows[world.flows["process"].map(kinds).isin(["extraction", "conversion"])]
    products = _products(own, flows, product, stage, mineral)
    inside = _upstream(flows, products, set(own["commodity"]))
    net = flows.loc[flows["commodity"].isin(inside)].copy()
    net["signed"] = np.where(net["role"] == "output", net["coefficient"], -net["coefficient"])
    matrix = net.pivot_table(
        index="commodity", columns="process", values="signed", aggfunc="sum", fill_value=0.0
    )
    matrix = matrix.loc[:, (matrix > 0).any(axis=0)]
    if not set(products) & set(matrix.index[(matrix > 0).any(axis=1)]):
        raise DataError(
            f"bottleneck of {mineral}: no process makes {', '.join(products)}; add one to `flows`."
        )
    eats = (matrix < 0).any(axis=0)
    gives = (matrix.reindex(products).fillna(0.0) > 0).any(axis=0)
    extraction = pd.Series({p: kinds[p] == "extraction" for p in matrix.columns})
    feeds = (matrix.drop(index=products, errors="ignore") > 0).any(axis=0)
    direct = matrix.columns[(extraction & ~eats & gives & ~feeds).to_numpy()]
    staged = matrix.columns.difference(direct, sort=False)
    goods = sorted(matrix.index, key=lambda c: (STAGES.index(stage[c]), c))
    grid = matrix.reindex(goods)
    labels, order, side = _stages(grid[list(staged)], extraction, stage)
    unit = dict(zip(table["commodity"], table["unit"], strict=True))
    return Chain(
        mineral=mineral,
        products=tuple(products),
        unit=unit[products[0]],
        commodities=tuple(goods),
        processes=tuple(str(p) for p in staged),
        net=grid[list(staged)].to_numpy(dtype=float),
        worth=_worth(grid[list(staged)], products),
        stages=labels,
        order=order,
        side=side,
        bypass=tuple(str(p) for p in direct),
        bypass_yield=grid.reindex(products)[list(direct)].fillna(0.0).sum(axis=0).to_numpy(dtype=float),
    )


def _products(
    own: pd.DataFrame,
    flows: pd.DataFrame,
    product: str | Sequence[str] | None,
    stage: dict[str, str],
    mineral: str,
) -> list[str]:
    """Choose the commodities whose output is maximised."""
    if product is not None:
        wanted = [product] if isinstance(product, str) else list(product)
        for name in wanted:
            if name not in stage:
                raise UnknownNameError("commodity", name, stage, where=f"product of the chain of {mineral}")
        return wanted
    mine = set(own["commodity"])
    made = set(flows.loc[flows["role"] == "output", "commodity"])
    inputs = flows[flows["role"] == "input"]
    outputs = flows[(flows["role"] == "output") & flows["commodity"].isin(mine)]
    converts = set(inputs.loc[inputs["commodity"].isin(mine), "process"]) & set(outputs["process"])
    if converts:
        last = max((c for c in mine & made), key=lambda c: STAGES.index(stage[c]))
        return sorted(c for c in mine & made if stage[c] == stage[last])
    # Nothing of the mineral is turned into something else of it: follow it to what is made from it alone.
    alone = inputs.groupby("process")["commodity"].agg(lambda s: set(s) <= mine)
    onward = flows[(flows["role"] == "output") & flows["process"].isin(alone.index[alone])]
    return sorted(set(onward["commodity"])) or sorted(mine & made) or sorted(mine)


def _upstream(flows: pd.DataFrame, products: Iterable[str], own: set[str]) -> set[str]:
    """Return the products and everything of the mineral that they are made from, within the mineral."""
    inside, front = set(products), set(products)
    while front:
        makers = set(flows.loc[(flows["role"] == "output") & flows["commodity"].isin(front), "process"])
        fed = flows[(flows["role"] == "input") & flows["process"].isin(makers)]
        front = (set(fed["commodity"]) & own) - inside
        inside |= front
    return inside


def _worth(grid: pd.DataFrame, products: Sequence[str]) -> NDArray[np.float64]:
    """Return what one unit of each process's main output becomes as final product, by the best way down."""
    value = pd.Series(0.0, index=grid.index)
    value[[p for p in products if p in value.index]] = 1.0
    takes = (-grid).clip(lower=0.0)
    gives = grid.clip(lower=0.0)
    for _ in range(len(grid)):
        made = gives.mul(value, axis=0).sum(axis=0)
        # Of an input: what the process makes of one unit, other inputs being there. Not of products: they are the end.
        ratio = made / takes.where(takes > 0)
        best = ratio.drop(index=list(products), errors="ignore").max(axis=1)
        value = value.combine(best.reindex(value.index).fillna(0.0), max)
    rework = (takes.reindex(list(products)).fillna(0.0) > 0).any(axis=0)
    return gives.mul(value, axis=0).sum(axis=0).where(~rework, 0.0).to_numpy(dtype=float)


def _stages(
    grid: pd.DataFrame, extraction: pd.Series, stage: dict[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Label each process with its stage, order the labels from mine to product, and say which are side sources."""
    split = _split(grid, stage)
    converted = set(grid.index[(grid.loc[:, (grid < 0).any(axis=0)] > 0).any(axis=1)])
    rank: dict[str, float] = {}
    labels, side = [], []
    for process in grid.columns:
        main = str(grid[process].idxmax())
        level = STAGES.index(stage[main])
        source = bool(extraction[process]) and not (grid[process] < 0).any()
        if source and level <= STAGES.index("concentrate"):
            label, at = "mining", -1.0
        elif source:
            label, at = (f"{main} from scrap" if main in converted else main), level - 0.5
            side += [label] if main in converted else []
        else:
            label, at = split[main], float(level)
        labels.append(label)
        rank[label] = min(rank.get(label, at), at)
    return tuple(labels), tuple(sorted(rank, key=lambda s: (rank[s], s))), tuple(dict.fromkeys(side))


def _split(grid: pd.DataFrame, stage: dict[str, str]) -> dict[str, str]:
    """Return the stage label of each commodity; things needed together are put in different stages."""
    together = [set(grid.index[grid[p] < 0]) for p in grid.columns]
    found: dict[str, str] = {}
    for level in STAGES:
        here = [str(c) for c in grid.index if stage[str(c)] == level]
        partners = {c: {q for s in together if c in s for q in s} & set(here) - {c} for c in here}
        # What needs no partner is an alternative to the rest. In a split stage it joins the group that it shares its
        # last word with (sodium_cathode the cathodes, by the label below), or stands alone.
        alone = [c for c in here if not partners[c]]
        groups: list[list[str]] = []
        for c in (c for c in here if partners[c]):
            home = next((g for g in groups if not partners[c] & set(g)), None)
            if home is None:
                groups.append([c])
            else:
                home.append(c)
        groups += [[c] for c in alone] if groups else [alone]
        for group in groups:
            label = _LABEL[level] if len(groups) == 1 else f"{_LABEL[level]}: {_common(group)}"
            found |= dict.fromkeys(group, label)
    return found


def _common(names: list[str]) -> str:
    """Return what a group of commodities is called: its last word where they share it, else all names."""
    last = {n.rsplit("_", 1)[-1] for n in names}
    return last.pop() if len(last) == 1 else ", ".join(sorted(names))
