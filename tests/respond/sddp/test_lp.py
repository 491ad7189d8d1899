"""Programmes that stay in the solver, and the cuts that they hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from oreflow.errors import InfeasibleError, NumericalError
from oreflow.market import highs
from oreflow.respond.sddp import Graph, IterationLimit, Stage, deterministic_equivalent, train
from oreflow.respond.sddp.cuts import Pool
from oreflow.respond.sddp.lp import Later, StageLP
from oreflow.respond.sddp.scaling import scales
from tests.respond.sddp.problems import linear, stage


def peer(given: Stage, state: np.ndarray, noise: int, planes: np.ndarray) -> tuple[float, np.ndarray]:
    """The same programme, from nothing, by SciPy: its objective, and the slope by differences."""

    def value(x: np.ndarray) -> float:
        cost, lower, upper, row_lower, row_upper = given.numbers(noise)
        lower, upper = lower.copy(), upper.copy()
        lower[given.state_in] = upper[given.state_in] = x
        a = np.c_[given.matrix.toarray(), np.zeros(len(given.rows))]
        cuts = np.zeros((len(planes), a.shape[1]))
        cuts[:, given.state_out], cuts[:, -1] = planes[:, 1:], -1.0
        rows = np.vstack([a, -a, cuts])
        right = np.concatenate([row_upper, -row_lower, -planes[:, 0]])
        kept = np.isfinite(right)
        found = linprog(
            np.append(cost, 1.0),
            rows[kept],
            right[kept],
            bounds=[*zip(lower, upper, strict=True), (-100.0, None)],
            method="highs",
        )
        return float(found.fun)

    step = 1e-5
    ways = step * np.eye(len(state))
    return value(state), np.array([(value(state + w) - value(state - w)) / (2 * step) for w in ways])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_warm_solves_are_those_of_another_solver_from_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    goods = int(rng.integers(1, 4))
    given = stage(rng, "s", goods, 3)
    later = Later.none(goods, 2, False)
    lp = StageLP(given, later, -100.0)
    planes = np.zeros((0, goods + 1))
    for turn in range(6):
        plane = np.append(rng.uniform(0, 20), rng.uniform(-4, 0, goods))
        came = later.pools[0].add(plane[0], plane[1:], rng.uniform(0, 6, goods), turn)
        lp.hold([(0, c) for c in came])
        planes = np.vstack([planes, plane])
        # Not all are in the programme: only those that are highest somewhere.
        inside = planes[sorted(c for _, c in lp.rows)]
        state, noise = rng.uniform(0.5, 5.5, goods), int(rng.integers(3))
        value, slope = peer(given, state, noise, inside)
        assert lp.solve(state, noise) == pytest.approx(value, rel=1e-7, abs=1e-7)
        x, theta = lp.point()
        assert given.numbers(noise)[0] @ x + theta == pytest.approx(value, rel=1e-7, abs=1e-7)
        assert theta == pytest.approx(
            max(-100.0, (inside @ np.append(1.0, x[given.state_out])).max()), abs=1e-6
        )
        if np.allclose(slope, peer(given, state + 1e-4, noise, inside)[1], atol=1e-4):  # no kink here
            assert lp.slope() == pytest.approx(slope, abs=1e-3)
    assert lp.solves == 6


def test_units_do_not_matter() -> None:
    """Stocks in grams and tonnes, money in cents: the same problem, and the same answer."""
    graph = linear(9)
    state = np.zeros(len(graph.nodes[0].state_in))
    plain = train(graph, initial_state=state, stopping=IterationLimit(150))
    rng = np.random.default_rng(1)
    n, m = len(graph.nodes[0].columns), len(graph.nodes[0].rows)
    goods = len(state)
    unit = 10.0 ** rng.integers(-4, 5, n)
    unit[goods : 2 * goods] = unit[:goods]  # a state comes in as it went out
    row = 10.0 ** rng.integers(-3, 4, m)

    def other(s: Stage) -> Stage:
        def by(edit: tuple | None, factor: np.ndarray) -> tuple | None:
            return None if edit is None else (edit[0], edit[1] * factor[edit[0]])

        noises = tuple(
            replace(
                k,
                cost=by(k.cost, 1.0 / unit),
                lower=by(k.lower, unit),
                upper=by(k.upper, unit),
                row_lower=by(k.row_lower, row),
                row_upper=by(k.row_upper, row),
            )
            for k in s.noises
        )
        return replace(
            s,
            matrix=sparse.csc_matrix(row[:, None] * s.matrix.toarray() / unit),
            cost=s.cost / unit,
            lower=s.lower * unit,
            upper=s.upper * unit,
            row_lower=s.row_lower * row,
            row_upper=s.row_upper * row,
            noises=noises,
        )

    changed = Graph.linear([other(s) for s in graph.nodes])
    again = train(changed, initial_state=state, stopping=IterationLimit(150))
    assert again.bound == pytest.approx(plain.bound, rel=1e-6)
    assert deterministic_equivalent(graph, initial_state=state).value == pytest.approx(plain.bound, rel=1e-6)
    assert again.report().warnings
    assert not plain.report().warnings


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_scales_bring_entries_near_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 8)), int(rng.integers(1, 8))
    well = np.where(rng.random((m, n)) < 0.5, rng.uniform(0.5, 2.0, (m, n)), 0.0)
    matrix = 10.0 ** rng.integers(-5, 6, (m, 1)) * well * 10.0 ** rng.integers(-5, 6, n)
    rows, cols = scales(sparse.csc_matrix(matrix))
    for factor in (*rows, *cols):
        assert np.log2(factor) == round(np.log2(factor))
    sizes = np.abs(rows[:, None] * matrix * cols)[matrix != 0]
    if len(sizes):
        assert 0.01 <= sizes.min() <= sizes.max() <= 100.0


def test_cuts_that_are_highest_nowhere_are_not_needed() -> None:
    pool = Pool(1)
    at = np.array
    assert pool.add(10.0, at([-1.0]), at([2.0]), 1) == (0,)  # 8 at 2
    assert pool.add(9.0, at([-1.0]), at([2.5]), 2) == (0,)  # below the first everywhere
    assert pool.add(6.0, at([0.0]), at([5.0]), 3) == (2,)  # 6 at 5, where the first is 5
    assert pool.needed().tolist() == [0, 2]
    assert pool.add(6.0, at([0.0]), at([5.0]), 4) == ()  # the same again
    assert len(pool) == 3
    assert pool.add(20.0, at([-1.0]), at([2.0]), 5) == (3,)  # above all of them everywhere
    assert pool.needed().tolist() == [3]
    assert pool.add(0.0, at([4.0]), at([9.0]), 6) == (4,)
    assert pool.value(at([5.0])) == 20.0
    assert pool.value(at([9.0])) == 36.0
    copy = pool.copy()
    copy.add(100.0, at([0.0]), at([0.0]), 7)
    assert len(pool) == 5
    assert pool.first(2).needed().tolist() == [0]
    assert Pool(2).value(np.zeros(2)) == -np.inf


def test_a_solver_that_gives_up_is_told_with_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = linear(9)
    lp = StageLP(graph.nodes[0], Later.none(len(graph.nodes[0].state_in), 0, False), 0.0)
    monkeypatch.setattr(lp._model, "run", lambda: highs.LIMIT)
    with pytest.raises(NumericalError, match="'stage 0', noise 'draw 0': the solver stopped with status 14"):
        lp.solve(np.zeros(len(graph.nodes[0].state_in)), 0)


def test_a_solver_that_fails_once_is_asked_again_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = linear(9)
    state = np.zeros(len(graph.nodes[0].state_in))
    lp = StageLP(graph.nodes[0], Later.none(len(state), 0, False), 0.0)
    value, run, left = lp.solve(state, 0), lp._model.run, [1]

    def failing() -> int:
        return 4 if left and left.pop() else run()

    monkeypatch.setattr(lp._model, "run", failing)
    assert lp.solve(state, 0) == pytest.approx(value)


def test_a_state_that_leaves_its_range_by_rounding_is_no_failure() -> None:
    """Nothing but the stock itself can be used, and it is less than nothing by 5e-9."""
    given = Stage(
        "s",
        [[1.0, -1.0]],
        cost=[0.0, 1.0],
        lower=0.0,
        upper=9.0,
        row_lower=0.0,
        row_upper=0.0,
        state_in=[0],
        state_out=[1],
    )
    lp = StageLP(given, Later.none(1, 0, False), 0.0)
    assert lp.solve(np.array([-5e-9]), 0) == pytest.approx(0.0, abs=1e-8)
    assert lp.point()[0][1] >= 0.0
    assert lp.solve(np.array([2.0]), 0) == pytest.approx(2.0)
    with pytest.raises(InfeasibleError, match=r"incoming column 1 = -0\.001: no decision satisfies row 0"):
        lp.solve(np.array([-1e-3]), 0)


@pytest.mark.skipif(highs._library() is None, reason="highspy comes without its library here")
def test_the_other_way_to_the_solver_gives_the_same_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = linear(12)
    state = np.zeros(len(graph.nodes[0].state_in))
    native = train(graph, initial_state=state, stopping=IterationLimit(12))
    monkeypatch.setattr(highs, "model", highs._Portable)
    portable = train(graph, initial_state=state, stopping=IterationLimit(12))
    assert portable.bound == pytest.approx(native.bound, rel=1e-9)
