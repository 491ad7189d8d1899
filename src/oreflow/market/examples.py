"""Small systems whose equilibria are known in closed form or from the literature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oreflow.atlas import World
from oreflow.market.network import Floats
from oreflow.market.spatial import Curve

# Harker (1986), Operations Research 34(3), with the data of the GAMS model library (model HARKER).
HARKER_NODES = ("one", "two", "three", "four", "five", "six")
"""The first three produce and consume, the others are passed."""
HARKER_REGIONS = {"one": (1.0, 0.5, 19.0, 0.2), "two": (2.0, 0.4, 27.0, 0.01), "three": (1.5, 0.3, 30.0, 0.3)}
"""Node to α, β of supply α + 2βq and ρ, η of demand ρ − ηq."""
HARKER_ARCS = {
    ("one", "four"): (1.0, 0.5), ("one", "five"): (2.0, 0.2), ("two", "six"): (3.0, 0.3),
    ("three", "six"): (1.0, 0.4), ("four", "one"): (2.0, 0.3), ("four", "five"): (1.0, 0.1),
    ("four", "six"): (1.0, 0.1), ("five", "one"): (3.0, 0.5), ("five", "four"): (2.0, 0.2),
    ("five", "six"): (1.0, 1.0), ("six", "two"): (2.0, 0.25), ("six", "three"): (2.0, 0.2),
    ("six", "four"): (1.0, 0.9), ("six", "five"): (3.0, 0.8),
}  # fmt: skip
"""Arc to κ, ν of the cost κ + 3νt² of the next unit carried."""


def one_node(
    parameters: Iterable[Mapping[str, Any]],
    *,
    es: float = 0.1,
    ed: float = 0.1,
    mines: int = 1,
    stock: float = 0.0,
) -> World:
    """Return one good at one place: 120 t a year made and used at 1,000 USD/t.

    Losing the share x of all mines moves the price to (1 − x)^(−1/(es + ed)) of what it was.

    Args:
        parameters: Rows of the table of parameters: parameter, value, unit, description.
        es: Price elasticity of supply.
        ed: Price elasticity of demand, absolute.
        mines: Number of mines, of equal size.
        stock: Commercial stock, t.

    Returns:
        The world.
    """
    return World.from_rows(
        regions=[{"region": "A", "name": "A", "members": "AAA"}],
        commodities=[
            {
                "commodity": "metal",
                "name": "Metal",
                "mineral": "x",
                "stage": "refined",
                "unit": "t Cu",
                "price_hub": "A",
            }
        ],
        processes=[
            {
                "process": "mining",
                "name": "mining",
                "kind": "extraction",
                "output": "metal",
                "es_low": es,
                "es_high": es,
            }
        ],
        flows=[{"process": "mining", "commodity": "metal", "role": "output", "coefficient": 1}],
        plants=[
            {
                "plant": f"mine{i}",
                "name": f"Mine {i}",
                "process": "mining",
                "region": "A",
                "capacity": 1000 / mines,
                "output": 120 / mines,
                "cost": 700,
                "status": "operating",
            }
            for i in range(mines)
        ],
        demands=[
            {
                "demand": "d",
                "commodity": "metal",
                "region": "A",
                "use": "other",
                "quantity": 120,
                "ed_low": ed,
                "ed_high": ed,
            }
        ],
        stores=[
            {
                "store": "s",
                "commodity": "metal",
                "region": "A",
                "kind": "commercial",
                "opening": stock,
                "holding_cost": 1,
            }
        ]
        if stock
        else [],
        prices=[{"commodity": "metal", "region": "A", "period": "2025", "value": 1000, "basis": "spot"}],
        parameters=[dict(p) for p in parameters],
    )


def harker(*, monopoly: bool) -> list[Curve]:
    """Return the curves of Harker's spatial competition: three regions that produce and consume, six nodes.

    Args:
        monopoly: One firm owns all: it sells until marginal revenue ρ − 2ηq, not price, meets cost.

    Returns:
        Supply, demand and transport for `oreflow.market.spatial.equilibrium` with six nodes.
    """
    out = []
    for name, (alpha, beta, rho, eta) in HARKER_REGIONS.items():
        node = HARKER_NODES.index(name)
        out.append(_linear(alpha, 2.0 * beta, gives=node, takes=None, most=60.0))
        out.append(_linear(rho, -2.0 * eta if monopoly else -eta, gives=None, takes=node, most=100.0))
    for (start, end), (kappa, nu) in HARKER_ARCS.items():
        out.append(_congested(kappa, nu, HARKER_NODES.index(start), HARKER_NODES.index(end)))
    return out


def _linear(level: float, slope: float, *, gives: int | None, takes: int | None, most: float) -> Curve:
    def marginal(q: Floats) -> Floats:
        return level + slope * q

    def total(q: Floats) -> Floats:
        return level * q + slope * q**2 / 2.0

    return Curve(marginal, total, takes, gives, most)


def _congested(kappa: float, nu: float, start: int, end: int) -> Curve:
    def marginal(t: Floats) -> Floats:
        return kappa + 3.0 * nu * t**2

    def total(t: Floats) -> Floats:
        return kappa * t + nu * t**3

    return Curve(marginal, total, start, end, 20.0)
