"""Two exact forms of interdiction against brute force, on a published kind of case, random programmes, and markets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from oreflow.atlas import bundled
from oreflow.errors import UsageError
from oreflow.market import calibrate
from oreflow.shock.attack import Losses, Measure, candidates, worst
from oreflow.shock.attack.interdiction import Interdiction, of_market, shortest_path
from oreflow.shock.attack.search import branch_and_bound, greedy
from oreflow.shock.attack.single_level import cuts, milp
from tests.market.worlds import two_regions
from tests.shock.attack.oracle import owned_world, sets

NET = [
    ("s", "a", 2.0, 5.0), ("s", "b", 4.0, 5.0), ("a", "b", 1.0, 5.0), ("a", "c", 7.0, np.inf),
    ("b", "c", 3.0, 5.0), ("b", "d", 6.0, np.inf), ("c", "t", 2.0, 5.0), ("d", "t", 1.0, 3.0), ("c", "d", 1.0, 5.0),
]  # fmt: skip
"""A net of our own in the form of Israeli and Wood (2002): arcs with length and delay, two that are cut outright.

By hand, all eight paths: sabct 8, sabcdt 8, sbct 9, sbcdt 9, sabdt 10, sact 11, sacdt 11, sbdt 11. One loss: all of
8 and 9 pass b-c, no other arc is on all of them; with it the shortest is sabdt, 10. Two: both ways out of s make every
path 5 longer, 13; b-c with any other leaves 11 (sact or sbdt). Greed takes b-c first and ends at 11.
"""


def all_sets(problem: Interdiction, budget: int) -> float:
    options = (s for k in range(budget + 1) for s in combinations(range(problem.targets), k))
    return max(problem.inner(s)[0] for s in options)


@pytest.mark.parametrize(
    ("budget", "length", "lost"), [(0, 8.0, []), (1, 10.0, ["bc"]), (2, 13.0, ["sa", "sb"])]
)
@pytest.mark.parametrize("method", [milp, cuts])
def test_the_golden_net(budget, length, lost, method):
    problem = shortest_path(NET, "s", "t", longest=100.0)
    proof = method(problem, budget)
    assert proof.value == pytest.approx(length)
    assert proof.bound == pytest.approx(length)
    assert all_sets(problem, budget) == pytest.approx(length)
    assert sorted(NET[i][0] + NET[i][1] for i in proof.lost) == lost


def test_greed_falls_short_on_the_golden_net():
    problem = shortest_path(NET, "s", "t", longest=100.0)

    def values(asked, *, keep=False):
        return [problem.inner(sorted(s))[0] for s in asked]

    single = values([frozenset([i]) for i in range(problem.targets)])
    by_greed = greedy(values, single, range(problem.targets), 2, monotone=True)
    by_bounds = branch_and_bound(values, single, range(problem.targets), 2)
    assert (by_greed.value, by_bounds.value) == (pytest.approx(11.0), pytest.approx(13.0))
    assert by_bounds.certificate.proven


def test_where_everything_is_cut_the_longest_is_reported():
    problem = shortest_path([("s", "t", 1.0, np.inf)], "s", "t", longest=77.0)
    assert milp(problem, 1).value == pytest.approx(77.0)
    assert problem.inner([0])[2] == pytest.approx(2.0)


@st.composite
def nets(draw):
    nodes = draw(st.integers(3, 7))
    ends = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda e: e[0] != e[1])
    pairs = [(0, 1), *draw(st.lists(ends, min_size=3, max_size=12))]
    added = st.one_of(st.integers(0, 9).map(float), st.just(np.inf))
    return [(str(a), str(b), float(draw(st.integers(0, 9))), draw(added)) for a, b in pairs]


@settings(max_examples=40)
@given(nets(), st.integers(1, 3))
def test_shortest_paths_with_ties(arcs, budget):
    problem = shortest_path(arcs, "0", "1", longest=1000.0)
    truth = all_sets(problem, budget)
    for method in (milp, cuts):
        proof = method(problem, budget)
        assert proof.value == pytest.approx(truth, abs=1e-6)
        assert proof.bound == pytest.approx(truth, abs=1e-3)
        assert len(proof.lost) <= budget


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_any_programme(seed, budget):
    rng = np.random.default_rng(seed)
    m, n, k = rng.integers(2, 6), rng.integers(4, 10), rng.integers(2, 6)
    takes = tuple(np.flatnonzero(rng.random(n) < 0.3) for _ in range(k))
    upper = rng.integers(1, 6, n).astype(float)
    problem = Interdiction(
        cost=np.round(3.0 * rng.normal(size=n), 1),
        matrix=sparse.csc_matrix(np.round(rng.normal(size=(m, n)), 1) * (rng.random((m, n)) < 0.6)),
        row_lower=np.where(rng.random(m) < 0.7, rng.normal(size=m), -np.inf),
        row_upper=np.full(m, 5.0),
        lower=np.zeros(n),
        upper=upper,
        lost_upper=np.floor(upper * rng.random(n)),
        penalty=np.full(m, 20.0),
        takes=takes,
        delays=tuple((t, rng.random(len(t))) for t in takes),
    )
    truth = all_sets(problem, budget)
    for method in (milp, cuts):
        proof = method(problem, budget)
        assert proof.value == pytest.approx(truth, abs=1e-5)
        assert proof.bound == pytest.approx(truth, abs=1e-3)


@pytest.mark.parametrize("kind", ["plants", "countries", "firms"])
def test_the_market_is_the_same_programme(kind):
    world = owned_world()
    base = calibrate(world)
    market = Losses(base, candidates(world, base, kind), Measure.of(world, base, "welfare"), months=6)
    problem = of_market(market)
    whole = problem.inner([])[0]
    for s in sets(len(market.candidates), 2):
        value, _, bought = problem.inner(sorted(s))
        assert bought == pytest.approx(0.0, abs=1e-6)
        assert value - whole == pytest.approx(market.harm(s).value, rel=1e-6, abs=1e-7 * abs(whole))


@pytest.mark.parametrize("budget", [1, 2])
def test_a_second_proof_of_the_worst_case_of_a_market(budget):
    world = owned_world()
    base = calibrate(world)
    market = Losses(
        base, candidates(world, base, "plants"), Measure.of(world, base, "welfare"), months=6, spans=(6, 12)
    )
    truth = max(market.harm(s).value for s in sets(len(market.candidates), budget))
    problem = of_market(market)
    whole = problem.inner([])[0]
    proof = cuts(problem, budget)
    assert proof.value - whole == pytest.approx(truth, rel=1e-6)
    assert proof.bound - whole == pytest.approx(truth, rel=1e-4)


def test_the_single_level_programme_proves_a_market_too():
    world = owned_world()
    base = calibrate(world)
    market = Losses(
        base,
        candidates(world, base, "countries"),
        Measure.of(world, base, "welfare"),
        months=6,
        spans=(6, 12),
    )
    truth = max(market.harm(s).value for s in sets(len(market.candidates), 2))
    problem = of_market(market)
    whole = problem.inner([])[0]
    proof = milp(problem, 2)
    assert proof.value - whole == pytest.approx(truth, rel=1e-6)
    assert proof.bound - whole == pytest.approx(truth, rel=1e-3)


@pytest.mark.slow
def test_a_second_proof_on_the_bundled_world():
    world = bundled()
    base = calibrate(world, scope=("lithium",))
    found = candidates(world, base, "countries", minerals=["lithium"])
    market = Losses(base, found, Measure.of(world, base, "welfare"), months=12, spans=(12, 12))
    first = worst(market, budget=2, method="bounds", finer=False)
    problem = of_market(market)
    whole = problem.inner([])[0]
    second = cuts(problem, 2)
    assert {found[i].key for i in second.lost} == set(first.worst.keys)
    assert second.value - whole == pytest.approx(first.worst.value, rel=1e-4)
    assert second.bound - whole == pytest.approx(first.certificate.bound, rel=1e-4)


def test_minimums_are_refused():
    world = two_regions()
    processes = world.processes
    processes.loc[processes["process"] == "mining", "min_run"] = 0.9
    forced = world.with_(processes=processes)
    base = calibrate(forced)
    market = Losses(base, candidates(forced, base, "plants"), Measure.of(forced, base, "welfare"), months=6)
    with pytest.raises(UsageError, match="lifts a minimum"):
        of_market(market)
