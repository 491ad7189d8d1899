"""The lithium and battery chain: functions that fill, facts that fit together, and a base that balances."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.atlas.build.common import LCE_PER_LI, LCE_PER_LI2O, facts
from oreflow.atlas.build.derive import distance_prior, great_circle, grow, proportional_fit, scale_to_total
from oreflow.atlas.build.lithium_mines import claimed_range, halted_share, recovery
from oreflow.errors import DataError

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
CHAIN = ["lithium_concentrate", "lithium_carbonate", "lithium_hydroxide"]
PARTS = ["lfp_cathode", "nmc_cathode", "sodium_cathode", "anode", "lfp_cell", "nmc_cell", "sodium_cell"]

amounts = st.lists(st.floats(0.1, 1e6), min_size=2, max_size=6)


@given(amounts, amounts)
def test_proportional_fit_meets_both_margins(supply, use):
    s, u = np.array(supply), np.array(use)
    flows = proportional_fit(np.ones((len(s), len(u))), s, u)
    assert flows.min() >= 0
    np.testing.assert_allclose(flows.sum(axis=1), s, rtol=1e-6)
    np.testing.assert_allclose(flows.sum(axis=0), u * s.sum() / u.sum(), rtol=1e-6)


@given(amounts, amounts)
def test_proportional_fit_without_a_prior_is_the_product_of_margins(supply, use):
    s, u = np.array(supply), np.array(use)
    flows = proportional_fit(np.ones((len(s), len(u))), s, u)
    np.testing.assert_allclose(flows, np.outer(s, u) / u.sum(), rtol=1e-6)


def test_proportional_fit_keeps_the_odds_of_the_prior():
    prior = np.array([[4.0, 1.0], [2.0, 3.0]])
    flows = proportional_fit(prior, np.array([10.0, 30.0]), np.array([25.0, 15.0]))
    odds = flows[0, 0] * flows[1, 1] / (flows[0, 1] * flows[1, 0])
    assert odds == pytest.approx(4.0 * 3.0 / (1.0 * 2.0))


def test_proportional_fit_says_when_a_prior_forbids_the_margins():
    with pytest.raises(DataError, match="Allow more pairs"):
        proportional_fit(np.eye(2), np.array([1.0, 3.0]), np.array([3.0, 1.0]), rounds=50)


def test_proportional_fit_refuses_negative_and_missing_use():
    with pytest.raises(DataError, match="negative"):
        proportional_fit(np.ones((1, 1)), np.array([-1.0]), np.array([1.0]))
    with pytest.raises(DataError, match="no use"):
        proportional_fit(np.ones((1, 1)), np.array([1.0]), np.array([0.0]))


def test_distances_and_their_prior():
    km = great_circle(np.array([0.0, 0.0, 90.0]), np.array([0.0, 90.0, 0.0]))
    np.testing.assert_allclose(km[0], [0.0, np.pi / 2 * 6371, np.pi / 2 * 6371])
    prior = distance_prior(km, home=100.0)
    assert np.diag(prior) == pytest.approx([1.0, 1.0, 1.0])
    assert prior[0, 1] == pytest.approx(100.0 / (np.pi / 2 * 6371))


def test_scale_to_total_and_growth():
    np.testing.assert_allclose(scale_to_total(np.array([1.0, 3.0]), 8.0), [2.0, 6.0])
    assert grow(100.0, 400.0, 2, 1) == pytest.approx(200.0)
    with pytest.raises(DataError, match="nothing to scale"):
        scale_to_total(np.zeros(2), 1.0)
    with pytest.raises(DataError, match="positive"):
        grow(0.0, 1.0, 1, 1)


def test_recovery_is_that_of_eight_tonnes_of_concentrate():
    assert 8 * 0.06 * LCE_PER_LI2O * recovery() == pytest.approx(1.0)


def test_halted_share_counts_the_days_after_the_licence():
    assert halted_share("2025-08-09") == pytest.approx(144 / 365)
    assert halted_share("2025-12-31") == 0


def test_range_of_jianxiawo_covers_the_claims_on_its_normal_rate():
    low, high = claimed_range("jianxiawo", "output")
    rates = {r["claim"]: float(r["value"]) for r in facts("lithium_claims") if "value" in r}
    normal = [rates[f"jianxiawo_output_{k}"] for k in ("bloomberg", "energynews", "ubs", "citi")]
    assert (low, high) == (min(normal), max(normal))


def test_an_attribute_without_a_used_number_is_refused():
    with pytest.raises(DataError, match="no used claim"):
        claimed_range("jianxiawo", "resource")


def test_every_source_of_a_fact_is_described():
    known = {r["source"] for name in ("sources", "lithium_sources") for r in facts(name)}
    tables = ["lithium_plants", "lithium_converters", "lithium_claims", "lithium_end_uses", "chain_shares"]
    tables += [
        "chain_parameters",
        "chemistry_shares",
        "firms",
        "ownership",
        "offtakes",
        "firm_cells",
        "firm_needs",
    ]
    missing = {(t, s) for t in tables for r in facts(t) for s in r["source"].split(";") if s not in known}
    assert not missing


def test_shares_of_owners_do_not_exceed_one():
    held = {}
    for r in facts("ownership"):
        held[r["plant"]] = held.get(r["plant"], 0.0) + float(r["share"]) * float(r.get("through", 1))
    assert max(held.values()) <= 1 + 1e-9


@pytest.fixture(scope="module")
def world():
    return bundled()


@pytest.fixture(scope="module")
def made_and_used(world):
    """Return (commodity, region) to what plants make and what plants and demands use."""
    process = world.processes.set_index("process")["output"]
    made, used = {}, {}
    flows = world.flows
    for plant in world.plants[world.plants["output"] > 0].itertuples():
        made_key = (process[plant.process], plant.region)
        made[made_key] = made.get(made_key, 0.0) + plant.output
        for flow in flows[(flows["process"] == plant.process) & (flows["role"] == "input")].itertuples():
            key = (flow.commodity, plant.region)
            used[key] = used.get(key, 0.0) + plant.output * flow.coefficient
    demand = {}
    for d in world.demands.itertuples():
        used[d.commodity, d.region] = used.get((d.commodity, d.region), 0.0) + d.quantity
        demand[d.commodity, d.region] = used[d.commodity, d.region]
    for m in world.mixes.itertuples():
        used[m.cell, m.region] = used.get((m.cell, m.region), 0.0) + m.share * demand[m.use, m.region]
    return made, used


@pytest.mark.parametrize("commodity", CHAIN + PARTS)
def test_world_makes_what_it_uses(made_and_used, commodity):
    made, used = made_and_used
    total = [sum(q for (c, _), q in side.items() if c == commodity) for side in (made, used)]
    assert total[0] == pytest.approx(total[1], rel=0.02)


@pytest.mark.parametrize("commodity", CHAIN + PARTS)
def test_every_region_balances_with_its_trade(world, made_and_used, commodity):
    made, used = made_and_used
    trade = world.trade[(world.trade["commodity"] == commodity) & (world.trade["year"] == 2025)]
    regions = {r for side in (made, used) for (c, r) in side if c == commodity}
    assert set(trade["origin"]) | set(trade["destination"]) <= regions
    assert (trade["origin"] != trade["destination"]).all()
    for r in regions:
        comes = made.get((commodity, r), 0.0) + trade.loc[trade["destination"] == r, "quantity"].sum()
        goes = used.get((commodity, r), 0.0) + trade.loc[trade["origin"] == r, "quantity"].sum()
        assert comes == pytest.approx(goes, rel=0.03), r


def test_chemistry_shares_fill_every_use(world):
    sums = world.mixes.groupby(["use", "region"])["share"].sum()
    np.testing.assert_allclose(sums, 1.0, atol=1e-6)
    uses = world.demands[world.demands["commodity"].str.endswith("_battery")]
    assert set(zip(uses["commodity"], uses["region"], strict=True)) == set(sums.index)
    assert (world.mixes["ceiling"] >= world.mixes["share"] - 1e-9).all()


def test_jianxiawo(world):
    plant = world.plants.set_index("plant").loc["jianxiawo"]
    assert plant["process"] == "lepidolite_mining"
    assert plant["output"] == pytest.approx(59000)
    assert plant["capacity"] == pytest.approx(72000)
    assert plant["permit_expiry"] == "2025-08-09"
    assert "枧下窝" in plant["aliases"].split(";")
    owners = world.ownership[world.ownership["plant"] == "jianxiawo"]
    assert owners["firm"].tolist() == ["catl"]
    claims = world.claims[(world.claims["subject"] == "jianxiawo") & (world.claims["attribute"] == "output")]
    assert {"Bloomberg, on Australian government data", "UBS"} <= set(claims["speaker"])
    assert claims["used"].sum() == 1


def test_an_lfp_kilowatt_hour_holds_487_grams_of_lce(world):
    flow = world.flows.set_index(["process", "commodity"])["coefficient"]
    good = world.parameter("cathode_yield") * world.parameter("cell_yield")
    per_gwh = flow["lfp_cell_making", "lfp_cathode"] * flow["lfp_cathode_making", "lithium_carbonate"]
    assert per_gwh * good == pytest.approx(487, rel=0.002)
    assert (
        "lithium_carbonate"
        not in world.flows[world.flows["process"] == "sodium_cathode_making"]["commodity"].tolist()
    )


def test_sodium_cells_cost_their_premium_over_lfp(world):
    price = world.prices[world.prices["period"] == "2025"].set_index("commodity")["value"]
    gap = (price["sodium_cell"] - price["lfp_cell"]) / 1e6
    assert gap == pytest.approx(world.parameter("pack_sodium_premium"))
    cost = world.mixes[world.mixes["cell"] == "sodium_cell"]["switch_cost"]
    assert (cost == world.parameter("pack_sodium_premium")).all()


def test_concentrate_price_leaves_a_converter_its_cash_cost(world):
    price = world.prices[(world.prices["period"] == "2025") & (world.prices["region"] == "CHN")]
    price = price.set_index("commodity")["value"]
    flow = world.flows.set_index(["process", "commodity"])["coefficient"]
    ore = price["lithium_concentrate"] * flow["lithium_carbonate_conversion", "lithium_concentrate"]
    assert price["lithium_carbonate"] - ore == pytest.approx(
        world.parameter("lithium_conversion_cost"), rel=1e-4
    )


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"public files not found at {SHARED}")
class TestAgainstPublicFiles:
    @pytest.fixture(scope="class")
    def common(self):
        from oreflow.atlas.build.common import common

        return common(SHARED)

    def test_mines_add_up_to_what_usgs_reports(self, common):
        from oreflow.atlas.build.chain import mined_lithium
        from oreflow.atlas.build.lithium_mines import mines

        country = {r["plant"]: r["country"] for r in facts("lithium_plants")}
        output = {}
        for p in mines(common):
            output[country[p["plant"]]] = output.get(country[p["plant"]], 0.0) + float(p["output"])
        reported = mined_lithium(common)
        for iso3 in set(reported) - {"WLD", "CHN"}:
            assert output[iso3] == pytest.approx(reported[iso3], rel=1e-3), iso3
        lost = 59000 * 144 / 365
        assert output["CHN"] - lost == pytest.approx(reported["CHN"], rel=1e-3)
        assert reported["WLD"] == pytest.approx(290000 * LCE_PER_LI)

    def test_every_deposit_that_produces_is_a_plant(self, common):
        from oreflow.atlas.build.common import read

        named = {r["deposit"] for r in facts("lithium_plants") if "deposit" in r}
        rows = read(SHARED / "uc_davis_ev_minerals" / "Deposit.csv")
        producing = {
            r["Deposit_Name"]
            for r in rows
            if float(r["prod_rate2025"] or 0) > 0 or r["Status"] == "Producing"
        }
        assert producing <= named

    def test_vehicle_batteries_follow_the_reported_total(self, common):
        from oreflow.atlas.build.battery import vehicle_batteries

        use = vehicle_batteries(common)
        assert sum(use.values()) == pytest.approx(1495)
        assert 0.5 < use["CHN"] / 1495 < 0.65

    def test_tables_are_the_same_every_time(self, common):
        from oreflow.atlas.build import lithium

        assert lithium.tables(SHARED, common) == lithium.tables(SHARED, common)
