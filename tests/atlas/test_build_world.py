"""The bundled world: a valid data package, figures that agree with the sources, and a build that repeats."""

import math
import pathlib
import warnings
from importlib import resources

import pandas as pd
import pytest

from oreflow.atlas import World, bundled, tables
from oreflow.atlas.build import build, write
from oreflow.atlas.build.runner import csv_bytes

DATA = pathlib.Path(str(resources.files("oreflow.atlas") / "data"))
SHARED = pathlib.Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="module")
def world():
    return bundled()


@pytest.fixture(scope="module")
def fresh():
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: the build from the public files is not compared")
    return build(SHARED)


@pytest.mark.shared
def test_the_bundled_tables_are_what_a_fresh_build_gives(fresh, tmp_path):
    for path in write(fresh, tmp_path / "data"):
        assert path.read_bytes() == (DATA / path.name).read_bytes(), path.name


@pytest.mark.shared
def test_building_twice_gives_the_same_bytes(fresh):
    again = build(SHARED)
    assert {n: csv_bytes(t) for n, t in again.items()} == {n: csv_bytes(t) for n, t in fresh.items()}


def test_the_data_package_is_valid():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # frictionless itself warns on import
        from frictionless import Package

        report = Package.from_descriptor(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])[:10]
    assert len(report.tasks) == len(tables())


def test_every_schema_table_is_bundled():
    assert {p.stem for p in DATA.glob("*.csv")} == set(tables())


# HHI and N-1 share over the countries that MCS 2026 names (its "Other countries" left out).
@pytest.mark.parametrize(
    ("commodity", "stage", "hhi", "n_minus_1"),
    [
        ("lithium_carbonate", "mine", 0.205, 0.68),
        ("copper_refined", "refined", 0.295, 0.48),
        ("cobalt_intermediate", "mine", 0.589, 0.25),
        ("nickel_intermediate", "mine", 0.537, 0.28),
        ("gallium_primary", "mine", 0.980, 0.01),
        ("graphite_natural", "mine", 0.645, 0.20),
        ("rare_earth_concentrate", "mine", 0.509, 0.31),
    ],
)
def test_concentration_of_2025(world, commodity, stage, hhi, n_minus_1):
    t = world.production
    t = t[(t.commodity == commodity) & (t.stage == stage) & (t.year == 2025) & (t.edition == "MCS 2026")]
    q = t[t.country != "OTH"].quantity
    share = q / q.sum()
    assert float((share**2).sum()) == pytest.approx(hhi, abs=6e-4)
    assert 1 - float(share.max()) == pytest.approx(n_minus_1, abs=5.1e-3)


def test_us_copper_reliance_follows_from_its_series(world):
    t = world.salient
    t = t[(t.commodity == "copper_refined") & (t.country == "USA")]

    def series(statistic, word=""):
        rows = t[(t.statistic == statistic) & t.detail.str.contains(word)]
        return rows.set_index("year").value.sort_index()

    use = series("apparent_consumption")
    ours = 100 * (use - series("primary_refined") - series("secondary_old_scrap")) / use
    assert ours.round(1).tolist() == [44.2, 40.9, 41.7, 45.1, 56.8]
    assert series("net_import_reliance").tolist() == [44, 41, 42, 45, 57]


def test_bounds_and_withheld_figures(world):
    t = world.salient
    lithium = t[(t.commodity == "lithium_carbonate") & (t.statistic == "net_import_reliance")].set_index(
        "year"
    )
    assert lithium.bound.unique().tolist() == [">"]
    assert lithium.loc[2025, "value"] == 50
    assert t[(t.commodity == "lithium_carbonate") & (t.statistic == "mine_production")].empty
    exporter = t[(t.commodity == "zinc_concentrate") & (t.statistic == "net_import_reliance")]
    assert set(zip(exporter.bound, exporter.value, strict=True)) == {("<", 0.0)}


