"""The tables of the outlook: what the build makes of the public files, and what the checks refuse."""

import math

import numpy as np
import pytest

from oreflow.atlas import World, bundled
from oreflow.atlas.build.levers import left_without_credit
from oreflow.atlas.build.sales import AHEAD, LAST, _parts
from oreflow.atlas.check import check
from oreflow.outlook.levers import DRIVERS


@pytest.fixture(scope="module")
def world():
    return bundled()


def test_the_bundled_tables_have_no_fault(world):
    assert [
        f
        for f in check(world, families=["outlook", "ranges", "references", "units"])
        if f.severity == "error"
    ] == []


# World Battery demand of the Global EV Outlook 2025 data explorer, GWh (its own rounding).
@pytest.mark.parametrize(
    ("year", "theirs"), [(2015, 29.75), (2020, 172.2), (2023, 773.0), (2024, 953.0), (2030, 3229.0)]
)
def test_batteries_sold_add_up_to_the_agencys_world_and_no_year_counts_twice(world, year, theirs):
    t = world.sales
    assert float(t.loc[t["year"] == year, "energy"].sum()) == pytest.approx(theirs, rel=0.03)


def test_the_areas_batteries_are_shared_by_vehicles(world):
    t = world.sales[(world.sales["product"] == "ev_car") & (world.sales["year"] == LAST)].set_index("region")
    assert t.loc["USA", "units"] == pytest.approx(1.2e6 + 0.32e6)
    europe = ["DEU", "EUR", "FIN", "GBR", "HUN", "NOR", "POL"]
    per = (t.loc[europe, "energy"] / t.loc[europe, "units"]).to_numpy()
    assert per == pytest.approx(np.full(len(europe), per[0]), rel=1e-4)
    later = world.sales[(world.sales["product"] == "ev_car") & (world.sales["year"] == AHEAD)].set_index(
        "region"
    )
    assert later.loc["DEU", "energy"] / later.loc["GBR", "energy"] == pytest.approx(
        t.loc["DEU", "energy"] / t.loc["GBR", "energy"], rel=1e-4
    )


def test_parts_of_an_area_add_up_and_its_rest_is_kept():
    country = {("ev_car", "DEU", 2024): 60.0, ("ev_car", "GBR", 2024): 20.0, ("ev_car", "JPN", 2024): 9.0}
    parts = _parts(country, "ev_car", "Europe", 2024, {("ev_car", "Europe", 2024): 100.0})
    assert parts == {"DEU": 0.6, "GBR": 0.2, "EUR": pytest.approx(0.2)}
    assert _parts(country, "ev_car", "USA", 2024, {}) == {"USA": 1.0}


def test_a_kwh_of_lfp_holds_the_lithium_of_the_design(world):
    t = world.intensities.set_index(["chemistry", "commodity"])["quantity"]
    assert t["LFP", "lithium_carbonate"] == pytest.approx(487, abs=1)
    assert ("SIB", "lithium_carbonate") not in t.index


def test_projects_are_no_plants_of_today_and_first_phases_stay_in_their_range(world):
    t = world.projects
    names = set(world.plants["name"])
    new = t[(t["plant"] == "") & t["project"].str.startswith("lithium_")]
    assert not set(new["name"]) & names
    phased = new[new["quality"] == "imputed"]
    assert phased["capacity"].max() <= 30_000
    thacker = t[t["name"] == "Thacker Pass"].iloc[0]
    # 14.28 kt of lithium a year in the deposit file for 2030
    assert thacker["capacity"] == pytest.approx(14.28 * 5323, rel=2e-3)
    assert set(world.levers["driver"]) <= set(DRIVERS)


def test_what_is_left_without_the_credit():
    assert left_without_credit(7500, 57245, 0.0) == 1.0
    assert left_without_credit(7500, 57245, 1.8) == pytest.approx((57245 / 49745) ** -1.8)
    world = bundled()
    row = world.levers[world.levers["lever"] == "ev_credit_ended"].iloc[0]
    assert row["value"] == pytest.approx(math.exp(-1.8 * math.log(57245 / 49745)), rel=1e-4)


def _found(world: World, **rows):
    return {f.check: f for f in check(world.with_(**rows), families=["outlook"])}


def test_the_checks_see_what_does_not_fit(world):
    projects = world.projects
    projects.loc[0, ["capacity", "capacity_high"]] = [10.0, 5.0]
    projects.loc[1, "start"] = 2019
    projects.loc[2, "growth_years"] = 0.0
    found = _found(world, projects=projects)
    assert set(found) == {"outlook.range", "outlook.start", "outlook.growth"}
    assert "before the base year" in found["outlook.start"].message
    levers = world.levers
    levers.loc[0, "region"] = "Atlantis"
    assert set(_found(world, levers=levers)) == {"outlook.place"}
    shares = world.chemistry_shares
    shares.loc[0, "share"] = 0.9
    shares.loc[1, "chemistry"] = "LiAir"
    assert {"outlook.shares", "outlook.intensity"} <= set(_found(world, chemistry_shares=shares))
    sales = world.sales
    sales.loc[sales["scenario"] == "history", "scenario"] = "STEPS"
    assert set(_found(world, sales=sales)) == {"outlook.years"}
    intensities = world.intensities
    intensities.loc[0, "family"] = "sodium_cell"
    assert set(_found(world, intensities=intensities)) == {"outlook.family"}
