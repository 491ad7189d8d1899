"""What a floor pays: settled on price paths after the market has cleared, and the closed form it is held against.

The reference price is the mean over a settlement. The payment a unit is that of `oreflow.market.blocks.floor`; there
is no second formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.errors import DataError, UsageError
from oreflow.market.blocks.floor import payment
from oreflow.respond.floor.terms import SETTLEMENT, Terms
from oreflow.respond.prices import options
from oreflow.respond.prices.paths import Paths, month_index
from oreflow.respond.prices.process import Process
from oreflow.respond.prices.tail import tail_mean

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Payout:
    """What a floor pays in each future.

    Attributes:
        terms: The terms.
        labels: First month of each settlement.
        reference: Reference price of each settlement, shape (draws, settlements), USD/unit.
        paid: Paid to the plant, shape (draws, settlements), USD.
        returned: Paid back by the plant, same shape, USD.
        quantity: Units settled, same shape.
        discount: Discount factor of each settlement, shape (settlements,).
        rate: Discount rate, 1/yr.
        source: What the prices were drawn from.
    """

    terms: Terms
    labels: tuple[str, ...]
    reference: Floats
    paid: Floats
    returned: Floats
    quantity: Floats
    discount: Floats
    rate: float
    source: str

    @property
    def net(self) -> Floats:
        """Cost to whoever gives the floor, undiscounted, shape (draws,), USD; below zero where it earns."""
        return np.asarray((self.paid - self.returned).sum(axis=1), dtype=float)

    @property
    def present(self) -> Floats:
        """The same discounted to the first month of the paths."""
        return np.asarray((self.paid - self.returned) @ self.discount, dtype=float)

    @property
    def mean(self) -> float:
        """Expected present cost, USD."""
        return float(self.present.mean())

    @property
    def error(self) -> float:
        """Standard error of the mean, USD. Mirrored draws make the true one smaller."""
        return float(self.present.std(ddof=1) / np.sqrt(len(self.present))) if len(self.present) > 1 else 0.0

    def quantile(self, share: float) -> float:
        """Present cost that a share of the futures stays below, USD."""
        return float(np.quantile(self.present, share))

    @property
    def tail(self) -> float:
        """Mean present cost of the worst 5 % of futures, USD."""
        return tail_mean(self.present)

    @property
    def years_paying(self) -> Floats:
        """Years of the contract in which something is paid, shape (draws,)."""
        step = SETTLEMENT[self.terms.settlement] / 12.0
        return np.asarray((self.paid > 0).sum(axis=1) * step, dtype=float)

    @property
    def chance(self) -> Floats:
        """Chance that a settlement pays, shape (settlements,)."""
        return np.asarray((self.paid > 0).mean(axis=0), dtype=float)

    def by_year(self) -> tuple[tuple[str, ...], Floats]:
        """Return net payments by year of the contract.

        Returns:
            First month of each year, and shape (draws, years), USD, undiscounted.
        """
        step = 12 // SETTLEMENT[self.terms.settlement]
        first = np.arange(0, len(self.labels), step)
        return tuple(self.labels[i] for i in first), np.add.reduceat(self.paid - self.returned, first, axis=1)


def reference(terms: Terms, paths: Paths) -> tuple[Floats, int]:
    """Return the reference price of each settlement and the month of the paths in which the floor begins.

    Args:
        terms: The terms.
        paths: Futures of the price.

    Returns:
        Shape (draws, settlements), USD/unit, and the offset in months.

    Raises:
        UsageError: The paths are of another market.
        DataError: The floor begins before them or ends after them.
    """
    if paths.node != terms.node:
        raise UsageError(f"floor {terms.name!r}: its price is {terms.node}, the paths are of {paths.node}.")
    monthly = paths.monthly()
    begin = month_index(terms.start) - month_index(paths.start)
    if begin < 0 or begin + terms.months > monthly.periods:
        raise DataError(
            f"floor {terms.name!r} runs {terms.months} months from {terms.start}; the price paths hold "
            f"{monthly.periods} months from {paths.start}. Give longer paths, or carry them on by a process "
            "(oreflow.respond.prices.extended)."
        )
    step = SETTLEMENT[terms.settlement]
    window = monthly.values[:, begin : begin + terms.months]
    return window.reshape(len(window), -1, step).mean(axis=2), begin


def unit_payment(terms: Terms, price: Floats) -> tuple[Floats, Floats]:
    """Return what is paid and paid back a unit.

    Args:
        terms: The terms.
        price: Reference price, shape (draws, settlements), USD/unit.

    Returns:
        Paid to the plant and paid back by it, USD/unit, both not below zero.
    """
    one = np.ones(price.shape)
    paid = payment(terms.strike, price, one)
    back = paid - payment(terms.strike, price, one, upside=terms.upside)
    if terms.upside_from is not None:
        first = month_index(terms.upside_from)
        back = back * (np.array([month_index(m) for m in terms.labels]) >= first)
    return paid, back


def floor_value(terms: Terms, paths: Paths, *, output: ArrayLike | None = None, rate: float = 0.0) -> Payout:
    """Settle a floor on price paths.

    Args:
        terms: The terms.
        paths: Futures of the reference price.
        output: Output a month, broadcast to (draws, months of the contract), unit/month; the quantity of the terms
            spread evenly by default. What lies above that quantity is not paid for.
        rate: Discount rate, 1/yr.

    Returns:
        The payout.

    Raises:
        UsageError: Neither a quantity nor an output is given, or the paths are of another market.
        DataError: The paths do not cover the contract, or output is below zero or no number.
    """
    price, begin = reference(terms, paths)
    step = SETTLEMENT[terms.settlement]
    if output is None:
        if terms.quantity is None:
            raise UsageError(
                f"floor {terms.name!r}: give a quantity in its terms, or the output of the plant."
            )
        output = terms.quantity / 12.0
    made = np.broadcast_to(np.asarray(output, dtype=float), (len(price), terms.months))
    if not (np.isfinite(made) & (made >= 0)).all():
        raise DataError(f"floor {terms.name!r}: output is below 0 or no number in some month.")
    settled = made.reshape(len(price), -1, step).sum(axis=2)
    if terms.quantity is not None:
        settled = np.minimum(settled, terms.quantity * step / 12.0)
    paid, back = unit_payment(terms, price)
    when = (begin + step * (np.arange(price.shape[1]) + 1.0)) / 12.0
    return Payout(terms, terms.labels, price, paid * settled, back * settled, settled,
                  np.asarray((1.0 + rate) ** -when, dtype=np.float64), rate, paths.source)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strip:
    """The closed form of a floor on a log-normal price, settled month by month.

    Attributes:
        paid: Present value of the puts, USD.
        returned: Present value of the share of the calls that is paid back, USD.
    """

    paid: float
    returned: float

    @property
    def net(self) -> float:
        """Expected present cost, USD."""
        return self.paid - self.returned


def strip(terms: Terms, process: Process, *, rate: float = 0.0, begin: int = 0) -> Strip:
    """Value a floor settled by the month on a fixed quantity: a strip of puts less a share of a strip of calls.

    Args:
        terms: The terms, with a quantity.
        process: How the price moves.
        rate: Discount rate, 1/yr.
        begin: Months from now to the start of the contract.

    Returns:
        The two strips (Black 1976).

    Raises:
        UsageError: The terms have no quantity, or settle over more than a month: a mean of log-normal prices has no
            closed form.
    """
    if terms.quantity is None or terms.settlement != "month":
        raise UsageError("the closed form needs a quantity and settlement by the month.")
    years = (begin + np.arange(terms.months) + 1.0) / 12.0
    forward, variance = process.mean(years), process.moments(years)[1]
    each = terms.quantity / 12.0 * (1.0 + rate) ** -years
    shared = np.full(terms.months, terms.upside)
    if terms.upside_from is not None:
        shared *= np.array([month_index(m) for m in terms.labels]) >= month_index(terms.upside_from)
    return Strip(
        float(each @ options.put(forward, terms.strike, variance)),
        float((each * shared) @ options.call(forward, terms.strike, variance)),
    )
