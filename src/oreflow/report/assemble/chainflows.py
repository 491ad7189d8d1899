"""Section 2, the flows of a mineral from mine to use, stage by stage and region by region, before and after.

Every place where a commodity is bought and sold is taken as a pool: what arrives from one region leaves in the same
proportion for all that draw on it, as nobody records which tonne went where. With ``s_n`` the sources of pool ``n`` by
region of production, ``P_n`` what is made there and ``F_mn`` what comes from pool ``m``,

    s_n · (P_n + Σ_m F_mn) = P_n · e_n + Σ_m F_mn · s_m,

a linear system with one row a pool. A link is then what a region uses of a pool times the share of the pool that was
made in another. A product made over from another of its stage (hydroxide from carbonate) carries its sources on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from oreflow.gauge.chain import STAGES
from oreflow.report.assemble.case import Case, Floats
from oreflow.report.assemble.network import MINED, REFINED, Flows
from oreflow.report.effects import ChainFlows, FlowLink, FlowNode
from oreflow.report.format import month

if TYPE_CHECKING:
    import xarray as xr

_NAMES = {"mine": "mined", "refined": "refined", "component": "components", "cell": "cells", "use": "used"}
_PLACES = {"other_uses": "Other uses", "recycling": "Recycling"}
_ORDER = ("mine", "refined", "component", "cell", "use")


@dataclass(frozen=True)
class _Rates:
    """Annual rates of one outcome over some months."""

    output: Floats
    flow: Floats
    served: Floats


def chain_flows(case: Case, flows: Flows, mineral: str) -> ChainFlows | None:
    """Return the flows of a mineral before and after.

    Args:
        case: The case, with a run.
        flows: Its network.
        mineral: The mineral.

    Returns:
        Flows in content of the mineral; none for what has no refined product, such as cells alone.
    """
    product = flows.of_stage(mineral, REFINED)
    if not product:
        return None
    unit = case.unit[min(product)]
    content = contents(case, flows, mineral)
    links: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    run = case.ran
    for side, data in enumerate((case.before, case.after)):
        rates = _rates(data, run.settings.months)
        for pair, amount in _links(case, flows, mineral, content, rates).items():
            links[pair][side] += amount
    order = [s for s in _ORDER if any(k.startswith(f"{s}:") for pair in links for k in pair)]
    used = sorted({k for pair in links for k in pair}, key=lambda k: (order.index(k.split(":")[0]), k))
    nodes = []
    for k in used:
        stage, _, where = k.partition(":")
        nodes.append(
            FlowNode(k, order.index(stage), _PLACES.get(where) or case.name(where), where.replace("_", " "))
        )
    made = tuple(FlowLink(a, b, v[0], v[1]) for (a, b), v in sorted(links.items()) if max(v) > 0)
    names = dict(_NAMES)
    if mineral == "rare_earths":
        names["component"] = "magnets"
    elif case.mineral.get("lfp_cathode") == "battery":
        names["component"] = "anodes" if mineral == "graphite" else "cathodes"
    title = (
        f"{case.name(mineral).capitalize()} from mine to use, annual rate over the {case.span} months from "
        f"{month(case.news)}, mean of the draws"
    )
    return ChainFlows(title, f"{unit}/yr", case.run, tuple(names[s] for s in order), tuple(nodes), made)


def contents(case: Case, flows: Flows, mineral: str) -> dict[str, float]:
    """Return how much of a mineral a unit of each commodity takes: 1 for its own, the inputs' for what is made of it.

    Losses on the way count as content of what is made, so that what leaves a stage reaches the next.
    """
    net = flows.net
    own = {
        c for c in net.node_commodity if case.mineral[c] == mineral and case.stage_of[c] in (*MINED, *REFINED)
    }
    product = flows.of_stage(mineral, REFINED)
    out = dict.fromkeys(own, 1.0)
    if len({case.unit[c] for c in own}) > 1:
        # Ore in a unit of its own: what a unit of it becomes.
        makers = case.world.flows
        for c in own - product:
            users = makers[(makers["role"] == "input") & (makers["commodity"] == c)]
            out[c] = 1.0 / float(users["coefficient"].mean()) if len(users) else 0.0
    rows = case.world.flows
    weight: dict[str, float] = defaultdict(float)
    for p, q in zip(net.plant_process, flows.base.balanced.plant_q.tolist(), strict=True):
        weight[p] += q
    later = sorted(
        (c for c in set(net.node_commodity) - own if case.stage_of[c] in STAGES),
        key=lambda c: STAGES.index(case.stage_of[c]),
    )
    for c in later:
        made = rows[(rows["role"] == "output") & (rows["commodity"] == c)]
        total = share = 0.0
        for process, coefficient in zip(made["process"], made["coefficient"], strict=True):
            taken = rows[(rows["role"] == "input") & (rows["process"] == process)]
            inside = sum(
                float(k) * out.get(str(i), 0.0)
                for i, k in zip(taken["commodity"], taken["coefficient"], strict=True)
            )
            total += weight[process] * inside / float(coefficient)
            share += weight[process]
        out[c] = total / share if share > 0 else 0.0
    return out


def _rates(data: xr.Dataset, months: int) -> _Rates:
    return _Rates(*(data[k].to_numpy().mean(axis=1) * 12.0 / months for k in ("output", "flow", "served")))


def _links(
    case: Case, flows: Flows, mineral: str, content: dict[str, float], rates: _Rates
) -> dict[tuple[str, str], float]:
    """Links between stages by region, content a year."""
    net = flows.net
    label = ["mine" if case.stage_of[c] in MINED else case.stage_of[c] for c in net.node_commodity]
    amount = np.array([content.get(c, 0.0) for c in net.node_commodity])
    pools = np.flatnonzero(amount > 0)
    at = np.full(len(net.nodes), -1)
    at[pools] = np.arange(len(pools))
    takes, gives, own = (
        (-flows.entries).maximum(0),
        flows.entries.maximum(0),
        flows.nodes(flows.of_stage(mineral, REFINED)),
    )
    # Plants that make a refined product over into another.
    over = ((takes @ own.astype(float)) > 0) & ((gives @ own.astype(float)) > 0)
    source = _sources(flows, at, pools, np.where(over, 0.0, 1.0), rates)
    drawn: dict[tuple[int, str], float] = defaultdict(float)
    for p, n, k in zip(
        net.entry_plant.tolist(), net.entry_node.tolist(), net.entry_coef.tolist(), strict=True
    ):
        if k < 0 and at[n] >= 0 and not (over[p] and own[n]):
            drawn[n, f"{label[net.plant_main[p]]}:{net.plant_region[p]}"] -= k * rates.output[p]
    # Cells that are not sent on are used where they are; uses draw on the cells of their own region.
    kept = np.asarray(gives.T @ rates.output)
    np.add.at(kept, net.route_to, rates.flow)
    np.add.at(kept, net.route_from, -rates.flow)
    for n in dict.fromkeys(net.mix_from.tolist()):
        if at[n] >= 0:
            drawn[n, f"use:{net.node_region[n]}"] += max(float(kept[n]), 0.0)
    uses = {int(n) for n in net.mix_to}
    cells = any(label[n] == "cell" for n in pools)
    for n, q in zip(net.demand_node.tolist(), rates.served.tolist(), strict=True):
        if at[n] >= 0 and n not in uses:
            drawn[n, "use:other_uses" if cells else f"use:{net.node_region[n]}"] += q
    links: dict[tuple[str, str], float] = defaultdict(float)
    for (n, user), q in drawn.items():
        for r in np.flatnonzero(source[at[n]] > 1e-9):
            links[f"{label[n]}:{flows.regions[r]}", user] += float(source[at[n], r]) * q * amount[n]
    for pair, q in _direct(case, flows, mineral, rates).items():
        links[pair] += q
    return links


def _sources(
    flows: Flows, at: NDArray[np.int64], pools: NDArray[np.int64], fresh: Floats, rates: _Rates
) -> Floats:
    """Shape (pools, regions): where what is in each pool was made; `fresh` is 0 for plants that make over."""
    net = flows.net
    made = np.asarray(flows.entries.maximum(0).T @ (rates.output * fresh))[pools]
    inner = (at[net.route_from] >= 0) & (at[net.route_to] >= 0)
    come = np.zeros((len(pools), len(pools)))
    np.add.at(come, (at[net.route_to[inner]], at[net.route_from[inner]]), rates.flow[inner])
    for p in np.flatnonzero(fresh == 0.0):
        here = net.entry_plant == p
        into = [
            n for n, k in zip(net.entry_node[here], net.entry_coef[here], strict=True) if k > 0 and at[n] >= 0
        ]
        from_ = [
            n for n, k in zip(net.entry_node[here], net.entry_coef[here], strict=True) if k < 0 and at[n] >= 0
        ]
        for a in into:
            for b in from_:
                come[at[a], at[b]] += rates.output[p] / len(from_)
    total = np.maximum(made + come.sum(axis=1), 1e-9)
    own = np.zeros((len(pools), len(flows.regions)))
    own[np.arange(len(pools)), flows.node_region[pools]] = made / total
    return np.asarray(np.linalg.solve(np.eye(len(pools)) - come / total[:, None], own))


def _direct(case: Case, flows: Flows, mineral: str, rates: _Rates) -> dict[tuple[str, str], float]:
    """What comes out of the ground or of scrap as a refined product, by region."""
    net = flows.net
    ore, product = flows.of_stage(mineral, MINED), flows.of_stage(mineral, REFINED)
    rows = case.world.flows
    smelted = set(rows.loc[(rows["role"] == "input") & rows["commodity"].isin(ore), "process"])
    made = set(rows.loc[(rows["role"] == "output") & rows["process"].isin(smelted), "commodity"])
    if not made & product:
        return {}  # made from something else altogether, as synthetic graphite is
    weight = np.where(flows.taken(ore) + flows.taken(product) > 0, 0.0, flows.supplied(product))
    weight = np.where((-flows.entries).maximum(0) @ flows.nodes(ore | product).astype(float) > 0, 0.0, weight)
    out: dict[tuple[str, str], float] = defaultdict(float)
    for p in np.flatnonzero(weight > 0):
        region = net.plant_region[p]
        kind = "recycling" if net.plant_process[p].endswith("_recycling") else region
        out[f"mine:{kind}", f"refined:{region}"] += float(weight[p] * rates.output[p])
    return out
