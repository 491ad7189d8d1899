"""When a run stops, and which paths it walks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from oreflow.errors import UsageError
from oreflow.respond.sddp import (
    BoundStalls,
    CVaR,
    GapClosed,
    Iteration,
    IterationLimit,
    Sampling,
    TimeLimit,
    train,
)
from oreflow.respond.sddp.examples import hydro_thermal, stockpile
from oreflow.respond.sddp.sampling import generator, walk
from tests.respond.sddp.problems import linear, markov


def log(bounds: list[float], costs: list[float] | None = None) -> list[Iteration]:
    costs = costs or [0.0] * len(bounds)
    return [Iteration(i + 1, b, c, 0, 0, 0, 0.0) for i, (b, c) in enumerate(zip(bounds, costs, strict=True))]


def test_limits() -> None:
    assert IterationLimit(3).reason(log([1, 2]), 0.0) is None
    assert IterationLimit(2).reason(log([1, 2]), 0.0) == "2 iterations"
    assert TimeLimit(5.0).reason(log([1]), 4.9) is None
    assert TimeLimit(5.0).reason(log([1]), 5.0) == "5 seconds"


def test_a_bound_that_stalls() -> None:
    rule = BoundStalls(2, 0.01)
    assert rule.reason(log([1.0, 1.0]), 0.0) is None
    assert rule.reason(log([90.0, 95.0, 100.0]), 0.0) is None
    assert "rose by no more than 0.01 of itself in 2" in str(rule.reason(log([99.5, 99.9, 100.0]), 0.0))
    assert rule.reason(log([0.0, 0.0, 0.0]), 0.0)
    assert rule.reason(log([-100.0, -95.0, -90.0]), 0.0) is None


def test_a_gap_that_closes() -> None:
    rng = np.random.default_rng(0)
    costs = list(10.0 + rng.normal(size=50))
    rule = GapClosed(paths=50, width=0.1)
    assert rule.reason(log([10.0] * 49, costs[:49]), 0.0) is None
    assert "meets the bound" in str(rule.reason(log([10.0] * 50, costs), 0.0))
    assert rule.reason(log([5.0] * 50, costs), 0.0) is None  # told apart
    assert GapClosed(paths=50, width=0.001).reason(log([10.0] * 50, costs), 0.0) is None  # too wide to tell


@pytest.mark.parametrize(
    "make",
    [
        lambda: BoundStalls(0),
        lambda: GapClosed(1),
        lambda: Sampling(depth=0),
        lambda: Sampling(importance=1.0),
        lambda: Sampling(revisit=1),
        lambda: Sampling(revisit=-2),
    ],
)
def test_rules_that_make_no_sense(make) -> None:
    with pytest.raises(UsageError):
        make()


def test_the_first_rule_that_holds_is_told() -> None:
    graph = hydro_thermal()
    policy = train(graph, initial_state=[0.0], stopping=[IterationLimit(50), BoundStalls(5, 1e-9)])
    assert "rose by no more" in policy.stopped
    assert len(policy.iterations) == 6
    told = policy.to_plain()
    assert told["iteration"] == 6
    assert told["bound"] == pytest.approx(10.0)
    assert told["risk"] == {"kind": "Expectation"}
    assert told["states"] == ["stored"]
    assert not told["without_end"]
    json.dumps(told, allow_nan=False)
    assert train(graph, initial_state=[0.0]).stopped
    assert list(policy.log["iteration"]) == [1, 2, 3, 4, 5, 6]


def test_without_a_cycle_a_path_goes_to_the_end() -> None:
    graph = linear(4, discount=0.5)
    for i in range(20):
        path = walk(graph, generator(1, i))
        assert [node for node, _ in path] == list(range(len(graph.nodes)))
        assert walk(graph, generator(1, i)) == path
    assert len({tuple(walk(graph, generator(1, i))) for i in range(20)}) > 1
    assert len(walk(graph, generator(1, 0), depth=1)) == 1


def test_regimes_follow_their_chain() -> None:
    graph = markov(7)
    pairs = [tuple(n for n, _ in walk(graph, generator(3, i)))[:2] for i in range(3000)]
    first = np.mean([a == 0 for a, _ in pairs])
    assert first == pytest.approx(0.6, abs=0.04)
    stay = np.mean([b == 2 for a, b in pairs if a == 0])
    assert stay == pytest.approx(dict(graph.children[0]).get(2, 0.0), abs=0.05)


def test_in_a_cycle_a_path_ends_by_chance_or_at_its_depth() -> None:
    graph = stockpile()
    lengths = [len(walk(graph, generator(5, i))) for i in range(1000)]
    assert np.mean(lengths) == pytest.approx(21.0, rel=0.1)
    assert {len(walk(graph, generator(5, i), depth=7)) for i in range(30)} == {7}


def test_importance_follows_the_weights_of_the_measure() -> None:
    """All of the weight on one of two noises, in nine of ten draws."""
    graph = hydro_thermal()

    def weights(node: int) -> np.ndarray | None:
        return np.array([1.0, 0.0]) if node == 0 else None

    drawn = [walk(graph, generator(1, i), weights=weights, share=0.9)[1][1] for i in range(2000)]
    assert np.mean(np.array(drawn) == 0) == pytest.approx(0.95, abs=0.02)


def test_a_path_is_walked_again() -> None:
    graph = stockpile()
    sampling = Sampling(revisit=4)
    paths = {i: sampling.path(graph, 1, i, 0, lambda _: None) for i in range(1, 41)}
    new = [paths[i] for i in paths if i % 4]
    assert all(paths[i] in [paths[j] for j in range(1, i)] for i in paths if i % 4 == 0)
    assert len({tuple(p) for p in new}) > 0.9 * len(new)


def test_importance_and_revisits_train_to_the_same() -> None:
    graph = hydro_thermal([[6.0], [2.0, 10.0], [0.0, 3.0, 9.0]])
    bounds = [
        train(graph, initial_state=[0.0], risk=CVaR(0.4), sampling=s, stopping=IterationLimit(80)).bound
        for s in (Sampling(), Sampling(importance=0.7), Sampling(revisit=2))
    ]
    assert bounds == pytest.approx([bounds[0]] * 3, rel=1e-9)
