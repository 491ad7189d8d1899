"""The loss at risk against its closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import UsageError
from oreflow.respond.plan.risk import at_risk, in_tail


def test_worked_by_hand() -> None:
    losses, weight = np.array([1.0, 5.0, 10.0]), np.array([0.5, 0.4, 0.1])
    assert at_risk(losses, weight, 0.1) == pytest.approx(10.0)
    assert at_risk(losses, weight, 0.2) == pytest.approx(
        7.5
    )  # half the tenth at 10, half of it from the fives
    assert at_risk(losses, weight, 1.0) == pytest.approx(0.5 + 2.0 + 1.0)
    np.testing.assert_allclose(in_tail(losses, weight, 0.2), [0.0, 0.5, 0.5])


def test_normal_law() -> None:
    """Of a standard normal loss: density at the quantile over the tail."""
    from scipy.stats import norm

    u = (np.arange(200_000) + 0.5) / 200_000
    got = at_risk(norm.ppf(u), np.full(len(u), 1 / len(u)), 0.1)
    assert got == pytest.approx(norm.pdf(norm.ppf(0.9)) / 0.1, rel=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8), st.floats(0.02, 1.0), st.integers(0, 99))
def test_is_the_rockafellar_uryasev_minimum(losses: list[float], tail: float, seed: int) -> None:
    x = np.array(losses)
    w = np.random.default_rng(seed).dirichlet(np.ones(len(x)))
    by_edge = min(e + float(w @ np.maximum(x - e, 0.0)) / tail for e in x)
    assert at_risk(x, w, tail) == pytest.approx(by_edge, rel=1e-6, abs=1e-6)


def test_tail_is_a_share() -> None:
    with pytest.raises(UsageError, match="tail"):
        at_risk(np.ones(2), np.ones(2) / 2, 0.0)
