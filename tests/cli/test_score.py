"""``oreflow score``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oreflow.cli import run
from oreflow.cli.score import BEGIN, END, to_markdown
from oreflow.news import score as compare

ROOT = Path(__file__).parents[2]
ARTICLES = ROOT / "examples" / "articles"
PARTS = ("test", "development", "calibration", "chinese-test", "chinese-development")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    part = tmp_path / "mine"
    part.mkdir()
    (part / "a.txt").write_text(
        "Lithium\n\n3 March 2026\n\nCATL halted production at the Jianxiawo lithium mine.\n"
    )
    (part / "a.yaml").write_text(
        "claims:\n- {type: halt, words: halted, subject: jianxiawo, modality: planned}\n"
        "events:\n- {type: [halt, suspension], words: halted, on: jianxiawo}\n"
    )
    return part


def test_the_tables_and_the_details(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(folder), "--details"]) == 0
    out = capsys.readouterr().out
    assert "mine: claims in 1 articles" in out
    assert "Wrong fields: 1" in out
    assert "planned" in out


def test_json_has_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["mine"]
    assert told["articles"] == 1
    halt = next(r for r in told["types"] if r["type"] == "halt")
    assert (halt["labelled"], halt["f1"]) == (1, 1.0)
    assert {"field": "modality", "labelled": 1, "right": 0.0} in told["fields"]
    assert told["wrong"] == [["a", "modality", "halted: planned", "happened"]]


def test_labels_alone_are_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(folder), "--labels", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"articles": 1, "claims": 1, "events": 1}


def test_the_page_gets_the_tables_between_its_markers(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Mine\n\n{BEGIN}\n\nstale words\n\n{END}\n\nrest\n")
    assert run(["score", str(folder), "--markdown", str(page)]) == 0
    text = page.read_text()
    assert text.startswith("# Mine\n\n") and text.endswith("\n\nrest\n")
    assert "### Mine: 1 articles" in text and "| halt | 1 | 1.00 | 1.00 | 1.00 |" in text
    assert "stale words" not in text


def test_bad_input_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(tmp_path / "nothing")]) == 4
    assert "no labelled articles" in capsys.readouterr().err
    assert run(["score", str(folder), "--markdown", str(tmp_path / "page.txt")]) == 2
    (folder / "a.yaml").write_text("claims:\n- {type: hlat, words: halted}\n")
    assert run(["score", str(folder)]) == 2
    assert "Did you mean 'halt'" in capsys.readouterr().err


def test_the_page_on_validation_is_what_the_command_writes() -> None:
    results = {name: compare(ARTICLES / name) for name in PARTS}
    page = (ROOT / "docs/validation.md").read_text("utf-8")
    assert BEGIN + page.split(BEGIN)[1].split(END)[0] + END == to_markdown(results)
    assert " ".join(f"examples/articles/{name}" for name in PARTS) in " ".join(
        page.replace("\\\n", " ").split()
    )
