"""How a market is cleared: horizon, foresight and the fineness of its curves."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.errors import UsageError

MONTHS_PER_STEP = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of a run.

    Attributes:
        start: First month of the horizon, ``YYYY-MM``.
        periods: Number of periods of the horizon.
        step: Length of a period: ``month``, ``quarter`` or ``year``.
        foresight: Months that agents look ahead in each solve.
        stride: Months accepted of each solve before agents look again, when no news comes in between.
        later: Length, in periods, of the steps in which agents see what lies beyond the stride.
        ahead: Lengths in months of the periods of a look ahead, instead of foresight, stride and later; what happens
            within a long one is spread evenly over its months.
        refine: Rounds of laying the steps of curves anew around each solution: prices of smooth curves, where two
            rounds take about twice as long, instead of prices within the width of a step.
        tariff_tolerance: Ad-valorem tariffs are settled when no price moves by more than this share.
    """

    start: str = "2025-01"
    periods: int = 36
    step: str = "month"
    foresight: int = 12
    stride: int = 3
    later: int = 3
    ahead: tuple[int, ...] = ()
    refine: int = 0
    tariff_tolerance: float = 0.005

    def __post_init__(self) -> None:
        if self.step not in MONTHS_PER_STEP:
            raise UsageError(f"step {self.step!r} is not one of {', '.join(MONTHS_PER_STEP)}.")
        if self.periods < 1:
            raise UsageError(f"periods must be at least 1, not {self.periods}.")
        if not 0 <= self.refine <= 9:
            raise UsageError(f"refine is a number of rounds from 0 to 9, not {self.refine}.")
        if min(self.foresight, self.stride, self.later) < 1:
            raise UsageError("foresight, stride and later must be at least 1.")
        if any(n < 1 or n % self.months for n in self.ahead):
            raise UsageError(f"periods ahead must be multiples of a {self.step}, not {self.ahead}.")
        year, _, month = self.start.partition("-")
        if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
            raise UsageError(f"start {self.start!r} is not a month like 2025-01.")

    @property
    def months(self) -> int:
        """Months in a period."""
        return MONTHS_PER_STEP[self.step]

    @property
    def spans(self) -> tuple[int, ...]:
        """Lengths in months of the periods of a look ahead: fine up to the stride, then coarser."""
        if self.ahead:
            return self.ahead
        fine = max(1, -(-self.stride // self.months))
        total = max(fine, -(-self.foresight // self.months))
        coarse, rest = divmod(total - fine, self.later)
        steps = [1] * fine + [self.later] * coarse + ([rest] if rest else [])
        return tuple(n * self.months for n in steps)

    @property
    def labels(self) -> list[str]:
        """First month of each period, ``YYYY-MM``."""
        year, month = (int(x) for x in self.start.split("-"))
        first = year * 12 + month - 1
        return [
            f"{m // 12:04d}-{m % 12 + 1:02d}"
            for m in range(first, first + self.periods * self.months, self.months)
        ]
