import re
from pathlib import Path

import pytest

import oreflow.atlas.check as room
from oreflow.atlas import World, bundled
from oreflow.atlas.check import FAMILIES, SEVERITIES, check, invariants, validate
from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.prices import plausible
from oreflow.atlas.schema import tables
from oreflow.errors import DataError, UnknownNameError


def found(world, name):
    return [f for f in check(world) if f.check == name]


def one(world, name):
    hits = found(world, name)
    assert len(hits) == 1, [f.message for f in check(world)]
    return hits[0]


def test_the_small_world_has_no_fault(tiny):
    findings = check(tiny)
    assert [f for f in findings if f.severity != "info"] == []
    assert validate(tiny) is tiny
    # each traded or used commodity gets its balance, and the dissenting claim is listed
    assert sorted(f.key for f in findings if f.check == "balance.world") == [
        "lfp_cell",
        "lithium_carbonate",
        "lithium_concentrate",
    ]
    assert [f.key for f in findings if f.check == "claims.disagree"] == ["jianxiawo_46"]


def test_an_empty_world_is_checked_without_complaint():
    assert check(World({})) == []


def test_families_can_be_chosen_and_findings_are_sorted(change):
    world = change("plants", 0, {"output": 300_000})
    severities = [SEVERITIES.index(f.severity) for f in check(world)]
    assert severities == sorted(severities)
    assert {f.check.split(".")[0] for f in check(world, families=["plants"])} == {"plants"}
    with pytest.raises(UnknownNameError, match="Did you mean 'plants'"):
        check(world, families=["plant"])


def measure(**values):
    """A row of the table of measures, with some values changed."""
    return {
        "measure": "depot", "name": "Hold it", "kind": "reserve", "who": "us", "region": "CHN",
        "commodity": "lithium_carbonate", "table": "stores", "row": "lithium_carbonate@CHN", "attribute": "opening",
        "unit": "t LCE", "effect": 1, "most": 10, "running": 2, "running_low": 1, "running_high": 3, "lead": 2,
        "lead_low": 1, "lead_high": 3, "drawdown": 3, "earns": False, "hangs_on": "nothing",
    } | values  # fmt: skip


def hazard(**values):
    row = {
        "hazard": "flood",
        "kind": "weather",
        "name": "Flood",
        "reach": "region",
        "rate": 0.1,
        "rate_low": 0.05,
    }
    row |= {"rate_high": 0.2, "law": "weather", "loss_low": 0.1, "loss_high": 0.3}
    return {k: v for k, v in (row | values).items() if v is not None}


