"""One equation, one file: the parts of the linear programme."""

from oreflow.market.blocks import (
    balance,
    capacity,
    contract,
    conversion,
    demand,
    floor,
    mix,
    quota,
    recycling,
    reserve,
    stock,
    trade,
)

STRUCTURE = (conversion, mix, trade, demand, stock, reserve, quota)
"""Blocks with matrix entries."""
NUMBERS = (conversion, capacity, mix, trade, demand, stock, reserve, quota, contract, floor, balance)
"""Blocks that write costs, bounds and right-hand sides, in this order."""

__all__ = ["NUMBERS", "STRUCTURE", "recycling"]
