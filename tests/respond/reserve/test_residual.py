"""The residual supply curve against the full model, cleared at every amount by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base, calibrate
from oreflow.market.change import Change
from oreflow.respond.reserve.residual import Curve, Residual, blocs, exports

WORLD = bundled()
BLOCS = {str(r): str(b or "") for r, b in zip(WORLD.regions["region"], WORLD.regions["blocs"], strict=True)}
ELIGIBLE = blocs(BLOCS, ("not-feoc",))


@pytest.fixture(scope="module")
def gallium() -> Base:
    return calibrate(WORLD, scope=("gallium",))


@pytest.fixture(scope="module")
def copper() -> Base:
    return calibrate(WORLD, scope=("copper",))


def ban(base: Base, mineral: str, limit: float = 0.0) -> tuple[Change, ...]:
    commodities = [c for c in dict.fromkeys(base.net.node_commodity) if c.startswith(mineral)]
    kept = [exports(base, c, "CHN", limit, destination="USA") for c in commodities]
    return tuple(c for c in kept if c.rows)


def test_without_reserve_and_noise_the_stage_clears_at_the_base(copper: Base) -> None:
    residual = Residual(copper, "copper_refined", "USA", eligible=ELIGIBLE)
    curve = residual.curve()
    node = copper.net.nodes.index("copper_refined@USA")
    price, lost = curve.clear()
    assert float(price) == pytest.approx(copper.price[node], rel=1e-9)
    assert float(lost) == 0.0
    served = curve.supply[:, curve.price <= float(price)].sum() - curve.outflow
    assert served >= copper.balanced.demand_q[copper.net.demand_node == node].sum() * (1 - 0.01)


def test_an_embargo_stage_has_the_price_of_the_full_model(gallium: Base) -> None:
    residual = Residual(gallium, "gallium_refined", "USA", eligible=ELIGIBLE)
    calm, _ = residual.clear()
    for limit in (0.0, 0.5):
        changes = ban(gallium, "gallium", limit)
        price, _ = residual.clear(changes)
        assert price > calm
        assert float(residual.curve(changes).clear()[0]) == pytest.approx(price, rel=1e-6)


def test_the_curve_follows_the_full_model_at_every_amount(copper: Base) -> None:
    residual = Residual(copper, "copper_refined", "USA", eligible=ELIGIBLE)
    curve = residual.curve()
    use = curve.base_use
    for share in (-0.3, -0.15, -0.05, 0.05, 0.15, 0.3):
        full, _ = residual.clear(taken=share * use)
        # Steps near the base are half a per cent wide, further away a few.
        assert float(curve.clear(share * use)[0]) == pytest.approx(full, rel=0.03)


def test_sources_rise_with_the_price_and_add_up(copper: Base) -> None:
    curve = Residual(copper, "copper_refined", "USA", eligible=ELIGIBLE).curve()
    assert (curve.supply >= 0).all() and (curve.demand >= -1e-9).all()
    assert np.all(np.diff(curve.price) > 0)
    assert curve.split < 0.02
    # The United States imports about half of the copper that it uses, and next to nothing of it from China or Russia.
    below = curve.price <= curve.base_price
    imported = curve.supply[:2, below].sum()
    assert 0.3 < imported / curve.base_use < 0.8
    assert curve.supply[1, below].sum() < 0.02 * imported


def test_merit_order_by_hand() -> None:
    curve = Curve(
        "x", "USA", np.array([10.0, 20.0, 40.0]), np.array([[5.0, 5.0, 0.0], [0.0, 2.0, 0.0], [3.0, 0.0, 1.0],
        [0.0] * 3]),
        1.0, np.array([1.0, 2.0, 3.0]), 4.0, 400.0, 20.0, 7.0, 0.0,
    )  # fmt: skip
    # Demand 10 and outflow 1: 8 at ten, one given up at ten, then at twenty 7 of supply and 2 of demand.
    assert curve.clear()[0] == 20.0
    assert curve.clear(-3.0)[0] == 10.0
    assert curve.clear(7.5)[0] == 40.0
    price, lost = curve.clear(12.0)
    assert (price, lost) == (400.0, pytest.approx(1.0))
    # At three times the price of supply, 3 of demand give way at ten and twenty before 8 are had at thirty.
    assert curve.clear(level=3.0)[0] == 30.0
    assert curve.clear(supply=0.0)[0] == 400.0


def test_names_that_are_not_there(gallium: Base) -> None:
    with pytest.raises(UnknownNameError, match="gallium_refined@USA"):
        Residual(gallium, "gallium_refind", "USA", eligible=ELIGIBLE)
    with pytest.raises(UsageError, match="no final demand"):
        Residual(gallium, "gallium_primary", "USA", eligible=ELIGIBLE)
    with pytest.raises(UnknownNameError, match="allied"):
        blocs(BLOCS, ("alied",))
    assert "USA" in blocs(BLOCS, ("allied",)) and "CHN" not in ELIGIBLE
