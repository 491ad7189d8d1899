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


def test_a_page_with_the_quotes_marked(
    article: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "reading.html"
    assert run(["read", str(article), "--html", str(page)]) == 0
    assert f"written: {page}" in capsys.readouterr().err
    text = page.read_text("utf-8")
    quote = "CATL halted production at the Jianxiawo lithium mine in August."
    assert (
        f'<mark class="f-supply m-happened" title="C1: halt, happened, says no one named">{quote}</mark>'
        in text
    )
    assert '<tr id="claim-1">' in text and 'href="#quote-1"' in text
    assert "<script" not in text and "http-equiv" in text


def test_hostile_text_is_shown_on_the_page_and_not_run(tmp_path: Path) -> None:
    path, page = tmp_path / "bad.txt", tmp_path / "bad.html"
    path.write_text(TEXT + "\nCATL <script>alert(1)</script> halted the \x1b[31mJianxiawo\u202e mine.\n")
    assert run(["read", str(path), "--html", str(page)]) == 0
    text = page.read_text("utf-8")
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text and "\x1b" not in text and "\u202e" not in text


def test_the_schema_describes_what_is_printed(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    assert run(["read", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert run(["read", str(article), "--json"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), schema)


def test_nothing_to_read_and_a_wrong_suffix_are_usage_errors(
    article: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["read"]) == 2
    assert "name one or more articles" in capsys.readouterr().err
    assert run(["read", str(article), "--html", str(tmp_path / "page.txt")]) == 2
    assert "must end in .html or .htm" in capsys.readouterr().err
