"""The parts of the build that need no public file."""

import csv
import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import World, tables
from oreflow.atlas.build import write
from oreflow.atlas.build.baci import _repair
from oreflow.atlas.build.common import Common, by_region, facts, merge, number, plain, read
from oreflow.atlas.build.minerals_balance import _pruned, supply_and_use
from oreflow.atlas.build.minerals_chain import aggregate, coefficient, weights
from oreflow.atlas.build.package import descriptor
from oreflow.atlas.build.routes import Leg, freight, months
from oreflow.atlas.build.runner import build, csv_bytes
from oreflow.atlas.build.salient import _commodity, _match
from oreflow.errors import DataError, ReadError, UnknownNameError

COMMON = Common(None, ("CHN", "USA", "ROW"), {"CHN": "CHN", "HKG": "CHN", "USA": "USA"}, {"burma": "MMR"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,230", 1230.0),
        (">50", 50.0),
        ("—", 0.0),
        ("s", 0.0),
        ("W", None),
        ("NA", None),
        ("Small", None),
        ("", None),
        (" 23.17 ", 23.17),
    ],
)
def test_numbers_as_the_usgs_prints_them(text, value):
    assert number(text) == value


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_with_thousands_separators_reads_back(n):
    assert number(f"{n:,}") == n


def test_a_word_among_numbers_says_where():
    with pytest.raises(DataError, match="file, row 7: 'many'"):
        number("many", where="file, row 7")


def test_country_names_ignore_accents_and_apostrophes():
    assert plain("Côte d’Ivoire") == "cote d'ivoire"
    assert COMMON.iso3("Burma") == "MMR"
    assert COMMON.iso3("Other countries") == "OTH"
    with pytest.raises(UnknownNameError, match="Did you mean 'burma'"):
        COMMON.iso3("Burmah")


def test_countries_add_up_to_regions():
    assert by_region(COMMON, {"HKG": 1.0, "CHN": 2.0, "PER": 3.0, "OTH": 4.0, "USA": 0.0}) == {
        "CHN": 3.0,
        "ROW": 7.0,
    }


