"""A run that was stopped goes on as if it had not been, and one that is interrupted keeps what it had."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from oreflow.errors import UsageError
from oreflow.respond.sddp import (
    CVaR,
    Graph,
    Iteration,
    IterationLimit,
    Mix,
    Policy,
    Sampling,
    TimeLimit,
    train,
)
from oreflow.respond.sddp.examples import hydro_thermal, stockpile
from tests.respond.sddp.problems import linear


def flat(seed: int) -> Graph:
    """Whole inflows and one cost: many ties, where bases decide which cut is found."""
    rng = np.random.default_rng(seed)
    flows = [tuple(np.round(rng.uniform(0, 12, 4))) for _ in range(7)]
    return hydro_thermal([[6.0], *flows])


CASES = [
    (flat(0), [2.0], {}),
    (flat(1), [2.0], {"risk": CVaR(0.3)}),
    (flat(2), [2.0], {"multi": True, "risk": Mix(0.5, 0.2)}),
    (flat(3), [2.0], {"select": False}),
    (flat(4), [2.0], {"sampling": Sampling(importance=0.5, revisit=3), "risk": CVaR(0.2), "paths": 2}),
    (linear(2), [0.0, 0.0, 0.0][: len(linear(2).nodes[0].state_in)], {}),
    (stockpile(), [0.0], {}),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_ten_and_ten_are_twenty(tmp_path: Path, case: int) -> None:
    graph, state, options = CASES[case]
    whole = train(graph, initial_state=state, stopping=IterationLimit(20), **options)
    path = tmp_path / "cuts.json"
    half = train(graph, initial_state=state, stopping=IterationLimit(10), save=path, **options)
    again = Policy.load(path, graph)
    assert again.bound == half.bound
    for start in (half, again):
        rest = train(graph, initial_state=state, stopping=IterationLimit(20), resume=start, **options)
        assert rest.bound == pytest.approx(whole.bound, rel=1e-9, abs=1e-9)
        assert [i.bound for i in rest.iterations] == pytest.approx(
            [i.bound for i in whole.iterations], abs=1e-9
        )
        assert rest.cuts.equals(whole.cuts)
        assert rest.iterations[-1].solves == whole.iterations[-1].solves
        assert len(half.iterations) == 10  # what was gone on from is as it was


@pytest.mark.parametrize("where", ["between", "within"])
def test_an_interrupted_run_keeps_its_last_whole_iteration(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from oreflow.respond.sddp.lp import StageLP

    graph, path = flat(1), tmp_path / "cuts.json"
    whole = train(graph, initial_state=[2.0], stopping=IterationLimit(20))
    solve = StageLP.solve
    solved = {"n": 0}

    def halting(self: StageLP, state: np.ndarray, noise: int) -> float:
        solved["n"] += 1
        if where == "within" and solved["n"] == 10 * whole.iterations[0].solves + 25:
            raise KeyboardInterrupt
        return solve(self, state, noise)

    def stop(told: Iteration) -> None:
        if where == "between" and told.iteration == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr(StageLP, "solve", halting)
    with pytest.raises(KeyboardInterrupt):
        train(graph, initial_state=[2.0], stopping=IterationLimit(20), save=path, progress=stop)
    monkeypatch.undo()
    kept = Policy.load(path, graph)
    done = len(kept.iterations)
    assert done == (7 if where == "between" else 10)
    assert kept.stopped == "interrupted"
    assert kept.iterations[-1].cuts == len(kept.cuts)
    rest = train(graph, initial_state=[2.0], stopping=IterationLimit(20), resume=kept)
    assert [i.bound for i in rest.iterations] == pytest.approx([i.bound for i in whole.iterations], abs=1e-9)
    assert rest.cuts.equals(whole.cuts)


def test_a_long_run_is_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, path = flat(1), tmp_path / "cuts.json"
    monkeypatch.setattr(sys.modules["oreflow.respond.sddp.train"], "EVERY", 0.0)
    seen = []

    def look(told: Iteration) -> None:
        if path.is_file():
            seen.append(len(Policy.load(path, graph).iterations))

    train(graph, initial_state=[2.0], stopping=IterationLimit(4), save=path, progress=look)
    assert seen == [1, 2, 3]


def test_other_settings_are_refused_and_named() -> None:
    graph = flat(1)
    policy = train(graph, initial_state=[2.0], stopping=IterationLimit(2))
    for options, told in (
        ({"risk": CVaR(0.1)}, "risk was {'kind': 'Expectation'}, now {'kind': 'CVaR', 'level': 0.1}"),
        ({"seed": 2}, "seed was 1, now 2"),
        ({"initial_state": [3.0]}, r"initial_state was \[2.0\], now \[3.0\]"),
        ({"multi": True}, "multi was False, now True"),
    ):
        with pytest.raises(UsageError, match=told):
            train(graph, **{"initial_state": [2.0], "resume": policy} | options)
    with pytest.raises(UsageError, match="'stage 2' differs in noises"):
        train(flat(2), initial_state=[2.0], resume=policy)


def test_nothing_is_done_twice() -> None:
    graph = flat(1)
    policy = train(graph, initial_state=[2.0], stopping=IterationLimit(5))
    same = train(graph, initial_state=[2.0], stopping=IterationLimit(5), resume=policy)
    assert len(same.iterations) == 5
    assert same.stopped == "5 iterations"
    short = train(graph, initial_state=[2.0], stopping=TimeLimit(0.0), resume=policy)
    assert len(short.iterations) == 5
