"""Small worlds to attack, and the harm of a set found another way: by the engine, and by a cold solve."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from oreflow.atlas import World
from oreflow.market import Base, Change, Engine, News, Settings, examples
from oreflow.market.layout import Layout
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solver
from oreflow.market.view import Beliefs, Draw, State, View
from oreflow.shock.attack import Candidate, Measure, periods
from tests.market.worlds import parameters, two_regions


def owned_world() -> World:
    """Two regions and a third, with owners, a subsidiary, and a strait and a canal on the routes."""
    world = two_regions()
    routes = world.routes
    routes["passages"] = ["strait", "canal", "strait;canal"]
    routes["detours"] = ["strait=5000", "", "strait=2000;canal=9000"]
    rows: dict[str, list[dict[str, Any]]] = {
        "firms": [
            {"firm": "alpha", "name": "Alpha", "region": "A"},
            {"firm": "beta", "name": "Beta", "region": "A", "parent": "alpha"},
            {"firm": "gamma", "name": "Gamma", "region": "C"},
            {"firm": "delta", "name": "Delta", "region": "C"},
        ],
        "ownership": [
            {"plant": "mine_big", "firm": "alpha", "share": 0.6},
            {"plant": "mine_small", "firm": "beta", "share": 0.5},
            {"plant": "mine_small", "firm": "gamma", "share": 0.5},
            {"plant": "smelter_c", "firm": "gamma", "share": 1.0},
            {"plant": "smelter_c", "firm": "delta", "share": 0.3},
        ],
    }
    marked = {"source": "example", "quality": "assumed"}
    frames = {k: pd.DataFrame([{**marked, **r} for r in v]) for k, v in rows.items()}
    freight = {"parameter": "freight_sea", "value": 0.02, "unit": "USD/t-km", "description": "sea"}
    table = pd.concat([world.parameters, pd.DataFrame([{**marked, **freight}])], ignore_index=True)
    return world.with_(routes=routes, parameters=table, **frames)


def backed_up() -> World:
    """Two goods at one place. `solo` is made by one mine; each of the twins makes `pair` and could make all of it.

    Losing `solo` is the worst single loss, since its demand then goes without. Losing one twin does little, the
    other stands in. Losing both is the worst pair, which greed misses.
    """
    one = examples.one_node(parameters(), es=0.1, ed=0.1)

    def rows(name: str) -> list[dict[str, Any]]:
        return one[name].to_dict(orient="records")

    metal = rows("commodities")[0]
    mining, flow = rows("processes")[0], rows("flows")[0]
    mine, demand, price = rows("plants")[0], rows("demands")[0], rows("prices")[0]
    twin = {"process": "twinning", "output": 60.0, "capacity": 120.0}
    return World.from_rows(
        regions=rows("regions"),
        commodities=[{**metal, "commodity": c, "name": c, "mineral": c} for c in ("solo", "pair")],
        processes=[
            {**mining, "output": "solo"},
            {
                **mining,
                "process": "twinning",
                "name": "twinning",
                "output": "pair",
                "es_low": 5.0,
                "es_high": 5.0,
            },
        ],
        flows=[{**flow, "commodity": "solo"}, {**flow, "process": "twinning", "commodity": "pair"}],
        plants=[
            {**mine, "plant": "solo", "name": "Solo", "output": 90.0, "capacity": 90.0},
            {**mine, **twin, "plant": "twin_a", "name": "Twin A"},
            {**mine, **twin, "plant": "twin_b", "name": "Twin B"},
        ],
        demands=[
            {**demand, "demand": f"d_{c}", "commodity": c, "quantity": q}
            for c, q in (("solo", 90.0), ("pair", 120.0))
        ],
        prices=[{**price, "commodity": c} for c in ("solo", "pair")],
        parameters=rows("parameters"),
    )


def sets(n: int, budget: int) -> list[frozenset[int]]:
    """Return all sets of at most so many of n."""
    return [frozenset(s) for k in range(1, budget + 1) for s in combinations(range(n), k)]


def changes(base: Base, lost: list[Candidate], months: int) -> tuple[Change, ...]:
    """Return the losses as a scenario would write them, route by route."""
    net = base.net

    def profile(value: float, after: float) -> np.ndarray[Any, Any]:
        return np.concatenate([np.full(months, value), [after]])

    plants = sorted({j for c in lost for j in c.plants})
    stopped = sorted({a for c in lost for a in c.stopped})
    dearer: dict[int, float] = {}
    for c in lost:
        for a, cost in c.dearer.items():
            dearer[a] = max(cost, dearer.get(a, 0.0))
    out = []
    if plants:
        out.append(Change("plants", tuple(net.plants[j] for j in plants), "availability", profile(0.0, 1.0)))
    if stopped:
        out.append(Change("trade", tuple(net.routes[a] for a in stopped), "limit", profile(0.0, np.inf)))
    out += [Change("trade", (net.routes[a],), "cost", profile(cost, 0.0)) for a, cost in dearer.items()]
    return tuple(out)


def harm(base: Base, measure: Measure, lost: list[Candidate], months: int) -> float:
    """Return the harm of a set: prices and use from an outcome of the engine, welfare from a cold solve."""
    spans = periods(months)
    if measure.objective == "welfare":
        return cold(base, changes(base, lost, months), spans) - cold(base, (), spans)
    total = sum(spans)
    settings = Settings(periods=total, ahead=spans, stride=total)
    engine = Engine(base, settings)
    whole = engine.clear([News(0, ())]).data
    hit = engine.clear([News(0, changes(base, lost, months))]).data
    nodes = list(measure.nodes)
    during = slice(0, months)
    if measure.objective == "price":
        ratio = hit["price"].to_numpy()[nodes, during] / whole["price"].to_numpy()[nodes, during] - 1.0
        weight = base.throughput[nodes]
        return float(100.0 * (weight @ ratio).mean() / weight.sum())
    net = base.net
    gone = {j for c in lost for j in c.plants}
    short = 0.0
    for data, sign in ((whole, 1.0), (hit, -1.0)):
        output = data["output"].to_numpy()[:, during].sum(axis=1)
        for j, n, a in zip(net.entry_plant, net.entry_node, net.entry_coef, strict=True):
            if a < 0 and n in nodes and j not in gone:
                short += sign * -a * output[j]
        served = data["served"].to_numpy()[:, during].sum(axis=1)
        short += sign * sum(served[d] for d, n in enumerate(net.demand_node) if n in nodes)
        mix = data["mix"].to_numpy()[:, during].sum(axis=1)
        short += sign * sum(mix[m] for m, n in enumerate(net.mix_from) if n in nodes)
    return float(short)


def cold(base: Base, believed: tuple[Change, ...], spans: tuple[int, ...]) -> float:
    """Return the objective, solved from nothing."""
    layout = Layout(base, spans)
    problem = compile_problem(layout)
    beliefs = Beliefs(base, believed, sum(spans))
    view = View(layout, beliefs, 0, 0, State.of(base), Draw(), base.price)
    return Solver(problem).solve(problem.numbers(view), cold=True).objective
