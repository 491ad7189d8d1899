"""Small second stages that can be worked out by hand or at random."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from oreflow.respond.plan.benders import Menu
from oreflow.respond.plan.programme import Programme


def newsvendor(
    losses: tuple[float, ...] = (0.0, 40.0, 100.0),
    weight: tuple[float, ...] = (0.5, 0.3, 0.2),
    worth: float = 9.0,
) -> Programme:
    """One user who lacks so much in each scenario, and a stock that can stand in: short = lack − drawn."""
    s = len(losses)
    lack = np.array(losses)
    return Programme(
        measures=("stock",),
        scenarios=tuple(f"s{i}" for i in range(s)),
        weight=np.array(weight),
        matrix=sparse.csc_matrix(np.array([[1.0, 1.0]])),  # short + drawn ≥ lack
        cost=np.tile([worth, 0.0], (s, 1)),
        lower=np.zeros((s, 2)),
        upper=np.tile([np.inf, 0.0], (s, 1)),
        row_lower=lack[:, None],
        row_upper=np.full((s, 1), np.inf),
        cols=np.array([1]),
        col_owner=np.array([0]),
        col_room=np.ones((s, 1)),
        rows=np.zeros(0, np.int64),
        row_owner=np.zeros(0, np.int64),
        row_room=np.zeros((s, 0)),
        constant=np.zeros(s),
        slope=np.zeros((s, 1)),
    )


def random(seed: int, *, lots: bool = False) -> tuple[Programme, Menu]:
    """A few goods over a few periods; measures of both kinds: capacity in each period, and a stock over all."""
    rng = np.random.default_rng(seed)
    goods, periods, k, s = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(2, 6)), 5
    m = goods * periods
    stocks = rng.random(k) < 0.4
    serves = rng.integers(0, goods, k)
    market = np.arange(m)  # one column a good and period: bought, at a price; one: gone without
    n = 2 * m + k * periods
    a = np.zeros((m + int(stocks.sum()), n))
    a[market, market] = a[market, m + market] = 1.0
    cols, owner, row_owner = [], [], []
    for i in range(k):
        for t in range(periods):
            j = 2 * m + i * periods + t
            a[serves[i] * periods + t, j] = 1.0
            cols.append(j)
            owner.append(i)
            if stocks[i]:
                a[m + len(row_owner), j] = 1.0
        if stocks[i]:
            row_owner.append(i)
    r = len(row_owner)
    want = rng.uniform(50, 100, m)
    price, voll = rng.uniform(1, 3, m), rng.uniform(10, 30, m)
    cost = np.tile(np.concatenate([price, voll, rng.uniform(0, 4, k * periods)]), (s, 1))
    cost[:, :m] *= rng.uniform(1, 4, (s, m))
    upper = np.concatenate([want * 1.2, want, np.zeros(k * periods)]) * np.ones((s, 1))
    upper[:, :m] *= rng.uniform(0.1, 1, (s, m))
    programme = Programme(
        measures=tuple(f"m{i}" for i in range(k)),
        scenarios=tuple(f"s{i}" for i in range(s)),
        weight=rng.dirichlet(np.ones(s)),
        matrix=sparse.csc_matrix(a),
        cost=cost,
        lower=np.zeros((s, n)),
        upper=upper,
        row_lower=np.tile(np.concatenate([want, np.full(r, -np.inf)]), (s, 1)),
        row_upper=np.tile(np.concatenate([np.full(m, np.inf), np.zeros(r)]), (s, 1)),
        cols=np.array(cols),
        col_owner=np.array(owner),
        col_room=rng.uniform(0.2, 1, (s, len(cols))),
        rows=m + np.arange(r),
        row_owner=np.array(row_owner, dtype=np.int64),
        row_room=rng.uniform(0.5, 1, (s, r)),
        constant=rng.uniform(-10, 10, s),
        slope=rng.uniform(0, 0.3, (s, k)),
    )
    most = rng.uniform(20, 120, k)
    lot = np.where(rng.random(k) < 0.5, most / rng.integers(2, 6, k), 0.0) if lots else np.zeros(k)
    return programme, Menu(rng.uniform(0.5, 12, k), most, lot)
