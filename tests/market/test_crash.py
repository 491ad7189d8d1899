"""A long horizon started from short windows ends where any other start ends."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.market import Change, calibrate, crash
from oreflow.market.highs import BASIC
from oreflow.market.layout import Layout
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solver
from oreflow.market.view import Beliefs, Draw, State, View
from tests.market.worlds import two_regions

MONTHS = 18


@pytest.fixture(scope="module")
def long():
    base = calibrate(two_regions())
    layout = Layout(base, (1,) * MONTHS)
    return Solver(compile_problem(layout))


def numbers(solver: Solver, seed: int):
    """Demand that grows and swings, and mines that stop now and then."""
    base = solver.problem.layout.base
    rng = np.random.default_rng(seed)
    months = np.arange(MONTHS)
    swing = 1.0 + 0.1 * np.sin(2 * np.pi * (months + rng.integers(12)) / 12) + 0.004 * rng.normal() * months
    changes = [Change("demands", tuple(base.net.demands), "quantity", swing)]
    for name in rng.choice(base.net.plants, 2, replace=False):
        changes.append(
            Change("plants", (str(name),), "availability", np.where(rng.random(MONTHS) < 0.3, 0.4, 1.0))
        )
    layout = solver.problem.layout
    view = View(layout, Beliefs(base, tuple(changes), MONTHS + 24), 0, 0, State.of(base), Draw(), base.price)
    return solver.problem.numbers(view)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("months", "passes"), [(1, 1), (3, 2), (5, 3)])
def test_the_optimum_is_that_of_a_cold_start(long, monkeypatch, seed, months, passes):
    monkeypatch.setattr(crash, "MONTHS", months)
    monkeypatch.setattr(crash, "PASSES", passes)
    arrays = numbers(long, seed)
    start = long.stitched(arrays)
    assert start is not None
    assert (start[0] == BASIC).sum() + (start[1] == BASIC).sum() == long.problem.shape[0]
    from_windows = long.solve(arrays, start=start)
    cold = long.solve(arrays, cold=True)
    assert from_windows.objective == pytest.approx(cold.objective, rel=1e-9)
    assert from_windows.iterations < cold.iterations


def test_in_the_base_the_windows_are_the_solution(long):
    layout = long.problem.layout
    base = layout.base
    view = View(layout, Beliefs(base, (), MONTHS + 24), 0, 0, State.of(base), Draw(), base.price)
    arrays = long.problem.numbers(view)
    assert long.solve(arrays, start=long.stitched(arrays)).iterations <= MONTHS


def test_a_start_that_takes_too_long_is_given_up_for_windows(long, monkeypatch):
    from oreflow.market import solve

    arrays = numbers(long, 9)
    usual = long.solve(arrays)
    called = []
    stitched = crash.stitched
    monkeypatch.setattr(crash, "stitched", lambda *a: called.append(1) or stitched(*a))
    monkeypatch.setattr(solve, "WARM_LEAST", 3)
    monkeypatch.setattr(solve, "WARM_LIMIT", 0.0)
    again = long.solve(arrays)
    assert called
    assert again.objective == pytest.approx(usual.objective, rel=1e-9)


def test_windows_cover_the_horizon_once():
    assert crash.windows((1,) * 7) == [3, 6, 7]
    assert crash.windows((1, 2, 9)) == [2, 3]
    assert crash.windows((12,)) == [1]
    assert crash.windows((3, 3)) == [1, 2]


def test_a_window_without_solution_gives_no_start(long):
    arrays = numbers(long, 1)
    arrays.row_lower[0, 0] += 1e9
    assert long.stitched(arrays) is None
