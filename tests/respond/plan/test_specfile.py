"""Spec files: read whole, or one message with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from oreflow.atlas import bundled
from oreflow.errors import DataError, ReadError, UnknownNameError
from oreflow.respond.plan import LossCase, ScenarioCase
from oreflow.respond.plan.specfile import load, read

EXAMPLES = Path(__file__).parents[3] / "examples" / "plan"
GOOD = """plan: try
region: USA
minerals: [copper]
cases:
  - lost: [CHL]
    chance: 0.1
"""


@pytest.mark.parametrize("name", ["us-minerals", "cell-maker-lithium"])
def test_examples_are_read(name):
    spec = load(EXAMPLES / f"{name}.yaml", bundled())
    assert spec.name == name
    assert all(c.source for c in spec.cases)
    assert sum(c.chance for c in spec.cases) < 1


def test_a_spec_says_what_it_says():
    spec = read(
        GOOD
        + "  - scenario: smelter_outage\n    chance: 0.2\n    onset: [12, 36]\nbudget: 1.0e+9\nwindow: [6, 6]\n",
        "x",
    )
    loss, scenario = spec.cases
    assert isinstance(loss, LossCase)
    assert loss.names == ("CHL",)
    assert isinstance(scenario, ScenarioCase)
    assert scenario.onset == (12.0, 36.0)
    assert spec.budget == 1e9
    assert spec.spans == (6, 6)


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        ("copper", "coper", UnknownNameError, r"x\.yaml, line 3.*'copper'"),
        ("USA", "USB", UnknownNameError, r"line 2.*'USA'"),
        ("region: USA", "firm: cattl", UnknownNameError, r"line 2.*'catl'"),
        ("chance: 0.1", "chance: 1.1", DataError, r"line 6"),
        ("chance: 0.1", "chance: 0", DataError, r"line 6"),
        ("chance: 0.1", "chance: .nan", DataError, r"line 6"),
        ("    chance: 0.1\n", "    chance: 0.1\n    onset: [36, 12]\n", DataError, r"line 5.*onset ends"),
        (
            "lost: [CHL]",
            "scenario: smelter_outage\n    months: 3",
            DataError,
            r"line 5.*goes with what is lost",
        ),
        ("lost: [CHL]", "draws: 2", DataError, r"line 5.*one of them"),
        ("lost: [CHL]", "scenario: smelter_outtage", UnknownNameError, r"line 5.*smelter_outage"),
        ("minerals", "mineral", DataError, "mineral"),
        ("region: USA", "budget: -5\nregion: USA", DataError, "budget"),
        ("region: USA", "measures: [us_coper_reserve]\nregion: USA", UnknownNameError, "us_copper_reserve"),
        ("region: USA", "region: GAB", DataError, "measures holds nothing"),
        ("cases:\n  - lost: [CHL]\n    chance: 0.1\n", "", DataError, "something that may happen"),
    ],
)
def test_faults_are_told_with_their_place(old, new, error, says):
    with pytest.raises(error, match=says):
        read(GOOD.replace(old, new), "x.yaml", world=bundled())


@pytest.mark.parametrize("text", ["", "# nothing", "[1, 2]", "plan: {a: &b 1}", "plan: [" * 40])
def test_hostile_text_is_refused(text):
    with pytest.raises((ReadError, DataError)):
        read(text, "x.yaml")
