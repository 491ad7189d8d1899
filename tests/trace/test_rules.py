"""Every rule has a meaning, is used, and has a test that breaks it."""

import re
from pathlib import Path

import pytest

from oreflow.errors import DataError, TraceError
from oreflow.trace.rules import RULES, Failure

ROOT = Path(__file__).parents[2]
OURS = ("jsonin.py", "rules.py", "log", "keys", "credential")


def text(paths: list[Path]) -> str:
    return "\n".join(p.read_text("utf-8") for p in paths)


def sources() -> list[Path]:
    folder = ROOT / "src" / "oreflow" / "trace"
    found = [
        p
        for name in OURS
        for p in ((folder / name).rglob("*.py") if (folder / name).is_dir() else [folder / name])
    ]
    return [p for p in found if p.name != "rules.py"]


def test_every_rule_that_is_raised_has_a_meaning() -> None:
    raised = set(re.findall(r'(?:TraceError|Failure)\(\s*"([a-z0-9-]+)"', text(sources())))
    assert raised <= set(RULES)
    used = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', text(sources()))) | {
        "inclusion-wrong",
        "consistency-wrong",
    }
    assert set(RULES) <= used


def test_every_rule_has_a_test_that_breaks_it() -> None:
    tests = text([p for p in (ROOT / "tests" / "trace").rglob("*.py") if p != Path(__file__)])
    assert [rule for rule in RULES if rule not in tests] == []


def test_an_error_tells_its_rule_and_becomes_a_failure_and_back() -> None:
    error = TraceError("split-view", "two trees.", evidence=[b"a", b"b"])
    assert str(error) == "two trees. [split-view]"
    assert (error.rule, error.text, error.evidence, error.exit_code) == (
        "split-view",
        "two trees.",
        (b"a", b"b"),
        4,
    )
    assert isinstance(error, DataError)
    failure = Failure.of(error)
    assert failure == Failure("split-view", "two trees.")
    with pytest.raises(TraceError, match=r"^two trees\. \[split-view\]$"):
        raise failure.raised()
