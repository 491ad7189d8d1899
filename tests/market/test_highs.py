"""The two ways to the solver give the same answers, and an optimum is proven, refined or refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from oreflow.errors import NumericalError
from oreflow.market import calibrate, highs
from oreflow.market.highs import BASIC, INFEASIBLE, LIMIT, LOWER, OPTIMAL, UPPER
from oreflow.market.layout import Layout
from oreflow.market.problem import compile_problem
from oreflow.market.proof import Numbers, Prover
from oreflow.market.solve import Solver
from oreflow.market.view import Beliefs, Draw, State, View
from tests.market.worlds import two_regions

BOTH = [highs._Portable, *([highs._Native] if highs._library() is not None else [])]


def random_lp(seed: int) -> tuple[sparse.csc_matrix, Numbers]:
    """A feasible, bounded programme of random size."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 12)), int(rng.integers(2, 30))
    dense = np.where(rng.random((m, n)) < 0.4, rng.normal(size=(m, n)), 0.0)
    matrix = sparse.csc_matrix(dense)
    inside = rng.random(n)
    activity = dense @ inside
    row_upper = np.where(rng.random(m) < 0.5, activity + rng.random(m), np.inf)
    return matrix, Numbers(
        rng.normal(size=n), np.zeros(n), np.ones(n) + rng.random(n), activity - rng.random(m), row_upper
    )


def load(model: highs.Model, n: Numbers) -> None:
    model.costs(None, n.cost)
    model.bounds(None, n.lower, n.upper)
    model.sides(None, n.row_lower, n.row_upper)


@pytest.mark.parametrize("kind", BOTH)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_it_finds_what_scipy_finds(kind: type, seed: int) -> None:
    matrix, n = random_lp(seed)
    model = kind(matrix)
    load(model, n)
    assert model.run() == OPTIMAL
    x, dual = model.solution()
    proof = Prover(matrix).prove(n, x, dual)
    rows = np.vstack([-matrix.toarray(), matrix.toarray()])
    right = np.concatenate([-n.row_lower, n.row_upper])
    kept = np.isfinite(right)
    peer = linprog(n.cost, rows[kept], right[kept], bounds=np.c_[n.lower, n.upper], method="highs-ipm")
    assert proof.objective == pytest.approx(peer.fun, rel=1e-7, abs=1e-7)
    assert proof.residuals.worst < 1e-6
    # Started from where it ended, there is nothing left to do.
    basis = model.basis()
    assert (basis[0] == BASIC).sum() + (basis[1] == BASIC).sum() == matrix.shape[0]
    model.forget()
    model.start(basis)
    assert model.run() == OPTIMAL
    assert model.iterations == 0


