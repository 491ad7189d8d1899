"""Published equilibria and the base year beside ours, for ``oreflow validate``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.atlas import World, bundled
from oreflow.market.baseyear import THRESHOLDS, base_year
from oreflow.market.calibrate import Base, calibrate
from oreflow.market.change import Change, News
from oreflow.market.engine import Engine
from oreflow.market.examples import HARKER_NODES, harker, one_node
from oreflow.market.layout import Layout
from oreflow.market.problem import compile_problem
from oreflow.market.settings import Settings
from oreflow.market.solve import Solver
from oreflow.market.spatial import equilibrium
from oreflow.market.view import Beliefs, Draw, State, View
from oreflow.validation import Row, row

HARKER_PRICES = (16.3458, 26.6709, 20.5)
CLOSED_FORM = {0.2: (16.5, 36.3, 69.4), 0.5: (6.3, 13.2, 23.5)}
"""Joint elasticity to the price rise in % at each of `CUTS`."""
CUTS = (0.03, 0.06, 0.10)
FINE = {"step_min": 0.002, "step_target": 0.0001, "step_widen": 1.0}
"""Steps of 0.2 % of price everywhere, to see the equations apart from the width of the steps."""
PRICED = (("lithium_carbonate@CHN", 0), ("lithium_carbonate@CHN", 6), ("lithium_concentrate@AUS", 3))
"""Node and month at which one more tonne is asked for."""
MORE = 1e-4
"""Share of the node's monthly use that is asked for."""
ROUND = 6
"""Digits of a base-year difference in %: what lies below is rounding error."""


def rows(world: World | None = None) -> list[Row]:
    """Return every published case with ours.

    Args:
        world: World to compute from; the bundled one by default.

    Returns:
        Rows; ``ok`` where the difference is within the tolerance.

    Raises:
        NumericalError: A case could not be solved.
    """
    w = bundled() if world is None else world
    return [*_harker(), *_closed_form(w), *_one_more_tonne(w), *_base_year(w)]


def _harker() -> Iterator[Row]:
    competition = equilibrium(harker(monopoly=False), len(HARKER_NODES))
    monopoly = equilibrium(harker(monopoly=True), len(HARKER_NODES))
    # Tolerances are one of the last digit that is printed.
    yield row("Harker 1986, competition, objective (GAMS library)", 980.672354, competition.objective, 1e-6)
    for name, published, ours in zip(HARKER_NODES, HARKER_PRICES, competition.price, strict=False):
        yield row(f"Harker 1986, competition, price at node {name}", published, float(ours), 1e-4)
    yield row("Harker 1986, monopoly, objective (GAMS library)", 849.812826, monopoly.objective, 1e-6)


def _closed_form(world: World) -> Iterator[Row]:
    """Constant elasticity through the market itself: calibrated, cut, cleared."""
    for elasticity, published in CLOSED_FORM.items():
        for cut, rise in zip(CUTS, published, strict=True):
            case = f"constant elasticity {elasticity}, market, price rise at a cut of {cut:.0%}"
            ours = _rise(world, elasticity, cut, FINE)
            yield row(f"{case}, steps of 0.2 %", rise, ours, 0.1, "%")
            # Within 2 % of the price itself.
            coarse = _rise(world, elasticity, cut, {})
            yield row(f"{case}, steps as the world sets them", rise, coarse, 2.0 * (1.0 + rise / 100.0), "%")


def _rise(world: World, elasticity: float, cut: float, steps: dict[str, float]) -> float:
    """Price rise in % when the share `cut` of all supply is lost at once."""
    table = world["parameters"]
    parameters = [
        {"parameter": name, "value": steps.get(name, value), "unit": unit, "description": text}
        for name, value, unit, text in zip(
            table["parameter"], table["value"], table["unit"], table["description"], strict=True
        )
    ]
    base = calibrate(one_node(parameters, es=elasticity / 2.0, ed=elasticity / 2.0))
    lost = Change("plants", tuple(base.net.plants), "availability", np.array([1.0 - cut]))
    outcome = Engine(base, Settings(periods=1, foresight=3)).clear([News(0, (lost,))])
    return 100.0 * (float(outcome.data["price"].values[0, 0]) / float(base.price[0]) - 1.0)


def _one_more_tonne(world: World) -> Iterator[Row]:
    """A price is what one more tonne costs everybody: Δobjective/ε against the dual, with a mine halted."""
    base = calibrate(world, scope=("lithium",))
    halt = Change("plants", ("jianxiawo",), "availability", np.array([0.0]))
    settings = Settings()
    layout = Layout(base, settings.spans)
    problem = compile_problem(layout)
    beliefs = Beliefs(base, (halt,), settings.foresight)
    view = View(layout, beliefs, 0, 0, State.of(base), Draw(), base.price)
    numbers = problem.numbers(view)
    solver = Solver(problem)
    before = solver.solve(numbers)
    for name, month in PRICED:
        node = base.net.nodes.index(name)
        period = int(np.searchsorted(layout.begin, month, side="right")) - 1
        more = MORE * _use(base, node) * float(layout.per[period, 0])
        numbers.row_lower[period, node] += more
        after = solver.solve(numbers)
        numbers.row_lower[period, node] -= more
        price = float(before.price[period, node] / view.beta[period])
        slope = (after.objective - before.objective) / more / float(view.beta[period])
        unit = f"USD/{_unit(world, base.net.node_commodity[node])}"
        # One-sided at a kink: the slope may lie a step above the dual.
        yield row(
            f"price of {name}, month {month + 1} of a halt of Jianxiawo: dual, and change of the objective "
            f"a tonne when {MORE:.2%} more is wanted",
            price,
            slope,
            0.005 * price,
            unit,
        )


def _use(base: Base, node: int) -> float:
    """Final demand and inputs of plants at a node, unit/yr."""
    net, balanced = base.net, base.balanced
    taken = np.maximum(-net.entry_coef, 0.0) * balanced.plant_q[net.entry_plant]
    used = float(taken[net.entry_node == node].sum() + balanced.demand_q[net.demand_node == node].sum())
    return used or float(balanced.route_q[net.route_from == node].sum())


def _unit(world: World, commodity: str) -> str:
    table = world["commodities"]
    return str(table.loc[table["commodity"] == commodity, "unit"].iloc[0])


def _base_year(world: World) -> Iterator[Row]:
    """Largest differences of the model to the reconciled year, and large producers against the statistics."""
    year = base_year(world)
    texts = {
        "production": "largest difference of production by country",
        "price": "largest difference of a price",
        "flow": "largest difference among the ten largest flows",
    }
    for record in year.summary.to_dict(orient="records"):
        for measure, text in texts.items():
            if np.isfinite(record[measure]):
                ours = round(100.0 * float(record[measure]), ROUND)
                case = f"base year, model against reconciled, {record['commodity']}: {text}"
                yield row(case, 0.0, ours, 100.0 * THRESHOLDS[measure], "%")
    unit = dict(zip(year.summary["commodity"], year.summary["unit"], strict=True))
    for r in year.reported.to_dict(orient="records"):
        case = f"base year, {r['edition']}, {r['stage']} production 2025, {r['commodity']}, {r['region']}"
        if r["reason"]:
            case += f"; {r['reason']}"
        tolerance = THRESHOLDS["reported"] * float(r["reported"])
        yield row(case, float(r["reported"]), float(r["reconciled"]), tolerance, f"{unit[r['commodity']]}/yr")
