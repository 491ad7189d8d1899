"""``oreflow screen``: tables, JSON, CSV and page, and one clear line for what is wrong."""

from __future__ import annotations

import csv
import json

import pytest

from oreflow.cli import run

SMALL = ["screen", "--mineral", "gallium", "--months", "3"]


def test_tables_and_files(tmp_path, capsys) -> None:
    page, rows = tmp_path / "a" / "s.html", tmp_path / "s.csv"
    assert run([*SMALL, "--html", str(page), "--out", str(rows)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("United States: what it costs when one supplier's exports to it stop for 3 months")
    assert "Gallium stands first: an expected loss of" in out
    assert "in million USD a year" in out
    assert "It is not a loss in GDP" in out
    assert "The chances are assumed" in out
    assert "written" in err
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    with rows.open(encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert {r["commodity"] for r in table} == {"gallium_primary", "gallium_refined"}
    for r in table:
        assert float(r["expected_loss"]) == pytest.approx(float(r["probability"]) * float(r["loss"]))


def test_json_says_the_same(capsys) -> None:
    assert run(["screen", "--mineral", "gallium", "--mode", "output", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["measure"] == "surplus"
    assert (made["region"], made["mode"], made["months"], made["share"]) == ("USA", "output", 12, 0.05)
    (ranked,) = made["minerals"]
    total = sum(s["probability"] * s["loss"] for s in made["stops"])
    assert ranked["expected_loss"] == pytest.approx(total)
    assert {s["commodity"] for s in made["stops"] if s["capped"]} == {"gallium_primary"}
    assert any("value of lost load" in t for t in made["trust"])


def test_an_input_output_table_adds_gdp(tmp_path, capsys) -> None:
    table = tmp_path / "io.csv"
    table.write_text(
        "industry,final_demand,input:chips,use:gallium_refined\nchips,1e9,0.1,1e-9\n", encoding="utf-8"
    )
    assert run([*SMALL, "--economy", str(table)]) == 0
    out = capsys.readouterr().out
    assert "loss and lost GDP in million USD" in out
    assert "Value added comes from the input-output table io.csv" in out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--region", "USB"], 2, "unknown region 'USB'. Did you mean 'USA'"),
        (["--mineral", "galium"], 2, "unknown mineral 'galium'. Did you mean 'gallium'"),
        (["--share", "5"], 2, "share is 5"),
        (["--mineral", "rare_earths"], 2, "no supplier of rare_earths has a share of 0.05 or more"),
        (["--months", "99"], 2, "months is 99"),
        (["--workers", "0"], 2, "workers is 0"),
        (["--html", "x.pdf"], 2, "--html x.pdf: the name must end in .html or .htm"),
        (["--out", "x.txt"], 2, "--out x.txt: the name must end in .csv"),
        (["--economy", "none.csv"], 4, "none.csv: no such file"),
        (["--mode", "imports"], 2, "imports"),
    ],
)
def test_one_line_for_what_is_wrong(words, code, message, capsys) -> None:
    assert run(["screen", *words]) == code
    assert message in capsys.readouterr().err


def test_a_folder_is_refused_before_anything_is_computed(tmp_path, capsys) -> None:
    folder = tmp_path / "x.csv"
    folder.mkdir()
    assert run(["screen", "--out", str(folder)]) == 2
    assert "this is a folder" in capsys.readouterr().err
