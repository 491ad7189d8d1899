"""The outlook on the bundled world: levels against the IEA's, and what must hold in every place."""

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.outlook import minerals, outlook
from oreflow.outlook.activity import activity
from oreflow.outlook.drivers import drivers
from oreflow.outlook.levers import names
from oreflow.outlook.minerals import mineral
from oreflow.outlook.place import place
from oreflow.outlook.supply import SupplyModel


@pytest.fixture(scope="module")
def world():
    return bundled()


@pytest.fixture(scope="module")
def us(world):
    return outlook(
        world, region="USA", policies=["all"], draws_=40,
        minerals_=["lithium", "copper", "cobalt", "zinc", "molybdenum"],
    )  # fmt: skip


def test_world_demand_is_near_the_agencys_scenario_in_2030_and_2035(world):
    made = outlook(
        world, region="world", draws_=2, minerals_=["lithium", "copper", "nickel", "cobalt", "rare_earths"]
    )
    near = {c.what: c for c in made.comparisons if "demand, STEPS" in c.what}
    assert len(near) == 15
    for c in near.values():
        if "2040" not in c.what:
            assert c.ours == pytest.approx(c.published, rel=0.2), c.what
    short = {c.what.split()[1].strip(","): c for c in made.comparisons if "short of" in c.what}
    assert short["copper"].ours == pytest.approx(30, abs=10)
    assert short["lithium"].ours == pytest.approx(40, abs=10)


def test_the_base_year_meets_the_market_of_today(us):
    # USGS for 2025: refined zinc 73 % net import reliance; two copper smelters of three run.
    assert us.mineral("zinc").stage("refined").at(2025).net_import_reliance == pytest.approx(73, abs=1.5)
    first = us.mineral("copper").headroom[0]
    assert (first.running, first.idle) == (430_000, 190_000)
    assert first.headroom < 0
    assert "2 of 3 run" in next(c.arithmetic for c in us.contradictions if "smelters" in c.statement)


def test_the_reports_arithmetic_is_shown_with_both_ratios(us):
    text = " ".join(f"{c.statement}: {c.arithmetic}" for c in us.contradictions)
    for piece in (
        "62.2 % of domestic supply",
        "38.4 % of demand",
        "282.1 %",
        "73.8 %",
        "180,000 t",
        "1,800,000 t",
    ):
        assert piece in text, piece
    assert len({c.what for c in us.comparisons}) == len(us.comparisons)
    beside = {c.what: c for c in us.comparisons}
    assert (beside["US copper smelters that run"].published, beside["US copper smelters that run"].ours) == (
        3,
        2,
    )
    metal = beside["US lithium demand, 2035, the report read as lithium metal"]
    assert metal.published == pytest.approx(107_000 * 5.323)


def test_every_figure_is_whole(us):
    for m in us.minerals:
        for s in m.stages:
            total = np.sum([p.values for p in s.supply], axis=0) if s.supply else np.zeros(len(us.years))
            gap = np.array(s.demand) - total
            assert gap == pytest.approx(np.array(s.band.central), rel=1e-9, abs=1e-6 * max(s.demand))
            assert all(a <= b + 1e-9 for a, b in zip(s.band.q05, s.band.q95, strict=True))
            for k in s.milestones:
                assert k.gap == pytest.approx(k.demand - k.supply - k.allied)
                assert 0 <= k.largest_share <= 1
                assert (k.net_import_reliance is None) == (s.stage == "mined")
        parts = np.sum([p.values for p in m.demand], axis=0)
        assert parts[us.demand_years.index(2025) :] == pytest.approx(np.array(m.stage("refined").demand))
        assert us.demand_years[0] == 2015


def test_net_import_reliance_is_not_capped_where_the_country_exports(us):
    assert us.mineral("molybdenum").stage("refined").at(2025).net_import_reliance < 0


def test_what_is_sold_in_the_parts_adds_up_to_the_world(world):
    def sold(name):
        return activity(world, place(world, name), "STEPS", other_growth=0.03).energy

    parts = sum(sold(str(r)) for r in world.regions["region"])
    assert parts == pytest.approx(sold("world"), rel=1e-9, abs=1e-9)