def test_vintages_that_disagree_are_both_kept(world):
    t = world.production
    gallium = t[(t.commodity == "gallium_primary") & (t.country == "CHN") & (t.year == 2024)].set_index(
        "edition"
    )
    assert gallium.loc["MCS 2025", "quantity"] == 750
    assert gallium.loc["MCS 2026", "quantity"] == 839
    lithium = t[(t.commodity == "lithium_carbonate") & (t.stage == "mine") & (t.year == 2024)]
    world_total = lithium.groupby("edition").quantity.sum() / 5.323
    assert world_total["MCS 2026"] == pytest.approx(222_000, rel=0.01)
    assert world_total["MCS 2025"] == pytest.approx(240_000, rel=0.025)


def made(world: World) -> pd.Series:
    both = world.plants.merge(world.flows[world.flows.role == "output"], on="process")
    return (both.output * both.coefficient).groupby([both.commodity, both.region]).sum()


def test_large_producers_make_what_the_usgs_reports(world):
    ours = made(world)
    direct = ["copper_cobalt_mining", "copper_leaching"]
    leached = world.plants[world.plants.process.isin(direct)].groupby("region").output.sum()
    t = world.production
    t = t[(t.year == 2025) & (t.edition == "MCS 2026") & (t.country != "OTH")]
    checked = 0
    for (commodity, _), rows in t.groupby(["commodity", "stage"]):
        if commodity == "lithium_carbonate":
            continue
        large = rows[(rows.quantity > 0.03 * rows.quantity.sum()) & rows.country.isin(world.regions.region)]
        for _, row in large.iterrows():
            quantity = ours[(commodity, row.country)]
            if commodity == "copper_concentrate":
                quantity += leached.get(row.country, 0.0)
            assert quantity == pytest.approx(row.quantity, rel=0.01), (commodity, row.country)
            checked += 1
    assert checked > 50


def test_every_base_price_stands_at_its_hub(world):
    prices = world.prices[world.prices.period == "2025"].set_index(["commodity", "region"]).value
    for _, c in world.commodities.iterrows():
        assert prices[(c.commodity, c.price_hub)] > 0, c.commodity


def test_every_traded_pair_has_a_route_and_no_region_trades_with_itself(world):
    pairs = set(zip(world.routes.origin, world.routes.destination, strict=True))
    assert len(pairs) == len(world.regions) * (len(world.regions) - 1)
    assert set(zip(world.trade.origin, world.trade.destination, strict=True)) <= pairs


def test_routes_know_their_passages_and_detours(world):
    t = world.routes[world.routes["mode"] != "land"].set_index(["origin", "destination"])
    assert "babalmandab" in t.loc[("IND", "DEU"), "passages"]
    assert "suez=" in t.loc[("IND", "DEU"), "detours"]
    assert "malacca" in t.loc[("IND", "CHN"), "passages"]
    assert t.loc[("COD", "CHN"), "mode"] == "sea+land"
    assert t.loc[("COD", "CHN"), "freight"] > 2 * t.loc[("CHL", "PER"), "freight"]
    assert (world.routes.lag > 0).all()
    assert (world.routes.lag < 5).all()


def test_us_copper_smelting_is_short_of_its_mines(world):
    plants = world.plants[(world.plants.region == "USA")]
    smelters = plants[plants.process == "copper_smelting"]
    assert set(smelters.plant) == {"garfield_smelter", "miami_smelter", "hayden_smelter"}
    running = smelters[smelters.status == "operating"]
    assert running.output.sum() == pytest.approx(390_000, rel=0.05)
    concentrate = plants[plants.process.isin(["copper_mining", "copper_molybdenum_mining"])].output.sum()
    assert running.capacity.sum() < concentrate


def test_quantities_stay_within_what_makes_sense(world):
    assert (world.plants.capacity >= world.plants.output * 0.999).all()
    assert (world.demands.ed_low <= world.demands.ed_high).all()
    assert (world.trade.quantity > 0).all()
    assert not world.parameters.value.map(math.isnan).any()
    low, high, value = world.parameters.low, world.parameters.high, world.parameters.value
    assert ((low.isna()) | (low <= value)).all()
    assert ((high.isna()) | (high >= value)).all()


def test_chinese_export_of_cobalt_material_runs_over_congo(world):
    t = world.trade[(world.trade.commodity == "cobalt_intermediate") & (world.trade.year == 2025)]
    congo = t[(t.origin == "COD") & (t.destination == "CHN")].quantity.sum()
    assert congo / t.quantity.sum() > 0.6
