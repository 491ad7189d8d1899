"""``oreflow brief``: what is printed, what is written, what bad input gets."""

from __future__ import annotations

import json

import pytest

from oreflow.cli import run
from oreflow.cli.brief import NAMES
from oreflow.report import Briefing

ELSEWHERE = (
    "United win the cup\n\nA late strike from the captain sealed a win in front of a full house on Sunday, "
    "and the manager was pleased with the way that the team had played.\n"
)


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(ELSEWHERE, encoding="utf-8")
    return path


def test_something_else_is_one_clear_message(article, capsys):
    assert run(["brief", str(article)]) == 0
    out = capsys.readouterr().out
    assert "about something else" in out and "Nothing was run" in out


def test_json_is_the_briefing(article, capsys):
    assert run(["brief", str(article), "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out)["format"] == "oreflow-briefing/1"
    assert Briefing.from_json(out).articles[0].text == ELSEWHERE


def test_files_are_written_where_told_and_named(article, tmp_path, capsys):
    folder, page, text = tmp_path / "out", tmp_path / "page.html", tmp_path / "page.md"
    assert (
        run(["brief", str(article), "--out", str(folder), "--html", str(page), "--markdown", str(text)]) == 0
    )
    err = capsys.readouterr().err
    assert sorted(p.name for p in folder.iterdir()) == sorted(NAMES)
    for path in (page, text, *(folder / n for n in NAMES)):
        assert path.stat().st_size > 200
        assert f"written: {path}" in err


def test_nothing_is_written_unless_told(article, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["brief", str(article)]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["article.txt"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"a mine halted. " * 80_000, "MB"),
        (
            b"Die Grube in Jiangxi steht seit August still, und niemand weiss, wann sie wieder laeuft, "
            b"weil die Lizenz nicht verlaengert wurde und der Betreiber dazu nichts sagt.",
            "English",
        ),
    ],
)
def test_bad_input_gets_one_message_and_nothing_is_written(tmp_path, capsys, content, says):
    path, page = tmp_path / "bad.txt", tmp_path / "page.html"
    if content is not None:
        path.write_bytes(content)
    assert run(["brief", str(path), "--html", str(page)]) == 4
    got = capsys.readouterr()
    assert got.out == ""
    assert says in got.err and str(path) in got.err and got.err.count("\n") == 1
    assert not page.exists()


@pytest.mark.parametrize(
    "options",
    [["--html", "page.txt"], ["--markdown", "page.html"], ["--draws", "0"], ["--scenario", "no_such_thing"]],
)
def test_usage_is_checked_first(article, capsys, options):
    assert run(["brief", str(article), *options]) in {2, 4}
    assert capsys.readouterr().out == ""


def test_neither_article_nor_scenario(capsys):
    assert run(["brief"]) == 2
    assert "nothing to brief on" in capsys.readouterr().err


def test_a_scenario_of_the_library(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run(["brief", "--scenario", "us_copper_tariff", "--draws", "2", "--json", "--no-cache"]) == 0
    made = Briefing.from_json(capsys.readouterr().out)
    assert made.meta.draws == 2 and made.does.prices[0].hub == "USA"
    assert "--scenario us_copper_tariff" in (made.meta.command or "")
    assert not (tmp_path / "cache").exists()
