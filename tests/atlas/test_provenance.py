import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled, tables
from oreflow.atlas.jsonschema import DIALECT, table_schema, world_schema
from oreflow.atlas.methods import find
from oreflow.atlas.overlay import lay
from oreflow.atlas.provenance import trace
from oreflow.atlas.quantities import units_of
from oreflow.atlas.records import records
from oreflow.errors import UnknownNameError, UsageError


@pytest.mark.parametrize(
    ("key", "place", "value", "unit"),
    [
        ("plants.jianxiawo.capacity", "plants.jianxiawo", 60_000, "t LCE/yr"),
        ("jianxiawo.capacity", "plants.jianxiawo", 60_000, "t LCE/yr"),
        ("Jianxiawo.capacity", "plants.jianxiawo", 60_000, "t LCE/yr"),
        ("枧下窝.capacity", "plants.jianxiawo", 60_000, "t LCE/yr"),
        ("plants.枧下窝.cost", "plants.jianxiawo", 12_500, "USD/t LCE"),
        ("prices.lithium_carbonate.CHN.2025.value", "prices.lithium_carbonate.CHN.2025", 9000, "USD/t LCE"),
        ("lfp_cell_making_chn.cost", "plants.lfp_cell_making_chn", 1e6, "USD/GWh"),
        ("stores.carbonate_chn.holding_cost", "stores.carbonate_chn", 0, "USD/t LCE/month"),
        ("parameters.discount_rate.value", "parameters.discount_rate", 0.08, "1/yr"),
        (
            "flows.lfp_cell_making.lithium_carbonate.input.coefficient",
            "flows.lfp_cell_making.lithium_carbonate.input",
            500,
            "t LCE/GWh",
        ),
        ("commodities.lithium_concentrate.freight_mass", "commodities.lithium_concentrate", 8, "t/t LCE"),
        ("offtakes.greenbushes_albemarle.quantity", "offtakes.greenbushes_albemarle", 80_000, "t LCE/yr"),
    ],
)
def test_a_figure_is_found_with_its_unit(tiny, key, place, value, unit):
    found = trace(tiny, key)
    assert f"{found.table}.{found.key}" == place
    assert len(found.figures) == 1
    assert found.figures[0].value == value
    assert found.figures[0].unit == unit
    assert found.figures[0].description


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("jianxiawo", "plants.jianxiawo"),
        ("plants.jianxiawo", "plants.jianxiawo"),
        ("Jianxiawo mine", "plants.jianxiawo"),
        ("catl", "firms.catl"),
        ("宁德时代", "firms.catl"),
        ("prices.lithium_carbonate.CHN.2025", "prices.lithium_carbonate.CHN.2025"),
        ("lithium_concentrate:AUS>CHN", "trade.lithium_concentrate.AUS.CHN.2025"),
        ("ev_battery@CHN:lfp_cell", "mixes.ev_battery.CHN.lfp_cell"),
        ("sources.report", "sources.report"),
    ],
)
def test_a_row_is_found_by_key_name_alias_or_notation(tiny, key, place):
    found = trace(tiny, key)
    assert f"{found.table}.{found.key}" == place
    assert found.column == ""
    assert len(found.figures) > 1


def test_source_vintage_quality_and_method(tiny):
    found = trace(tiny, "plants.greenbushes.output")
    assert (found.quality, found.vintage) == ("reported", "MCS 2026")
    assert [(s["title"], s["publisher"], s["licence"], s["url"]) for s in found.sources] == [
        ("Annual report", "Talison", "facts", "https://example.org/report")
    ]
    derived = trace(tiny, "lithium_carbonate_conversion_chn.output")
    assert derived.quality == "derived"
    assert derived.method is not None
    assert derived.method.summary == "Run the data checks."
    assert (
        derived.method.module == "oreflow.atlas.check.__init__"
        or derived.method.module == "oreflow.atlas.check"
    )


def test_claims_that_agree_and_those_that_do_not(tiny):
    found = trace(tiny, "plants.jianxiawo.capacity")
    said = {c.claim: c for c in found.claims}
    assert set(said) == {"jianxiawo_46", "jianxiawo_60"}
    assert said["jianxiawo_46"].said == "46 kt LCE/yr"
    assert said["jianxiawo_46"].distance == pytest.approx(14 / 46)
    assert said["jianxiawo_60"].said == "4–6 kt LCE/month"
    assert said["jianxiawo_60"].used
    assert said["jianxiawo_60"].distance == 0
    assert {c.attribute for c in trace(tiny, "jianxiawo").claims} == {"capacity", "status"}
    text = next(c for c in trace(tiny, "jianxiawo.status").claims)
    assert text.said == "restart before the new year"
    assert text.distance is None


