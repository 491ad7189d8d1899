"""``oreflow watch``: what is printed, what it ends with, what bad input gets."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.news.feedserver import Server, rss, serving

from oreflow.cli import run

ARTICLES = Path(__file__).parents[2] / "examples/articles/development"
TEXT = "Lithium prices\n\n11 August 2025\n\nLithium carbonate prices rose 8% in August, traders in Guangzhou said.\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    (tmp_path / "in").mkdir()
    return tmp_path


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as s:
        yield s


def put(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (time.time() - 60, time.time() - 60))


def test_a_folder_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy2(ARTICLES / "jianxiawo-halt.txt", here / "in")
    assert run(["watch", "in", "--once"]) == 0
    out, err = capsys.readouterr()
    first, _, *rest = out.splitlines()
    assert first.startswith("2025-08-11  CATL stops its Jianxiawo lithium mine as licence lapses – ")
    assert "2 events: permit halt: jianxiawo" in first
    assert any(line.startswith("new – permit halt: jianxiawo. From 9 August 2025") for line in rest)
    row = next(line for line in rest if line.startswith("lithium_carbonate"))
    assert "USD/t LCE" in row and "permit halt: jianxiawo" in row
    assert err == ""
    assert sorted(p.name for p in here.iterdir()) == ["in", "watch.sqlite"]
    assert run(["watch", "in", "--once"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_feed_as_json_lines(here: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    halt = (ARTICLES / "jianxiawo-halt.txt").read_text("utf-8")
    url = server.put(
        "/feed",
        rss(("g1", "Lithium prices", TEXT), ("g2", "A halt", halt), ("g3", "Again", TEXT), ("g4", "", "")),
    )
    assert run(["watch", url, "--once", "--json", "--store", "kept.sqlite"]) == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["kind"] for line in lines] == ["article", "article", "same", "refused", "change"]
    assert lines[1]["title"] == "A halt"
    assert {"commodity", "region", "month", "before", "after", "unit", "relative", "because"} <= set(
        lines[-1]["moves"][0]
    )
    assert err.startswith("left out: ") and err.count("\n") == 1
    assert sorted(p.name for p in here.iterdir()) == ["in", "kept.sqlite"]


def test_a_source_that_fails_does_not_stop_the_others(
    here: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    put(here / "in" / "a.txt", TEXT)
    assert run(["watch", server.url + "/none", "in", "--once"]) == 4
    out, err = capsys.readouterr()
    assert out.startswith("2025-08-11  Lithium prices – ")
    assert err == f"oreflow: {server.url}/none: the server answers with status 404. Check the address.\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["none"], 4, "no such folder or file"),
        (["ftp://example.org/feed"], 2, "only http and https"),
        (["file:/etc/passwd"], 2, "only http and https"),
        (["in", "--every", "0"], 2, "--every"),
        (["in", "--days", "-1"], 2, "--days"),
        (["in", "--store", "none/watch.sqlite"], 1, "Check that its folder is there"),
        (["in", "--store", "in"], 2, "is a directory"),
        (["in", "--with", "none"], 4, "none"),
        ([], 2, "SOURCES"),
    ],
)
def test_bad_input_gets_one_message(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, says: str
) -> None:
    assert run(["watch", *words, "--once"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert not (here / "watch.sqlite").exists()


def test_titles_cannot_steer_the_terminal(
    here: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    items = [
        {"id": "1", "title": "A \x1b[31mred\x07 title\u202e", "content_text": "Copper prices rose 3% in May."}
    ]
    url = server.put("/feed", json.dumps({"version": "1", "items": items}).encode())
    assert run(["watch", url, "--once"]) == 0
    out = capsys.readouterr().out
    assert "title" in out
    assert all(c.isprintable() or c == "\n" for c in out)


def test_an_interrupt_ends_it_cleanly(here: Path) -> None:
    put(here / "in" / "a.txt", TEXT)
    process = subprocess.Popen(
        [sys.executable, "-m", "oreflow.cli", "watch", "in", "--every", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "Lithium prices" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err.splitlines()[-1]) == ("", "oreflow: stopped.")
    assert err.startswith("Watching ")
    with sqlite3.connect(here / "watch.sqlite") as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    db.close()


def test_it_goes_on_as_news_come(here: Path, server: Server) -> None:
    url = server.put("/feed", b"<rss>")
    process = subprocess.Popen(
        [sys.executable, "-m", "oreflow.cli", "watch", url, "--every", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    process.stderr.readline()
    assert "not well-formed" in (told := process.stderr.readline()) and "Next try in 2 s." in told
    server.put("/feed", rss(("g1", "Lithium prices", TEXT)))
    assert "Lithium prices" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
