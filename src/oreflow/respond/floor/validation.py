"""Published figures on price floors beside ours, for ``oreflow validate``."""

from __future__ import annotations

import numpy as np

from oreflow.atlas import bundled
from oreflow.atlas.world import World
from oreflow.respond.floor.payout import floor_value, strip
from oreflow.respond.floor.terms import Terms
from oreflow.respond.prices.paths import Paths, from_process
from oreflow.respond.prices.process import Process
from oreflow.respond.prices.table import hub_node, price_now
from oreflow.validation import Row, row


def rows(world: World | None = None) -> list[Row]:
    """Return the figures on floors with ours.

    Args:
        world: World to compute from; the bundled one by default.

    Returns:
        Rows; ``ok`` where the difference is within the tolerance.
    """
    w = bundled() if world is None else world
    node = hub_node(w, "ndpr_oxide")
    terms = Terms(
        strike=w.parameter("mp_floor_ndpr"), node=node, years=10, start="2026-01", quantity=1000.0, upside=0.3
    )
    price = price_now(w, "ndpr_oxide")

    def year(at: float) -> float:
        """Payment in the first year at a price that stays."""
        paid = floor_value(terms, Paths(np.full((1, 120), at), 1, "2026-01", node))
        return float(paid.by_year()[1][0, 0]) / 1e6

    process = Process(price, price, 0.5, 0.3)
    monthly = Terms(strike=terms.strike, node=node, years=10, start="2026-01", quantity=1000.0, upside=0.3,
                    settlement="month")  # fmt: skip
    exact = strip(monthly, process, rate=0.04).net
    drawn = floor_value(
        monthly, from_process(process, node=node, start="2026-01", months=120, draws=20_000), rate=0.04
    )
    return [
        row("MP Materials floor, payment a year on 1,000 t NdPr at 69 USD/kg", 41.0, year(69_000.0), 1e-9, "M USD"),
        row("MP Materials floor, the same at the price of the atlas for 2025", 41.0, year(price), 1e-9, "M USD"),
        row("MP Materials floor, paid back a year on 1,000 t at 130 USD/kg (30 % of 20)", -6.0, year(130_000.0), 1e-9,
            "M USD"),
        row("Floor on a log-normal price, 10 years: strip of puts less calls (Black) beside 20,000 draws", exact / 1e6,
            drawn.mean / 1e6, 4.0 * drawn.error / 1e6, "M USD"),
    ]  # fmt: skip