def test_a_user_s_figure_says_so(tiny, tmp_path):
    (tmp_path / "plants.csv").write_text("plant,capacity [kt LCE/yr]\njianxiawo,70\n")
    found = trace(lay(tiny, tmp_path), "jianxiawo.capacity")
    assert found.figures[0].value == 70_000
    assert found.sources[0]["source"] == "user:plants.csv"
    assert "capacity from user:plants.csv" in found.note
    user = trace(lay(tiny, tmp_path), "sources.user:plants.csv")
    assert user.key == "user:plants.csv"


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        ("jianxiavo", UnknownNameError, "Did you mean 'jianxiawo'"),
        (
            "plants.jianxiavo.capacity",
            UnknownNameError,
            r"unknown row of plants 'jianxiavo.capacity'|'jianxiawo'",
        ),
        ("plants.jianxiawo.capacty", UnknownNameError, "unknown column 'capacty'. Did you mean 'capacity'"),
        (
            "prices.lithium_carbonate",
            UsageError,
            r"fits 2 rows\. Add region and period, e\.g\. prices\.lithium_carbonate",
        ),
        ("prices.lithium_carbonate.CHN", UsageError, r"fits 2 rows\. Add period"),
        ("plants", UsageError, r"'plants' is a table\. Add a row of it, e\.g\. 'plants\.greenbushes'"),
        ("offtakes.x", UnknownNameError, "unknown row of offtakes"),
        ("needs", UsageError, r"needs\.KEY"),
        ("", UnknownNameError, "unknown key ''"),
        ("lithium_carbonate:CHN>AUS", UnknownNameError, "unknown key"),
    ],
)
def test_unknown_and_ambiguous_keys(tiny, key, error, message):
    with pytest.raises(error, match=message):
        trace(tiny, key)


def test_a_name_that_stands_for_two_rows_is_asked_about(change):
    world = change("firms", 0, {"aliases": "Talison"})
    with pytest.raises(UsageError, match=r"'Talison' fits firms\.catl, plants\.greenbushes\. Say which"):
        trace(world, "Talison")


@given(st.text(max_size=40))
def test_any_key_is_found_or_a_usage_error(tiny, key):
    try:
        found = trace(tiny, key)
    except UsageError as error:
        assert str(error)
    else:
        assert found.table in tables()


def test_every_row_of_the_bundled_world_can_be_traced():
    world = bundled()
    for name, table in tables().items():
        for row in world[name].tail(2).to_dict("records"):
            key = ".".join([name, *(str(row[k]) for k in table.key)])
            found = trace(world, key)
            assert (found.table, f"{name}.{found.key}") == (name, key)
            assert name == "sources" or all(s["publisher"] for s in found.sources)


def test_every_unit_of_the_bundled_world_is_resolved():
    world = bundled()
    for name, table in tables().items():
        for a in table.attributes:
            if a.unit:
                assert not [u for u in units_of(world, name, world[name], a) if "unit" in u.split("/")]


def test_methods_are_found_by_short_and_long_name():
    assert find("check") == find("atlas.check.check") is not None
    assert find("quantities.units_of").summary == "Return the unit of a column in each row."
    assert find("quantities.units_of (with a remark)") == find("units_of()")
    assert find("other.units_of") is None
    assert find("no such function") is None


def test_the_schema_of_each_table_is_valid_and_its_rows_follow_it():
    world = bundled()
    for name, table in tables().items():
        schema = table_schema(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == DIALECT
        assert list(schema["items"]["properties"]) == table.columns
        jsonschema.Draft202012Validator(schema).validate(records(world[name].head(40), table))
    with pytest.raises(UnknownNameError, match="Did you mean 'plants'"):
        table_schema("plant")


def test_the_schema_of_the_world_refuses_what_the_tables_refuse(tiny):
    validator = jsonschema.Draft202012Validator(world_schema())
    rows = {name: records(tiny[name], table) for name, table in tables().items()}
    assert list(validator.iter_errors(rows)) == []
    rows["plants"][0] |= {"status": "closed"}
    rows["plants"][1] |= {"capacity": None}
    rows["plants"][2] |= {"permit_expiry": "soon"}
    rows["plants"][3] |= {"size": 1}
    assert len(list(validator.iter_errors(rows))) == 4


def test_records_hold_lists_and_nulls(tiny):
    row = records(tiny["plants"], tables()["plants"])[1]
    assert row["aliases"] == ["枧下窝", "Jianxiawo mine"]
    assert row["aggregate"] is False
    conversion = records(tiny["plants"], tables()["plants"])[2]
    assert conversion["lat"] is None
    assert conversion["permit_expiry"] is None
    assert conversion["aliases"] == []
