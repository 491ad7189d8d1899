"""Risk measures are coherent, and their weights are the worst in their set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from oreflow.errors import UsageError
from oreflow.respond.risk import evaluate
from oreflow.respond.sddp import CVaR, Expectation, Mix, WorstCase

RISKS = (Expectation(), CVaR(0.25), CVaR(1.0), Mix(0.3, 0.1), Mix(0.0, 0.5), WorstCase())
costs = arrays(float, 5, elements=st.floats(-100, 100))
chances = st.lists(st.floats(0.01, 1.0), min_size=5, max_size=5).map(lambda v: np.array(v) / sum(v))


@pytest.mark.parametrize("risk", RISKS, ids=str)
@given(z=costs, w=costs, p=chances, scale=st.floats(0.0, 10.0), shift=st.floats(-10, 10))
@settings(max_examples=25, deadline=None)
def test_they_are_coherent(risk, z, w, p, scale, shift) -> None:
    value = evaluate(risk, z, p)
    q = risk.weights(z, p)
    assert q.min() >= 0
    assert q.sum() == pytest.approx(1.0)
    assert p @ z - 1e-9 <= value <= z.max() + 1e-9
    assert evaluate(risk, z + shift, p) == pytest.approx(value + shift, abs=1e-9)
    assert evaluate(risk, scale * z, p) == pytest.approx(scale * value, abs=1e-8)
    assert evaluate(risk, z + w, p) <= value + evaluate(risk, w, p) + 1e-8
    assert evaluate(risk, z + np.abs(w), p) >= value - 1e-9
    # No cost meets weights that are worse for it than its own.
    assert risk.weights(w, p) @ z <= value + 1e-8


@given(z=costs, p=chances, level=st.floats(0.02, 1.0))
@settings(max_examples=25, deadline=None)
def test_cvar_is_the_least_of_rockafellar_and_uryasev(z, p, level) -> None:
    """min over η of η + Σ p·max(z − η, 0)/level, as a linear programme."""
    n = len(z)
    rows = np.c_[-np.ones(n), -np.eye(n)]
    found = linprog(
        np.r_[1.0, p / level], A_ub=rows, b_ub=-z, bounds=[(None, None)] + [(0, None)] * n, method="highs"
    )
    assert evaluate(CVaR(level), z, p) == pytest.approx(found.fun, abs=1e-7)


def test_by_hand() -> None:
    z, p = np.array([1.0, 4.0, 2.0, 3.0]), np.full(4, 0.25)
    assert CVaR(0.5).weights(z, p).tolist() == [0.0, 0.5, 0.0, 0.5]
    assert evaluate(CVaR(0.3), z, p) == pytest.approx((0.25 * 4 + 0.05 * 3) / 0.3)
    assert evaluate(Mix(0.4, 0.5), z, p) == pytest.approx(0.6 * 2.5 + 0.4 * 3.5)
    assert evaluate(WorstCase(), z, np.array([0.5, 0.0, 0.25, 0.25])) == 3.0
    assert Expectation().weights(z, p) is p


@pytest.mark.parametrize(
    "make",
    [
        lambda: CVaR(0.0),
        lambda: CVaR(1.1),
        lambda: Mix(1.2, 0.5),
        lambda: Mix(0.5, 0.0),
        lambda: CVaR(np.nan),
    ],
)
def test_levels_that_make_no_sense(make) -> None:
    with pytest.raises(UsageError):
        make()
