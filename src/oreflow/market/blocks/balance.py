"""Balance of a commodity at a place in a period. Its dual is the price.

    production − use + arrivals − departures + drawn − put in + S[t−1] − S[t] − served ≥ −outside[n,t]

| symbol | meaning | unit |
|---|---|---|
| outside | supply that is not modelled: the statistical difference of the base year | unit/period |

Written as ≥: what is made jointly and wanted by nobody may be left lying. price[n,t] = dual / β_t (USD/unit, ≥ 0):
what one more unit wanted there and then would cost everybody.
"""

from __future__ import annotations

from oreflow.market.layout import Arrays
from oreflow.market.view import View


def fill(view: View, arrays: Arrays) -> None:
    """Write the supply that is there whatever happens."""
    layout = view.layout
    n = len(layout.base.net.nodes)
    arrays.row_lower[:, :n] -= layout.base.balanced.difference * layout.per
