"""Strategies on the same simulated histories: the policy, no reserve, fixed days of cover, and the rule in words.

Every strategy meets the same regimes and outcomes, history by history, so that their differences are told apart by far
fewer histories than their costs are (common random numbers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from oreflow.errors import InfeasibleError
from oreflow.market import highs
from oreflow.market.network import Floats, Ints
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.rows import MILLION
from oreflow.respond.reserve.spec import QUARTER, Spec
from oreflow.respond.reserve.stage import Layout, layout
from oreflow.respond.sddp import Policy, Stage

YEARS = 10
"""Length of a simulated history where the horizon has no end."""


@dataclass(frozen=True)
class Histories:
    """Regimes and outcomes by history and quarter.

    Attributes:
        regime: Shape (n, T).
        outcome: Shape (n, T).
        weight: Worth now of a dollar then, shape (T + 1,).
    """

    regime: Ints
    outcome: Ints
    weight: Floats


@dataclass(frozen=True)
class Run:
    """A strategy on histories.

    Attributes:
        name: Strategy.
        cost: Cost of each quarter, million USD, shape (n, T).
        stock: Stock at the end of each quarter, units, shape (n, T, k).
        bought: What is bought of each form, units, shape (n, T, k).
        released: What is given out, units, shape (n, T, k).
        price: Price of each commodity, USD/unit, shape (n, T, c).
        short: Demand given up or not served, units, shape (n, T, c).
        total: Discounted cost less what is left is worth at base prices, million USD, shape (n,).
    """

    name: str
    cost: Floats
    stock: Floats
    bought: Floats
    released: Floats
    price: Floats
    short: Floats
    total: Floats


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval.

    Attributes:
        mean: Mean over histories.
        low: Low end.
        high: High end.
    """

    mean: float
    low: float
    high: float