# table, row (None adds one), values, name of the check, severity, words of the message
CASES = [
    ("plants", 0, {"region": "AUT"}, "references.unknown", "error", "region 'AUT' is not in regions"),
    ("plants", 0, {"source": "example;usgs"}, "references.unknown", "error", "source 'usgs' is not in sources"),
    ("firms", 0, {"parent": "catll"}, "references.unknown", "error", "parent 'catll' is not in firms"),
    ("claims", 0, {"table": "plant"}, "references.claim", "error", "no table 'plant'"),
    ("claims", 0, {"subject": "jianxiavo"}, "references.claim", "warning", "no row 'jianxiavo'"),
    ("claims", 2, {"attribute": "state"}, "references.claim", "info", "no column holds: jianxiawo_restart (state)"),
    ("mixes", 0, {"cell": "lithium_carbonate"}, "references.stage", "error", "not a commodity of stage 'cell'"),
    ("regions", 2, {"members": "USA;CHN"}, "references.member", "error", "CHN belongs to CHN and ROW"),
    (
        "production",
        None,
        {"commodity": "lithium_concentrate", "stage": "mine", "country": "AUT", "year": 2025, "edition": "x",
         "quantity": 1},
        "references.country",
        "warning",
        "'AUT' is no member of any region",
    ),
    ("parameters", 0, {"unit": "1/yeer"}, "units.row", "warning", "unknown unit 'yeer'"),
    ("parameters", 1, {"value": 5.5, "high": 6}, "units.constant", "warning", "lce_per_li is 5.5 here and 5.323"),
    ("plants", 0, {"capacity": -1, "output": -2}, "ranges.negative", "error", "below zero"),
    ("mixes", 0, {"share": 100, "ceiling": 100}, "ranges.share", "error", "share is 100, above 1"),
    ("regions", 0, {"lat": 95}, "ranges.position", "error", "lat is 95"),
    ("demands", 0, {"ed_low": 0.9}, "ranges.low_high", "error", "ed_low 0.9 is above ed_high 0.5"),
    ("parameters", 0, {"value": 0.2}, "ranges.low_high", "error", "its value lies above its high end"),
    ("parameters", 0, {"low": 0.2}, "ranges.low_high", "error", "its low end lies above its high end"),
    ("demands", 2, {"quantity": 0}, "ranges.zero", "info", "glass_chn asks for nothing"),
    ("mixes", 0, {"share": 0.9}, "shares.mix", "error", "shares of ev_battery in CHN sum to 0.9 (lfp_cell 0.9)"),
    ("mixes", 0, {"ceiling": 0.9}, "shares.ceiling", "error", "share 1 is above its ceiling 0.9"),
    (
        "ownership",
        None,
        {"plant": "jianxiawo", "firm": "albemarle", "share": 0.2},
        "shares.ownership",
        "error",
        "owners of jianxiawo hold 1.2 of it (catl 1, albemarle 0.2)",
    ),
    ("ownership", 1, {"share": 0}, "shares.ownership", "warning", "albemarle owns nothing of greenbushes"),
    ("offtakes", 0, {"quantity": 2e5, "binding": 1}, "shares.offtake", "warning", "200,000 of greenbushes's 165,000"),
    ("offtakes", 0, {"start": "2031"}, "dates.order", "error", "starts on 2031, after its end on 2030-12"),
    ("trade", 0, {"year": 20255}, "dates.year", "error", "20255 is not a year"),
    ("prices", 2, {"period": "2025-13"}, "dates.period", "error", "'2025-13' is not a period"),
    ("plants", 1, {"permit_state": "valid", "permit_expiry": "2024-01-01"}, "dates.permit", "warning", "called valid"),
    ("plants", 1, {"permit_expiry": "2030-01-01"}, "dates.permit", "warning", "runs to 2030-01-01 and is called"),
    ("plants", 1, {"permit_expiry": ""}, "dates.permit", "warning", "since when is not said"),
    ("plants", 1, {"permit_state": ""}, "dates.permit", "info", "its state is not said"),
    ("plants", 0, {"capacity": 100_000}, "plants.capacity", "error", "makes 165,000 with a capacity of 100,000"),
    ("plants", 0, {"status": "idle"}, "plants.status", "warning", "greenbushes is idle and yet makes 165,000"),
    ("plants", 0, {"cost": None}, "plants.cost", "info", "cost of greenbushes is unknown"),
    ("plants", 0, {"lat": None}, "plants.position", "info", "greenbushes has no position"),
    ("processes", 0, {"kind": "conversion"}, "plants.no_input", "warning", "is a conversion without inputs"),
    ("processes", 1, {"kind": "extraction"}, "plants.input", "warning", "is an extraction with inputs"),
    (
        "flows",
        None,
        {"process": "spodumene_mining", "commodity": "lithium_concentrate", "role": "output", "coefficient": 2},
        "plants.main_output",
        "error",
        "makes 2 of its main output",
    ),
    ("prices", 2, {"period": "2023"}, "prices.hub", "error", "lithium_carbonate is made or used but has no price"),
    ("prices", 2, {"value": 47_900 * 5.323}, "prices.size", "warning", "254,972 USD per t LCE"),
    ("prices", 3, {"value": 0}, "prices.zero", "error", "the price of lfp_cell in CHN in 2025 is 0"),
    ("prices", 1, {"value": 50_000}, "prices.jump", "info", "goes from 50,000 to 9,000 in one year"),
    (
        "prices",
        None,
        {"commodity": "lithium_carbonate", "region": "ROW", "period": "2025", "value": 50_000, "basis": "x"},
        "prices.spread",
        "warning",
        "costs 9,000 to 50,000 USD",
    ),
    ("plants", 0, {"cost": 40_000}, "prices.cost", "warning", "costs 40,000 a unit against a price of 6,000"),
    ("routes", 0, {"destination": "ROW"}, "routes.missing", "error", "is traded from AUS to CHN, but there is no"),
    ("routes", 0, {"lag": 15}, "routes.size", "warning", "lag from AUS to CHN is 15 month"),
    ("routes", 0, {"passages": "malaka"}, "routes.passage", "warning", "'malaka' is not a known passage"),
    ("routes", 0, {"detours": "malacca"}, "routes.detour", "warning", "does not say what a closed passage adds"),
    (
        "demands",
        None,
        {"demand": "x", "commodity": "lithium_carbonate", "region": "AUS", "use": "o", "quantity": 5, "ed_low": 0.1,
         "ed_high": 0.2},
        "network.unreachable_demand",
        "error",
        "x asks for 5 t LCE/yr of lithium_carbonate in AUS",
    ),
    (
        "plants",
        None,
        {"plant": "cells_row", "name": "Cells", "process": "lfp_cell_making", "region": "ROW", "aggregate": 1,
         "capacity": 9, "output": 5, "cost": 1e6, "status": "operating"},
        "network.starved_plant",
        "error",
        "cells_row runs, but nothing supplies lithium_carbonate@ROW",
    ),
    (
        "plants",
        None,
        {"plant": "lonely", "name": "Lonely", "process": "spodumene_mining", "region": "ROW", "lat": 1, "lon": 1,
         "capacity": 9, "output": 5, "cost": 4000, "status": "operating"},
        "network.orphan_supply",
        "info",
        "5 t LCE/yr of lithium_concentrate made in ROW by lonely reach no final demand",
    ),
    ("plants", 2, {"output": 250_000}, "balance.world", "warning", "and uses 200,000 t LCE/yr, a gap of +20"),
    ("trade", 1, {"quantity": 240}, "balance.exports", "info", None),
    ("trade", 1, {"quantity": 440}, "balance.exports", "warning", "CHN exports 440 GWh of lfp_cell but makes 360"),
    (
        "production",
        None,
        {"commodity": "lithium_concentrate", "stage": "mine", "country": "AUS", "year": 2025, "edition": "MCS",
         "quantity": 300_000},
        "balance.statistics",
        "warning",
        "plants in AUS make 165,000 t LCE (lithium_concentrate, mine), -45% against the 300,000",
    ),
    ("plants", 1, {"region": "AUS", "lat": -33.861, "lon": 116.061}, "duplicates.position", "warning", "0.1 km from"),
    ("plants", 1, {"name": "Greenbushes Mine", "region": "AUS"}, "duplicates.name", "warning", "nearly the same name"),
    ("firms", 0, {"aliases": "ALBEMARLE"}, "duplicates.alias", "warning", "'albemarle' stands for"),
    ("firms", 0, {"aliases": "Greenbushes"}, "duplicates.alias", "info", "for firms catl and plants greenbushes"),
    ("plants", 2, {"method": ""}, "provenance.method", "warning", "the function that did it is not named"),
    ("plants", 2, {"method": "chek"}, "provenance.method", "warning", "no function is called 'chek'"),
    ("sources", 1, {"url": "www.example.org"}, "provenance.url", "warning", "is not an address"),
    ("plants", 0, {"source": "example"}, "provenance.unused", "info", "no row names report"),
    ("claims", 1, {"high": 4.5}, "claims.used", "warning", "it says 48,000…54,000 t LCE/yr marked as used, but"),
    ("claims", 0, {"unit": "kt Cu/yr"}, "claims.unit", "warning", "'kt Cu/yr' cannot be turned into 't LCE/yr'"),
    ("hazards", None, hazard(rate=None), "hazards.rate", "error", "flood has no rate"),
    ("hazards", None, hazard(chance=0.5), "hazards.rate", "error", "flood has both a rate and a chance"),
    ("hazards", None, hazard(rate=None, chance=0.5), "hazards.chance", "error", "only permits of plants end at a date"),
    ("hazards", None, hazard(rate=0.4), "hazards.range", "error", "0.4 lies outside 0.05…0.2"),
    ("hazards", None, hazard(region="CHI"), "hazards.place", "error", "names the region 'CHI', which does not exist"),
    ("hazards", None, hazard(mineral="lithum"), "hazards.place", "error", "names the mineral 'lithum'"),
    ("measures", None, measure(running=None), "measures.cost", "error", "depot has no cost"),
    ("measures", None, measure(running=9), "measures.range", "error", "9 lies outside 1…3"),
    ("measures", None, measure(lead=9), "measures.lead", "error", "9 months lie outside 1…3"),
    ("measures", None, measure(most=0), "measures.size", "error", "has a most of 0"),
    ("measures", None, measure(lot=20), "measures.size", "error", "one lot of 20 is more than the most"),
    ("measures", None, measure(use_cost=-1), "measures.negative", "error", "has a use_cost below nought"),
    ("measures", None, measure(drawdown=None), "measures.drawdown", "error", "in how many months"),
    ("measures", None, measure(attribute="limit"), "measures.attribute", "error", "which has opening"),
    ("measures", None, measure(row="CHN"), "measures.row", "error", "'CHN' is no row of stores"),
    ("measures", None, measure(table="plants", row="greenbush", attribute="capacity", drawdown=None),
     "measures.use", "error", "does not say what each unit"),
    ("measures", None, measure(table="plants", row="greenbush", attribute="capacity", drawdown=None, use_cost=1),
     "measures.plant", "error", "names no plant or process"),
    ("claims", 0, {"value": 20}, "claims.range", "info", "2 claims on plants.jianxiawo.capacity reach from 20,000"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "at", "values", "name", "severity", "words"), CASES)
