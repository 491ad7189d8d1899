"""Random stocks: several goods that are bought, stored and used for one demand, always with a solution."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from oreflow.respond.sddp import Graph, Noise, Stage


def stage(rng: np.random.Generator, name: str, goods: int, noises: int) -> Stage:
    """A stage: s' = s + buy − use − spill + inflow for each good, Σ worth·use + unserved = demand, Σ buy ≤ room."""
    n = 5 * goods + 1
    before, after, buy, use, spill = (np.arange(goods) + i * goods for i in range(5))
    unserved = n - 1
    matrix = np.zeros((goods + 2, n))
    for g in range(goods):
        matrix[g, [before[g], buy[g]]] = 1.0
        matrix[g, [after[g], use[g], spill[g]]] = -1.0
    matrix[goods, use] = rng.uniform(0.5, 2.0, goods)
    matrix[goods, unserved] = 1.0
    matrix[goods + 1, buy] = 1.0
    cost = np.zeros(n)
    cost[after] = rng.uniform(0.0, 0.5, goods)
    cost[buy] = rng.uniform(1.0, 3.0, goods)
    cost[unserved] = 20.0
    upper = np.full(n, np.inf)
    upper[np.r_[before, after]] = 6.0
    chances = rng.dirichlet(np.full(noises, 2.0))
    made = []
    for k in range(noises):
        inflow, demand = rng.uniform(0.0, 1.0, goods), rng.uniform(0.0, 6.0)
        sides = (np.arange(goods + 1), np.append(-inflow, demand))
        made.append(
            Noise(
                float(chances[k]),
                cost=(buy, rng.uniform(1.0, 4.0, goods)) if rng.random() < 0.7 else None,
                upper=(buy[:1], rng.uniform(1.0, 4.0, 1)) if rng.random() < 0.5 else None,
                row_lower=sides,
                row_upper=(np.arange(goods + 2), np.append(sides[1], rng.uniform(1.0, 4.0))),
                name=f"draw {k}",
            )
        )
    labels = [f"{what} {g}" for what in ("before", "stock", "buy", "use", "spill") for g in range(goods)]
    return Stage(
        name=name,
        matrix=sparse.csc_matrix(matrix),
        cost=cost,
        lower=np.zeros(n),
        upper=upper,
        row_lower=np.append(np.zeros(goods + 1), -np.inf),
        row_upper=np.append(np.zeros(goods + 1), 4.0),
        state_in=before,
        state_out=after,
        noises=tuple(made),
        columns=(*labels, "unserved"),
        rows=(*(f"balance {g}" for g in range(goods)), "demand", "room"),
    )


def linear(seed: int, *, discount: float = 1.0, cyclic: bool = False) -> Graph:
    """2 to 4 stages, 2 or 3 noises, 1 to 3 goods."""
    rng = np.random.default_rng(seed)
    length, goods = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    made = [stage(rng, f"stage {t}", goods, 1 if t == 0 else int(rng.integers(2, 4))) for t in range(length)]
    return Graph.linear(made, discount, cyclic=cyclic)


def markov(seed: int, *, discount: float = 1.0, cyclic: bool = False) -> Graph:
    """Two regimes, 2 or 3 stages, 1 or 2 noises, 1 or 2 goods."""
    rng = np.random.default_rng(seed)
    length, goods = int(rng.integers(2, 4)), int(rng.integers(1, 3))
    made = [
        [stage(rng, f"stage {t}, regime {r}", goods, int(rng.integers(1, 3))) for r in range(2)]
        for t in range(length)
    ]
    chain = rng.dirichlet([1.0, 1.0], 2)
    return Graph.markov(made, chain, [0.6, 0.4], discount, cyclic=cyclic)
