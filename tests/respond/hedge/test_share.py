"""The choice of a share against a second solver, a grid, and what it must do."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from oreflow.errors import UsageError
from oreflow.respond.hedge import Frontier, Switch
from oreflow.respond.prices import Process
from oreflow.respond.prices.tail import TAIL

PRICES = Process(15_000.0, 20_000.0, 0.4, 0.7).simulate(24, draws=60, seed=3)


def right(**changes) -> Switch:
    return Switch(**{"strikes": (22_000.0,) * 24, "lithium": 0.487, "limit": 0.3, "ramp": 0.02, "convert": 1.0,
                     "lead": 3, "rate": 0.1, **changes})  # fmt: skip


def second(s: Switch, prices: np.ndarray, weight: float) -> float:
    """The same programme for scipy, written from the definition of CVaR."""
    n, q = len(prices), s.months // 3
    gain = s.gains(prices)[:, : 3 * q].reshape(n, q, 3).sum(axis=2)
    base = (s.lithium / 1000 * prices[:, : 3 * q] / 12 * s.discount[: 3 * q]).sum(axis=1)
    paid = s.convert * s.discount[: 3 * q : 3]
    # steps up alone: s_q = Σ up; cost_k = base − Σ_q gain_kq Σ_{r≤q} up_r + paid·up
    per_step = paid - np.cumsum(gain[:, ::-1], axis=1)[:, ::-1]
    c = np.concatenate(
        [(1 - weight) * per_step.mean(axis=0), [weight], np.full(n, weight / ((1 - TAIL) * n))]
    )
    a = np.hstack([per_step, -np.ones((n, 1)), -np.eye(n)])
    total = np.concatenate([np.ones(q), np.zeros(1 + n)])[None, :]
    bounds = [(0, 3 * s.ramp)] * q + [(None, None)] + [(0, None)] * n
    found = linprog(c, A_ub=np.vstack([a, total]), b_ub=np.concatenate([-base, [s.limit]]), bounds=bounds)
    return float(found.fun + (1 - weight) * base.mean())


@pytest.mark.parametrize("weight", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("ramp", [0.01, 0.05])
def test_another_solver_finds_the_same(weight: float, ramp: float) -> None:
    s = right(ramp=ramp)
    assert Frontier(s, PRICES).at(weight).objective == pytest.approx(second(s, PRICES, weight), rel=1e-6)


def test_one_quarter_is_a_grid() -> None:
    s = right(strikes=(12_000.0,) * 3, lead=0, ramp=0.1, convert=0.05)
    made = Frontier(s, PRICES)
    for weight in (0.0, 0.4, 1.0):
        tried = []
        for share in np.linspace(0, 0.3, 301):
            cost = made.costs(np.array([share]))
            order = np.sort(cost)[::-1]
            tried.append((1 - weight) * cost.mean() + weight * order[:3].mean())  # 5 % of 60 futures
        assert made.at(weight).objective == pytest.approx(min(tried), rel=1e-6)


def test_the_mean_alone_takes_all_or_nothing() -> None:
    dear, cheap = (Frontier(right(strikes=(k,) * 24), PRICES).at(0.0) for k in (90_000.0, 1_000.0))
    assert dear.share == pytest.approx(0.0, abs=1e-9)
    assert cheap.share == pytest.approx(0.3)


def test_along_the_frontier_the_tail_falls_and_the_mean_rises() -> None:
    made = Frontier(right(), PRICES)
    points = made.along((0.02,))
    tails, means = [p.tail for p in points], [p.mean for p in points]
    assert all(b <= a + 1e-9 for a, b in itertools.pairwise(tails))
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(means))
    assert made.at(1.0, ramp=0.1).tail <= made.at(1.0, ramp=0.01).tail + 1e-9


def test_warm_equals_cold_and_schedules_obey_the_ramp() -> None:
    warm = Frontier(right(), PRICES)
    for weight in (1.0, 0.0, 0.5):
        a, b = warm.at(weight), Frontier(right(), PRICES).at(weight)
        assert a.objective == pytest.approx(b.objective, rel=1e-9)
        steps = np.diff(a.schedule, prepend=0.0)
        assert (steps >= -1e-9).all()
        assert (steps <= 0.06 + 1e-9).all()
        assert a.share <= 0.3 + 1e-9


def test_what_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match="weight"):
        Frontier(right(), PRICES).at(1.5)
    with pytest.raises(UsageError, match="at least a quarter"):
        Frontier(right(strikes=(1.0, 1.0)), PRICES)