def test_each_fault_is_found_where_it_is(change, table, at, values, name, severity, words):
    hits = found(change(table, at, values), name)
    if words is None:
        assert hits == []
        return
    hit = next((f for f in hits if words in f.message), None)
    assert hit is not None, [f.message for f in hits]
    assert hit.severity == severity
    assert hit.mend
    assert hit.table in tables()


def test_every_kind_of_finding_is_tried_above():
    """A check nobody has seen fire may not work."""
    written = set()
    for path in Path(room.__file__).parent.glob("*.py"):
        written |= set(re.findall(rf'"((?:{"|".join(FAMILIES)})\.[a-z_]+)"', path.read_text("utf-8")))
    tried = {c[3] for c in CASES if c[5]}
    others = {"units.column", "balance.node", "balance.self_trade", "years.exports", "years.world",
              "years.sources", "routes.self",
              "duplicates.aggregate", "ranges.index", "claims.disagree"}  # fmt: skip
    others |= {
        f"outlook.{k}"
        for k in ("range", "start", "growth", "place", "shares", "intensity", "family", "years")
    }
    assert written == tried | others


def test_balance_by_node_and_year(change, rows):
    world = change("trade", 0, {"quantity": 400_000})
    assert "lithium_concentrate@CHN" in [f.key for f in found(world, "balance.node")]
    rows["trade"].append(
        {
            "commodity": "lithium_concentrate",
            "origin": "AUS",
            "destination": "CHN",
            "year": 2020,
            "quantity": 90,
        }
    )
    rows["production"] = [
        {"commodity": "lithium_concentrate", "stage": "mine", "country": "AUS", "year": 2020, "edition": "a",
         "quantity": 100},
        {"commodity": "lithium_concentrate", "stage": "mine", "country": "AUS", "year": 2020, "edition": "b",
         "quantity": 50},
    ]  # fmt: skip
    hit = one(World.from_rows(**rows), "years.exports")
    assert "2020: AUS makes 50 and imports 0 t LCE" in hit.message


