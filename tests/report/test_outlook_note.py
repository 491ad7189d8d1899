"""The aside that says where a price stood and what its past alone says of it."""

from __future__ import annotations

import pytest

from oreflow.atlas import bundled
from oreflow.outlook.forecast import scoreboard_row, series_of
from oreflow.report.assemble.outlook import forecast_note


@pytest.fixture(scope="module")
def world():
    return bundled()


def test_a_monthly_price_with_its_score(world) -> None:
    note = forecast_note(world, "copper_refined")
    assert note is not None
    s = series_of(world, "copper_refined")
    value, change, low, middle, high, ratio, origins, covered = note.figures
    assert (value.value, value.unit, value.source) == (s.values[-1], "USD/t Cu", "worldbank_pink_sheet")
    assert change.value == pytest.approx(100 * (s.values[-1] / s.values[-13] - 1))
    assert low.value < middle.value < high.value
    row = scoreboard_row(s)
    assert row is not None
    assert (ratio.value, origins.value) == (float(row["ratio"]), float(row["scored"]))
    assert 60 < covered.value < 100
    assert note.plain.startswith("The price of refined copper (LME grade A) stood at")
    assert "no model is shown to beat it" in note.plain


def test_a_yearly_price_says_that_it_is_not_scored(world) -> None:
    note = forecast_note(world, "lithium_carbonate")
    assert note is not None
    assert "5\u00a0yearly figures are too few to score a forecast" in note.plain
    assert note.figures[2].value < note.figures[3].value < note.figures[4].value


def test_an_ore_is_told_by_its_metal_and_a_cell_not_at_all(world) -> None:
    assert forecast_note(world, "copper_concentrate") == forecast_note(world, "copper_refined")
    assert forecast_note(world, "nmc_cell") is None
    assert forecast_note(world, "unobtainium") is None


def test_other_prices_have_no_score_from_the_table(world) -> None:
    prices = world.prices
    changed = prices.assign(
        value=prices["value"].where(prices["commodity"] != "copper_refined", prices["value"] * 1.01)
    )
    assert forecast_note(world.with_(prices=changed), "copper_refined") is None
    assert forecast_note(world.with_(prices=changed), "zinc_refined") is not None
