"""What floors do to the bundled market, and the whole assessment."""

from pathlib import Path

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import DataError, UsageError
from oreflow.respond.floor import Terms, assess, built, financed, kept, read_terms
from oreflow.respond.floor.assess import Floors
from oreflow.respond.prices.link import futures

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def made() -> Floors:
    world = bundled()
    return assess(world, [read_terms(ROOT / "examples/floor/mp-materials.yaml", world)], draws=150, seed=2)


def test_the_worked_case_holds_together(made: Floors) -> None:
    mp = made.floors[0]
    assert mp.by_hand == 41_000_000.0
    assert mp.financing is not None
    assert mp.financing.prob_with > mp.financing.prob_without + 0.3
    costs = [s.payout for s in mp.strikes]
    chances = [s.prob for s in mp.strikes]
    assert costs == sorted(costs)
    assert chances == sorted(chances)
    assert mp.payout.quantile(0.05) < mp.payout.mean < mp.payout.quantile(0.95) <= mp.payout.tail * 1.0001
    assert mp.worst_price < float(mp.payout.reference.mean())


def test_what_it_finances_moves_where_the_metal_comes_from(made: Floors) -> None:
    b = made.floors[0].built
    assert b is not None
    assert b.region == "USA"
    assert b.share_with > b.share_without
    assert 0 <= b.world_change < b.added
    assert b.last <= 1e-6
    assert made.floors[0].lower is not None
    assert made.floors[0].lower >= made.floors[0].payout.mean


def test_a_floor_keeps_plants_and_lowers_the_price_for_others(made: Floors) -> None:
    k = made.floors[0].kept
    assert k is not None
    assert k.output_without < k.output_with <= k.output_base * 1.001
    assert k.others < 0
    assert k.price_with[-1] <= k.price_without[-1] * 1.0001
    assert k.payment == pytest.approx((110_000 - k.price_with[-1]) * k.output_with, rel=1e-9)


@pytest.mark.slow
def test_the_lithium_example_restarts_a_mine() -> None:
    world = bundled()
    made = assess(world, [read_terms(ROOT / "examples/floor/bald-hill.yaml", world)], draws=300).floors[0]
    assert made.financing is not None
    assert made.financing.prob_with > made.financing.prob_without
    assert made.built is not None
    assert made.built.last < 0
    assert made.kept is not None
    assert made.kept.price_with[-1] < made.kept.price_without[-1]
    assert "wodgina" in made.kept.plants


def test_several_floors_are_one_budget() -> None:
    world = bundled()
    cases = [read_terms(ROOT / f"examples/floor/{n}.yaml", world) for n in ("mp-materials", "bald-hill")]
    made = assess(world, cases, draws=200, seed=2, market=False)
    t = made.together
    assert t is not None
    assert t.mean == pytest.approx(sum(a.payout.mean for a in made.floors))
    assert t.p95 < t.sum_of_p95
    assert t.correlation[0][0] == pytest.approx(1.0)
    assert t.correlation[0][1] > 0
    (low, apart), (high, alike) = t.ends
    assert (low, high) == (0.0, 0.6)
    assert apart < alike < t.sum_of_p95 * 1.02


def test_the_same_floor_twice_costs_twice_in_every_future() -> None:
    world = bundled()
    terms = Terms(strike=110_000.0, node="ndpr_oxide@CHN", years=2, quantity=100.0)
    two = assess(world, [(terms, None), (terms, None)], draws=100, market=False)
    assert two.together is not None
    assert two.together.p95 == pytest.approx(two.together.sum_of_p95)
    assert two.together.correlation[0][1] == pytest.approx(1.0)


def test_other_prices_cost_otherwise(made: Floors) -> None:
    moves = {(m.what, m.value): m.payout for m in made.floors[0].moves}
    assert moves["level", 54_500.0] > moves["level", 79_800.0]
    assert len(moves) == 6


def test_nothing_financed_is_nothing_built() -> None:
    world = bundled()
    terms, project = read_terms(ROOT / "examples/floor/mp-materials.yaml", world)
    assert project is not None
    low = Terms(strike=1.0, node=terms.node, years=1, start=terms.start, unit=terms.unit)
    paths = futures(world, terms.node, start=terms.start, months=project.months, draws=20)
    assert built(world, financed(project, low, paths)) is None


def test_what_cannot_be_asked() -> None:
    world = bundled()
    terms = Terms(strike=110_000.0, node="ndpr_oxide@CHN", years=1, quantity=1.0)
    with pytest.raises(UsageError, match="between 0 and 1, not 1"):
        kept(world, terms, "USA", fall=1.0)
    with pytest.raises(DataError, match="none in BRA makes ndpr_oxide"):
        kept(world, terms, "BRA")
    with pytest.raises(UsageError, match="no floor is given"):
        assess(world, [])
    with pytest.raises(UsageError, match="at least 2 draws"):
        assess(world, [(terms, None)], draws=1)
    with pytest.raises(UsageError, match="discount rate"):
        assess(world, [(terms, None)], rate=4.0)


def test_the_same_seed_gives_the_same_answer() -> None:
    world = bundled()
    terms = Terms(strike=110_000.0, node="ndpr_oxide@CHN", years=1, quantity=1.0)
    a, b = (
        assess(world, [(terms, None)], draws=50, market=False, seed=3).floors[0].payout.present
        for _ in (0, 1)
    )
    assert np.array_equal(a, b)