def test_supply_demand_and_statistics_of_past_years(rows):
    rows["outlook"] = [
        {"commodity": "lithium_carbonate", "measure": m, "stage": s, "country": c, "scenario": "base", "year": y,
         "quantity": q}
        for m, s, c, y, q in [
            ("supply", "refining", "CHN", 2024, 70.0),
            ("supply", "refining", "OTH", 2024, 25.0),
            ("demand", "total", "WLD", 2024, 100.0),
            ("demand", "ev", "WLD", 2024, 60.0),
            ("supply", "refining", "WLD", 2030, 500.0),
            ("demand", "total", "WLD", 2030, 900.0),
        ]
    ]  # fmt: skip
    rows["production"] = [
        {"commodity": "lithium_carbonate", "stage": "refined", "country": "CHN", "year": 2024, "edition": e,
         "quantity": q}
        for e, q in [("2025", 200.0), ("2026", 50.0)]
    ]  # fmt: skip
    world = World.from_rows(**rows)
    hit = one(world, "years.world")
    assert "2024: supply of lithium_carbonate is 95 and demand 100 t LCE/yr, a gap of -5.0%" in hit.message
    assert hit.severity == "info"
    hit = one(world, "years.sources")
    assert (
        "is 95 in the outlook and 50 t LCE/yr in the statistics of production, a gap of +47.4%" in hit.message
    )
    assert hit.severity == "warning"


