"""Origins of the back-test."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from oreflow.outlook.forecast.rolling import LEAST, MOST, SPANS, rolling


@given(st.integers(4, 1_200), st.integers(1, 60), st.sampled_from([1, 4, 12]))
def test_no_outcome_counts_in_both_parts(n: int, h: int, season: int) -> None:
    plan = rolling(n, h, season)
    if plan is None:
        return
    o = plan.origins
    assert 1 < len(o) <= MOST
    assert all(b - a == plan.stride for a, b in itertools.pairwise(o))
    assert o[-1] + h == n
    assert o[0] >= 12
    assert o[plan.choosing - 1] + h <= o[plan.choosing + plan.skipped]
    assert min(plan.choosing, plan.scored) >= LEAST
    assert min(plan.choosing, plan.scored) * plan.stride >= SPANS * h
    assert plan.overlap * plan.stride >= h > (plan.overlap - 1) * plan.stride


@given(st.integers(4, 600), st.integers(1, 24), st.sampled_from([1, 4, 12]))
def test_more_values_never_take_the_back_test_away(n: int, h: int, season: int) -> None:
    if rolling(n, h, season) is not None:
        assert rolling(n + MOST * h, h, season) is not None


def test_five_years_are_too_few_and_thirty_are_enough() -> None:
    assert rolling(5, 3, 1) is None
    assert rolling(60, 12, 12) is None
    plan = rolling(431, 12, 12)
    assert plan is not None
    assert (len(plan.origins), plan.stride, plan.choosing, plan.skipped, plan.scored) == (100, 3, 48, 4, 48)
