"""``oreflow reserve``: the answer as text, JSON, page and files, and one clear line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oreflow.cli import run

SPEC = """
reserve: small
budget: 20e6
minerals:
  gallium:
    forms:
      metal: {commodity: gallium_refined, storage: 5000, handling: 6000, release_rate: 8, buy_rate: 8, most: 20}
places:
  depot: {region: USA, legs: [{mode: rail, km: 600}]}
regimes:
- method: matrix
  regimes:
  - {name: calm}
  - {name: embargo, exports: [{origin: CHN, limit: 0.7, to: [allied]}, {origin: CHN, limit: 0, to: [USA]}]}
  matrix: [[0.95, 0.05], [0.2, 0.8]]
"""
SMALL = ["--iterations", "4", "--histories", "6", "--no-sizing", "--no-forecasts"]


def test_text_page_and_files_and_going_on(tmp_path: Path, capsys: Any) -> None:
    spec, page, out = tmp_path / "s.yaml", tmp_path / "r.html", tmp_path / "out"
    spec.write_text(SPEC, encoding="utf-8")
    assert run(["reserve", "--spec", str(spec), *SMALL, "--html", str(page), "--out", str(out)]) == 0
    text, err = capsys.readouterr()
    assert text.startswith("A reserve of gallium for United States")
    assert "What is left out" in text and "written" in err
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    kept = json.loads((out / "reserve.json").read_text(encoding="utf-8"))
    assert run(["reserve", "--spec", str(spec), *SMALL, "--out", str(out), "--resume", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["trained"]["bound"] == pytest.approx(kept["trained"]["bound"])
    assert again["regimes"]["stationary"] == pytest.approx([0.8, 0.2])
    assert again["strategies"][0]["saving"]["mean"] == 0.0


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 2, "name a mineral"),
        (["galium"], 2, "unknown mineral 'galium'. Did you mean 'gallium'"),
        (["gallium", "--region", "USB"], 2, "unknown region 'USB'"),
        (["gallium", "--budget", "-5"], 2, "the budget is -5"),
        (["gallium", "--risk-weight", "2"], 2, "weight of the tail is 2"),
        (["gallium", "--horizon", "0"], 2, "give at least 1 quarter"),
        (["gallium", "--horizon", "8", "--infinite"], 2, "not both"),
        (["gallium", "--resume"], 2, "--resume needs --out"),
        (["gallium", "--spec", "none.yaml"], 4, "there is no such file"),
        (["gallium", "--html", "page.txt"], 2, "must end in"),
        (["phosphate", "--region", "GAB"], 2, "no final demand for phosphate"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(words: list[str], code: int, message: str, capsys: Any) -> None:
    assert run(["reserve", *words]) == code
    err = capsys.readouterr().err
    assert message in err and len(err.strip().splitlines()) == 1


def test_regimes_of_a_file_stand_in_for_those_of_the_spec(tmp_path: Path, capsys: Any) -> None:
    spec, regimes = tmp_path / "s.yaml", tmp_path / "r.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    regimes.write_text(
        "regimes:\n- method: matrix\n  regimes: [{name: calm}]\n  matrix: [[0.9]]\n", encoding="utf-8"
    )
    assert run(["reserve", "--spec", str(spec), "--regimes", str(regimes), *SMALL]) == 4
    assert "row 'calm' (0.9) is no distribution" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hawthorne", "lithium"])
def test_the_examples_run(name: str, capsys: Any) -> None:
    file = Path(__file__).parents[2] / "examples" / "reserve" / f"{name}.yaml"
    assert run(["reserve", "--spec", str(file), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    saving = {s["name"]: s["saving"]["mean"] for s in made["strategies"]}
    assert saving["policy"] > 0
    assert saving["policy"] > max(saving[f"{d} days"] for d in (30, 60, 90))
    assert abs(saving["rule"] - saving["policy"]) < 0.25 * saving["policy"]
    for market in made["markets"]:
        assert market["price"] == pytest.approx(market["price_full_model"], rel=1e-6)
