"""A stage without a solution or without an end says which stage, noise, rows and columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from oreflow.errors import InfeasibleError, ModelError
from oreflow.respond.sddp import Graph, IterationLimit, Noise, train
from oreflow.respond.sddp.diagnose import conflict, ray
from oreflow.respond.sddp.examples import hydro_thermal

FIRST, SECOND = hydro_thermal().nodes


def test_no_solution_at_a_state_that_was_reached() -> None:
    """Thermal power is limited: with an empty reservoir and an inflow of 2 the demand of 6 cannot be met."""
    limited = replace(SECOND, upper=np.array([8.0, 8.0, 3.0, np.inf]))
    graph = Graph.linear([replace(FIRST, cost=np.array([0.0, 1.0, 5.0, 0.0])), limited])
    with pytest.raises(InfeasibleError) as caught:
        train(graph, initial_state=[0.0], stopping=IterationLimit(3))
    told = str(caught.value)
    assert told.startswith("stage 'stage 2', noise 0, incoming stored = 0: ")
    assert "water balance, demand" in told
    assert "complete recourse" in told


def test_no_solution_at_any_state_is_told_before_the_first_iteration() -> None:
    dry = (Noise(0.5), Noise(0.5, row_upper=([0], [-20.0]), name="dry"))
    graph = Graph.linear([FIRST, replace(SECOND, noises=dry)])
    with pytest.raises(InfeasibleError, match=r"'stage 2', noise 'dry'.*water balance"):
        train(graph, initial_state=[0.0], stopping=IterationLimit(3))


def test_no_end() -> None:
    free = replace(SECOND, cost=np.array([0.0, 0.0, -5.0, 0.0]), floor=None)
    with pytest.raises(ModelError, match=r"'stage 1' needs a floor: what follows it \(stage 2\)"):
        train(Graph.linear([FIRST, free]), initial_state=[0.0], stopping=IterationLimit(3))
    graph = Graph.linear([replace(FIRST, floor=-1e6), free])
    with pytest.raises(ModelError, match=r"'stage 2', noise 1, .*falls without end along thermal\. Bound"):
        train(graph, initial_state=[0.0], stopping=IterationLimit(3))


def test_rows_that_contradict_each_other_and_no_others() -> None:
    """x + y ≥ 5 and x + y ≤ 3 do; y ≥ 1 and x − y ≥ 0 do not."""
    matrix = sparse.csc_matrix([[1.0, 1.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
    lower, upper = np.zeros(2), np.full(2, np.inf)
    row_lower, row_upper = np.array([5.0, 1.0, -np.inf, 0.0]), np.array([np.inf, np.inf, 3.0, np.inf])
    assert conflict(matrix, lower, upper, row_lower, row_upper).tolist() == [0, 2]
    row_upper[2] = 6.0
    assert conflict(matrix, lower, upper, row_lower, row_upper) is None
    assert ray(matrix, np.array([1.0, 0.0]), lower, upper, row_lower, row_upper) is None
    row_upper[2] = np.inf
    assert ray(matrix, np.array([-1.0, 0.0]), lower, upper, row_lower, row_upper).tolist() == [0]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_none_of_the_rows_can_be_left_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(2, 9)), int(rng.integers(1, 5))
    matrix = sparse.csc_matrix(np.round(rng.normal(size=(m, n)), 1))
    lower, upper = np.zeros(n), np.ones(n)
    row_lower, row_upper = rng.uniform(0.5, 2.0, m), np.full(m, np.inf)
    found = conflict(matrix, lower, upper, row_lower, row_upper)

    def feasible(rows: np.ndarray) -> bool:
        part = (matrix[rows], lower, upper, row_lower[rows], row_upper[rows])
        return conflict(*part) is None

    if found is None:
        return
    assert not feasible(found)
    for i in found:
        rest = found[found != i]
        assert not len(rest) or feasible(rest)