def estimate(values: Floats) -> Estimate:
    """Return the mean of independent values with its 95 % interval (Student's t)."""
    mean, n = float(values.mean()), len(values)
    half = float(stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return Estimate(mean, mean - half, mean + half)


def follow(
    policy: Policy, spec: Spec, markets: Markets, lay: Layout, *, histories: int, seed: int
) -> tuple[Run, Histories]:
    """Follow a policy along histories.

    Args:
        policy: The policy.
        spec: Specification.
        markets: Focal markets.
        lay: Its layout.
        histories: Number of histories.
        seed: Of the histories; the same whatever the policy.

    Returns:
        The run, and the histories for other strategies.
    """
    depth = YEARS * 4 if spec.infinite else spec.quarters
    stage = lay.stages[0]
    flows = [
        [stage.columns[j] if j >= 0 else "" for j in columns]
        for columns in (lay.buy.tolist(), lay.release.tolist())
    ]
    short = [f"short of {c}" for c in markets.commodities]
    wanted = [*dict.fromkeys(n for n in (*flows[0], *flows[1], *short) if n)]
    rows = [f"balance of {c}" for c in markets.commodities]
    sim = policy.simulate(histories, seed=seed, depth=depth, columns=wanted, rows=rows)
    regime_of = _regimes(policy, lay)
    regime = regime_of[sim.nodes]
    scale = np.array([h.scale for h in lay.held])
    unit = np.array([lay.scale[c] for c in markets.commodities])
    values = {n: sim.values[:, :, i] for i, n in enumerate(sim.columns)}

    def columns(group: list[str]) -> Floats:
        zero = np.zeros(sim.nodes.shape)
        return np.stack([values[n] if n else zero for n in group], axis=2)

    discount = (1.0 + spec.discount) ** -QUARTER
    weight = discount ** np.arange(sim.nodes.shape[1] + 1.0)
    cost = sim.stage_costs.copy()
    if not spec.infinite:
        # What is sold off at the end is counted apart, as it is for every other strategy.
        cost[:, -1] += spec.salvage * (sim.states[:, -1] @ lay.book)
    worth = (1.0 if spec.infinite else spec.salvage) * (sim.states[:, -1] @ lay.book)
    run = Run(
        "policy",
        cost,
        sim.states * scale,
        columns(flows[0]) * scale,
        columns(flows[1]) * scale,
        np.abs(sim.duals) * MILLION / unit,
        columns(short) * unit,
        cost @ weight[:-1] - worth * weight[_end(spec)],
    )
    return run, Histories(regime, sim.noises, weight)


def _end(spec: Spec) -> int:
    """Quarter in which what is left is counted: with the last one where it is sold off then."""
    return -1 if spec.infinite else -2


def _regimes(policy: Policy, lay: Layout) -> Ints:
    """Regime of each node of the policy's graph."""
    names = [s.name for s in lay.stages]
    found = []
    for node in policy.graph.nodes:
        plain = node.name.partition(" in quarter ")[0].removesuffix(" at the end")
        found.append(names.index(plain))
    return np.array(found)


@dataclass(frozen=True)
class Ladder:
    """A rule: what one more unit in stock is worth, in steps of the stock, by regime.

    A form is bought while its price and the cost of taking it in are below the worth of the step that the stock stands
    at, and given out when its price, less the cost of giving it out, is above.

    Attributes:
        name: Strategy.
        width: For each state, widths of its steps, scaled.
        worth: By regime, for each state the worth of its steps, million USD per scaled unit.
    """

    name: str
    width: tuple[Floats, ...]
    worth: tuple[tuple[Floats, ...], ...]


def cover(days: float, spec: Spec, markets: Markets, lay: Layout) -> Ladder:
    """Return the rule of fixed days of cover: filled while the price is below the trigger, given out above it.

    Args:
        days: Days of the region's use that are held of every commodity.
        spec: Specification.
        markets: Focal markets.
        lay: Layout.

    Returns:
        The rule. The first form of a commodity that is held at the first place is the one held.
    """
    done: set[str] = set()
    width, worth = [], []
    for h, book in zip(lay.held, lay.book, strict=True):
        c = h.form.commodity
        first = bool(c) and c not in done
        done.add(c)
        target = days / 365.0 * markets.use(h.anchor) / h.scale if first else 0.0
        width.append(np.array([target]))
        worth.append(np.array([spec.trigger * book]))
    return Ladder(f"{days:g} days", tuple(width), tuple(tuple(worth) for _ in markets.regimes))


class Market:
    """The stages of a layout as programmes that stay, for rules.

    Args:
        lay: Layout with a ladder.
    """

    def __init__(self, lay: Layout) -> None:
        self.lay = lay
        self._models = [self._load(s) for s in lay.stages]
        self._at: list[int] = [-1] * len(lay.stages)

    @staticmethod
    def _load(stage: Stage) -> highs.Model:
        model = highs.model(stage.matrix)
        model.costs(None, stage.cost)
        model.bounds(None, stage.lower, stage.upper)
        model.sides(None, stage.row_lower, stage.row_upper)
        return model

    def worth(self, regime: int, worth: Sequence[Floats]) -> None:
        """Put a worth on the steps of the stock in a regime."""
        steps = np.concatenate(self.lay.ladder).astype(np.int32)
        self._models[regime].costs(steps, -np.concatenate(list(worth)))

    def solve(self, regime: int, outcome: int, stock: Floats) -> tuple[Floats, Floats]:
        """Clear a quarter; return columns and duals of rows.

        Raises:
            InfeasibleError: The quarter has no solution.
        """
        stage, model = self.lay.stages[regime], self._models[regime]
        if self._at[regime] != outcome:
            noise = stage.noises[outcome]
            assert noise.cost is not None and noise.upper is not None and noise.row_lower is not None
            order = np.argsort(noise.cost[0])
            model.costs(noise.cost[0][order].astype(np.int32), noise.cost[1][order])
            order = np.argsort(noise.upper[0])
            cols = noise.upper[0][order].astype(np.int32)
            model.bounds(cols, np.zeros(len(cols)), noise.upper[1][order])
            order = np.argsort(noise.row_lower[0])
            model.sides(
                noise.row_lower[0][order].astype(np.int32),
                noise.row_lower[1][order],
                noise.row_lower[1][order],
            )
            self._at[regime] = outcome
        model.bounds(self.lay.into.astype(np.int32), stock, stock)
        if model.run() != highs.OPTIMAL:
            raise InfeasibleError(
                f"regime {stage.name!r}, {stage.noise_name(outcome)}: a quarter has no solution with the stock "
                + ", ".join(f"{n} {v:.4g}" for n, v in zip(stage.states, self.lay.tonnes(stock), strict=True))
                + ". Check opening stocks against room and budget."
            )
        return model.solution()


def apply(rule: Ladder, world_layout: Layout, spec: Spec, markets: Markets, histories: Histories) -> Run:
    """Follow a rule along histories.

    Args:
        rule: The rule.
        world_layout: Layout with the ladder of the rule.
        spec: Specification.
        markets: Focal markets.
        histories: Histories.

    Returns:
        The run.

    Raises:
        InfeasibleError: A quarter has no solution.
    """
    lay = world_layout
    market = Market(lay)
    for k, worth in enumerate(rule.worth):
        market.worth(k, worth)
    n, t = histories.regime.shape
    k, c = len(lay.held), len(markets.commodities)
    scale = np.array([h.scale for h in lay.held])
    unit = np.array([lay.scale[name] for name in markets.commodities])
    rows = [lay.balance[name] for name in markets.commodities]
    cost, price, short = np.zeros((n, t)), np.zeros((n, t, c)), np.zeros((n, t, c))
    stock, bought, released = (np.zeros((n, t, k)) for _ in range(3))
    state = np.tile(lay.opening, (n, 1))
    ladder = np.concatenate(lay.ladder)
    seen = [[s.columns.index(f"short of {name}") for name in markets.commodities] for s in lay.stages]
    can_buy, can_release = lay.buy >= 0, lay.release >= 0
    for q in range(t):
        for i in np.lexsort((histories.outcome[:, q], histories.regime[:, q])):
            r, o = int(histories.regime[i, q]), int(histories.outcome[i, q])
            x, dual = market.solve(r, o, state[i])
            noise = lay.stages[r].noises[o]
            costs = lay.stages[r].cost.copy()
            assert noise.cost is not None
            costs[noise.cost[0]] = noise.cost[1]
            costs[ladder] = 0.0
            cost[i, q] = costs @ x
            state[i] = np.maximum(x[lay.out], 0.0)
            stock[i, q] = state[i]
            bought[i, q, can_buy] = x[lay.buy[can_buy]]
            released[i, q, can_release] = x[lay.release[can_release]]
            price[i, q] = np.abs(dual[rows])
            short[i, q] = x[seen[r]]
    left = (1.0 if spec.infinite else spec.salvage) * (stock[:, -1] @ lay.book)
    return Run(
        rule.name,
        cost,
        stock * scale,
        bought * scale,
        released * scale,
        price * MILLION / unit,
        short * unit,
        cost @ histories.weight[:-1] - left * histories.weight[_end(spec)],
    )


def nothing(world: object, spec: Spec, markets: Markets, lay: Layout, histories: Histories) -> Run:
    """Return the run without a reserve: the opening stock is not there, and each quarter clears alone."""
    n, t = histories.regime.shape
    k, c = len(lay.held), len(markets.commodities)
    market = Market(lay)
    empty = tuple(np.zeros(len(steps)) for steps in lay.ladder)
    for r, _ in enumerate(lay.stages):
        market.worth(r, empty)
    table: dict[tuple[int, int], tuple[float, Floats, Floats]] = {}
    unit = np.array([lay.scale[name] for name in markets.commodities])
    rows = [lay.balance[name] for name in markets.commodities]
    for r, stage in enumerate(lay.stages):
        which = [stage.columns.index(f"short of {name}") for name in markets.commodities]
        for o, noise in enumerate(stage.noises):
            x, dual = market.solve(r, o, np.zeros(k))
            costs = stage.cost.copy()
            assert noise.cost is not None
            costs[noise.cost[0]] = noise.cost[1]
            costs[np.concatenate(lay.ladder)] = 0.0
            table[r, o] = float(costs @ x), np.abs(dual[rows]) * MILLION / unit, x[which] * unit
    cost, price, short = np.zeros((n, t)), np.zeros((n, t, c)), np.zeros((n, t, c))
    for i in range(n):
        for q in range(t):
            cost[i, q], price[i, q], short[i, q] = table[
                int(histories.regime[i, q]), int(histories.outcome[i, q])
            ]
    flat = np.zeros((n, t, k))
    return Run("none", cost, flat, flat, flat, price, short, cost @ histories.weight[:-1])


__all__ = [
    "Estimate", "Histories", "Ladder", "Market", "Run", "apply", "cover", "estimate", "follow", "layout", "nothing",
]  # fmt: skip