def test_rows_that_lead_to_themselves_and_double_aggregates(change):
    world = change(
        "trade",
        None,
        {"commodity": "lfp_cell", "origin": "CHN", "destination": "CHN", "year": 2025, "quantity": 1},
    )
    assert one(world, "balance.self_trade").severity == "error"
    world = change(
        "routes",
        None,
        {"origin": "CHN", "destination": "CHN", "mode": "land", "distance": 1, "freight": 1, "lag": 0},
    )
    assert one(world, "routes.self").severity == "error"
    world = change(
        "plants",
        None,
        {
            "plant": "more",
            "name": "More",
            "process": "lfp_cell_making",
            "region": "CHN",
            "aggregate": 1,
            "capacity": 1,
            "output": 1,
            "cost": 1e6,
            "status": "operating",
        },
    )
    assert "more than one aggregate plant" in one(world, "duplicates.aggregate").message
    assert one(change("regions", 0, {"governance": 9}), "ranges.index").severity == "error"


def test_nodes_balance_to_what_the_rows_say(tiny):
    nodes = Chain(tiny).nodes
    assert nodes.loc[("lithium_concentrate", "CHN")].to_dict() == {
        "production": 55_000,
        "imports": 165_000,
        "exports": 0,
        "processed": pytest.approx(220_000),
        "demand": 0,
    }
    assert nodes.loc[("lfp_cell", "ROW")].to_dict() == {
        "production": 0, "imports": 120, "exports": 0, "processed": 120, "demand": 0,
    }  # fmt: skip
    totals = Chain(tiny).world_totals
    assert totals["imports"].tolist() == totals["exports"].tolist()


def test_invariants_are_errors_and_validate_lists_them(change):
    world = change("plants", 0, {"output": 300_000, "region": "AUT"})
    assert {f.severity for f in invariants(world)} == {"error"}
    with pytest.raises(DataError, match=r"plants\.greenbushes\.capacity: greenbushes makes 300,000"):
        validate(world)


def test_every_commodity_has_a_plausible_range():
    assert set(bundled()["commodities"]["commodity"]) <= set(plausible())
    assert all(low < high for low, high in plausible().values())


def test_the_bundled_world_has_no_error():
    assert [f for f in check(bundled()) if f.severity == "error"] == []
