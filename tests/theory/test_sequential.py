"""Decisions over time whose optimum is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.respond.risk import evaluate
from oreflow.respond.sddp import (
    BoundStalls,
    CVaR,
    Expectation,
    Graph,
    IterationLimit,
    Mix,
    Noise,
    Stage,
    WorstCase,
    train,
)
from oreflow.respond.sddp.tabular import policy_iteration

ORDER, HOLD, LACK = 2.0, 1.0, 9.0


def inventory(demands: list[float], chances: list[float], discount: float, *, last: bool = False) -> Graph:
    """Order up to y before the demand is known: y' ≥ y − d, cost c·(y' − y + d) + h·(y − d)⁺ + b·(y − d)⁻.

    What is lacking is delivered later. With `last` all ends when the first demand is met.
    """
    # Columns: y, y', left over, lacking, ordered.
    rows = [[1.0, 0.0, -1.0, 1.0, 0.0], [1.0, -1.0, 0.0, 0.0, 1.0]]
    base = {
        "matrix": rows,
        "lower": [-50.0, -50.0, 0.0, 0.0, 0.0],
        "upper": [50.0, 50.0, np.inf, np.inf, np.inf],
        "state_in": [0],
        "state_out": [1],
        "columns": ("level before", "level", "left over", "lacking", "ordered"),
        "rows": ("what is left", "what is ordered"),
    }
    both = [0, 1]
    begin = Stage(
        "begin", cost=[0.0, 0.0, 0.0, 0.0, ORDER], row_lower=[-np.inf, 0.0], row_upper=[np.inf, 0.0], **base
    )
    goes_on = 0.0 if last else ORDER
    period = Stage(
        "period",
        cost=[0.0, 0.0, HOLD, LACK, goes_on],
        row_lower=0.0,
        row_upper=0.0,
        noises=tuple(
            Noise(p, row_lower=(both, [d, d]), row_upper=(both, [d, d]))
            for d, p in zip(demands, chances, strict=True)
        ),
        **base,
    )
    edges = [(0, 1, 1.0 if last else discount), *([] if last else [(1, 1, discount)])]
    return Graph((begin, period), ((0, 1.0),), tuple(edges))


@pytest.mark.parametrize("discount", [0.5, 0.8])
def test_base_stock_without_end(discount: float) -> None:
    """F(S) ≥ (b − c·(1 − β)/β) / (b + h); cost c·S + β/(1 − β)·(L(S) + c·E d), from nothing in stock."""
    demands, chances = np.array([1.0, 2.0, 4.0, 5.0, 8.0]), np.array([0.1, 0.3, 0.3, 0.2, 0.1])
    ratio = (LACK - ORDER * (1.0 - discount) / discount) / (LACK + HOLD)
    level = demands[np.searchsorted(np.cumsum(chances), ratio)]
    left = level - demands
    each = chances @ (HOLD * np.maximum(left, 0.0) + LACK * np.maximum(-left, 0.0) + ORDER * demands)
    cost = ORDER * level + discount / (1.0 - discount) * each
    graph = inventory(list(demands), list(chances), discount)
    policy = train(graph, initial_state=[0.0], stopping=[IterationLimit(400), BoundStalls(40, 1e-9)])
    assert policy.bound == pytest.approx(cost, rel=1e-6)
    assert policy.act("begin", [0.0]).state["level"] == pytest.approx(level, abs=1e-5)
    for k in range(len(demands)):
        # Whatever was sold, order up to the same level again.
        assert policy.act("period", [level], k).state["level"] == pytest.approx(level, abs=1e-5)


@pytest.mark.parametrize("risk", [Expectation(), CVaR(0.3), Mix(0.5, 0.2), WorstCase()])
@pytest.mark.parametrize("multi", [False, True])
def test_one_period_under_risk(risk, multi: bool) -> None:
    """Convex in the order with kinks at the demands: look at each, and at where costs of two demands meet."""
    demands, chances = np.array([1.0, 3.0, 4.0, 9.0]), np.array([0.3, 0.3, 0.2, 0.2])
    crossings = [(HOLD * a + LACK * b) / (HOLD + LACK) for a in demands for b in demands]
    best = min(
        ORDER * y
        + evaluate(risk, HOLD * np.maximum(y - demands, 0) + LACK * np.maximum(demands - y, 0), chances)
        for y in crossings
    )
    graph = inventory(list(demands), list(chances), 1.0, last=True)
    policy = train(graph, initial_state=[0.0], risk=risk, multi=multi, stopping=IterationLimit(40))
    assert policy.bound == pytest.approx(best, rel=1e-8)


@pytest.mark.parametrize(("low", "discount"), [(3.0, 0.9), (9.0, 0.9), (5.0, 0.5)])
def test_when_to_sell(low: float, discount: float) -> None:
    """One unit, a price of 10 or less each time: V = p·10 + (1 − p)·max(low, β·V)."""
    high, chance = 10.0, 0.25
    wait = chance * high / (1.0 - discount * (1.0 - chance))
    value = wait if discount * wait > low else chance * high + (1.0 - chance) * low
    stage = Stage(
        "sale",
        [[1.0, -1.0, -1.0]],
        cost=[0.0, 0.0, -high],
        lower=0.0,
        upper=1.0,
        row_lower=0.0,
        row_upper=0.0,
        state_in=[0],
        state_out=[1],
        noises=(Noise(chance), Noise(1.0 - chance, cost=([2], [-low]))),
        columns=("unit before", "unit", "sold"),
    )
    policy = train(
        Graph.linear([stage], discount, cyclic=True), initial_state=[1.0], stopping=IterationLimit(60)
    )
    assert policy.bound == pytest.approx(-value, rel=1e-7)
    assert policy.act("sale", [1.0], 1).columns["sold"] == pytest.approx(0.0 if value == wait else 1.0)
    assert policy.act("sale", [1.0], 0).columns["sold"] == pytest.approx(1.0)
    assert policy.act("sale", [0.0], 1).marginal["unit"] == pytest.approx(
        max(low, discount * value), rel=1e-6
    )


def test_without_chance_the_dearest_times_are_served() -> None:
    """A stock of 3.5 that gives one unit a time at known prices: the highest prices, and half of the next."""
    prices = [4.0, 9.0, 1.0, 7.0, 3.0, 8.0]
    stages = [
        Stage(
            f"time {t}",
            [[1.0, -1.0, -1.0]],
            cost=[0.0, 0.0, -p],
            lower=0.0,
            upper=[10.0, 10.0, 1.0],
            row_lower=0.0,
            row_upper=0.0,
            state_in=[0],
            state_out=[1],
            columns=("before", "stock", "sold"),
        )
        for t, p in enumerate(prices)
    ]
    policy = train(Graph.linear(stages), initial_state=[3.5], stopping=IterationLimit(20))
    assert policy.bound == pytest.approx(-(9.0 + 8.0 + 7.0 + 0.5 * 4.0))
    told = policy.simulate(1, columns=["sold"])
    assert told.column("sold")[0] == pytest.approx([0.5, 1.0, 0.0, 1.0, 0.0, 1.0])
    assert told.costs[0] == pytest.approx(policy.bound)


def test_regimes_that_differ_in_demand_against_a_table() -> None:
    """Whole units with straight costs: the vertices of every programme are whole, and so is the table."""
    discount, most = 0.9, 4
    chain = np.array([[0.7, 0.3], [0.4, 0.6]])
    need, price = (1.0, 3.0), (2.0, 5.0)
    levels = np.arange(most + 1.0)
    cost = np.zeros((2, most + 1, most + 1))
    stages = []
    for i in range(2):
        # s' = s + buy − use, use + lacking = need, buy ≤ 2.
        for a, s in enumerate(levels):
            for b, s2 in enumerate(levels):
                options = [
                    price[i] * (s2 - s + use) + 12.0 * (need[i] - use) + 0.1 * s2
                    for use in np.arange(need[i] + 1.0)
                    if 0.0 <= s2 - s + use <= 2.0
                ]
                cost[i, a, b] = min(options, default=np.inf)
        stages.append(
            Stage(
                f"regime {i}",
                [[1.0, -1.0, 1.0, -1.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]],
                cost=[0.0, 0.1, price[i], 0.0, 12.0],
                lower=0.0,
                upper=[most, most, 2.0, need[i], need[i]],
                row_lower=[0.0, need[i]],
                row_upper=[0.0, need[i]],
                state_in=[0],
                state_out=[1],
                columns=("before", "stock", "bought", "used", "lacking"),
            )
        )
    table = policy_iteration(cost, chain, discount)
    graph = Graph.markov([stages], chain, [1.0, 0.0], discount, cyclic=True)
    policy = train(graph, initial_state=[2.0], stopping=[IterationLimit(200), BoundStalls(25, 1e-9)])
    assert policy.bound == pytest.approx(table.value[0, 2], rel=1e-7)


def test_policy_iteration_is_value_iteration() -> None:
    rng = np.random.default_rng(3)
    cost, chain = rng.uniform(0.0, 5.0, (3, 6, 6)), rng.dirichlet(np.ones(3), 3)
    cost[rng.random(cost.shape) < 0.2] = np.inf
    table = policy_iteration(cost, chain, 0.9)
    value = np.zeros((3, 6))
    for _ in range(400):
        value = (cost + 0.9 * (chain @ value)[:, None, :]).min(axis=2)
    assert table.value == pytest.approx(value, abs=1e-9)
