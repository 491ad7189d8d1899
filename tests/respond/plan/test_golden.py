"""Plans that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.respond.plan import LossCase, PlanSpec, plan
from oreflow.respond.plan.measures import annuity
from tests.respond.plan.worlds import island, measure

RATE = 0.08
YEAR = annuity(0.0, 1.0, RATE)
"""Worth of a dollar a year for a year."""


def spec(**given):
    """Half of all mining is lost for a year, for sure, and looked at in one period."""
    options = {
        "name": "island", "region": "A", "minerals": ("x",), "years": 1.0, "spans": (12,), "tail": 1.0, "weights": (),
        "cases": (LossCase(targets="plants", names=("mine0",), chance=1.0, months=12, draws=1, onset=(0.0, 0.0)),),
        **given,
    }  # fmt: skip
    return PlanSpec(**options)


@pytest.mark.parametrize("dear", [0.2, 0.6, 1.5])
def test_a_stock_is_held_until_the_next_tonne_is_not_worth_it(dear):
    """A tonne costs `dear` × 1,000 USD to hold and saves the price in the shock less the base price, at which it is
    bought again: it is worth it while (price ratio − 1) > dear. With half of the supply curve 120·k^0.1 left, users
    of 120·k^−0.1 lack 120·k^−0.1 − 60·k^0.1 at that ratio k."""
    world = island(measure("stock", running=1000.0 * dear / YEAR, most=200.0))
    found = plan(world, spec())
    k = 1.0 + dear
    assert found.chosen.sizes["stock"] == pytest.approx(120 * k**-0.1 - 60 * k**0.1, abs=0.3)
    assert found.chosen.cost == pytest.approx(1000 * dear * found.chosen.sizes["stock"], rel=1e-6)


def test_weight_of_risk_scales_what_a_tonne_is_worth():
    """With twice the weight a tonne of twice the cost is held."""
    one = plan(island(measure("stock", running=300.0 / YEAR, most=200.0)), spec())
    two = plan(island(measure("stock", running=600.0 / YEAR, most=200.0)), spec(weight=2.0))
    assert one.chosen.sizes["stock"] == pytest.approx(two.chosen.sizes["stock"], abs=1e-3)


def test_loss_and_shortage_are_those_of_the_curves():
    """Price (1/2)^(−1/0.2) = 32 times the base without a plan, beyond the 20 at which a use is lost: so 20."""
    found = plan(island(measure("stock", running=1e6)), spec())
    assert found.chosen.sizes == {}
    k = 20.0
    served = 60 * k**0.1  # all that half the mines give at that price
    assert found.nothing.shortages[0].mean == pytest.approx(120 - served, rel=2e-3)
    # Worth of what is lost, and what the rest costs more: the areas under both curves.
    sure = 120 * k**-0.1
    kept = np.linspace(1.0, k, 200_001)
    lost_worth = 1000 * (np.trapezoid(0.1 * 120 * kept**-1.1 * kept, kept) + k * (sure - served))
    dearer = 1000 * np.trapezoid(0.1 * 60 * kept**-0.9 * kept, kept)
    # The lost half's cost is saved. What is made below the lowest price ratio that curves resolve stands at that.
    lower = np.linspace(0.3, 1.0, 200_001)
    base_cost = 1000 * (0.3 * 60 * 0.3**0.1 + np.trapezoid(0.1 * 60 * lower**-0.9 * lower, lower))
    assert found.nothing.risk == pytest.approx(lost_worth + dearer - base_cost, rel=6e-3)


def test_what_buys_nothing_says_so():
    world = island(
        measure("stock", running=100.0, most=50.0),
        measure("late", lead=24.0),
        measure("dear", table="plants", row="mining@A", kind="build", use_cost=25_000.0, life=10.0),
        measure("costly", running=1e6),
        measure("after", lead=11.99999, most=1e-9),
    )
    found = {j.measure.measure: j.verdict for j in plan(world, spec()).judged}
    assert found["stock"] == "in the plan"
    assert found["late"].startswith("too late")
    assert found["dear"] == "buys nothing"
    assert found["after"] == "buys nothing"
    assert found["costly"].startswith("costs more than it saves")


def test_lead_time_counts_from_the_decision():
    """What takes 18 months is there for a shock after 24 and not for one after 6."""
    row = measure("stock", running=1.0, lead=18.0, most=30.0)
    for onset, saved in ((24.0, True), (6.0, False)):
        case = LossCase(
            targets="plants", names=("mine0",), chance=1.0, months=12, draws=1, onset=(onset, onset)
        )
        found = plan(island(row), spec(years=4.0, cases=(case,)))
        judged = found.judged[0]
        assert (judged.alone > 1.0) == saved
        assert (judged.verdict == "too late: it works in none of the cases") == (not saved)


def test_losses_later_count_less():
    def risk(onset):
        case = LossCase(
            targets="plants", names=("mine0",), chance=1.0, months=12, draws=1, onset=(onset, onset)
        )
        return plan(island(measure("stock", running=1e6)), spec(years=4.0, cases=(case,))).nothing.risk

    assert risk(24.0) == pytest.approx(risk(0.0) / (1 + RATE) ** 2, rel=1e-9)


def test_regret_is_nothing_for_the_only_case_and_never_below():
    world = island(measure("stock", running=300.0 / YEAR, most=200.0), measure("mine", table="plants", row="mining@A",
                   kind="build", use_cost=900.0, life=10.0, capital=9_000.0, earns=True, most=40.0))  # fmt: skip
    alone = plan(world, spec())
    assert alone.regrets[1].regret == pytest.approx(0.0, abs=1.0)
    case = LossCase(targets="plants", names=("mine0",), chance=0.3, months=12, draws=2, onset=(0.0, 12.0))
    found = plan(world, spec(years=3.0, cases=(case,), tail=0.5))
    assert all(r.regret >= 0 and r.total >= r.best - 1.0 for r in found.regrets)
    # Where nothing happens the plan is money spent.
    assert found.regrets[0].regret == pytest.approx(found.chosen.cost, abs=1.0)


def test_a_plan_that_pays_for_itself_saves_nothing_in_normal_times():
    """A mine that earns its keep counts as costless, and its earnings are no relief from a shock."""
    world = island(
        measure(
            "mine",
            table="plants",
            row="mining@A",
            kind="build",
            use_cost=100.0,
            life=10.0,
            capital=10.0,
            earns=True,
            most=10.0,
        )
    )
    case = LossCase(targets="plants", names=("mine0",), chance=0.5, months=12, draws=1, onset=(0.0, 0.0))
    found = plan(world, spec(cases=(case,)))
    assert found.chosen.cost == 0.0
    assert found.chosen.sizes == {"mine": pytest.approx(10.0)}
    normal = found.losses[0]
    assert normal[0] == pytest.approx(0.0, abs=1e-3)
    # Ten tonnes more at no cost push the price down: they are worth less than the base price says, by the area between.
    k = np.linspace(0.5, 1.0, 100_001)
    more = 120 * k**-0.1 - 120 * k**0.1
    inside = more <= 10.0
    given = -np.trapezoid(1000 * (1.0 - k[inside]), more[inside])
    assert normal[1] == pytest.approx(given, rel=0.05)
