"""Gaps, reliance and N-1 by hand, and against the gauge and published figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import DataError
from oreflow.gauge.outlook import outlook_covers
from oreflow.outlook.compare import iea_cover
from oreflow.outlook.measures import concentration, gap_to_demand, gap_to_supply, net_import_reliance


def test_the_gaps_of_the_report_of_2035():
    assert gap_to_supply(2.92e6, 1.80e6) == pytest.approx(62.2, abs=0.05)
    assert gap_to_demand(2.92e6, 1.80e6) == pytest.approx(38.4, abs=0.05)
    assert gap_to_supply(107e3, 28e3) == pytest.approx(282, abs=0.5)
    assert gap_to_demand(107e3, 28e3) == pytest.approx(73.8, abs=0.05)


@given(st.floats(1, 1e9), st.floats(1, 1e9))
def test_the_two_gaps_are_bound_to_each_other(demand, supply):
    s, d = gap_to_supply(demand, supply), gap_to_demand(demand, supply)
    assert s * supply == pytest.approx(d * demand, rel=1e-9, abs=1e-6)
    assert (s > 0) == (d > 0)
    assert d <= 100


def test_nothing_to_divide_by_gives_nothing():
    assert gap_to_supply(5.0, 0.0) is None
    assert gap_to_demand(0.0, 5.0) is None
    assert net_import_reliance(0.0, 1.0, 1.0) is None
    with pytest.raises(DataError, match="below zero"):
        gap_to_demand(5.0, -1.0)


def test_reliance_takes_off_refining_and_scrap_and_goes_below_zero():
    assert net_import_reliance(100.0, 40.0, 10.0) == 50.0
    assert net_import_reliance(100.0, 120.0, 0.0) == pytest.approx(-20.0)


def test_the_largest_is_a_country_and_never_a_group():
    found = concentration({"ROW": 60.0, "CHN": 30.0, "AUS": 10.0}, 80.0, more=20.0)
    assert (found.largest, found.share, found.cover) == ("CHN", 0.25, pytest.approx(90 / 80))
    assert concentration({"ROW": 5.0}, 10.0).largest == ""


@pytest.mark.parametrize(
    "commodity", ["lithium_carbonate", "copper_refined", "cobalt_refined", "nickel_refined", "ndpr_oxide"]
)
def test_n_1_of_the_agency_is_the_gauges(commodity):
    world = bundled()
    theirs = {
        (c.stage, c.year): c.cover
        for c in outlook_covers(world, commodity)
        if c.scenario in ("STEPS", "base")
    }
    checked = 0
    for (stage, year), cover in theirs.items():
        ours = iea_cover(world, commodity, year, "STEPS", stage=stage)
        if ours is not None:
            assert ours / 100 == pytest.approx(cover, rel=1e-9), (stage, year)
            checked += 1
    assert checked >= 3
