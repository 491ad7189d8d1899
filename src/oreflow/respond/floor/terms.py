"""The terms of a price floor, and the files they are written in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from oreflow.errors import UsageError
from oreflow.respond.prices.paths import month_index, month_labels

SETTLEMENT = {"month": 1, "quarter": 3, "year": 12}
"""How often the reference price is averaged and the difference paid, months."""
LONGEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A price floor or a contract for difference.

    Attributes:
        strike: Floor price K, USD/unit.
        node: Market whose price is the reference, ``commodity@REGION``.
        years: Length in years.
        start: First month, ``YYYY-MM``.
        quantity: Most that is paid for, unit/yr; none for all that is made.
        upside: Share of the price above K that is paid back, 0 to 1; 1 is a two-way contract for difference.
        upside_from: Month from which it is paid back; none for the start.
        settlement: Key of `SETTLEMENT`.
        name: Short name.
        title: One line.
        unit: Unit that the quantity counts, e.g. ``t NdPr``.
        source: Keys of the sources of the terms joined by ";".

    Raises:
        UsageError: A number is negative, not finite or out of range.
    """

    strike: float
    node: str
    years: float
    start: str = "2026-01"
    quantity: float | None = None
    upside: float = 0.0
    upside_from: str | None = None
    settlement: str = "quarter"
    name: str = "floor"
    title: str = ""
    unit: str = "unit"
    source: str = "oreflow"

    def __post_init__(self) -> None:
        for key, most in (("strike", math.inf), ("years", LONGEST), ("quantity", math.inf), ("upside", 1.0)):
            value = getattr(self, key)
            if value is not None and not (math.isfinite(value) and 0 <= value <= most):
                limit = f" and {most:g}" if math.isfinite(most) else ""
                raise UsageError(
                    f"floor {self.name!r}: {key} is {value:g}; give a finite number "
                    f"{'between 0' + limit if limit else 'of 0 or more'}."
                )
        if self.settlement not in SETTLEMENT:
            raise UsageError(
                f"floor {self.name!r}: settlement {self.settlement!r} is not one of {', '.join(SETTLEMENT)}."
            )
        if self.months < 1 or self.months % SETTLEMENT[self.settlement]:
            raise UsageError(
                f"floor {self.name!r}: {self.years:g} years are no whole number of settlements of a "
                f"{self.settlement}; give at least one."
            )
        month_index(self.start)
        if self.upside_from is not None:
            month_index(self.upside_from)
        if self.node.count("@") != 1:
            raise UsageError(f"floor {self.name!r}: the price {self.node!r} is not commodity@REGION.")

    @property
    def months(self) -> int:
        """Length in months."""
        return round(self.years * 12)

    @property
    def labels(self) -> tuple[str, ...]:
        """First month of each settlement, ``YYYY-MM``."""
        step = SETTLEMENT[self.settlement]
        return month_labels(self.start, self.months // step, step)

    def sentence(self) -> str:
        """Say the terms in one sentence."""
        upside = f", {100 * self.upside:g} % of the price above it paid back" if self.upside else ""
        if self.upside and self.upside_from:
            upside += f" from {self.upside_from}"
        most = f" on at most {self.quantity:,.0f} {self.unit} a year" if self.quantity is not None else ""
        return (
            f"A floor of {self.strike:,.0f} USD/{self.unit} for {self.years:g} years from {self.start}{most}, against "
            f"the price of {self.node}, settled by the {self.settlement}{upside}."
        )
