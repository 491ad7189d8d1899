"""Indicators that others published, from the bundled world."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oreflow.atlas import bundled
from oreflow.gauge import bottleneck, concentration, geopolrisk, hhi, recompute
from oreflow.gauge.geopolrisk import instability
from oreflow.gauge.validation import CONCENTRATION, rows

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.mark.parametrize(
    ("commodity", "stage", "index", "rest"), [(c, s, h, n) for c, s, _, h, n in CONCENTRATION]
)
def test_concentration_from_mcs_2026(commodity: str, stage: str, index: float, rest: float) -> None:
    c = concentration(bundled(), commodity, stage=stage, year=2025, edition="MCS 2026")
    assert c.hhi == pytest.approx(index, abs=0.0006)
    assert c.n_minus_1 == pytest.approx(rest, abs=0.0051)


def test_us_copper_net_import_reliance() -> None:
    cells = recompute(bundled(), mineral="copper")
    assert [r.year for r in cells] == [2021, 2022, 2023, 2024, 2025]
    assert [r.value for r in cells] == pytest.approx([44.2, 40.9, 41.7, 45.1, 56.8], abs=0.05)
    assert [r.printed for r in cells] == ["44", "41", "42", "45", "57"]


EXCEPTIONS = {("phosphate_rock", 2025)}
"""The printed cell does not follow from its own rows; see the note in reliance.csv."""


def test_every_us_cell_that_can_be_recomputed_is_within_a_point() -> None:
    cells = recompute(bundled())
    assert len(cells) == 65
    open_ones = {r.series for r in cells if r.value != r.value}
    assert open_ones == {"lithium", "rare_earth_concentrates"}
    assert all(r.reason for r in cells if r.value != r.value)
    off = {(r.series, r.year) for r in cells if abs(r.difference) > 1.0}
    assert off == EXCEPTIONS


def test_phosphate_2025_is_imports_alone() -> None:
    table = bundled().salient
    of = table[(table["commodity"] == "phosphate_rock") & (table["year"] == 2025)].set_index("detail")[
        "value"
    ]
    assert 100 * of["Imports for consumption"] / of["Consumption, apparent"] == pytest.approx(16.2, abs=0.05)


def test_china_lithium_stops_at_the_mines_and_us_copper_at_the_smelters() -> None:
    china = bottleneck(bundled(), "lithium", "CHN")
    assert (china.stage, china.binding) == ("mining", ("mining",))
    assert china["mining"].dual == pytest.approx(1.0)
    usa = bottleneck(bundled(), "copper", "USA")
    assert (usa.stage, usa.binding) == ("refining", ("refining",))
    assert usa["refining"].processes == ("copper_smelting",)
    # The design's second case: with 790 kt of smelting the mines hold the chain.
    plants = bundled().plants.copy()
    smelters = (plants["process"] == "copper_smelting") & (plants["region"] == "USA")
    smelters &= plants["status"] == "operating"
    plants.loc[smelters, "capacity"] *= 790e3 / plants.loc[smelters, "capacity"].sum()
    assert bottleneck(bundled().with_(plants=plants), "copper", "USA").stage == "mining"


def test_all_rows_of_the_validation_page_hold_but_the_known_one() -> None:
    missed = [r["case"] for r in rows() if not r["ok"]]
    assert len(missed) == len(EXCEPTIONS)
    assert "phosphate rock, 2025" in missed[0]
    assert "imports alone give 16.2" in missed[0]


@pytest.mark.shared
def test_geopolrisk_of_us_nickel_2022_from_the_public_files() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is not there: GeoPolRisk is not compared with its public files")
    mined = pd.read_csv(SHARED / "world_mining_data" / "world_mining_data_2018_2024.csv")
    mined = mined[(mined["commodity"] == "Nickel") & (mined["year"] == 2022)].dropna(subset=["production"])
    baci = pd.read_csv(SHARED / "baci" / "baci_hs92_battery_minerals_1995_2024.csv.gz")
    ore = baci[(baci["hs92"] == 260400) & (baci["importer"] == "USA") & (baci["year"] == 2022)]
    wgi = pd.read_csv(SHARED / "world_mining_data" / "wgi_political_stability.csv")
    by_country = dict(zip(*wgi.loc[wgi["year"] == 2022, ["iso3", "estimate"]].to_numpy().T, strict=True))
    estimate = np.array([by_country[c] for c in ore["exporter"]], dtype=float)
    domestic = float(mined.loc[mined["iso3"] == "USA", "production"].sum())
    g = geopolrisk(hhi(mined["production"]), ore["qty_t"], instability(estimate), domestic)
    assert g.hhi == pytest.approx(0.26749, abs=5e-6)
    assert g.production == 17500.0
    # A later edition of BACI and of the governance indicators moves imports and instability by half a percent.
    assert g.imports == pytest.approx(37.495, rel=0.01)
    assert g.weighted_imports == pytest.approx(21.17974, rel=0.01)
    assert g.score == pytest.approx(0.00032304331528, rel=0.01)
    assert np.isfinite(estimate).all()
