from __future__ import annotations

import json

import pytest

from oreflow.cli import run

RARE = ["attack", "--scope", "rare_earths"]


def test_it_says_what_hurts_most_and_how_sure_that_is(capsys) -> None:
    assert run([*RARE, "-k", "2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Losing China and ")
    assert "Proven: no two countries hurt more" in out
    assert "Greedy (the worst first" in out
    assert "● China" in out
    assert "Note: " in out
    assert "Solved: rare earths" in out


def test_json_has_it_all(capsys) -> None:
    assert run([*RARE, "--objective", "price", "--commodity", "magnet", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["format"] == "oreflow-attack/1"
    assert told["unit"] == "%"
    assert told["certificate"]["proven"] is True
    assert told["worst"]["lost"][0]["key"] == "CHN"
    assert [s["value"] for s in told["singles"]] == sorted(
        (s["value"] for s in told["singles"]), reverse=True
    )


def test_a_page_is_written(capsys, tmp_path) -> None:
    target = tmp_path / "new" / "worst.html"
    assert run([*RARE, "--html", str(target)]) == 0
    assert "written" in capsys.readouterr().err
    assert "<h1>The worst one country to lose</h1>" in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--targets", "country"], "'countries'"),
        (["--objective", "prices"], "'price'"),
        (["--objective", "price"], "--commodity"),
        (["--objective", "price", "--commodity", "magnets"], "'magnet'"),
        (["-k", "0"], "at least 1 loss"),
        (["-k", "99"], "more than there is to lose"),
        (["--months", "0"], "at least 1 month"),
        (["--scope", "lithum"], "'lithium'"),
        (["--time-limit", "-1"], "positive number of seconds"),
        (["--method", "greedy"], "auto, enumerate, bounds"),
    ],
)
def test_bad_requests_say_what_is_wrong(capsys, words, says) -> None:
    assert run([*RARE, *words]) == 2
    assert says in capsys.readouterr().err
