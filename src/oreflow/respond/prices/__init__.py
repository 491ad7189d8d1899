"""How prices may move: a mean-reverting process, paths from it or from the market, and closed forms for options."""

from oreflow.respond.prices.paths import (
    Paths,
    extended,
    from_ensemble,
    from_process,
    from_sample,
    month_index,
)
from oreflow.respond.prices.process import Fit, Process, fit
from oreflow.respond.prices.table import Assumption, assumptions, hub_node, price_now, process_of, table

__all__ = [
    "Assumption",
    "Fit",
    "Paths",
    "Process",
    "assumptions",
    "extended",
    "fit",
    "from_ensemble",
    "from_process",
    "from_sample",
    "hub_node",
    "month_index",
    "price_now",
    "process_of",
    "table",
]
