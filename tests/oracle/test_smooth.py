"""The stepped market against the same market with smooth curves, solved by an interior-point method."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.synthetic import Shape
from benchmarks.synthetic import world as synthetic

from oreflow.market import Change, calibrate
from oreflow.market.examples import HARKER_ARCS, HARKER_NODES, HARKER_REGIONS, harker
from oreflow.market.layout import Layout
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solver
from oreflow.market.spatial import equilibrium
from oreflow.market.view import Beliefs, Draw, State, View
from tests.market.worlds import one_node, two_regions
from tests.oracle.smooth import Smooth, market

pytestmark = pytest.mark.oracle


def stepped(base, availability=None, demand=1.0):
    """Static price at every node, by the market's own steps."""
    changes = [
        Change("plants", (name,), "availability", np.array([share]))
        for name, share in (availability or {}).items()
    ]
    changes.append(Change("demands", tuple(base.net.demands), "quantity", np.array([demand])))
    layout = Layout(base, (1,), static=True)
    problem = compile_problem(layout)
    view = View(layout, Beliefs(base, tuple(changes), 3), 0, 0, State.of(base), Draw(), base.price)
    return Solver(problem).solve(problem.numbers(view)).price[0, : len(base.net.nodes)]


@pytest.mark.parametrize("world", [one_node(mines=3), two_regions()], ids=["one node", "two regions"])
def test_the_smooth_market_stands_in_the_same_base(world):
    base = calibrate(world)
    assert market(base) == pytest.approx(base.price, rel=1e-5)
    assert stepped(base) == pytest.approx(base.price, rel=1e-9)


@pytest.mark.parametrize(
    ("make", "change", "tolerance"),
    [
        # near the base: steps are fine
        (lambda: one_node(mines=3), {"availability": {"mine0": 0.93}}, 0.005),
        (lambda: one_node(mines=3, es=0.3, ed=0.2), {"demand": 1.05}, 0.005),
        (lambda: one_node(mines=3, es=0.3, ed=0.2), {"demand": 0.95}, 0.005),
        (two_regions, {"availability": {"mine_small": 0.9}}, 0.005),
        (two_regions, {"demand": 1.02}, 0.005),
        # small curves have the largest steps, of 2 %
        (lambda: one_node(mines=10), {"availability": {"mine3": 0.8, "mine7": 0.9}}, 0.01),
        (two_regions, {"availability": {"mine_c": 0.5}, "demand": 0.97}, 0.01),
        # a third dearer and more: steps have widened
        (two_regions, {"availability": {"mine_c": 0.3, "mine_big": 0.9}}, 0.02),
        (lambda: one_node(mines=3), {"availability": {"mine0": 0.7}}, 0.05),
    ],
)
def test_prices_agree_within_the_width_of_the_steps(make, change, tolerance):
    base = calibrate(make())
    smooth = market(base, **change)
    assert np.abs(smooth / base.price - 1).max() > 0.01
    assert stepped(base, **change) == pytest.approx(smooth, rel=tolerance)


def test_smooth_prices_over_time_do_not_depend_on_how_curves_are_cut():
    found = []
    for step in (0.4, 0.05):
        base = calibrate(synthetic(Shape(minerals=2, stages=4, regions=5, step=step)))
        assert market(base, spans=(1, 2, 3)) == pytest.approx(np.tile(base.price, (3, 1)), rel=1e-5)
        found.append(market(base, demand=1.03, spans=(1, 2, 3)))
    assert found[0] == pytest.approx(found[1], rel=1e-5)
    assert np.abs(found[0] / base.price - 1.0).max() > 0.01


def test_halving_the_steps_halves_the_error():
    errors = {}
    for width in (0.04, 0.02, 0.01, 0.005):
        base = calibrate(one_node(mines=3, step_min=width, step_max=width, step_widen=1.0))
        cuts = [{"mine0": 1 - cut, "mine1": 1 - cut / 2} for cut in np.linspace(0.02, 0.2, 13)]
        apart = [np.log(stepped(base, c)[0] / market(base, availability=c)[0]) for c in cuts]
        assert np.abs(apart).max() < width / 2
        errors[width] = np.abs(apart).mean()
    assert errors[0.005] < errors[0.04] / 5
    assert list(errors.values()) == sorted(errors.values(), reverse=True)


def test_the_steps_of_the_bundled_world_are_fine_enough():
    # A chain, steps as assumed for the world's own commodities: within 1 % where prices move by up to a fifth.
    world = two_regions(step_max=0.1, step_widen=1.25)
    base = calibrate(world)
    for change in ({"mine_small": 0.9}, {"mine_big": 0.95}, {"mine_c": 0.4}):
        smooth = market(base, availability=change)
        assert stepped(base, change) == pytest.approx(smooth, rel=0.01)


@pytest.mark.parametrize("monopoly", [False, True])
def test_harker_without_steps(monopoly):
    problem = Smooth(len(HARKER_NODES))
    for name, (alpha, beta, rho, eta) in HARKER_REGIONS.items():
        node = HARKER_NODES.index(name)
        problem.variable(alpha, 2 * beta, touches={node: 1.0})
        problem.variable(-rho, 2 * eta if monopoly else eta, touches={node: -1.0})
    for (start, end), (kappa, nu) in HARKER_ARCS.items():
        t = problem.variable(kappa, touches={HARKER_NODES.index(start): -1.0, HARKER_NODES.index(end): 1.0})
        problem.power(t, 1.0, 3.0, nu)
    objective, _, price = problem.solve()
    assert -objective == pytest.approx(849.812826 if monopoly else 980.672354, abs=1e-6)
    found = equilibrium(harker(monopoly=monopoly), len(HARKER_NODES))
    assert found.objective == pytest.approx(-objective, abs=1e-5)
    assert found.price == pytest.approx(price, rel=1e-5)
