"""What a market's outcome says of supply and use, by plant, region and stage, as matrices over its rows."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from oreflow.market import Base, Outcome

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MINED = ("mine", "concentrate")
REFINED = ("refined",)


class Flows:
    """Production and use of commodities, from outputs, flows and demand served.

    Args:
        base: The market.
        stage: Commodity to stage.
        mineral: Commodity to mineral.
    """

    def __init__(self, base: Base, stage: dict[str, str], mineral: dict[str, str]) -> None:
        self.base, self.net = base, base.net
        self.stage, self.mineral = stage, mineral
        net = self.net
        self.regions = sorted(set(net.node_region))
        self.node_region = np.array([self.regions.index(r) for r in net.node_region])
        self.node_commodity = np.array(net.node_commodity, dtype=object)
        self.plant_region = np.array([self.regions.index(r) for r in net.plant_region])

    @cached_property
    def entries(self) -> csr_array:
        """Shape (plants, nodes): what a unit of main output makes (positive) and uses (negative)."""
        net = self.net
        return csr_array(
            (net.entry_coef, (net.entry_plant, net.entry_node)), shape=(len(net.plants), len(net.nodes))
        )

    def nodes(self, commodities: set[str]) -> Mask:
        """Nodes of some commodities, shape (nodes,)."""
        return np.isin(self.node_commodity, list(commodities))

    def of_stage(self, mineral: str, stages: tuple[str, ...]) -> set[str]:
        """Commodities of a mineral at some stages that the market holds."""
        here = set(self.net.node_commodity)
        return {c for c in here if self.mineral[c] == mineral and self.stage[c] in stages}

    def supplied(self, commodities: set[str]) -> Floats:
        """What a unit of each plant's main output adds to a group of commodities, shape (plants,).

        What a plant of the group takes from the group (hydroxide made from carbonate) is taken off.
        """
        inside = self.nodes(commodities).astype(float)
        made = self.entries.maximum(0) @ inside
        used = (-self.entries).maximum(0) @ inside
        return np.where(made > 0, made - used, 0.0)

    def taken(self, commodities: set[str]) -> Floats:
        """What a unit of each plant's main output takes from a group, by plants outside the group, shape (plants,)."""
        inside = self.nodes(commodities).astype(float)
        made = self.entries.maximum(0) @ inside
        used = (-self.entries).maximum(0) @ inside
        return np.where(made > 0, 0.0, used)

    def mined(self, mineral: str) -> Floats:
        """What a unit of each plant's main output brings out of the ground of a mineral, shape (plants,).

        Plants that use nothing of the mineral: mines, and brines and recyclers that give the refined product.
        """
        own = self.nodes(self.of_stage(mineral, (*MINED, *REFINED))).astype(float)
        uses = (-self.entries).maximum(0) @ own
        made = self.entries.maximum(0) @ own
        return np.where(uses > 0, 0.0, made)

    def used(self, commodities: set[str], output: Floats, served: Floats) -> Floats:
        """Return the use of a group of commodities by region.

        Args:
            commodities: The group.
            output: Shape (..., plants, periods).
            served: Shape (..., demands, periods).

        Returns:
            Shape (..., regions, periods): taken by plants further down and by final demand.
        """
        by = np.zeros((*output.shape[:-2], len(self.regions), output.shape[-1]))
        taken = self.taken(commodities)
        asked = self.nodes(commodities)[self.net.demand_node].astype(float)
        for r in range(len(self.regions)):
            plants = (self.plant_region == r) & (taken > 0)
            demands = (self.node_region[self.net.demand_node] == r) & (asked > 0)
            by[..., r, :] = np.einsum("...pt,p->...t", output[..., plants, :], taken[plants])
            by[..., r, :] += served[..., demands, :].sum(axis=-2)
        return by

    def by_region(self, weight: Floats, output: Floats) -> Floats:
        """Sum weighted outputs by region, shape (..., regions, periods)."""
        by = np.zeros((*output.shape[:-2], len(self.regions), output.shape[-1]))
        for r in range(len(self.regions)):
            here = (self.plant_region == r) & (weight != 0)
            by[..., r, :] = np.einsum("...pt,p->...t", output[..., here, :], weight[here])
        return by

    def margin(self, price: Floats) -> Floats:
        """Worth of what plants make less what they use, without what lies outside the scope.

        Args:
            price: Shape (..., nodes, periods), USD/unit.

        Returns:
            Shape (..., plants, periods), USD per unit of main output.
        """
        moved = np.moveaxis(price, -2, 0)
        flat = self.entries @ moved.reshape(len(self.net.nodes), -1)
        return np.moveaxis(flat.reshape(len(self.net.plants), *moved.shape[1:]), 0, -2)

    def balance(self, outcome: Outcome) -> float:
        """Return the largest gap between what reaches and what leaves a node over the horizon, as a share.

        Recomputed from the outcome alone: output, shipments with their lag, stocks, use and demand. What is spread
        evenly over a long period meets month by month only on the whole, so the horizon is taken as one.
        """
        net, data = self.net, outcome.data
        get = {k: data[k].to_numpy() for k in ("output", "flow", "served", "stock", "mix")}
        periods = get["output"].shape[1]
        per = float(data.attrs["months_per_period"]) / 12.0
        change = self.entries.T @ get["output"]
        passes = abs(self.entries).T @ get["output"]
        sent = get["flow"]
        before = np.concatenate([np.tile((self.base.balanced.route_q * per)[:, None], (1, 48)), sent], axis=1)
        lag = net.route_lag
        whole, part = np.floor(lag).astype(int), lag - np.floor(lag)
        t = 48 + np.arange(periods)
        rows = np.arange(len(net.routes))[:, None]
        came = (1 - part)[:, None] * before[rows, t - whole[:, None]]
        came += part[:, None] * before[rows, t - whole[:, None] - 1]
        np.add.at(change, net.route_to, came)
        np.add.at(change, net.route_from, -sent)
        np.add.at(passes, net.route_to, came)
        np.add.at(change, net.mix_from, -get["mix"])
        np.add.at(change, net.mix_to, get["mix"])
        np.add.at(passes, net.mix_to, get["mix"])
        np.add.at(change, net.demand_node, -get["served"])
        np.add.at(passes, net.demand_node, get["served"])
        start = np.where(net.store_reserve, get["stock"][:, 0], net.store_s0)
        drawn = -np.diff(np.concatenate([start[:, None], get["stock"]], axis=1))
        np.add.at(change, net.store_node, drawn)
        np.add.at(passes, net.store_node, np.abs(drawn))
        # What is made with something else may be left over where nobody buys it: its price is then nothing.
        left = (data["price"].to_numpy() < 0.01 * self.base.price[:, None]).any(axis=1)
        gap, size = change.sum(axis=1), passes.sum(axis=1)
        gap = np.where(left, np.maximum(-gap, 0.0), np.abs(gap))
        return float((gap / np.maximum(size, 1e-9 * size.max())).max())
