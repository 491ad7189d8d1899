"""What is kept of a solved draw: prices, shortages, lost output and what buyers lose, as named columns with units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import UnknownNameError
from oreflow.market import Base, News, Settings

Floats = NDArray[np.float64]
NAMES = ("price", "output", "served", "unserved")
"""Variables of `oreflow.market.outcome.VARIABLES` that a draw is asked for."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an ensemble's tables.

    Attributes:
        name: Its name; what it measures, a colon, and the node or commodity.
        unit: Unit; ``1`` for a bare number, empty for text.
        text: What it is, in words.
        base: Its value in each period when nothing happens, or one value where it is no path; empty where that
            means nothing.
    """

    name: str
    unit: str
    text: str
    base: tuple[float, ...] = ()


class Measure:
    """Turns the numbers of a solved draw into the values of the columns.

    A shortage is what buyers would take at the prices of the base, at the level of demand of that future, less what
    they get: it holds what they go without because it is dear as well as what cannot be had. It is negative where
    more is taken than in the base. What buyers lose is the price rise on the mean of both amounts (Harberger's
    trapezoid for the change in consumer surplus, exact to the second order in the price). Rents of producers, of trade
    and of stocks are not part of it.

    Args:
        world: World, for the units of commodities.
        base: Calibrated market.
        settings: Horizon.
        watch: Nodes ``commodity@REGION`` whose prices are kept; every hub when empty.
        scope: Minerals asked about, among which the headline is sought; all that are solved when empty.

    Raises:
        UnknownNameError: A watched node is not in the market.
    """

    def __init__(
        self,
        world: World,
        base: Base,
        settings: Settings,
        watch: Sequence[str] = (),
        *,
        scope: Sequence[str] = (),
    ) -> None:
        net = base.net
        self.base, self.settings = base, settings
        index = {name: i for i, name in enumerate(net.nodes)}
        for node in watch:
            if node not in index:
                raise UnknownNameError("node", node, net.nodes, where="watch")
        watched = [index[n] for n in dict.fromkeys(watch)] or np.flatnonzero(net.is_hub).tolist()
        unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
        self._nodes = np.array(watched, dtype=np.int64)
        commodity = np.array(net.node_commodity)
        region = np.array(net.node_region)
        wanted = commodity[net.demand_node]
        names = list(dict.fromkeys(wanted.tolist()))
        self._wanted = base.balanced.demand_q * settings.months / 12.0
        self._row = {name: i for i, name in enumerate(net.demands)}
        # World totals of every commodity that is in demand, then those of the watched ones by region.
        groups = {c: wanted == c for c in names}
        near = {c for c in commodity[self._nodes].tolist() if c in groups}
        for c, r in dict.fromkeys(zip(wanted.tolist(), region[net.demand_node].tolist(), strict=True)):
            if c in near:
                groups[f"{c}@{r}"] = (wanted == c) & (region[net.demand_node] == r)
        self._groups = np.array(list(groups.values()), dtype=float).reshape(len(groups), len(net.demands))
        self._worlds = len(names)
        main = commodity[net.plant_main]
        made = list(dict.fromkeys(main.tolist()))
        self._made = np.array([main == c for c in made], dtype=float).reshape(len(made), len(net.plants))
        self._output = base.balanced.plant_q * settings.months / 12.0 * settings.periods

        t = settings.periods
        self.paths: tuple[Column, ...] = (
            *(
                Column(
                    f"price:{net.nodes[i]}",
                    f"USD/{unit[net.node_commodity[i]]}",
                    f"price of {net.node_commodity[i]} in {net.node_region[i]}",
                    (float(base.price[i]),) * t,
                )
                for i in watched
            ),
            *(
                Column(
                    f"shortage:{name}",
                    unit[name.split("@")[0]],
                    "what buyers would take at base prices less what they get, in the period",
                    (0.0,) * t,
                )
                for name in groups
            ),
            *(
                Column(f"unserved:{c}", unit[c], "demand that nothing can meet, in the period", (0.0,) * t)
                for c in names
            ),
        )
        """Columns with a value in every period."""
        self.totals: tuple[Column, ...] = (
            *(
                Column(f"output_lost:{c}", unit[c], "output less than in the base, over the horizon", (0.0,))
                for c in made
            ),
            *(
                Column(
                    f"shortage_total:{c}",
                    unit[c],
                    "shortage over the horizon",
                    (0.0,),
                )
                for c in names
            ),
            Column("buyers_loss", "USD", "what buyers lose by higher prices over the horizon", (0.0,)),
        )
        """Columns with one value over the horizon."""
        self.demand: dict[str, tuple[float, str]] = {
            c: (float((self._groups[k] * self._wanted).sum() * t), unit[c]) for k, c in enumerate(names)
        }
        """Commodity to what buyers take of it over the horizon in the base, and its unit."""
        value = base.price * base.throughput
        mine = np.isin(
            commodity, world.commodities["commodity"][world.commodities["mineral"].isin(scope or net.scope)]
        )
        ranked = sorted(watched, key=lambda i: (bool(mine[i]), value[i]), reverse=True)
        self.headline: str = net.nodes[index[watch[0]] if watch else ranked[0]]
        """Node shown first: the first watched, or else the largest market of the scope by value."""

    def __call__(self, values: dict[str, Floats], news: Sequence[News]) -> tuple[Floats, Floats]:
        """Return what is kept of a draw.

        Args:
            values: Variables of `NAMES`, each (n, periods).
            news: What was heard when, for the level of demand.

        Returns:
            Paths, shape (periods, len(paths)), and totals, shape (len(totals),).
        """
        net = self.base.net
        wanted = self._wanted[:, None] * self.level(news)
        short = wanted - values["served"]
        paths = np.concatenate(
            [
                values["price"][self._nodes],
                self._groups @ short,
                self._groups[: self._worlds] @ values["unserved"],
            ]
        )
        rise = values["price"][net.demand_node] - self.base.price[net.demand_node, None]
        loss = (rise * 0.5 * (wanted + values["served"])).sum()
        totals = [
            self._made @ (self._output - values["output"].sum(axis=1)),
            (self._groups[: self._worlds] @ short).sum(axis=1),
            [loss],
        ]
        return paths.T, np.concatenate(totals)

    def level(self, news: Sequence[News]) -> Floats:
        """Return the multiplier of each demand in each period, as it is believed then.

        Args:
            news: What is heard when.

        Returns:
            Shape (demands, periods), 1 before any news.
        """
        months, periods = self.settings.months, self.settings.periods
        out = np.ones((len(self._row), periods))
        ordered = sorted(news, key=lambda n: n.month)
        for k, heard in enumerate(ordered):
            first = max(heard.month, 0) // months
            last = max(ordered[k + 1].month, 0) // months if k + 1 < len(ordered) else periods
            if last <= first:
                continue
            months_in = np.arange(first * months, last * months)
            by_month = np.ones((len(self._row), len(months_in)))
            for change in heard.changes:
                if (change.table, change.attribute) != ("demands", "quantity"):
                    continue
                profile = np.asarray(change.profile, dtype=float)
                rows = [self._row[r] for r in change.rows if r in self._row]
                by_month[rows] *= profile[np.minimum(months_in, len(profile) - 1)]
            out[:, first:last] = by_month.reshape(len(out), -1, months).mean(axis=2)
        return out
