"""``oreflow outlook``: text, JSON and page, and one clear line for what is wrong."""

from __future__ import annotations

import json

import pytest

from oreflow.cli import run

SMALL = ["outlook", "copper", "--draws", "20"]


def test_text_and_page(tmp_path, capsys) -> None:
    page = tmp_path / "o.html"
    assert run([*SMALL, "--policy", "permit_time_halved", "--html", str(page)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Outlook for copper in the United States to 2040")
    assert "Gap to supply and gap to demand are two numbers" in " ".join(out.split())
    assert "62.2 % of domestic supply and 38.4 % of demand" in " ".join(out.split())
    assert "permit time halved" in out.lower()
    assert "written" in err
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.count("<svg") >= 7
    assert "oreflow outlook copper --region USA --to 2040" in text


def test_json_says_the_same(capsys) -> None:
    assert run([*SMALL, "--to", "2030", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["place"] == "USA"
    assert made["years"] == [2025, 2026, 2027, 2028, 2029, 2030]
    (m,) = made["minerals"]
    assert [s["stage"] for s in m["stages"]] == ["mined", "refined"]
    for s in m["stages"]:
        assert [k["year"] for k in s["milestones"]] == [2025, 2030]
        for k in s["milestones"]:
            assert k["gap"] == pytest.approx(k["demand"] - k["supply"])
            assert k["gap_to_demand"] == pytest.approx(100 * k["gap"] / k["demand"])
    assert len(made["run"]) == 12


def test_many_minerals_have_tables_and_no_charts(capsys) -> None:
    assert (
        run(["outlook", "gallium", "zinc", "molybdenum", "manganese", "--region", "EU27", "--draws", "2"])
        == 0
    )
    out = capsys.readouterr().out
    assert "Whom molybdenum hangs on" in out
    assert "by product" not in out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["outlook", "lithum"], 2, "Did you mean 'lithium'"),
        (["outlook", "--region", "UAS"], 2, "region or bloc"),
        (["outlook", "--to", "2020"], 2, "the base year is 2025"),
        (["outlook", "--scenario", "STEP"], 2, "Did you mean 'STEPS'"),
        (["outlook", "--policy", "permit_halved"], 2, "Did you mean 'permit_time_halved'"),
        (["outlook", "--html", "page.txt"], 2, "must end in .html"),
    ],
)
def test_bad_input_is_one_line_with_the_nearest_name(words, code, says, capsys) -> None:
    assert run(words) == code
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err
