"""``oreflow hedge`` and ``oreflow floor``: text, JSON and page, and one clear line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oreflow.cli import run

ROOT = Path(__file__).parents[2]
HEDGE = ["hedge", "--firm", "catl", "--no-market", "--draws", "80", "--years", "2"]
FLOOR = [
    "floor",
    "--price",
    "ndpr_oxide",
    "--strike",
    "110 USD/kg NdPr",
    "--quantity",
    "1000",
    "--draws",
    "60",
]


def test_hedge_text_and_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "h.html"
    assert run([*HEDGE, "--html", str(page)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Sodium-ion as a hedge against dear lithium: Contemporary Amperex")
    assert "oreflow hedge --firm catl --years 2 --draws 80 --no-market" in " ".join(out.split())
    assert "written" in err
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_hedge_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*HEDGE, "--json", "--premium", "5"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["breakeven"]["threshold"] == pytest.approx(9000 + 5000 / 0.487, abs=2)
    assert made["maker"]["firm"] == "catl"
    assert made["price_effect"] is None
    assert len(made["premia"]) == 5


def test_floor_json_says_41(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*FLOOR, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    (one,) = made["floors"]
    assert one["year_on_1000_at_price_2025_usd"] == 41_000_000
    assert one["financing"] is None
    assert one["cost_usd"]["p05"] < one["cost_usd"]["mean"] < one["cost_usd"]["p95"]


def test_the_price_now_may_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    costs = []
    for now in ("50 USD/kg NdPr", "69000", "100000"):
        assert run([*FLOOR, "--no-market", "--now", now, "--json"]) == 0
        costs.append(json.loads(capsys.readouterr().out)["floors"][0]["cost_usd"]["mean"])
    assert costs == sorted(costs, reverse=True)
    assert run([*FLOOR, "--no-market", "--now", "100000"]) == 0
    out = capsys.readouterr().out
    assert "at the price as given" in out
    assert "10 million USD" in out.replace("\u00a0", " ")
    assert run([*HEDGE, "--json", "--now", "40000"]) == 0
    assert json.loads(capsys.readouterr().out)["chance_above_breakeven_by_year"][0] > 0.2


def test_floor_of_a_file_and_of_a_plant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "f.html"
    terms = str(ROOT / "examples/floor/bald-hill.yaml")
    assert run(["floor", "--terms", terms, "--no-market", "--draws", "60", "--html", str(page)]) == 0
    assert "A floor under the lithium" in capsys.readouterr().out
    assert "<svg" in page.read_text("utf-8")
    words = [
        "floor",
        "--project",
        "bald_hill",
        "--strike",
        "9000",
        "--years",
        "5",
        "--operating",
        "7000 USD/t LCE",
    ]
    assert run([*words, "--no-market", "--draws", "60", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["floors"][0]["project"]["operating"]["value"] == 7000
    assert (
        0
        <= made["floors"][0]["financing"]["prob_without"]
        <= made["floors"][0]["financing"]["prob_with"]
        <= 1
    )


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["floor"], 2, "say what the floor is"),
        (["floor", "--strike", "5"], 2, "--strike needs --project PLANT"),
        (["floor", "--strike", "5", "--price", "ndpr_oxide"], 2, "--price needs --quantity"),
        (["floor", "--strike", "-5", "--price", "ndpr_oxide", "--quantity", "1"], 2, "strike is -5"),
        (["floor", "--strike", "5", "--project", "bald_hil"], 2, "Did you mean 'bald_hill'"),
        (["floor", "--strike", "5", "--project", "bald_hill", "--quantity", "1e9"], 2, "Lower the quantity"),
        (["floor", "--strike", "5", "--project", "bald_hill", "--years", "-1"], 2, "years is -1"),
        (["floor", "--strike", "5", "--project", "bald_hill", "--price", "ndpr_oxide"], 2, "leave --price out"),
        (["floor", "--strike", "5 USD/kg Cu", "--price", "ndpr_oxide", "--quantity", "1"], 4, "Cu"),
        (["floor", "--terms", "none.yaml"], 4, "none.yaml"),
        (["floor", "--strike", "5", "--price", "gallium_refined", "--quantity", "1"], 4, "no price process"),
        (["floor", "--strike", "5", "--price", "x", "--quantity", "1"], 2, "unknown commodity 'x'"),
        ([*FLOOR, "--now", "-3"], 2, "the price now is -3"),
        (["hedge", "--firm", "catll"], 2, "Did you mean 'catl'"),
        (["hedge", "--use", "boats"], 2, "unknown use"),
        (["hedge", "--region", "KOR"], 4, "there are some in CHN"),
        (["hedge", "--decline", "2", "--no-market"], 2, "yearly fall"),
        (["hedge", "--price-draws", "no-such-folder"], 4, "no-such-folder"),
        (["hedge", "--html", "a.pdf"], 2, "must end in .html"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(
    words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == code
    assert message in capsys.readouterr().err
