r"""What a stop does to a region: price, demand that is not served, and the loss in surplus.

With prices p, stocks S and the market's surpluses by period t, each held against the same market without the stop,

    loss = −(ΔCS + ΔPS + ΔW),     ΔW = Σ_t Σ_s (p_t − p⁰_t)·(S_{t−1} − S_t),

CS being that of the region's demands (worth of what is served less its price), PS that of its plants (margin less cost,
all stages that are solved), and W what its stocks gain: what leaves them is sold at p and bought back at the price
without the stop. What traders gain or lose on routes is counted to nobody. A loss is positive; a region that sells
what becomes dear can gain.

Over the curves of the model (constant elasticities, see `oreflow.market.blocks.demand`) the consumers' part is

    −ΔCS = ∫_{p⁰}^{p} D(q) dq = p⁰D⁰·((p/p⁰)^{1−e} − 1)/(1 − e),

the rectangle and triangle of the textbook; the tests hold the sums to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.market import Base
from oreflow.market.network import Floats

NAMES = ("price", "output", "mix", "served", "unserved", "stock", "producer_surplus", "consumer_surplus")
"""Variables of an outcome that are read."""
CAPPED = 0.98
"""Share of the value of lost load from which on a price is taken to stand at it."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What a stop does, over its whole length.

    Attributes:
        market: ``commodity@REGION`` whose price is told: the focal region's; ``commodity@world``, the mean over what
            each region uses, where the focus is the world or the region has no market of its own.
        base_price: Price there without the stop, USD/unit.
        price: Mean rise of the price there over the stop, as a share (1 is twice the price).
        price_peak: Largest rise in a month, as a share.
        unmet: Use of the commodity in the region that is not served, unit over the stop.
        unmet_share: The same as a share of the use without the stop; NaN where there is none.
        consumer: Change of consumer surplus in the region, USD.
        producer: Change of producer surplus in the region, USD.
        stocks: What stocks in the region gain, USD.
        capped: The price stood at the value of lost load, or demand that nothing could meet was left: the figures
            then hang on that assumption.
    """

    market: str
    base_price: float
    price: float
    price_peak: float
    unmet: float
    unmet_share: float
    consumer: float
    producer: float
    stocks: float
    capped: bool

    @property
    def loss(self) -> float:
        """Loss in surplus of the region, USD; negative where it gains."""
        return -(self.consumer + self.producer + self.stocks)


class Meter:
    """Reads effects on a region off solved markets.

    Args:
        base: Calibrated market.
        region: Focal region; None for the whole world.
        baseline: Variables of `NAMES` without a stop, each (n, periods).
    """

    def __init__(self, base: Base, region: str | None, baseline: dict[str, Floats]) -> None:
        net = base.net
        self.base, self.region, self.baseline = base, region, baseline
        self.at = {n: i for i, n in enumerate(net.nodes)}
        here = np.array([region is None or r == region for r in net.node_region], dtype=bool)
        self.here = here
        self.demand = here[net.demand_node]
        self.store = here[net.store_node]
        self.plant = np.array([region is None or r == region for r in net.plant_region], dtype=bool)
        self.commodity = np.array(net.node_commodity)
        self.use = self._use(baseline)

    def read(self, commodity: str, values: dict[str, Floats]) -> Effects:
        """Return what a stop of a commodity does.

        Args:
            commodity: Commodity that stops.
            values: Variables of `NAMES` with the stop, each (n, periods).

        Returns:
            The effects.
        """
        net, old = self.base.net, self.baseline
        market, weight = self._market(commodity)
        before, after = weight @ old["price"], weight @ values["price"]
        rise = after / before - 1.0
        used = self.here & (self.commodity == commodity)
        without, left = float(self.use[used].sum()), float(self._use(values)[used].sum())
        worth = (values["price"] - old["price"])[net.store_node]
        opening = np.concatenate([net.store_s0[:, None], values["stock"][:, :-1]], axis=1)
        gained = (worth * (opening - values["stock"]))[self.store].sum()
        cap = CAPPED * net.parameter("voll_multiple")
        lost = values["unserved"][self.demand & (self.commodity[net.demand_node] == commodity)].sum()
        return Effects(
            market=market,
            base_price=float(before.mean()),
            price=float(rise.mean()),
            price_peak=float(rise.max()),
            unmet=without - left,
            unmet_share=(without - left) / without if without > 0 else float("nan"),
            consumer=float((values["consumer_surplus"] - old["consumer_surplus"])[self.demand].sum()),
            producer=float((values["producer_surplus"] - old["producer_surplus"])[self.plant].sum()),
            stocks=float(gained),
            capped=bool((after >= cap * before).any() or lost > 1e-3 * without),
        )

    def _market(self, commodity: str) -> tuple[str, Floats]:
        """Market whose price is told, and the weight of each node in it."""
        weight = np.zeros(len(self.commodity))
        own = f"{commodity}@{self.region}"
        if own in self.at:
            weight[self.at[own]] = 1.0
            return own, weight
        rows = self.commodity == commodity
        weight[rows] = self.use[rows]
        return f"{commodity}@world", weight / weight.sum()

    def _use(self, values: dict[str, Floats]) -> Floats:
        """What is used at each node over all periods: final demand, input to plants, cells of a mix."""
        net = self.base.net
        use = np.zeros(len(net.nodes))
        np.add.at(use, net.demand_node, values["served"].sum(axis=1))
        np.add.at(use, net.mix_from, values["mix"].sum(axis=1))
        takes = net.entry_coef < 0
        amount = -net.entry_coef[takes] * values["output"].sum(axis=1)[net.entry_plant[takes]]
        np.add.at(use, net.entry_node[takes], amount)
        return use
