"""Ratio, lists, passport and graph of small chains worked out by hand."""

import pytest

from oreflow.atlas import bundled
from oreflow.errors import DataError, OreflowError, ReadError, SchemaError, UnknownNameError
from oreflow.trace.audit import audit
from oreflow.trace.model import Assay, Facility, Lot, Party
from oreflow.trace.origin import origin
from oreflow.trace.tables import rows
from oreflow.trace.views import assistance, passport, reach, read_list, upstream
from oreflow.trace.views.assistance import kinds
from oreflow.trace.views.labour import Listed
from oreflow.trace.views.labour import bundled as bundled_list
from tests.trace.ledgers import T, ledger, lot, make, take

NMC = tuple(
    Assay(m, s)
    for m, s in (
        ("Li", 26 * 10**6),
        ("Ni", 150 * 10**6),
        ("Co", 30 * 10**6),
        ("Mn", 30 * 10**6),
        ("Cu", 95 * 10**6),
    )
)
PARTIES = [Party("a", "A Metals", "ZMB"), Party("b", "B Works", "CHN"), Party("c", "C Cells", "USA"),
           Party("d", "D", "AUS", firm="talison")]  # fmt: skip
PLACES = [Facility("xj", "Smelter", "CHN", province="Xinjiang Uyghur Autonomous Region", operator="b"),
          Facility("co", "Mine", "COD", operator="a"), Facility("us", "Cells", "USA", operator="c"),
          Facility("au", "Mine", "AUS", operator="d")]  # fmt: skip
EVENTS = [
    make(0, [lot("ore", 100, country="COD")], at="co", by="a", process="copper_mining"),
    make(
        1,
        [lot("cu", 29, 0.9999, commodity="copper_refined")],
        [take("ore", 100)],
        at="xj",
        by="b",
        process="copper_smelting",
    ),
    make(
        1,
        [
            Lot(
                "li",
                "Carbonate",
                10 * T,
                (Assay("Li", 187 * 10**6),),
                commodity="lithium_carbonate",
                country="AUS",
            )
        ],
        at="au",
        by="d",
    ),
    make(
        5,
        [Lot("cells", "Cells", 10 * T, NMC, commodity="nmc_cell", energy=2_500_000)],
        [take("cu", 1), take("li", 2)],
        at="us",
        by="c",
        process="nmc_cell_making",
    ),
]


@pytest.fixture
def kept(tmp_path):
    with ledger(tmp_path, EVENTS, places=PLACES, parties=PARTIES) as made:
        yield made


def test_the_graph_holds_every_making_once(kept) -> None:
    graph = upstream(kept, "cells")
    assert [n.lots for n in graph.nodes] == [("cells",), ("cu",), ("li",), ("ore",)]
    assert [n.depth for n in graph.nodes] == [0, 1, 1, 2]
    assert {(e.lot, e.mass) for e in graph.edges} == {("cu", T), ("li", 2 * T), ("ore", 100 * T)}
    assert graph.whole
    assert not upstream(kept, "cells", most=2).whole
    with pytest.raises(UnknownNameError):
        upstream(kept, "cell")


def test_the_ratio_is_cost_not_prohibited_over_cost(kept) -> None:
    got = assistance(kept, "cells", world=bundled(), costs={"cu": 9000.0, "li": 21000.0}, year=2027)
    # Copper of a Chinese works; lithium of an Australian mine whose parent in the atlas (Tianqi) is Chinese.
    assert {m.lot: m.prohibited for m in got.materials} == {"cu": True, "li": True}
    assert got.ratio == 0.0
    world = bundled().with_(firms=bundled().firms.assign(parent=""))
    got = assistance(kept, "cells", world=world, costs={"cu": 9000.0, "li": 21000.0}, year=2027)
    assert got.ratio == pytest.approx(21000 / 30000)
    assert (got.threshold, got.passes) == (0.65, True)
    assert not assistance(kept, "cells", world=world, costs={"cu": 9000.0, "li": 21000.0}, year=2029).passes


def test_costs_that_are_not_given_come_from_the_atlas(kept) -> None:
    world = bundled().with_(firms=bundled().firms.assign(parent=""))
    got = {m.lot: m for m in assistance(kept, "cells", world=world).materials}
    prices = bundled().prices
    copper = (
        prices[prices["commodity"] == "copper_refined"].sort_values("period", kind="stable")["value"].iloc[-1]
    )
    assert got["cu"].cost == pytest.approx(0.9999 * copper)
    lithium = (
        prices[prices["commodity"] == "lithium_carbonate"]
        .sort_values("period", kind="stable")["value"]
        .iloc[-1]
    )
    assert got["li"].cost == pytest.approx(2 * 0.187 * 5.323 * lithium)


