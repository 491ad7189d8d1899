"""The base year is given back, and stays near what statistics report."""

from __future__ import annotations

import pandas as pd
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError
from oreflow.market.baseyear import LARGE, THRESHOLDS, TOP_FLOWS, base_year, exceptions
from tests.market.worlds import two_regions


@pytest.fixture(scope="module")
def year():
    return base_year(bundled())


def reported(world, quantity, country="A", commodity="ore"):
    """A world with one statistic of what is mined, and all of it in one country."""
    row = {
        "commodity": commodity, "stage": "mine", "country": country, "year": 2025, "edition": "X 2026",
        "quantity": quantity, "source": "example", "quality": "reported",
    }  # fmt: skip
    return world.with_(production=pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("table", "measure"), [("production", "production"), ("prices", "price"), ("flows", "flow")]
)
def test_the_model_gives_back_the_reconciled_year(year, table, measure):
    rows = getattr(year, table)
    assert set(rows["commodity"]) <= set(year.summary["commodity"])
    off = rows[rows["difference"].abs() > THRESHOLDS[measure]]
    assert off.empty, off
    assert year.worst < 1e-9


def test_every_commodity_is_compared(year):
    everything = set(bundled()["commodities"]["commodity"])
    assert set(year.summary["commodity"]) == everything
    assert set(year.production["commodity"]) == everything
    assert set(year.prices["commodity"]) == everything
    traded = {year.base.net.node_commodity[i] for i in year.base.net.route_to}
    assert set(year.flows["commodity"]) == traded
    assert len(year.prices) == len(year.base.net.nodes)
    assert year.flows.groupby("commodity").size().max() == TOP_FLOWS
    copper = year.flows[year.flows["commodity"] == "copper_concentrate"]
    assert copper["reconciled"].is_monotonic_decreasing
    assert copper["rank"].tolist() == list(range(1, TOP_FLOWS + 1))


def test_large_producers_are_as_reported_or_have_a_reason(year):
    rows = year.reported
    assert len(rows) > 40
    assert (rows["share"] > LARGE).all()
    off = rows[rows["difference"].abs() > THRESHOLDS["reported"]]
    assert (off["reason"] != "").all(), off
    assert year.summary["ok"].all()
    # and no reason is left over for something that agrees
    told = {(r["commodity"], r["stage"], r["region"]) for r in exceptions()}
    assert told == set(zip(off["commodity"], off["stage"], off["region"], strict=True))
    sources = set(bundled()["sources"]["source"])
    assert all(set(r["source"].split(";")) <= sources and r["quality"] for r in exceptions())


def test_lithium_in_china_is_off_by_the_halted_mine(year):
    row = year.reported.set_index(["commodity", "region"]).loc[("lithium_carbonate", "CHN")]
    assert row["reconciled"] - row["reported"] == pytest.approx(59_000 * 143 / 365, rel=0.1)
    assert "Jianxiawo" in row["reason"]


def test_adjustments_and_wedges_come_by_size(year):
    assert year.adjustments["in_sigma"].abs().is_monotonic_decreasing
    assert year.wedges["share"].abs().is_monotonic_decreasing
    assert {"plant", "route"} == set(year.wedges["kind"])


def test_a_statistic_that_plants_miss_is_named():
    found = base_year(reported(two_regions(), 150.0)).reported
    assert found[["region", "share"]].to_numpy().tolist() == [["A", 1.0]]
    assert found["difference"][0] == pytest.approx(0.0, abs=0.02)
    missed = base_year(reported(two_regions(), 120.0))
    assert missed.reported["difference"][0] == pytest.approx(150 / 120 - 1, rel=0.05)
    ore = missed.summary.set_index("commodity").loc["ore"]
    assert not ore["ok"]
    assert ore["verdict"] == "reproduced; 0 of 1 large producer as reported; A +25.0% (no reason known)"


def test_a_reason_explains_only_the_difference_that_follows_from_it(monkeypatch):
    row = {"commodity": "ore", "stage": "mine", "region": "A", "reason": "a strike", "source": "x"}
    world = reported(two_regions(), 120.0)
    for expected, ok in (("0.24", True), ("0.05", False), ("-0.25", False)):
        monkeypatch.setattr("oreflow.market.baseyear.exceptions", lambda e=expected: [{**row, "expected": e}])
        year = base_year(world)
        assert bool(year.summary.set_index("commodity").loc["ore", "ok"]) is ok
        assert year.reported["reason"].tolist() == ["a strike" if ok else ""]


def test_a_scope_is_solved_alone():
    year = base_year(bundled(), ("gallium",))
    assert set(year.summary["commodity"]) == {"gallium_primary", "gallium_refined"}
    assert set(year.reported["commodity"]) == {"gallium_primary"}
    with pytest.raises(UnknownNameError, match="galium"):
        base_year(bundled(), ("galium",))
