"""The command that shows how well the base year is reproduced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oreflow.cli import run


def test_the_tables_and_a_verdict_for_each_commodity(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calibrate", "Gallium", "--top", "3"]) == 0
    out = capsys.readouterr().out
    verdict = next(line for line in out.splitlines() if line.startswith("gallium_primary"))
    assert verdict.endswith("reproduced; 1 of 1 large producer as reported")
    assert "production [%]" in out
    assert "within 0.5%" in out
    assert "wedge [USD/unit]" in out
    assert "2 of 2 commodities within the thresholds" in out
    table = out.split("Largest wedges")[1].splitlines()
    assert len([line for line in table if line.startswith(("plant", "route"))]) == 3


def test_a_producer_that_is_off_has_its_reason_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calibrate", "lithium"]) == 0
    out = capsys.readouterr().out
    told = next(line for line in out.splitlines() if line.startswith("lithium_carbonate in CHN (+6."))
    assert "Jianxiawo" in told
    assert told.endswith("Source: ncf_2025_08_11;usgs_mcs_2026.")


def test_json_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calibrate", "gallium", "--json", "--top", "0"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["scope"] == ["gallium"]
    assert [r["commodity"] for r in data["summary"]] == ["gallium_primary", "gallium_refined"]
    assert all(r["ok"] for r in data["summary"])
    assert data["worst_residual"] < 1e-9
    assert {"production", "prices", "flows", "reported", "adjustments", "wedges"} < set(data)
    china = next(r for r in data["reported"] if r["region"] == "CHN")
    assert china["reported"] == 900


def test_a_user_may_lay_figures_over_the_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plants.csv").write_text(
        "plant,output,capacity,quality\ngallium_recovery_chn,600,1200,reported\n"
    )
    assert run(["calibrate", "gallium", "--with", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "0 of 1 large producer as reported; CHN -" in out
    assert "1 of 2 commodities within the thresholds" in out


def test_a_mineral_that_is_none_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calibrate", "galium"]) != 0
    assert "gallium" in capsys.readouterr().err
