"""The table of gauges and its command, on the bundled world."""

import json

import pytest
from click.testing import CliRunner

from oreflow.atlas import bundled
from oreflow.cli.gauge import gauge
from oreflow.errors import UnknownNameError
from oreflow.gauge import gauges
from oreflow.gauge.report import INDICATORS

MINERALS = sorted(set(bundled().commodities["mineral"]))


@pytest.mark.parametrize("mineral", MINERALS)
def test_every_figure_of_every_mineral_has_its_provenance(mineral: str) -> None:
    table = gauges(bundled(), mineral, "USA")
    assert len(table) > 0
    for _, row in table.iterrows():
        where = f"{row['indicator']} of {row['subject']}"
        assert row["unit"], where
        assert row["method"], where
        assert row["year"] >= 2020, where
        if row["value"] == row["value"]:
            assert row["source"], where
            assert row["edition"], where
    known = set(bundled().sources["source"])
    assert {s for v in table["source"] for s in v.split(";") if s} <= known


def test_every_indicator_is_explained_and_none_is_idle() -> None:
    shown = {
        (name.split(":")[0], unit)
        for mineral in MINERALS
        for name, unit in gauges(bundled(), mineral, "USA")[["indicator", "unit"]].to_numpy()
    }
    assert {name for name, _ in shown} == set(INDICATORS)
    assert all(INDICATORS[name][0] in {unit, "unit/yr"} for name, unit in shown)


def test_shares_and_scores_stay_within_their_bounds() -> None:
    for mineral in MINERALS:
        table = gauges(bundled(), mineral, "CHN")
        part = table[
            table["indicator"].isin(["hhi", "n_minus_1_share", "largest_source_share", "geopolrisk"])
        ]
        assert part["value"].between(0.0, 1.0 + 1e-9).all(), mineral
        assert (table.loc[table["indicator"] == "gap_to_demand", "value"] <= 100.0).all(), mineral


def test_the_three_reliances_of_us_copper_are_three_numbers() -> None:
    table = gauges(bundled(), "copper", "USA")
    reliance = table[table["indicator"] == "net_import_reliance"]
    assert reliance["value"].tolist() == pytest.approx([56.8], abs=0.05)
    stated = table[table["year"] == 2035].query("region == 'USA'").set_index("indicator")["value"]
    assert stated["gap_to_supply"] == pytest.approx(62.2, abs=0.05)
    assert stated["gap_to_demand"] == pytest.approx(38.4, abs=0.05)


def test_one_commodity_shows_only_its_own_rows_and_the_chain() -> None:
    table = gauges(bundled(), "copper_refined", "USA")
    assert not table["subject"].str.startswith("copper_concentrate").any()
    assert (table["indicator"] == "domestic_throughput").sum() == 1
    assert set(gauges(bundled(), "copper_refined")["region"]) == {"world"}


def test_a_region_without_a_chain_has_no_bottleneck_rows() -> None:
    table = gauges(bundled(), "lithium", "COD")
    assert not table["indicator"].str.startswith(("domestic", "stage", "bypass")).any()


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="lithium"):
        gauges(bundled(), "litium")
    with pytest.raises(UnknownNameError, match="USA"):
        gauges(bundled(), "lithium", "UAS")


def test_the_command_prints_what_the_function_returns() -> None:
    run = CliRunner().invoke(gauge, ["cobalt", "--region", "usa", "--json"])
    assert run.exit_code == 0
    shown = json.loads(run.stdout)
    table = gauges(bundled(), "cobalt", "USA")
    assert [r["indicator"] for r in shown] == table["indicator"].tolist()
    assert shown[0]["value"] == pytest.approx(table["value"].iloc[0])
    text = CliRunner().invoke(gauge, ["cobalt"])
    assert text.exit_code == 0
    assert "MCS 2026" in text.stdout
    assert "usgs_mcs_2026" in text.stdout


def test_the_command_takes_a_users_tables(tmp_path) -> None:  # type: ignore[no-untyped-def]
    plants = bundled().plants
    smelters = plants[(plants["process"] == "copper_smelting") & (plants["region"] == "USA")]
    lines = [f"{p},2000000" for p in smelters["plant"]]
    (tmp_path / "plants.csv").write_text("\n".join(["plant,capacity", *lines]) + "\n")
    run = CliRunner().invoke(gauge, ["copper", "--region", "USA", "--with", str(tmp_path), "--json"])
    assert run.exit_code == 0, run.output
    held = {r["indicator"]: r["detail"] for r in json.loads(run.stdout)}
    assert held["domestic_throughput"] == "held by mining"
