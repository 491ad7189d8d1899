"""``oreflow read``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oreflow.cli import run

TEXT = "Lithium\n\n21 November 2025\n\nCATL halted production at the Jianxiawo lithium mine in August.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(TEXT)
    return path


def test_one_article_as_json(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(article), "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert set(out) == {"article", "date", "claims", "events", "not_modelled"}
    assert (out["article"], out["date"]) == (str(article), "2025-11-21")
    (claim,) = out["claims"]
    assert TEXT[claim["start"] : claim["end"]] == claim["quote"]
    assert out["events"][0]["target"] == {"plants": "jianxiawo"}


def test_several_articles_as_json_are_a_list(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(article), str(article), "--json"]) == 0
    assert [r["date"] for r in json.loads(capsys.readouterr().out)] == ["2025-11-21"] * 2


def test_the_table_shows_claims_events_and_quotes(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(article)]) == 0
    out = capsys.readouterr().out
    assert all(
        word in out for word in ("Claims", "Events", "jianxiawo", "happened", "CATL halted production")
    )


def test_the_date_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "undated.txt"
    path.write_text("CATL halted production at the Jianxiawo lithium mine yesterday.")
    assert run(["read", str(path), "--date", "2025-08-10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["claims"][0]["effective"] == "2025-08-09"


def test_an_article_about_something_else_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "football.txt"
    path.write_text("City won the cup after a late strike in front of a large crowd.")
    assert run(["read", str(path)]) == 0
    assert "something else" in capsys.readouterr().out


def test_a_missing_file_is_invalid_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(tmp_path / "none.txt")]) == 4
    assert "no such file" in capsys.readouterr().err
