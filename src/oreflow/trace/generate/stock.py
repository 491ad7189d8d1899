"""What has arrived at a site of the generated chain."""

from __future__ import annotations

from oreflow.trace.generate.site import Batch
from oreflow.trace.model import Line
from oreflow.trace.model.amounts import PPB


class Stock:
    """Lots that have arrived, used first come first served.

    Args:
        lots: The lots, by arrival.
    """

    def __init__(self, lots: list[Batch]) -> None:
        self.lots = [b for b in lots if b.left]
        self.at = 0
        self.short = False

    def metal(self, element: str) -> float:
        """Return the metal that is left, mg."""
        return sum(b.metal(element) for b in self.lots[self.at :])

    def take(self, element: str, wanted: float) -> list[tuple[Batch, int]]:
        """Take metal (mg; mass where no element is named) from the lots in turn; `short` says if it did not do."""
        out = []
        while wanted > 1 and self.at < len(self.lots):
            batch = self.lots[self.at]
            per = batch.metal(element, PPB) / PPB if element else 1.0
            mass = min(batch.left, int(wanted / per) + 1)
            out.append((batch, mass))
            batch.left -= mass
            wanted -= mass * per
            if not batch.left:
                self.at += 1
        self.short = wanted > 1
        return out


def lines(taken: list[tuple[Batch, int]]) -> tuple[Line, ...]:
    """Return parts of lots as the lines of an event, one a lot."""
    mass: dict[str, int] = {}
    for b, q in taken:
        mass[b.lot.lot] = mass.get(b.lot.lot, 0) + q
    return tuple(Line(lot, q) for lot, q in mass.items())