@pytest.mark.skipif(len(BOTH) < 2, reason="highspy comes without its library here")
@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_both_ways_agree_after_edits_of_some_numbers(seed: int) -> None:
    matrix, n = random_lp(seed)
    rng = np.random.default_rng(seed)
    cols = np.flatnonzero(rng.random(matrix.shape[1]) < 0.5).astype(np.int32)
    found = []
    for kind in BOTH:
        model = kind(matrix)
        load(model, n)
        model.run()
        if len(cols):
            model.costs(cols, 2.0 * n.cost[cols] + 0.1)
            model.bounds(cols, n.lower[cols], 0.9 * n.upper[cols])
        model.sides(np.zeros(1, np.int32), n.row_lower[:1] - 0.1, n.row_upper[:1])
        status = model.run()
        basic = np.sort(model.basic())
        right = np.random.default_rng(1).normal(size=matrix.shape[0])
        found.append((status, *model.solution(), *model.basis(), basic, model.transposed(right)))
    first, second = found
    assert first[0] == second[0]
    if first[0] == OPTIMAL:
        for a, b in zip(first[1:], second[1:], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", BOTH)
def test_no_solution_the_limit_and_a_wrong_option_are_told(kind: type) -> None:
    model = kind(sparse.csc_matrix([[1.0, 1.0]]))
    model.bounds(None, np.zeros(2), np.ones(2))
    model.sides(None, np.array([3.0]), np.array([np.inf]))
    assert model.run() == INFEASIBLE
    with pytest.raises(NumericalError, match="no_such_option"):
        model.option("no_such_option", 1.0)
    matrix, n = random_lp(5)
    model = kind(matrix)
    load(model, n)
    model.option("presolve", "off")
    model.option("simplex_iteration_limit", 0)
    assert model.run() in (LIMIT, OPTIMAL)


@pytest.mark.parametrize("kind", BOTH)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_rows_come_and_go(kind: type, seed: int) -> None:
    """What is left after rows were added and dropped is the programme that was there at once."""
    matrix, n = random_lp(seed)
    rng = np.random.default_rng(seed)
    more = np.where(rng.random((4, matrix.shape[1])) < 0.5, rng.normal(size=(4, matrix.shape[1])), 0.0)
    loose = np.abs(more).sum(axis=1) * 3.0
    lower, upper = -loose * rng.uniform(0.1, 1.0, 4), np.full(4, np.inf)
    model = kind(matrix)
    load(model, n)
    assert model.run() == OPTIMAL
    before = model.objective
    rows = sparse.csr_matrix(more)
    model.append(rows.indptr.astype(np.int32), rows.indices.astype(np.int32), rows.data, lower, upper)
    sides = model.basis()[1]
    assert len(sides) == matrix.shape[0] + 4
    status = model.run()
    dropped = np.array([matrix.shape[0], matrix.shape[0] + 2], np.int32)
    model.drop(dropped)
    kept = [1, 3]
    whole = sparse.csc_matrix(np.vstack([matrix.toarray(), more[kept]]))
    at_once = kind(whole)
    both = Numbers(
        n.cost, n.lower, n.upper, np.append(n.row_lower, lower[kept]), np.append(n.row_upper, upper[kept])
    )
    load(at_once, both)
    assert model.run() == at_once.run()
    if status == OPTIMAL:
        assert model.objective == pytest.approx(at_once.objective, rel=1e-7, abs=1e-7)
        assert model.objective >= before - 1e-7
        x, dual = model.solution()
        assert len(dual) == matrix.shape[0] + 2
        assert model.objective == pytest.approx(n.cost @ x, abs=1e-9)
        np.testing.assert_allclose(model.reduced(), n.cost - whole.T @ dual, atol=1e-6)
        # Sides of all rows, those that came later too.
        model.sides(None, both.row_lower, both.row_upper)
        assert model.run() == OPTIMAL


@pytest.mark.parametrize("kind", BOTH)
def test_rows_that_make_no_sense_are_refused(kind: type) -> None:
    model = kind(sparse.csc_matrix([[1.0, 1.0]]))
    start, index = np.zeros(1, np.int32), np.array([7], np.int32)
    with pytest.raises(NumericalError, match="would not take more rows"):
        model.append(start, index, np.ones(1), np.zeros(1), np.ones(1))


def test_residuals_see_what_is_wrong() -> None:
    """min x + 2y, x + y ≥ 1, 0 ≤ x ≤ 0.6: x = 0.6, y = 0.4, dual 2."""
    matrix = sparse.csc_matrix([[1.0, 1.0]])
    n = Numbers(np.array([1.0, 2.0]), np.zeros(2), np.array([0.6, 9.0]), np.array([1.0]), np.array([np.inf]))
    prover = Prover(matrix)
    right = prover.prove(n, np.array([0.6, 0.4]), np.array([2.0]))
    assert right.objective == pytest.approx(1.4)
    assert right.residuals.worst == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(right.reduced, [-1.0, 0.0])
    short = prover.prove(n, np.array([0.6, 0.3]), np.array([2.0])).residuals
    assert short.balance == pytest.approx(0.1 / 1.9)
    above = prover.prove(n, np.array([0.8, 0.2]), np.array([2.0])).residuals
    assert above.primal == pytest.approx(0.2 / 1.8)
    dear = prover.prove(n, np.array([0.5, 0.5]), np.array([2.0])).residuals
    assert dear.dual == pytest.approx(1.0 / 2.0)  # x should be full
    assert prover.prove(n, np.array([0.6, 0.4]), np.array([1.5])).residuals.dual > 0.1
    unfounded = prover.prove(n, np.array([0.6, 0.4]), np.array([-1.0])).residuals
    assert unfounded.dual >= 1.0 / 3.0  # a price on a side that is not there


def test_a_solver_that_was_put_wrong_refines_its_duals() -> None:
    """Duals with an error of a millionth are brought back by one step of refinement."""
    base = calibrate(two_regions())
    layout = Layout(base, (1, 2))
    solver = Solver(compile_problem(layout))
    view = View(layout, Beliefs(base, (), 30), 0, 0, State.of(base), Draw(), base.price)
    right = solver.solve(solver.problem.numbers(view))
    model = solver._model
    exact = model.solution

    def blurred() -> tuple[np.ndarray, np.ndarray]:
        x, dual = exact()
        return x, dual * (1.0 + 1e-4 * np.sin(np.arange(len(dual))))

    model.solution = blurred  # type: ignore[method-assign]
    again = solver.solve(solver.problem.numbers(view))
    np.testing.assert_allclose(again.price, right.price, rtol=1e-10)
    assert again.residuals.worst < 1e-6


def test_a_run_that_fails_is_repeated_from_the_base_with_other_weights() -> None:
    """As HiGHS does now and then on large systems ("ratio test failed due to excessive dual values")."""
    base = calibrate(two_regions())
    layout = Layout(base, (1, 2))
    solver = Solver(compile_problem(layout))
    view = View(layout, Beliefs(base, (), 30), 0, 0, State.of(base), Draw(), base.price)
    right = solver.solve(solver.problem.numbers(view))
    model, told = solver._model, []
    run, option = model.run, model.option
    model.option = lambda name, value: told.append((name, value)) or option(name, value)  # type: ignore[method-assign]
    model.run = lambda: 4 if len(told) < 4 else run()  # type: ignore[method-assign]
    again = solver.solve(solver.problem.numbers(view))
    np.testing.assert_allclose(again.price, right.price, rtol=1e-10)
    weights = [value for name, value in told if "weight" in name]
    assert weights == [-1, 1]
    model.run = lambda: 4  # type: ignore[method-assign]
    with pytest.raises(NumericalError, match="stopped with status 4"):
        solver.solve(solver.problem.numbers(view))


def test_statuses_are_those_of_the_solver() -> None:
    import highspy

    kinds = highspy.HighsBasisStatus
    assert [int(k) for k in (kinds.kLower, kinds.kBasic, kinds.kUpper)] == [LOWER, BASIC, UPPER]
    told = highspy.HighsModelStatus
    kinds = (
        told.kOptimal,
        told.kInfeasible,
        told.kIterationLimit,
        told.kUnboundedOrInfeasible,
        told.kUnbounded,
    )
    assert [int(k) for k in kinds] == [OPTIMAL, INFEASIBLE, LIMIT, highs.EITHER, highs.UNBOUNDED]
