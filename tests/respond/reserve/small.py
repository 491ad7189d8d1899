"""Small reserves whose answers are known: markets made by hand."""

from __future__ import annotations

import numpy as np

from oreflow.respond.reserve import regimes
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.noise import Outcome
from oreflow.respond.reserve.residual import Curve
from oreflow.respond.reserve.spec import Form, Mineral, Place, Regime, Spec

CERTAIN = (Outcome(1.0, {"gallium_refined": 1.0}, {"gallium_refined": 1.0}, {"gallium_refined": 1.0}),)


def curve(supply: list[tuple[float, float]], *, need: float = 400.0, voll: float = 1000.0) -> Curve:
    """A market with firm demand and eligible supply at some prices, each (price, width a year)."""
    price = np.array([p for p, _ in supply])
    steps = np.zeros((4, len(price)))
    steps[0] = [w for _, w in supply]
    reach, base = 0.0, voll
    for p, w in supply:
        reach += w
        if reach >= need - 1e-9:
            base = p
            break
    return Curve(
        "gallium_refined", "USA", price, steps, 0.0, np.zeros(len(price)), need, voll, base, need, 0.0
    )


def markets(
    curves: list[Curve], matrix: list[list[float]], *, outcomes: tuple[Outcome, ...] = CERTAIN
) -> Markets:
    """Markets of one commodity with a regime for each curve."""
    names = ("calm", "tight", "embargo")[: len(curves)]
    c = "gallium_refined"
    return Markets(
        regimes.given(names, matrix), tuple(Regime(n) for n in names), tuple({c: v} for v in curves),
        tuple({c: (v.base_price, v.base_use)} for v in curves), tuple({c: v.base_price} for v in curves), outcomes,
        {c: "t Ga"}, {c: "gallium"},
    )  # fmt: skip


def spec(**changes: object) -> Spec:
    """A reserve of one form at one place; unit costs of nought where nothing is said."""
    form = {
        "name": "metal",
        "commodity": "gallium_refined",
        "buy_rate": 4000.0,
        "release_rate": 4000.0,
        "most": 1000.0,
    }
    form |= {k[5:]: changes.pop(k) for k in list(changes) if k.startswith("form_")}
    place = Place("depot", "USA", float(changes.pop("space", np.inf)), ())  # type: ignore[arg-type]
    options: dict[str, object] = {
        "name": "small",
        "minerals": (Mineral("gallium", (Form(**form),)),),  # type: ignore[arg-type]
        "places": (place,),
        "budget": 1e9,
    }
    return Spec(**(options | changes))  # type: ignore[arg-type]
