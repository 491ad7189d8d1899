"""``oreflow forecast``: text, JSON, CSV and page, and one clear line for what is wrong."""

from __future__ import annotations

import csv
import json
import math

import pytest

from oreflow.cli import run

FAST = ["--model", "drift"]


def test_a_price(tmp_path, capsys) -> None:
    page, rows = tmp_path / "a" / "f.html", tmp_path / "f.csv"
    assert run(["forecast", "copper", *FAST, "--html", str(page), "--out", str(rows)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Forecast: Price of refined copper, LME grade A")
    for words in ("It stood at", "The naive forecast is given.", "Candidates", "nine in ten", "How far to trust it",
                  "worldbank_pink_sheet", "oreflow forecast copper --model drift"):  # fmt: skip
        assert words in out
    assert err.count("written") == 2
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert text.count("<svg") >= 3
    assert "<script" not in text
    with rows.open(encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["commodity"], row["model"], row["horizon"]) == ("copper_refined", "naive", "12")


def test_json_says_the_same(capsys) -> None:
    assert run(["forecast", "zinc", "nickel", *FAST, "--horizon", "3", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [f["series"]["commodity"] for f in made["forecasts"]] == ["zinc_refined", "nickel_refined"]
    for f in made["forecasts"]:
        assert len(f["path"]) == 3
        assert f["path"][0]["q10"] < f["path"][0]["median"] < f["path"][0]["q90"]
        assert f["scores"][0]["low"] is None


def test_a_need_and_a_series_of_ones_own(tmp_path, capsys) -> None:
    assert run(["forecast", "lithium_carbonate", "--what", "production"]) == 0
    out = capsys.readouterr().out
    assert "5 values, one a year, are too few to score forecasts 3 years ahead" in out
    assert "not tested" in out
    mine = tmp_path / "mine.csv"
    mine.write_text(
        "period,value [EUR/t]\n"
        + "".join(f"{2015 + i // 4}-Q{i % 4 + 1},{100 + 9 * math.sin(i)}\n" for i in range(8))
    )
    assert run(["forecast", "--series", str(mine), "--horizon", "1"]) == 0
    out = capsys.readouterr().out
    assert "Forecast: mine" in out
    assert "EUR/t" in out


def test_means_over_quarters(capsys) -> None:
    assert run(["forecast", "zinc", "--step", "quarter", *FAST, "--json"]) == 0
    (f,) = json.loads(capsys.readouterr().out)["forecasts"]
    assert (f["series"]["last_period"], f["path"][-1]["period"]) == ("2025-Q3", "2026-Q3")
    assert f["series"]["quality"] == "derived"


def test_the_scoreboard(tmp_path, capsys) -> None:
    page = tmp_path / "b.html"
    assert run(["forecast", "--all", *FAST, "--json", "--html", str(page)]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["scored"] == 4
    assert len(made["series"]) == made["scored"] + 15
    assert made["better"] <= 1
    assert {r["verdict"] for r in made["series"][4:]} == {"short"}
    text = page.read_text("utf-8")
    assert "Scoreboard of forecasts" in text
    for r in made["series"][:4]:
        assert r["ratio_low"] <= r["ratio"] <= r["ratio_high"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 2, "name commodities, or give --series FILE, or --all"),
        (["copper", "--all"], 2, "one of the three"),
        (["--all", "--region", "USA"], 2, "--all takes no --region"),
        (["lithium", "--step", "quarter"], 2, "a quarter is shorter"),
        (["coper"], 2, "Did you mean 'copper'"),
        (["copper", "--model", "prophet"], 2, "unknown model 'prophet'"),
        (["copper", "--horizon", "999"], 2, "give 1 to 120 periods"),
        (["copper", "--seed", "-1"], 2, "seed -1"),
        (["copper", "--level", "nan"], 2, "between 0 and 1"),
        (["copper", "--level", "80"], 2, "between 0 and 1"),
        (["copper", "--html", "a.pdf"], 2, "must end in .html"),
        (["magnet"], 4, "no series of price of magnet"),
        (["--series", "none.csv"], 4, "there is no such file"),
    ],
)
def test_what_is_wrong_is_one_line(words: list[str], code: int, message: str, capsys) -> None:
    assert run(["forecast", *words]) == code
    out, err = capsys.readouterr()
    assert message in err
    assert not out
    assert "Traceback" not in err
