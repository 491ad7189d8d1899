"""``oreflow read --model``."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic_ai.models import test as test_models
from pydantic_ai.models.test import TestModel

from oreflow.cli import run
from tests.news.proposals.offers import ARTICLE, HALT, bare, proposal, said


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(f"Lithium news\n\n21 November 2025\n\n{ARTICLE}\n", "utf-8")
    return path


def named_test(monkeypatch: pytest.MonkeyPatch, *claims: dict[str, Any]) -> None:
    """Let the model that is called ``test`` answer with these claims."""
    monkeypatch.setattr(
        test_models, "TestModel", partial(TestModel, custom_output_args={"claims": [*claims]})
    )


def test_read_prints_the_proposals_beside_the_claims(
    article: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named_test(monkeypatch, proposal(speaker=said("Reuters", "Reuters")))
    assert run(["read", str(article), "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert run(["read", str(article), "--model", "test", "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    found = out.pop("proposals")
    assert out == alone
    assert set(found) == {"model", "claims", "rejected", "differences"}
    assert (found["model"], found["claims"][0]["subject"]) == ("test", "jianxiawo")
    assert found["rejected"][0] | {"proposal": 0} == {
        "proposal": 0,
        "field": "speaker",
        "value": "Reuters",
        "evidence": "Reuters",
        "reason": "its evidence does not stand in the paragraph",
        "claim": 0,
    }


def test_read_shows_what_the_model_reads_differently(
    article: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named_test(
        monkeypatch,
        proposal(subject=said("CATL", "CATL")),
        bare("bottleneck", HALT, "halted"),
        proposal(quote="no"),
    )
    assert run(["read", str(article), "--model", "test"]) == 0
    out = capsys.readouterr().out
    assert "What the model test reads differently" in out
    assert re.search(r"both +halt +subject +jianxiawo +catl", out)
    assert re.search(r"only model +bottleneck", out)
    assert "Proposed and not borne out by the article" in out


def test_the_model_may_be_named_in_the_environment(
    article: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OREFLOW_MODEL", "test")
    named_test(monkeypatch)
    assert run(["read", str(article), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["proposals"]["claims"] == []


def test_a_model_of_random_words_is_rejected(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """pydantic-ai's own test model fills in the schema with anything: nothing of it stands."""
    assert run(["read", str(article), "--model", "test", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["proposals"]
    assert found["claims"] == []
    assert found["rejected"][0]["field"] == "quote"


def test_a_model_that_does_not_exist_is_a_usage_error(
    article: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["read", str(article), "--model", "nobody:x"]) == 2
    out, err = capsys.readouterr()
    assert (out, "Unknown model: nobody:x" in err) == ("", True)
