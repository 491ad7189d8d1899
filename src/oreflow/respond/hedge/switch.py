"""The right to switch lines: what is decided, what it costs, and what each future would be worth.

A cell maker can order a share of its lines to be made ready for sodium-ion cells, a step a month, and back. An order
is in place `lead` months later. In place, a kWh a year saves i·(P − P*) a kWh, or loses it.

    reward(t, s) = s·i·(P_{t+lead} − P*_{t+lead})/12·d_{t+lead},    cost(Δ) = K·Δ⁺·d_t + B·Δ⁻·d_t

All amounts are USD for each kWh a year of the maker's LFP cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import UsageError
from oreflow.respond.prices.process import Process

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Switch:
    """The right to switch.

    Attributes:
        strikes: Break-even price in each month, shape (months,), USD/t LCE.
        lithium: i, kg LCE/kWh.
        limit: Largest share of the cells that may be switched.
        ramp: Largest change of that share in a month.
        convert: K, USD/(kWh/yr).
        back: B, USD/(kWh/yr).
        lead: Months from an order to cells.
        rate: Discount rate, 1/yr.

    Raises:
        UsageError: A number is out of range.
    """

    strikes: tuple[float, ...]
    lithium: float
    limit: float
    ramp: float
    convert: float = 0.0
    back: float = 0.0
    lead: int = 0
    rate: float = 0.0

    def __post_init__(self) -> None:
        if not self.strikes or not all(math.isfinite(k) for k in self.strikes):
            raise UsageError("the right to switch needs at least one month, with finite break-even prices.")
        for name, low, high in (
            ("lithium", 1e-12, math.inf), ("limit", 0.0, 1.0), ("ramp", 1e-6, 1.0), ("convert", 0.0, math.inf),
            ("back", 0.0, math.inf), ("lead", 0, 240), ("rate", -0.5, 1.0),
        ):  # fmt: skip
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise UsageError(
                    f"the right to switch: {name} is {value:g}; give a number from {low:g} to {high:g}."
                )

    @property
    def months(self) -> int:
        """Length in months."""
        return len(self.strikes)

    @property
    def levels(self) -> Floats:
        """Shares that can be reached: steps of the ramp up to the limit."""
        count = max(1, math.ceil(self.limit / self.ramp - 1e-9))
        return np.asarray(np.minimum(np.arange(count + 1) * self.ramp, self.limit), dtype=float)

    @property
    def discount(self) -> Floats:
        """Discount factor of each month, shape (months,)."""
        return np.asarray((1.0 + self.rate) ** -((np.arange(self.months) + 1.0) / 12.0))

    @property
    def moves(self) -> tuple[Floats, Floats]:
        """Cost of a step up to each level, and of one down from it, shape (levels,), before discounting."""
        step = np.diff(self.levels, prepend=0.0)
        return self.convert * step, self.back * step

    def gains(self, prices: Floats) -> Floats:
        """Return what a unit share ordered in each month earns, shape (draws, months), discounted, USD/(kWh/yr).

        Args:
            prices: Shape (draws, months or more), USD/t LCE.

        Raises:
            UsageError: The paths are shorter than the right.
        """
        if prices.ndim != 2 or prices.shape[1] < self.months:
            raise UsageError(
                f"the right to switch lasts {self.months} months, the price paths {prices.shape[-1]}."
            )
        earned = (
            self.lithium / 1000.0 * (prices[:, : self.months] - np.array(self.strikes)) / 12.0 * self.discount
        )
        out: Floats = np.zeros(earned.shape)
        if self.lead < self.months:
            out[:, : self.months - self.lead] = earned[:, self.lead :]
        return out

    def expected_gains(self, process: Process, grid: Floats) -> Floats:
        """Return the same expected at each price, shape (prices, months).

        Args:
            process: How prices move.
            grid: Prices at the time of the order, shape (prices,), USD/t LCE.
        """
        out = np.zeros((len(grid), self.months))
        last = self.months - self.lead
        if last > 0:
            ahead = process.mean(self.lead / 12.0, start=grid)
            spread = ahead[:, None] - np.array(self.strikes)[self.lead :]
            out[:, :last] = self.lithium / 1000.0 * spread / 12.0 * self.discount[self.lead :]
        return out


def best(switch: Switch, worth: Floats, at: int) -> tuple[Floats, NDArray[np.int64]]:
    """Choose among a step up, none and a step down.

    Args:
        switch: The right.
        worth: What each level is worth from here on, shape (n, levels).
        at: Month, for the discount of the cost of a step.

    Returns:
        Value of arriving at each level and the level chosen, both (n, levels).
    """
    up, down = (c * switch.discount[at] for c in switch.moves)
    count = worth.shape[1]
    stay = np.arange(count)
    value, chosen = worth.copy(), np.broadcast_to(stay, worth.shape).copy()
    if count > 1:
        rise = worth[:, 1:] - up[1:]
        better = rise > value[:, :-1]
        chosen[:, :-1] = np.where(better, stay[1:], chosen[:, :-1])
        fall = worth[:, :-1] - down[1:]
        value[:, :-1] = np.where(better, rise, value[:, :-1])
        better = fall > value[:, 1:]
        chosen[:, 1:] = np.where(better, stay[:-1], chosen[:, 1:])
        value[:, 1:] = np.where(better, fall, value[:, 1:])
    return value, chosen


def foresight(switch: Switch, prices: Floats) -> Floats:
    """Return what each future would be worth to somebody who knew it: no policy can beat this.

    Args:
        switch: The right.
        prices: Shape (draws, months or more), USD/t LCE.

    Returns:
        Shape (draws,), USD/(kWh/yr).
    """
    gains, levels = switch.gains(prices), switch.levels
    value = np.zeros((len(gains), len(levels)))
    for t in range(switch.months - 1, -1, -1):
        value, _ = best(switch, gains[:, t : t + 1] * levels + value, t)
    return value[:, 0]


def followed(switch: Switch, prices: Floats, wanted: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return what a plan of levels earns in each future.

    Args:
        switch: The right.
        prices: Shape (draws, months or more), USD/t LCE.
        wanted: Level ordered in each month, shape (draws, months); steps of at most one.

    Returns:
        Value, shape (draws,), USD/(kWh/yr), and the share ordered, shape (draws, months).
    """
    gains, levels = switch.gains(prices), switch.levels
    up, down = np.cumsum(switch.moves[0]), np.cumsum(switch.moves[1])
    before = np.concatenate([np.zeros((len(wanted), 1), dtype=np.int64), wanted[:, :-1]], axis=1)
    paid = np.maximum(up[wanted] - up[before], 0.0) + np.maximum(down[before] - down[wanted], 0.0)
    share = levels[wanted]
    return (gains * share - paid * switch.discount).sum(axis=1), share


def committed(switch: Switch, prices: Floats) -> Floats:
    """Return what switching at once, as fast as the ramp allows and for good, is worth in each future.

    Args:
        switch: The right.
        prices: Shape (draws, months or more), USD/t LCE.

    Returns:
        Shape (draws,), USD/(kWh/yr).
    """
    plan = np.minimum(np.arange(switch.months) + 1, len(switch.levels) - 1)
    return followed(switch, prices, np.broadcast_to(plan, (len(prices), switch.months)))[0]
