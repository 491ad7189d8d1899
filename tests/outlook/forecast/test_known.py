"""The series of the bundled world."""

from __future__ import annotations

import math

import pytest

from oreflow.atlas import World, bundled
from oreflow.errors import DataError, UnknownNameError
from oreflow.outlook.forecast import WHAT, forecast, known, series_of


@pytest.fixture(scope="module")
def world() -> World:
    return bundled()


def test_every_kind_has_series_with_unit_and_source(world: World) -> None:
    sources = set(world.sources["source"])
    for what in WHAT:
        found = known(world, what)
        assert found
        for s in found:
            assert s.unit
            assert set(s.source.split(";")) <= sources
            assert s.what == what


def test_no_two_have_one_name(world: World) -> None:
    for what in WHAT:
        names = [(s.name, s.step) for s in known(world, what)]
        assert len(names) == len(set(names))


def test_the_whole_is_taken_rather_than_a_part(world: World) -> None:
    s = series_of(world, "nickel", what="consumption")
    assert s.basis == "Consumption: Apparent, total"
    assert s.unit == "t/yr"
    assert series_of(world, "copper", what="consumption").values[-1] == 2_200_000
    assert s.name == "Apparent consumption of refined nickel, United States (Consumption: Apparent, total)"


def test_the_values_are_those_of_the_table(world: World) -> None:
    rows = world.prices
    rows = rows[(rows["commodity"] == "copper_refined") & (rows["period"].str.len() == 7)].sort_values(
        "period"
    )
    s = series_of(world, "copper")
    assert s.commodity == "copper_refined"
    assert s.periods == tuple(rows["period"])
    assert s.values == tuple(rows["value"])
    assert s.name == "Price of refined copper, LME grade A"


def test_a_missing_month_is_filled_and_said(world: World) -> None:
    s = series_of(world, "phosphate_rock")
    i = s.periods.index("2023-11")
    assert s.values[i] == pytest.approx(math.sqrt(s.values[i - 1] * s.values[i + 1]))
    assert "2023-11 missing, filled" in s.note


def test_a_longer_gap_begins_the_series_anew(world: World) -> None:
    rows = world.prices
    gone = (rows["commodity"] == "zinc_refined") & rows["period"].isin(["2005-03", "2005-04"])
    s = series_of(world.with_(prices=rows[~gone]), "zinc_refined")
    assert s.periods[0] == "2005-05"


def test_shares_know_their_ends_and_bounds_are_no_values(world: World) -> None:
    s = series_of(world, "copper_refined", what="reliance")
    assert (s.low, s.high, s.unit) == (0.0, 100.0, "%")
    assert s.values == (44.0, 41.0, 42.0, 45.0, 57.0)
    with pytest.raises(DataError, match="no series of reliance of lithium"):
        series_of(world, "lithium", what="reliance")


def test_production_is_of_one_source_and_the_world_is_its_sum(world: World) -> None:
    whole = series_of(world, "copper_concentrate", what="production")
    assert whole.region == "WLD"
    assert len(whole.source.split(";")) == 1
    rows = world.production
    mine = rows[(rows["commodity"] == "copper_concentrate") & (rows["source"] == whole.source)]
    assert whole.values[-1] == pytest.approx(mine.loc[mine["year"] == int(whole.last), "quantity"].sum())
    assert series_of(world, "copper", what="production", region="CHL").region == "CHL"


def test_batteries_are_those_of_the_vehicles_sold(world: World) -> None:
    s = series_of(world, "ev_battery", what="batteries")
    rows = world.sales
    sold = rows[(rows["scenario"] == "history") & (rows["year"] == int(s.last))]
    assert (s.region, s.unit) == ("WLD", "GWh/yr")
    assert s.values[-1] == pytest.approx(sold["energy"].sum())
    assert series_of(world, "ev_battery", what="batteries", region="CHN").values[-1] < s.values[-1]


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("coper",), UnknownNameError, "unknown commodity 'coper'. Did you mean 'copper'"),
        (("copper", "price", "XYZ"), UnknownNameError, "unknown region 'XYZ'"),
        (("copper", "prise"), UnknownNameError, "unknown kind of series 'prise'. Did you mean 'price'"),
        (("copper_concentrate",), DataError, "Commodities with one: copper_refined"),
        (("copper", "price", "IND"), DataError, "There is one for EUR, USA"),
        (("magnet",), DataError, "ndpr_oxide"),
    ],
)
def test_what_is_not_there_is_said(world: World, words, error, said: str) -> None:
    name, *rest = words
    with pytest.raises(error) as caught:
        series_of(world, name, **dict(zip(("what", "region"), rest, strict=False)))
    assert said in str(caught.value)


def test_a_forecast_of_the_world(world: World) -> None:
    f = forecast(world, "nickel", models=("naive", "drift"))
    assert f.series.region == "EUR"
    assert f.horizon == 12
    assert f.scores
    short = forecast(world, "lithium_carbonate", what="production")
    assert (short.verdict, short.horizon) == ("short", 3)
