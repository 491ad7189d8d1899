"""Published figures on floors and the hedge, and the fits that the table of price processes cites."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from oreflow.respond.floor import validation as floor
from oreflow.respond.hedge import validation as hedge
from oreflow.respond.prices import fit, table

IMF = Path(__file__).parents[3] / "shared/data/prices/imf_pcps_monthly_selected.csv"


@pytest.mark.parametrize("rows", [floor.rows(), hedge.rows()], ids=["floor", "hedge"])
def test_every_row_is_within_its_tolerance(rows: list) -> None:
    assert len(rows) >= 4
    assert [r["case"] for r in rows if not r["ok"]] == []


def test_mp_materials_is_exact() -> None:
    assert floor.rows()[0]["ours"] == 41.0


def series(name: str) -> np.ndarray:
    if not IMF.exists():
        pytest.skip("the public source files are not beside the checkout")
    with IMF.open(encoding="utf-8") as stream:
        return np.array([float(r["value"]) for r in csv.DictReader(stream) if r["series"].startswith(name)])


def test_the_process_of_ndpr_is_the_fit_that_it_cites() -> None:
    found = fit(series("Rare earth carbonate")).process
    known = table()
    assert known["ndpr_oxide", "half_life"].value == pytest.approx(found.half_life, rel=0.05)
    assert known["ndpr_oxide", "volatility"].value == pytest.approx(found.volatility, abs=0.005)
    ratio = found.level / series("Rare earth carbonate")[-9:].mean()
    assert known["ndpr_oxide", "level"].range.low == pytest.approx(69_000 * ratio, rel=0.01)


def test_the_process_of_lithium_brackets_the_fit_to_the_metal() -> None:
    metal = series("Lithium metal")
    found = fit(metal).process
    known = table()
    assert known["lithium_carbonate", "half_life"].range.high == pytest.approx(found.half_life, rel=0.02)
    assert known["lithium_carbonate", "volatility"].range.low == pytest.approx(found.volatility, abs=0.01)
    assert known["lithium_carbonate", "level"].value == pytest.approx(
        9_000 * found.level / metal[-9:].mean(), rel=0.01
    )


def test_the_correlation_is_that_of_the_two_quotations() -> None:
    both = [np.log(series(n)) for n in ("Lithium metal", "Rare earth carbonate")]
    month, year = (np.corrcoef(*(x[k:] - x[:-k] for x in both))[0, 1] for k in (1, 12))
    told = table()["any", "correlation"]
    assert told.value == pytest.approx(month, abs=0.02)
    assert told.range.high == pytest.approx(year, abs=0.03)


def test_the_ends_of_the_levels_are_the_averages_that_they_cite() -> None:
    from oreflow.atlas import bundled

    prices = bundled()["prices"]
    for commodity in ("lithium_carbonate", "ndpr_oxide"):
        hit = prices[(prices["commodity"] == commodity) & (prices["region"] == "CHN")]
        yearly = hit[hit["period"].str.len() == 4]["value"]
        assert table()[commodity, "level"].range.high == pytest.approx(
            np.exp(np.log(yearly).mean()), rel=0.01
        )
