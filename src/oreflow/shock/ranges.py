"""Parameters that are known only within a range, and how a draw chooses among them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.errors import UnknownNameError

RANGED = {"es": "es_scale", "ed": "ed_scale", "eta": "convenience_eta", "sigma": "route_sigma"}
"""Input of a draw to the parameter whose range it is drawn from, triangular around its value."""


@dataclass(frozen=True, slots=True)
class Range:
    """A triangular law: the likeliest value and both ends.

    Attributes:
        low: Low end.
        value: Likeliest value.
        high: High end; with the low end at the same place there is nothing to draw.
    """

    low: float
    value: float
    high: float

    def at(self, u: float) -> float:
        """Return the value below which a share of all draws lies (the inverse of the triangular law).

        Args:
            u: Share, between 0 and 1.
        """
        width = self.high - self.low
        if not width > 0:
            return self.value
        left = (self.value - self.low) / width
        if u < left:
            return self.low + math.sqrt(u * width * (self.value - self.low))
        return self.high - math.sqrt((1 - u) * width * (self.high - self.value))


def ranges(world: World, names: Iterable[str] = tuple(RANGED)) -> dict[str, Range]:
    """Return the ranges of inputs of a draw.

    Args:
        world: World with its table of parameters.
        names: Keys of `RANGED`.

    Returns:
        Input to its range.

    Raises:
        UnknownNameError: There is no such input, or the world lacks its parameter; carries the nearest.
    """
    table = world["parameters"].set_index("parameter")
    out = {}
    for name in names:
        if name not in RANGED:
            raise UnknownNameError("range", name, RANGED)
        parameter = RANGED[name]
        world.parameter(parameter)  # raises with the nearest name where it is missing
        low, value, high = map(float, table.loc[parameter, ["low", "value", "high"]].to_numpy(dtype=float))
        # An end that the table leaves open is the value itself.
        out[name] = Range(value if math.isnan(low) else low, value, value if math.isnan(high) else high)
    return out
