"""A window: patches hold the same numbers as a problem written anew, and warm solves find what cold ones find."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError
from oreflow.market import Base, Change, Draw, calibrate
from oreflow.market.interval import price_interval
from oreflow.market.patch import Patch, Rebuild, whole
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solver
from oreflow.market.view import BEYOND, Beliefs, View
from oreflow.market.window import Window
from oreflow.shock import expected, from_library, library, stage
from tests.market.worlds import two_regions

SPANS = (1, 2, 9)


@pytest.fixture(scope="module")
def everything() -> Base:
    return calibrate(bundled())


@pytest.fixture(scope="module")
def window(everything: Base) -> Window:
    return Window(everything, SPANS)


def news(name: str) -> tuple[Change, ...]:
    """All that a scenario of the library says in the end, from its own start."""
    world = bundled()
    scenario = from_library(name)
    first = min(e.start for e in scenario.events)[:7]
    return expected(stage(scenario, world, start=first, months=36))[-1].changes


def kinds(base: Base, rng: np.random.Generator) -> dict[str, tuple[Change, ...]]:
    """One scenario of each kind, at rows drawn by chance."""
    net = base.net

    def some(names: list[str], of: np.ndarray, count: int = 4) -> tuple[str, ...]:
        return tuple(names[i] for i in rng.choice(np.flatnonzero(of > 0), count, replace=False))

    plants = some(net.plants, base.balanced.plant_q)
    routes = some(net.routes, base.balanced.route_q)
    demands = some(net.demands, base.balanced.demand_q)
    stores = some(net.stores, net.store_s0 * ~net.store_reserve)
    reserve = some(net.stores, net.store_s0 * net.store_reserve, 1)
    months = np.r_[np.full(5, 0.4), np.ones(7)]
    return {
        "halt": (Change("plants", plants, "availability", months),),
        "capacity": (Change("plants", plants, "capacity", np.array([0.7])),),
        "cost": (Change("plants", plants, "cost", np.array([50.0])),),
        "limit": (Change("trade", routes, "limit", np.r_[np.zeros(4), np.full(8, np.inf)]),),
        "duty": (Change("trade", routes, "cost", np.array([100.0])),),
        "demand": (Change("demands", demands, "quantity", np.array([1.05])),),
        "cover": (Change("stores", stores, "cover", np.array([1.2])),),
        "fill": (Change("stores", reserve, "fill", np.array([0.01])),),
        "both": (
            Change("plants", plants[:1], "availability", months),
            Change("demands", demands[:2], "quantity", np.array([0.9])),
        ),
    }


def dense(window: Window, changes: tuple[Change, ...], far: np.ndarray) -> tuple[View, Patch]:
    """All numbers of the same view, written without a patch."""
    beliefs = Beliefs(window.base, changes, window.months + BEYOND)
    view = window._view(beliefs, far)
    return view, whole(window._ready(tuple(beliefs.quotas))[0].problem.numbers(view))


def laid(window: Window, patch: Patch, quotas: tuple = ()) -> Patch:
    """A patch on the numbers of the base."""
    usual = window._ready(quotas)[0].numbers
    arrays = {k: np.array(v) for k, v in vars(usual).items() if k not in ("cols", "rows")}
    for name in ("cost", "lower", "upper"):
        arrays[name][patch.cols] = getattr(patch, name)
    for name in ("row_lower", "row_upper"):
        arrays[name][patch.rows] = getattr(patch, name)
    return Patch(
        None, arrays["cost"], arrays["lower"], arrays["upper"], None, arrays["row_lower"], arrays["row_upper"]
    )


def assert_same(a: Patch, b: Patch) -> None:
    for name in ("cost", "lower", "upper", "row_lower", "row_upper"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_patch_holds_the_numbers_of_a_problem_written_anew(window: Window, seed: int) -> None:
    rng = np.random.default_rng(seed)
    moved = window.base.price.copy()
    moved[rng.choice(len(moved), 5, replace=False)] *= 1.1
    for name, changes in kinds(window.base, rng).items():
        for far in (window.base.price, moved):
            patch = window.patch(changes, far=far)
            assert isinstance(patch, Patch), name
            assert patch.size < 0.25 * window._ready(())[0].numbers.size, name
            assert_same(laid(window, patch), dense(window, changes, far)[1])


@pytest.mark.parametrize("name", sorted(library()))
def test_every_scenario_of_the_library_is_a_patch_or_says_why_not(window: Window, name: str) -> None:
    changes = news(name)
    patch = window.patch(changes)
    beliefs = Beliefs(window.base, changes, window.months + BEYOND)
    if beliefs.quotas:
        assert isinstance(patch, Rebuild)
        assert "needs a row of its own" in patch.reason
        quotas = tuple(beliefs.quotas)
        patch = window._ready(quotas)[0].patch(window._view(beliefs, window.base.price))
        assert isinstance(patch, Patch)
        assert_same(laid(window, patch, quotas), dense(window, changes, window.base.price)[1])
    else:
        assert isinstance(patch, Patch)
        assert_same(laid(window, patch), dense(window, changes, window.base.price)[1])


def test_other_periods_bases_and_fewer_limits_are_reasons_to_rebuild(window: Window) -> None:
    reference, _ = window._ready(())
    view = reference.view
    other = replace(view, layout=replace(view.layout, spans=(3, 9)))
    assert "not those compiled" in reference.patch(other).reason
    small = Window(calibrate(two_regions()), SPANS)
    assert reference.patch(small._ready(())[0].view).reason == "it is a view of another base."
    quotas = tuple(Beliefs(window.base, news("drc_cobalt_ban_quota"), 36).quotas)
    held = window._ready(quotas)[0]
    assert "fewer limits" in held.patch(replace(held.view, layout=view.layout)).reason
    one, two = quotas[0], replace(quotas[0], routes=quotas[0].routes[:1])
    both = window._ready((one, two))[0]
    assert isinstance(both.patch(both.view), Patch)
    turned = replace(both.view, layout=replace(both.view.layout, quotas=(two, one)))
    assert "another order" in both.patch(turned).reason


def test_another_draw_month_or_state_touches_every_number(window: Window) -> None:
    reference, _ = window._ready(())
    view = reference.view
    for other in (
        replace(view, draw=Draw(es=1.1)),
        replace(view, draw=Draw(es=np.full(len(window.base.net.plants), 1.1))),
        replace(view, month=3),
        replace(view, state=replace(view.state)),
    ):
        patch = reference.patch(other)
        assert isinstance(patch, Patch)
        assert patch.cols is None
    assert reference.patch(replace(view, draw=Draw())).size == reference.patch(view).size == 0


def test_warm_equals_cold(window: Window) -> None:
    """Objectives to 1e-7; prices to a millionth, or both within the interval of a dual that is not unique."""
    rng = np.random.default_rng(7)
    fresh = Solver(compile_problem(window._ready(())[0].problem.layout))
    nodes = len(window.base.net.nodes)
    for name, changes in kinds(window.base, rng).items():
        warm = window.clear(changes)
        view, _ = dense(window, changes, warm.view.far)
        cold = fresh.solve(fresh.problem.numbers(view), cold=True)
        assert cold.objective == pytest.approx(warm.solution.objective, rel=1e-7), name
        other = cold.price[:, :nodes] / view.beta[:-1, None]
        apart = np.argwhere(np.abs(other - warm.price) > 1e-6 * np.maximum(np.abs(warm.price), 1.0))
        assert len(apart) < 0.02 * warm.price.size, name
        for period, node in apart[rng.permutation(len(apart))[:3]]:
            low, high = window.interval(warm, int(node), int(period))
            room = 1e-6 * abs(high)
            assert low - room <= warm.price[period, node] <= high + room, name
            assert low - room <= other[period, node] <= high + room, name


def test_a_price_at_a_corner_is_an_interval() -> None:
    """Where steps are just used up one unit more costs the next step, and one less saves the last."""
    base = calibrate(two_regions())
    corner = Window(base, (1,), static=True)
    cleared = corner.clear()
    reference, solver = corner._ready(())
    arrays = solver.problem.numbers(cleared.view)
    node = int(base.net.demand_node[0])
    low, high = corner.interval(cleared, node, 0)
    assert low == pytest.approx(high, rel=1e-9)
    assert low == pytest.approx(base.price[node], rel=1e-9)
    # Use up the step that sets the price: its node then stands at the edge between two steps.
    solver.solve(arrays)
    marginal = solver.basis()[0].reshape(1, -1)[0] == 1
    mine = np.flatnonzero(marginal & (reference.problem.matrix[node].toarray()[0] != 0))
    column = int(mine[mine >= reference.problem.layout.start["demands"]][0])
    arrays.row_lower[0, node] += cleared.solution.x[0, column]
    at_corner = solver.solve(arrays)
    low, high = price_interval(solver, arrays, at_corner, node=node, period=0, start=solver.basis())
    assert high > low * 1.001


def test_the_order_of_scenarios_does_not_matter(window: Window) -> None:
    found = kinds(window.base, np.random.default_rng(11))
    first = {name: window.clear(changes) for name, changes in found.items()}
    for name, changes in reversed(found.items()):
        again = window.clear(changes)
        np.testing.assert_array_equal(again.solution.x, first[name].solution.x, err_msg=name)
        np.testing.assert_array_equal(again.solution.price, first[name].solution.price, err_msg=name)


def test_nothing_happens_in_the_base(window: Window) -> None:
    base = window.clear()
    assert base.solution.iterations == 0
    np.testing.assert_allclose(base.price, np.tile(window.base.price, (len(SPANS), 1)), rtol=1e-9)


def test_what_ends_within_the_window_leaves_the_price_after_it(window: Window) -> None:
    net = window.base.net
    mine = net.plants[int(np.argmax(window.base.balanced.plant_q * (window.base.price[net.plant_main])))]
    ended = window.clear((Change("plants", (mine,), "availability", np.r_[np.zeros(6), np.ones(6)]),))
    lasting = window.clear((Change("plants", (mine,), "availability", np.zeros(1)),))
    np.testing.assert_array_equal(ended.view.far, window.base.price)
    node = net.plant_main[net.plants.index(mine)]
    assert lasting.view.far[node] > 1.001 * window.base.price[node]


def test_an_unknown_attribute_is_named(window: Window) -> None:
    with pytest.raises(UnknownNameError, match="availability"):
        window.patch((Change("plants", ("x",), "availabilty", np.ones(1)),))
