"""The policy as a rule that a person can follow: worth of stock in a few steps by regime, in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from oreflow.market.network import Floats
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.rows import MILLION
from oreflow.respond.reserve.runs import Ladder
from oreflow.respond.reserve.stage import Layout
from oreflow.respond.sddp import Policy

CUTS = (0.0, 0.5, 1.0, 1.5)
"""Edges of the steps, as shares of the largest target."""
SETTLE = 160
"""Quarters in one regime after which a stock has reached its target."""
HELD = 2.0
"""Stock in scaled units (hundredths of a quarter's use: about two days) below which a rule holds nothing."""


@dataclass(frozen=True)
class Line:
    """One line of the rule: a form at a place in a regime.

    Attributes:
        regime: Regime.
        state: Name of the form and its place.
        commodity: Commodity.
        unit: Its unit.
        usual: Price in the regime without the reserve, USD/unit.
        target: Stock at which buying stops while the regime lasts, units.
        buy: For each step up to the target: stock below which it holds, units, and the price below which to buy,
            USD/unit.
        release: For each step: stock above which it holds, units, and the price above which to give out, USD/unit.
        words: What to do, in a sentence.
    """

    regime: str
    state: str
    commodity: str
    unit: str
    usual: float
    target: float
    buy: tuple[tuple[float, float], ...]
    release: tuple[tuple[float, float], ...]
    words: str


def targets(policy: Policy, lay: Layout, nodes: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Let every regime last, and return where stocks settle.

    Args:
        policy: The policy.
        lay: Layout.
        nodes: Node of each regime.

    Returns:
        Stock, scaled, shape (regimes, k); worth of one more dollar of budget a quarter, shape (regimes,). Both are
        means over the outcomes of a quarter.
    """
    stocks, duals = [], []
    count = len(lay.stages[0].noises)
    for node in nodes:
        state = lay.opening
        path, worth = [], []
        for t in range(SETTLE):
            told = policy.act(node, state, t % count)
            state = np.maximum(np.array(list(told.state.values())), 0.0)
            path.append(state)
            worth.append(-told.duals["budget"])
            if t % count == count - 1 and t > 2 * count and _same(path, count):
                break
        stocks.append(np.mean(path[-count:], axis=0))
        duals.append(float(np.mean(worth[-count:])))
    return np.array(stocks), np.array(duals)


def _same(path: list[Floats], count: int) -> bool:
    """Whether a round of outcomes ends where the one before ended."""
    return bool(np.abs(path[-1] - path[-1 - count]).max() < 1e-6)


def marginal(policy: Policy, node: int, state: Floats, j: int, step: float) -> float:
    """Return the worth of one more scaled unit in stock after a node, million USD, over a step around a state."""
    low, high = state.copy(), state.copy()
    low[j], high[j] = max(state[j] - 0.5 * step, 0.0), state[j] + 0.5 * step
    return float((policy.value(node, low) - policy.value(node, high)) / (high[j] - low[j]))


def ladder(policy: Policy, lay: Layout, nodes: tuple[int, ...], target: Floats) -> Ladder:
    """Read a rule off a policy.

    Args:
        policy: The policy.
        lay: Layout.
        nodes: Node of each regime.
        target: Targets by regime, scaled, shape (regimes, k).

    Returns:
        Steps at `CUTS` of the largest target of each state; the worth of a step is the mean fall of the cost to go over
        it, all other stocks at their targets of the regime.
    """
    most = target.max(axis=0)
    width = tuple(np.diff(CUTS) * m if m > HELD else np.zeros(1) for m in most)
    worth = []
    for node, mine in zip(nodes, target, strict=True):
        row = []
        for j, m in enumerate(most):
            if m <= HELD:
                row.append(np.zeros(1))
                continue
            found = []
            for a, b in pairwise(CUTS):
                state = mine.copy()
                state[j] = 0.5 * (a + b) * m
                found.append(marginal(policy, node, state, j, (b - a) * m))
            row.append(np.minimum.accumulate(np.array(found)))
        worth.append(tuple(row))
    return Ladder("rule", width, tuple(worth))


def lines(rule: Ladder, lay: Layout, markets: Markets, target: Floats) -> tuple[Line, ...]:
    """Write a rule down.

    Args:
        rule: The rule.
        lay: Its layout.
        markets: Focal markets.
        target: Targets by regime, scaled.

    Returns:
        A line for each regime and each form with a market, in that order.
    """
    out = []
    for k, regime in enumerate(markets.regimes):
        for j, h in enumerate(lay.held):
            c = h.form.commodity
            if not c:
                continue
            usual = float(
                markets.curves[k][c].clear(0.0, level=regime.price.get(c, 1.0), demand=regime.demand)[0]
            )
            cost = h.form.handling + h.way
            edge = np.cumsum(rule.width[j]) * h.scale
            price = rule.worth[k][j] * MILLION / h.scale
            held = float(edge[-1]) > 0
            buy = tuple((float(e), float(p - cost)) for e, p in zip(edge, price, strict=True)) if held else ()
            start = np.concatenate([[0.0], edge[:-1]])
            release = (
                tuple((float(e), float(p + cost)) for e, p in zip(start, price, strict=True)) if held else ()
            )
            aim = float(target[k, j] * h.scale)
            words = _words(regime.name, h.name, markets.unit[c], usual, buy, release)
            out.append(Line(regime.name, h.name, c, markets.unit[c], usual, aim, buy, release, words))
    return tuple(out)


def number(value: float) -> str:
    """Write an amount with three digits and grouped thousands."""
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{round(value, digits):,.{min(digits, 3)}f}" if digits else f"{float(f'{value:.3g}'):,.0f}"


def _words(
    regime: str,
    name: str,
    unit: str,
    usual: float,
    buy: tuple[tuple[float, float], ...],
    release: tuple[tuple[float, float], ...],
) -> str:
    if not buy:
        return f"In {regime}: hold no {name}."
    steps = []
    for edge, price in buy[:2]:
        if price > 0:
            steps.append(f"below {number(price)} USD/{unit} while under {number(edge)} {unit}")
    parts = [f"buy {' and '.join(steps)}" if steps else "do not buy"]
    first = release[0][1]
    upper = [(s, p) for s, p in release[1:2] if p < 0.99 * first]
    told = f"release above {number(first)} USD/{unit}"
    if upper:
        edge, price = upper[0]
        told = f"release what is over {number(edge)} {unit} above {number(price)} USD/{unit}, "
        told += f"the rest above {number(first)}"
    parts.append(told)
    return f"In {regime} (usual price {number(usual)}): {name}: {'; '.join(parts)}."
