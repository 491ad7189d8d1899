"""A second formulation of the same equations, in linopy, finds the same optimum and the same prices."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pandas as pd
import pytest

from oreflow.atlas import World
from oreflow.market import Change, Draw, Engine, News, Settings, calibrate
from oreflow.market.layout import Layout
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solver
from oreflow.market.view import Beliefs, State, View
from tests.market.worlds import chemistries, one_node, two_regions

pytest.importorskip("linopy", reason="the second formulation needs linopy (extra dev)")

from tests.oracle.formulation import Formulation, Solved

pytestmark = pytest.mark.oracle

MONTHS = (1,) * 8
COARSE = (1, 1, 1, 3, 3, 3)


def leaky() -> World:
    """Two regions where metal is traded too, stocks decay, stores have room and mines have ramps."""
    world = two_regions()
    sold = {"commodity": "metal", "destination": "C", "origin": "B", "year": 2025, "quantity": 0.6}
    return world.with_(
        stores=world["stores"].assign(loss=[0.01, 0.002], capacity=[26.0, 50.0]),
        trade=pd.concat(
            [world["trade"], pd.DataFrame([{**sold, "source": "example", "quality": "reported"}])],
            ignore_index=True,
        ),
        processes=world["processes"].assign(ramp=[0.05, np.nan]),
    )


def change(table: str, rows: str, attribute: str, *profile: float) -> Change:
    return Change(table, tuple(rows.split()), attribute, np.array(profile))


HALT = change("plants", "mine_small", "availability", 0, 0, 0, 0.3, 0.6, 1)
QUOTA = change("trade", "ore:A>B ore:C>B", "quota", 120, 120, 130, 130, 140)
DRAW = change("stores", "reserve_b", "draw", 0, 2, 2, 0)
BRINE = change("plants", "brine_a", "availability", 0.9)
CASES = {
    "base": (two_regions, ()),
    "halt": (two_regions, (HALT,)),
    "capacity": (two_regions, (change("plants", "smelter", "capacity", 0.7),)),
    "dearer ore": (two_regions, (change("plants", "mine_big mine_small", "cost", 300, 600),)),
    "quota": (two_regions, (QUOTA,)),
    "limit": (two_regions, (change("trade", "ore:A>B", "limit", 0.9, 0.6, 0.2, 0),)),
    "a ban that ends": (two_regions, (change("trade", "ore:A>B", "limit", 0, 0.5, 0.5, 0, inf),)),
    "a quota that ends": (two_regions, (change("trade", "ore:A>B ore:C>B", "quota", *[130] * 5, inf),)),
    "dearer freight": (two_regions, (change("trade", "ore:A>B", "cost", 250),)),
    "draw in a halt": (two_regions, (HALT, DRAW, change("stores", "reserve_b", "fill", 0, 0, 0, 0, 0, 1))),
    "more stock wanted": (two_regions, (change("stores", "s_b", "cover", 1, 1.2),)),
    "slump": (two_regions, (change("demands", "d_b", "quantity", 0.8, 0.9),)),
    "everything decays": (leaky, (HALT,)),
    "restart and route": (leaky, (HALT, change("plants", "smelter_c", "availability", 0.2))),
    "sodium takes share": (chemistries, (BRINE,)),
    "sodium ramps faster": (
        chemistries,
        (
            BRINE,
            change("mixes", "ev_battery@A:sodium_cell", "ramp", 0.05),
            change("mixes", "ev_battery@A:sodium_cell", "ceiling", 0.1, 0.3),
        ),
    ),
    "a use outgrows its cells": (
        chemistries,
        (
            change("demands", "ev", "quantity", 1.2),
            change("plants", "brine_a brine_b", "capacity", 1.5),
            change("mixes", "ev_battery@A:sodium_cell", "ramp", 0.0),
        ),
    ),
    "stocked mine": (lambda: one_node(mines=3, stock=10), (change("plants", "mine0", "availability", 0.5),)),
}
BASES = {make: calibrate(make()) for make in (two_regions, leaky, chemistries)}


def ours(base, spans, changes, *, static=False, tariff=None, far=None):
    """Objective and prices of the market."""
    quotas = tuple(Beliefs(base, changes, 60).quotas)
    layout = Layout(base, spans, static, quotas)
    problem = compile_problem(layout)
    view = View(
        layout, Beliefs(base, changes, 60), 0, 0, State.of(base), Draw(), base.price if far is None else far
    )
    if tariff:
        rate = np.array([tariff.get(name, 0.0) for name in base.net.routes])
        view = replace(view, tariff=np.tile(rate, (len(spans), 1)))
    solution = Solver(problem).solve(problem.numbers(view))
    return solution.objective, solution.price[:, : len(base.net.nodes)] / view.beta[:-1, None]


def interval(model: Formulation, found: Solved, period: int, node: int) -> tuple[float, float]:
    """Prices that are right for a node: what one unit less saves and what one more costs."""
    row = found.model.constraints[f"balance{node}"]
    kept = row.rhs
    slopes = []
    for step in (-1e-3, 1e-3):
        moved = kept.copy()
        moved[{"t": period}] += step
        row.rhs = moved
        slopes.append((model.again().objective - found.objective) / step / model.beta[period])
    row.rhs = kept
    return slopes[0], slopes[1]


def assert_equal(model: Formulation, objective: float, price: np.ndarray) -> None:
    found = model.solve()
    assert objective == pytest.approx(found.objective, rel=1e-7)
    apart = np.argwhere(np.abs(price - found.price) > 1e-6 * np.abs(found.price) + 1e-6)
    assert len(apart) <= 0.15 * price.size  # prices are unique almost everywhere
    for period, node in apart:
        low, high = interval(model, found, int(period), int(node))
        slack = 1e-5 * abs(high) + 1e-3
        assert low - slack <= price[period, node] <= high + slack, (period, node)


@pytest.mark.parametrize(
    ("name", "spans"),
    [
        *((name, COARSE) for name in CASES),
        *(
            (name, MONTHS)
            for name in ("halt", "quota", "draw in a halt", "everything decays", "sodium takes share")
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} periods",
)
def test_both_formulations_agree(name, spans):
    make, changes = CASES[name]
    base = BASES.get(make) or calibrate(make())
    objective, price = ours(base, spans, changes)
    assert_equal(Formulation(base, spans, changes), objective, price)


@pytest.mark.parametrize("make", BASES)
@pytest.mark.parametrize("family", ["plants", "demands", "routes", "mixes", "stores"])
def test_curves_are_cut_around_the_observed_point(make, family):
    """Pieces follow one another and are priced inside themselves; what pins a node is priced at its base."""
    base = BASES[make]
    steps = base.steps[family]
    for row in range(len(steps.first)):
        edges, ratio = Formulation(base, MONTHS).cuts(family, row)
        assert (np.diff(edges) > 0).all()
        assert edges[0] == 0.0 or family == "demands"
        inner = ratio[1:-1]
        assert ((inner > edges[1:-2]) & (inner < edges[2:-1])).all()
        if (family, row) in base.centred:
            assert 1.0 in ratio.round(12)
        elif family != "mixes" and not (family == "routes" and base.balanced.route_q[row] == 0):
            assert 1.0 in edges.round(12)


@pytest.mark.parametrize("make", BASES)
def test_the_static_market_agrees(make):
    base = BASES[make]
    changes = () if make is chemistries else (change("plants", "mine_small", "availability", 0.7),)
    objective, price = ours(base, (1,), changes, static=True)
    assert_equal(Formulation(base, (1,), changes, static=True), objective, price)


def test_a_specific_tariff_agrees():
    base = BASES[two_regions]
    tariff = {"ore:A>B": 650.0, "ore:C>B": 100.0}
    objective, price = ours(base, MONTHS, (), tariff=tariff)
    assert_equal(Formulation(base, MONTHS, (), tariff=tariff), objective, price)


def test_the_engine_is_what_the_second_formulation_says():
    """The first window of a run: the price after it comes from a static solve at the mean of later beliefs."""
    base = BASES[two_regions]
    settings = Settings(periods=3)
    halt = change("plants", "mine_small", "availability", *[0.0] * 6, *[0.5] * 12, 1.0)
    data = Engine(base, settings).clear([News(0, (halt,))])
    later = np.array([halt.profile[min(m, 18)] for m in range(12, 36)]).mean()
    steady = Formulation(base, (1,), (change("plants", "mine_small", "availability", later),), static=True)
    steady.elasticity = lambda pair: np.array(  # a year and half a month after the news
        [pair[0] + (pair[1] - pair[0]) * (1 - np.exp(-12.5 / base.net.parameter("tau_months")))]
    )
    far = np.maximum(steady.solve().price[0], 0.0)
    assert data.far == pytest.approx(far, rel=1e-6)
    found = Formulation(base, settings.spans, (halt,), far=far).solve()
    price = data.data.price.values.T
    assert price == pytest.approx(found.price[:3], rel=1e-6)