def test_missing_files_are_named(tmp_path):
    with pytest.raises(ReadError, match=r"nothing\.csv does not exist"):
        read(tmp_path / "nothing.csv")
    (tmp_path / "raw.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReadError, match="not a text file"):
        read(tmp_path / "raw.csv")
    with pytest.raises(ReadError, match="is not a folder"):
        build(tmp_path / "nowhere")


def test_rows_of_one_table_are_put_together():
    assert merge([{"a": [{"x": 1}]}, {"a": [{"x": 2}], "b": []}]) == {"a": [{"x": 1}, {"x": 2}], "b": []}


def test_numbers_are_written_plainly_and_the_same_every_time():
    frame = pd.DataFrame(
        {"q": [1234567.89, 0.0001234567, math.nan, 5.0, 1e-9], "b": [True, False, True, True, False]}
    )
    assert csv_bytes(frame) == b"q,b\n1234570,1\n0.000123457,0\n,1\n5,1\n0.000000001,0\n"


def test_freight_follows_mode_borders_and_ports():
    rates = {
        "freight_sea": 0.001,
        "freight_rail": 0.005,
        "freight_road": 0.01,
        "freight_border": 30.0,
        "freight_handling": 8.0,
        "speed_sea": 25.0,
        "speed_rail": 15.0,
        "speed_road": 10.0,
        "port_days": 5.0,
        "border_days": 2.0,
    }
    leg = Leg(sea=10000, road=1000) + Leg(rail=200, borders=1)
    assert freight(leg, rates) == pytest.approx(10 + 10 + 1 + 30 + 16)
    assert freight(Leg(road=1000), rates) == pytest.approx(10 + 8)
    assert months(leg, rates) == pytest.approx((400 + 100 + 200 / 15 + 24 * 7) / 730)


def test_a_weight_far_off_is_replaced_by_value_over_the_usual_price():
    pairs = {("A", "B"): (100.0, 100.0), ("A", "C"): (50.0, 55.0), ("D", "C"): (1.0, 40.0)}
    _repair(pairs, 2.0)
    assert pairs[("A", "B")] == (100.0, 100.0)
    assert pairs[("D", "C")][0] == pytest.approx(40.0)
    assert pairs[("D", "C")][1] == 40.0


def test_pruning_keeps_the_margins_and_drops_the_specks():
    import numpy as np

    flows = np.array([[50.0, 30.0, 0.00001], [10.0, 40.0, 20.0]])
    square = np.vstack([flows, [0.00002, 0.0, 30.0]])
    made, taken = square.sum(axis=1), square.sum(axis=0)
    out = _pruned(square.copy(), made, taken)
    assert out[0, 2] == 0.0
    np.testing.assert_allclose(out.sum(axis=0), taken, rtol=1e-4)
    np.testing.assert_allclose(out.sum(axis=1), made, rtol=1e-4)


def test_supply_and_use_follow_plants_and_coefficients():
    rows = {
        "plants": [{"process": "smelt", "region": "CHN", "output": "10"}],
        "flows": [
            {"process": "smelt", "commodity": "metal", "role": "output", "coefficient": "1"},
            {"process": "smelt", "commodity": "ore", "role": "input", "coefficient": 1.25},
        ],
    }
    assert supply_and_use(rows) == ({"metal": {"CHN": 10.0}}, {"ore": {"CHN": 12.5}})


def test_named_plants_are_split_off_their_aggregate():
    shared = Common(None, ("IDN", "USA"), {}, {})  # type: ignore[arg-type]
    rows = aggregate(shared, "copper_mining", {"IDN": 100.0}, source="x", vintage="", quality="reported")
    assert {r["plant"]: round(r["output"], 6) for r in rows} == {
        "grasberg_mine": 70.0,
        "copper_mining_idn": 30.0,
    }
    assert sum(r["capacity"] for r in rows) == pytest.approx(100.0 / 0.85)


def test_each_series_of_the_usgs_finds_its_statistic():
    patterns = facts("salient")
    assert _match("Production, Refinery: Primary (from ore)", patterns, "")["statistic"] == "primary_refined"
    assert (
        _match("Consumption: Reported, refined copper", patterns, "")["statistic"] == "reported_consumption"
    )
    with pytest.raises(DataError, match="no pattern"):
        _match("Weather", patterns, "row 3")
    chapter = {"commodity": "copper_concentrate", "refined": "copper_refined"}
    assert _commodity(chapter, "Exports: Ore and concentrate") == "copper_concentrate"
    assert _commodity(chapter, "Production, Refinery: Primary (from ore)") == "copper_refined"


def test_facts_are_rectangular_and_name_known_things():
    known = {r["region"] for r in facts("regions")}
    commodities = {r["commodity"] for r in facts("commodities")}
    for name in ("consumption", "outputs", "region_ports"):
        assert {r["region"] for r in facts(name)} <= known, name
    for name in ("consumption", "balance", "stores", "hs_rules", "payable", "trade_pattern"):
        assert {r["commodity"] for r in facts(name)} <= commodities, name
    ports = {r["region"] for r in facts("region_ports")}
    assert ports == known
    members = [m for r in facts("regions") for m in r["members"].split(";")]
    assert len(members) == len(set(members))


def test_yields_are_below_one_and_joint_metals_are_minor():
    assert coefficient("copper_smelting", "copper_concentrate") > 1
    assert 0 < coefficient("nickel_hpal_mining", "cobalt_intermediate") < 0.2
    assert sum(weights("magnet_making").values()) == pytest.approx(1, abs=0.01)


def test_the_descriptor_covers_every_column():
    world = World({})
    package = json.loads(descriptor({name: world[name] for name in world}))
    fields = {r["name"]: [f["name"] for f in r["schema"]["fields"]] for r in package["resources"]}
    assert fields == {name: table.columns for name, table in tables().items()}
    plants = next(r for r in package["resources"] if r["name"] == "plants")
    assert next(f for f in plants["schema"]["fields"] if f["name"] == "output")["unit"] == "unit/yr"


def test_writing_replaces_the_folder_as_a_whole(tmp_path):
    world = World.from_rows(regions=[{"region": "CHN", "name": "China", "members": "CHN"}])
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "stale.csv").write_text("old")
    written = write({name: world[name] for name in world}, folder)
    assert {p.name for p in written} == {f"{name}.csv" for name in tables()} | {"datapackage.json"}
    assert not list(tmp_path.glob(".data*"))
    with (folder / "regions.csv").open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["name"] == "China"
