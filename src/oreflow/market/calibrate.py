"""`Base`: the balanced year with a price at every node and a curve through every observed point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from oreflow.atlas import World
from oreflow.market import curves
from oreflow.market.blocks import recycling
from oreflow.market.curves import Steps
from oreflow.market.network import Floats, Network, build
from oreflow.market.nodeprices import node_prices
from oreflow.market.reconcile import Balanced, reconcile

SPARE = 1.25
"""Capacity may grow by this factor in a scenario before the curve runs out of steps."""
LEFT = 0.05
"""Share of the output below which a curve has one step."""
NEW_EDGES = np.array([0.0, 0.25, 0.5, 1.0])
ROUTE_EDGES = np.array([0.0, 0.3, 0.6, 0.8, 0.92, 1.0, 1.08, 1.2, 1.5, 2.2, 4.0])
ROUTE_SMALL = np.array([0.0, 0.7, 1.0, 1.4, 4.0])
SMALL = 0.003
"""Share of world flow below which a curve is cut into few steps."""
WIDEN_SMALL = 2.5
"""Growth of each further step of a curve smaller than that."""
ROUTE_CENTRED = np.array([0.0, 0.3, 0.6, 0.8, 0.9, 0.96, 1.04, 1.1, 1.25, 1.6, 2.3, 4.0])
MIX_BELOW = np.array([0.0, 0.4, 0.7, 0.9, 1.0])
MIX_ABOVE = np.array([0.0, 0.1, 0.3, 0.6, 1.0])
WORKING_EDGES = np.array([0.0, 0.5, 0.8, 1.0, 1.3, 2.0])
WORKING_CENTRED = np.array([0.0, 0.5, 0.8, 1.2, 2.0])
STOCK_EDGES = np.concatenate([[0.0], np.geomspace(0.3, 1.0, 15), np.geomspace(1.0, 2.0, 11)[1:]])
STOCK_CENTRED = np.concatenate([[0.0], np.geomspace(0.3, 0.96, 15), np.geomspace(1.04, 2.0, 10)])


@dataclass(frozen=True)
class Base:
    """A calibrated market: everything the LP is compiled from.

    Quantities are per year, prices USD/unit.

    Attributes:
        net: Names, incidence and assumptions.
        balanced: Reconciled quantities.
        price: Price at each node.
        plant_value: Net worth of a unit of output (all it makes less all it uses), which is its marginal cost at
            the observed output, wedge included.
        plant_gross: Worth of all it makes per unit of main output: the price that its supply elasticity is about.
        plant_wedge: `plant_value` less the cash cost; NaN where no cost is known. Negative: it runs at a loss on
            paper (captive supply), or an input is wrong.
        plant_cap: Capacity, raised to the reconciled output where that is larger.
        mix_value: Worth of the use less the cell, USD/GWh.
        mix_total: Base demand of the mix's use, GWh/yr.
        route_wedge: β^lag·p_to − p_from − freight at the observed flow.
        throughput: What passes each node in a year.
        route_ref: Flow that a route's growth is measured by, unit/yr.
        steps: Steps by family: ``plants``, ``mixes``, ``routes``, ``demands``, ``stores``.
        centred: For each node, ``(family, index)`` of the curve that pins its price, or None.
        imported: Nodes whose price is pinned by their stock, and in the long run by the route given here.
        world_hash: Hash of the world it was made from.
        hash: Hash of the world and the scope: the name of this base in a cache.
    """

    net: Network
    balanced: Balanced
    price: Floats
    plant_value: Floats
    plant_gross: Floats
    plant_wedge: Floats
    plant_cap: Floats
    mix_value: Floats
    mix_total: Floats
    route_wedge: Floats
    throughput: Floats
    route_ref: Floats
    steps: dict[str, Steps]
    centred: list[tuple[str, int] | None]
    imported: dict[int, int]
    world_hash: str

    @property
    def route_unit(self) -> Floats:
        """What a ratio of one on a route is, unit/yr: the observed flow, or the reference where there is none."""
        return np.where(self.balanced.route_q > 0, self.balanced.route_q, self.route_ref)

    @property
    def hash(self) -> str:
        """Name of this base: world and scope."""
        return f"{self.world_hash[:16]}-{'-'.join(sorted(self.net.scope))}"

    def wedges(self) -> pd.DataFrame:
        """Return all wedges by size relative to price: kind, name, wedge (USD/unit), share of price.

        A large one means a wrong input.
        """
        net = self.net
        plant = pd.DataFrame(
            {
                "kind": "plant",
                "name": net.plants,
                "commodity": [net.node_commodity[i] for i in net.plant_main],
                "wedge": self.plant_wedge,
                "share": self.plant_wedge / self.plant_gross,
            }
        )[(self.balanced.plant_q > 0) & np.isfinite(self.plant_wedge)]
        used = self.balanced.route_q > 0
        route = pd.DataFrame(
            {
                "kind": "route",
                "name": net.routes,
                "commodity": [net.node_commodity[i] for i in net.route_to],
                "wedge": self.route_wedge,
                "share": self.route_wedge / self.price[net.route_to],
            }
        )[used]
        both = pd.concat([plant, route], ignore_index=True)
        return both.sort_values("share", key=np.abs, ascending=False, ignore_index=True)


def calibrate(world: World, *, scope: tuple[str, ...] | None = None) -> Base:
    """Balance a world and lay a curve through every observed point.

    Node prices are inputs and wedges are differences, so that nothing lands on the wrong stage; see Howitt (1995)
    for the textbook alternative and why its duals are arbitrary along a chain.

    Args:
        world: World.
        scope: Minerals in question; None for all.

    Returns:
        The calibrated base.

    Raises:
        DataError: A price or route is missing.
        NumericalError: The balance could not be found.
    """
    net = build(world, scope=scope)
    balanced = reconcile(net)
    discount = net.parameter("discount_rate")
    price = node_prices(net, balanced.route_q, discount)
    p = len(net.plants)
    value = (
        np.bincount(net.entry_plant, weights=net.entry_coef * price[net.entry_node], minlength=p)
        + net.plant_outside
    )
    gross = (
        np.bincount(
            net.entry_plant, weights=np.maximum(net.entry_coef, 0.0) * price[net.entry_node], minlength=p
        )
        + net.plant_sold_outside
    )
    beta = (1.0 + discount) ** (-net.route_lag / 12.0)
    throughput = _throughput(net, balanced)
    mix_total = np.zeros(len(net.nodes))
    np.add.at(mix_total, net.mix_to, balanced.mix_q)
    cap = np.maximum(recycling.limited(world, net, _used(net, balanced)), balanced.plant_q)
    pins, imported = _pins(net, balanced, cap)
    return Base(
        net=net,
        balanced=balanced,
        price=price,
        plant_value=value,
        plant_gross=gross,
        plant_wedge=value - net.plant_cost,
        plant_cap=cap,
        mix_value=price[net.mix_to] - price[net.mix_from],
        mix_total=mix_total[net.mix_to],
        route_wedge=beta * price[net.route_to] - price[net.route_from] - net.route_freight,
        throughput=throughput,
        route_ref=np.maximum(balanced.route_q, net.parameter("route_reference") * throughput[net.route_to]),
        steps=_steps(net, balanced, throughput, cap, pins),
        centred=pins,
        imported=imported,
        world_hash=world.hash,
    )


def _used(net: Network, b: Balanced) -> Floats:
    """What is used at each node in a year, unit/yr."""
    use = np.zeros(len(net.nodes))
    np.add.at(use, net.demand_node, b.demand_q)
    np.add.at(use, net.mix_from, b.mix_q)
    negative = net.entry_coef < 0
    np.add.at(use, net.entry_node[negative], (-net.entry_coef * b.plant_q[net.entry_plant])[negative])
    return use


def _throughput(net: Network, b: Balanced) -> Floats:
    """What passes each node in a year, used or shipped on, unit/yr."""
    sent = np.bincount(net.route_from, weights=b.route_q, minlength=len(net.nodes))
    return np.maximum(_used(net, b) + sent, 1e-9)


def _pins(net: Network, b: Balanced, cap: Floats) -> tuple[list[tuple[str, int] | None], dict[int, int]]:
    """Choose for each node one curve whose middle step will pin its price, each curve for one node at most.

    Demands pin their own node. Then, one node at a time: a plant all of whose other nodes are settled, or the largest
    flow that joins the node to a settled one. Settling one after another leaves no cycle, so that the middle steps
    form a triangular basis and base prices and quantities are unique.
    """
    pins: list[tuple[str, int] | None] = [None] * len(net.nodes)
    for i in np.argsort(-b.demand_q, kind="stable"):
        node = int(net.demand_node[i])
        if pins[node] is None and b.demand_q[i] > 0:
            pins[node] = ("demands", int(i))
    # A plant at its capacity has no upper half of a middle step: it cannot pin.
    can = (b.plant_q > 0) & (b.plant_q < 0.995 * cap)
    touched: list[list[int]] = [[] for _ in net.plants]
    for plant, node in zip(net.entry_plant.tolist(), net.entry_node.tolist(), strict=True):
        touched[plant].append(node)
    plants = [int(j) for j in np.argsort(-b.plant_q * can, kind="stable") if can[j]]
    routes = [int(a) for a in np.argsort(-b.route_q, kind="stable") if b.route_q[a] > 0]
    while True:
        if _settle_by_plants(plants, touched, pins):
            continue
        for a in routes:
            ends = (int(net.route_from[a]), int(net.route_to[a]))
            open_ends = [n for n in ends if pins[n] is None]
            if len(open_ends) == 1:
                pins[open_ends[0]] = ("routes", a)
                break
        else:
            break
    # What an importer gets in a month left port before: there its stock pins the price, in the long run its supplier.
    store = {
        int(n): s for s, n in enumerate(net.store_node) if not net.store_reserve[s] and net.store_s0[s] > 0
    }
    imported = {}
    for node, pin in enumerate(pins):
        if pin and pin[0] == "routes" and net.route_to[pin[1]] == node and node in store:
            imported[node] = pin[1]
            pins[node] = ("stores", store[node])
    return pins, imported


def _settle_by_plants(
    plants: list[int], touched: list[list[int]], pins: list[tuple[str, int] | None]
) -> bool:
    """Let plants with one open node pin it; say whether any did. Plants that can no longer pin leave the list."""
    before = len(plants)
    left = []
    for j in plants:
        open_nodes = [n for n in touched[j] if pins[n] is None]
        if len(open_nodes) == 1:
            pins[open_nodes[0]] = ("plants", j)
        elif open_nodes:
            left.append(j)
    pinned = any(pins[n] == ("plants", j) for j in set(plants) - set(left) for n in touched[j])
    plants[:] = left
    return pinned and len(left) < before


def _middle(edges: Floats) -> Floats:
    return 0.5 * (edges[1:] + edges[:-1])


def _steps(
    net: Network, b: Balanced, throughput: Floats, cap: Floats, pins: list[tuple[str, int] | None]
) -> dict[str, Steps]:
    g = net.parameter
    commodity = np.unique(net.node_commodity, return_inverse=True)[1]
    demand_world = np.bincount(commodity, weights=throughput, minlength=commodity.max() + 1)
    centred = {pin for pin in pins if pin is not None}
    options = {"target": g("step_target"), "least": g("step_min"), "most": g("step_max")}
    limits = {"low": g("price_ratio_low"), "high": g("price_ratio_high"), "widen": g("step_widen")}

    def cut(family: str, q: Floats, node: np.ndarray, e: Floats, most: Floats, reverse: bool) -> Steps:
        share = q / demand_world[commodity[node]]
        width = curves.spacing(e.mean(axis=1), share, **options) if len(q) else np.zeros(0)
        stagger = curves.staggers(len(q))
        width = width * (
            0.6 + 0.8 * curves.staggers(len(q))[::-1]
        )  # curves of one width would all kink together
        edges, mids = [], []
        for i in range(len(q)):
            # No steps where nothing happens: above what capacity allows, below a twentieth of the output.
            low, high = limits["low"], g("voll_multiple") if reverse else limits["high"]
            if not reverse and q[i] > 0:
                high = min(high, max(1.0 + width[i], (SPARE * most[i] / q[i]) ** (1.0 / e[i].min())))
                low = max(low, min(1.0 - width[i], LEFT ** (1.0 / e[i].max())))
            widen = limits["widen"] if share[i] >= SMALL else WIDEN_SMALL
            ed, mi = curves.price_curve(
                float(width[i]),
                low=low,
                high=high,
                widen=widen,
                centred=(family, i) in centred,
                stagger=float(stagger[i]),
            )
            if reverse:  # from the dearest step down; the first holds what is wanted at any price
                ed = np.concatenate([[np.inf], ed[:0:-1]])
                mi = np.concatenate([[g("voll_multiple")], mi[:0:-1]])
            edges.append(ed)
            mids.append(mi)
        if reverse:
            steps = curves.join(edges, mids)
            return Steps(steps.owner, steps.hi, steps.lo, steps.mid, steps.first)
        return curves.join(edges, mids)

    es = net.supply_elasticity
    route_share = b.route_q / demand_world[commodity[net.route_to]]
    route_edges = [
        NEW_EDGES
        if q <= 0
        else ROUTE_SMALL
        if route_share[a] < SMALL and ("routes", a) not in centred
        else ROUTE_CENTRED
        if ("routes", a) in centred
        else ROUTE_EDGES
        for a, q in enumerate(b.route_q)
    ]
    kinds = [
        (WORKING_EDGES, WORKING_CENTRED) if working else (STOCK_EDGES, STOCK_CENTRED)
        for working in net.store_working
    ]
    stock_edges = [edges[("stores", s) in centred] for s, edges in enumerate(kinds)]
    mix_edges = [np.concatenate([MIX_BELOW, 1.0 + MIX_ABOVE[1:]]) for _ in net.mixes]
    return {
        "plants": cut("plants", b.plant_q, net.plant_main, es, cap, reverse=False),
        "mixes": curves.join(mix_edges, [_middle(e) for e in mix_edges]),
        "routes": curves.join(route_edges, [_middle(e) for e in route_edges]),
        "demands": cut("demands", b.demand_q, net.demand_node, net.demand_ed, b.demand_q, reverse=True),
        "stores": curves.join(stock_edges, [_middle(e) for e in stock_edges]),
    }