def test_regions_of_a_bloc_add_up_to_it_in_metal(world):
    made = outlook(world, region="allied", minerals_=["nickel"], draws_=2)
    m = made.minerals[0]
    mined, refined = (m.stage(s).at(2035) for s in ("mined", "refined"))
    assert sum(r.demand for r in m.regions) == pytest.approx(refined.demand, rel=1e-9)
    assert sum(r.mined for r in m.regions) == pytest.approx(mined.supply - mined.scrap, rel=1e-9)
    assert sum(r.refined for r in m.regions) == pytest.approx(refined.supply - refined.scrap, rel=1e-9)


@pytest.mark.parametrize("name", sorted(minerals()))
def test_supply_of_every_mineral_starts_from_the_plants_of_the_base_year(world, name):
    spec = mineral(name)
    supply = SupplyModel(world, spec, central=drivers(world, growth=spec.growth, drive=spec.drive))
    plants = world.plants
    for stage in ("mined", "refined"):
        by_hand = sum(
            q * supply.factors[stage].get(p, 0.0)
            for p, q in zip(plants["process"], plants["output"], strict=True)
        )
        assert supply.base[stage].sum() == pytest.approx(by_hand)
        assert by_hand > 0
        assert (supply.fall[stage] <= 1 + 1e-12).all()


def test_scenarios_are_ordered_by_their_vehicles(world):
    total = {
        s: outlook(world, minerals_=["lithium"], region="world", scenario=s, draws_=2)
        .minerals[0]
        .stages[1]
        .demand[-1]
        for s in ("STEPS", "APS", "NZE")
    }
    assert total["STEPS"] < total["APS"] < total["NZE"]


def test_policies_shrink_the_gap_they_are_for(us, world):
    for policy, mineral_, stage, year in (
        ("ev_credit_ended", "lithium", "refined", 2035),
        ("permit_time_halved", "copper", "mined", 2035),
        ("friend_shoring", "lithium", "mined", 2035),
        ("price_floor", "lithium", "mined", 2040),
        ("copper_tariff", "copper", "refined", 2035),
        ("smelter_restart", "copper", "refined", 2035),
        ("recycling_targets", "cobalt", "refined", 2035),
        ("sodium_push", "lithium", "refined", 2035),
    ):
        effects = us.mineral(mineral_).effects
        e = next(e for e in effects if (e.policy, e.stage, e.year) == (policy, stage, year))
        assert e.holds
        assert e.low <= e.change <= e.high
        assert e.change < 0, policy
    ended = [
        e for e in us.mineral("lithium").effects if e.policy == "production_credit_ended" and e.year == 2040
    ]
    assert all(e.change > 0 for e in ended)
    assert {e.policy for e in us.mineral("lithium").effects} == {*names(world), "together"}
    assert not any(e.holds for e in us.mineral("lithium").effects if e.policy == "copper_tariff")


def test_allies_share_only_with_allies(world):
    china = outlook(world, region="CHN", minerals_=["lithium"], policies=["friend_shoring"], draws_=2)
    assert all(e.change == 0 for e in china.minerals[0].effects)
    # A US policy moves nothing in a bloc that is more than the United States.
    bloc = outlook(world, region="allied", minerals_=["lithium"], policies=["ev_credit_ended"], draws_=2)
    assert not any(e.holds for e in bloc.minerals[0].effects)


def test_a_seed_gives_the_same_outlook_and_another_seed_another_band(world):
    a, b, c = (outlook(world, minerals_=["cobalt"], draws_=30, seed=s) for s in (1, 1, 2))
    assert a == b
    assert a.minerals[0].stages[0].band.central == c.minerals[0].stages[0].band.central
    assert a.minerals[0].stages[0].band.q05 != c.minerals[0].stages[0].band.q05


def test_the_tornado_is_sorted_and_explains_the_band(us):
    for s in us.mineral("lithium").stages:
        reach = [abs(b.at_high - b.at_low) for b in s.bars]
        assert reach == sorted(reach, reverse=True)
        mark = s.at(us.at)
        assert sum(r**2 for r in reach) ** 0.5 > 0.5 * (mark.high - mark.low)
    assert not any(
        b.driver == "project_odds" and b.at_high > b.at_low for b in us.mineral("copper").stages[1].bars
    )


def test_eu27_says_what_it_holds(world):
    made = outlook(world, region="EU27", minerals_=["gallium"], draws_=2)
    assert "Switzerland" in made.note
    assert made.place == "EU27"
    assert made.contradictions == ()