def test_a_ratio_needs_costs_kinds_and_years_that_there_are(kept) -> None:
    for wrong in ({"kind": "toaster"}, {"year": 2024}):
        with pytest.raises(OreflowError):
            assistance(kept, "cells", world=bundled(), **wrong)
    with pytest.raises(DataError, match="its cost is neither given"):
        assistance(kept, "cu", world=bundled())
    with pytest.raises(DataError):
        assistance(kept, "ore", world=bundled())


def test_thresholds_rise_and_carry_their_citation() -> None:
    for kind in kinds():
        values = [float(r["threshold"]) for r in rows("assistance_thresholds") if r["kind"] == kind]
        assert values == sorted(values)
        assert all(0 <= v <= 1 for v in values)
    assert all(r["citation"] and r["checked"] in ("yes", "no") for r in rows("assistance_thresholds"))


def test_lists_reach_through_the_chain(kept, tmp_path) -> None:
    graph, comes = upstream(kept, "cells"), origin(kept, "cells", world=bundled())
    got = {r.listed.name: r for r in reach(graph, comes, lists=bundled_list())}
    assert set(got) == {"Xinjiang Uyghur Autonomous Region"}
    (tmp_path / "l.csv").write_text(
        "name,kind,country,province,element,list,since,citation\nA METALS Co. Ltd,party,,,,mine,,\n"
        "Copper of the DR Congo,good,COD,,Cu,mine,,\nMetals,party,,,,mine,,\nMet,party,,,,mine,,\n"
        "All,country,AU,,,mine,,\n"
    )
    got = {r.listed.name: r for r in reach(graph, comes, lists=read_list(tmp_path / "l.csv"))}
    assert set(got) == {"A METALS Co. Ltd", "Copper of the DR Congo", "Metals", "All"}
    assert (got["A METALS Co. Ltd"].share, got["A METALS Co. Ltd"].element) == (pytest.approx(1.0), "Cu")
    assert got["Copper of the DR Congo"].share == pytest.approx(1.0)


@pytest.mark.parametrize(
    "text",
    ["name\nx\n", "name,kind,other\nx,party,y\n", "name,kind\nx,ghost\n", "name,kind,country\nx,good,XX\n"],
)
def test_lists_that_are_not_of_the_form_are_refused(text, tmp_path) -> None:
    (tmp_path / "l.csv").write_text(text)
    with pytest.raises(OreflowError) as e:
        read_list(tmp_path / "l.csv")
    assert isinstance(e.value, SchemaError | UnknownNameError)
    with pytest.raises(ReadError):
        read_list(tmp_path / "none.csv")


def test_the_bundled_list_says_where_each_row_stands() -> None:
    assert all(isinstance(r, Listed) and r.citation and r.since for r in bundled_list())


def test_the_passport_has_what_the_ledger_knows_and_says_what_it_does_not(kept) -> None:
    made = passport(kept, "cells", world=bundled(), findings=audit(kept, world=bundled()).findings)
    got = {f.field: f.value for f in made.fields}
    assert got["weight"] == {"value": 10_000.0, "unit": "kg"}
    assert got["capacity"] == {"value": 2500.0, "unit": "kWh"}
    assert got["manufacturer"] == {"id": "c", "name": "C Cells"}
    assert got["place_of_manufacture"]["country"] == "USA"
    assert got["date_of_manufacture"] == "2025-01"
    assert got["chemistry"].startswith("Li-ion, nickel manganese cobalt (Ni 71%")
    assert got["critical_raw_materials"] == [
        "lithium",
        "nickel (battery grade)",
        "cobalt",
        "manganese (battery grade)",
        "copper",
    ]
    assert got["recycled_content"][0] == {"material": "lithium", "share": 0.0}
    assert {f["rule"] for f in got["responsible_sourcing"]["findings"]} >= {"metal-gain"}
    assert len(made.fields) == len(rows("passport_fields"))
    assert all(f.absent for f in made.fields if f.value is None)
    assert got["carbon_footprint"] is got["state_of_health"] is None
    assert made.to_plain()["filled"] == made.filled == sum(v is not None for v in got.values())


def test_without_an_audit_the_passport_does_not_speak_of_sourcing(kept) -> None:
    got = {f.field: f.value for f in passport(kept, "cells", world=bundled()).fields}
    assert got["responsible_sourcing"] is None
