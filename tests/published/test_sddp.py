"""Published decisions over time: FAST's hydro-thermal problem, and the stockpile of Teisberg (1981)."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.respond.sddp import IterationLimit, Policy, deterministic_equivalent, train
from oreflow.respond.sddp.examples import (
    DISCOUNT,
    REGIMES,
    TRANSITION,
    hydro_thermal,
    stockpile,
    stockpile_cost,
    stockpile_table,
)
from oreflow.respond.sddp.tabular import policy_iteration
from oreflow.respond.validation import NEXT, STOCKPILE, rows


@pytest.mark.parametrize("multi", [False, True])
def test_fast_hydro_thermal(multi: bool) -> None:
    graph = hydro_thermal()
    policy = train(graph, initial_state=[0.0], multi=multi, stopping=IterationLimit(5))
    assert policy.bound == pytest.approx(10.0, abs=1e-9)
    assert deterministic_equivalent(graph, initial_state=[0.0]).value == pytest.approx(10.0, abs=1e-9)


def test_stockpile_as_a_table() -> None:
    """The objective is the mean of the values over all sixteen states: each is weighed by 0.0625 there."""
    levels, cost = stockpile_table()
    table = policy_iteration(cost, np.array(TRANSITION), DISCOUNT)
    assert table.value.mean() == pytest.approx(STOCKPILE, abs=1e-6)
    assert levels[table.choice].tolist() == [list(n) for n in NEXT]


@pytest.fixture(scope="module")
def trained() -> Policy:
    return train(stockpile(), initial_state=[0.0], stopping=IterationLimit(90))


def test_stockpile_by_cuts(trained: Policy) -> None:
    assert trained.bound == pytest.approx(STOCKPILE, abs=1e-5)
    assert trained.bound <= STOCKPILE + 1e-6
    levels, cost = stockpile_table()
    table = policy_iteration(cost, np.array(TRANSITION), DISCOUNT)
    for i, regime in enumerate(REGIMES):
        for s, level in enumerate(levels):
            decision = trained.act(regime, [level])
            assert decision.state["stock"] == pytest.approx(NEXT[i][s], abs=1e-4)
            assert decision.stage_cost + decision.to_go == pytest.approx(table.value[i, s], rel=1e-7)


def test_a_larger_stock_is_worth_less_a_unit(trained: Policy) -> None:
    for regime in REGIMES:
        prices = [trained.act(regime, [s]).marginal["stock"] for s in np.linspace(0.5, 20.5, 21)]
        assert (np.diff(prices) <= 1e-6).all()
    assert trained.act("disrupted", [6.5]).marginal["stock"] > trained.act("normal", [6.5]).marginal["stock"]


def test_the_yearly_cost_is_convex() -> None:
    """Straight pieces between the levels then make a programme whose vertices lie on the levels."""
    for i in range(len(REGIMES)):
        assert (np.diff(stockpile_cost(np.linspace(-21.0, 21.0, 400), i), 2) > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("spacing", [1.5, 0.5])
def test_shorter_pieces_follow_the_finer_table(spacing: float) -> None:
    """A stock between the published levels is cheaper by 1.8 %: 2357.43 with pieces of a half."""
    levels, cost = stockpile_table(spacing)
    table = policy_iteration(cost, np.array(TRANSITION), DISCOUNT)
    published = np.isclose(levels % 3.0, 0.0)
    policy = train(stockpile(spacing), initial_state=[0.0], stopping=IterationLimit(250))
    assert policy.bound == pytest.approx(table.value[:, published].mean(), rel=1e-7)
    assert policy.bound < STOCKPILE


def test_every_row_of_the_published_cases_is_met() -> None:
    found = rows()
    assert len(found) == 10
    assert all(r["ok"] for r in found), [r for r in found if not r["ok"]]
