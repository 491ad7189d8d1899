"""``oreflow plan``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from oreflow.cli import oreflow

SPEC = """plan: try
region: USA
minerals: [gallium]
years: 8
window: [3, 9]
tail: 0.5
cases:
  - lost: [CHN]
    months: 12
    chance: 0.5
    draws: 1
    source: try
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(SPEC, "utf-8")
    return path


def run(*words):
    return CliRunner().invoke(oreflow, ["plan", *map(str, words)])


def test_text_json_page_and_file_say_the_same(spec, tmp_path):
    page, out = tmp_path / "plan.html", tmp_path / "plan.json"
    text = run(spec, "--frontier", "--prove", "--html", page, "--out", out)
    assert text.exit_code == 0, text.output
    assert "What to do" in text.output
    assert "refined gallium" in text.output
    data = json.loads(out.read_text("utf-8"))
    assert data["chosen"]["cost_usd"] > 0
    assert data["chosen"]["loss_at_risk_usd"] < data["nothing"]["loss_at_risk_usd"]
    assert [p["weight"] for p in data["frontier"]] == sorted(p["weight"] for p in data["frontier"])
    assert data["proof"]
    told = page.read_text("utf-8")
    assert "What safety costs" in told
    assert "usgs_mcs_2026" in told
    again = run(spec, "--frontier", "--prove", "--json")
    assert json.loads(again.output)["chosen"] == data["chosen"]


def test_attack(spec):
    found = run(spec, "--attack", "--json")
    assert found.exit_code == 0, found.output
    attack = json.loads(found.output)["attack"]
    assert attack["robust_bound_usd"] == pytest.approx(attack["robust_value_usd"], rel=1e-5)
    assert attack["attacks"][0]["lost"] == "China"
    assert "United States" not in {a["lost"] for a in attack["attacks"]}


def test_without_a_spec_what_comes_by_itself_is_drawn():
    found = run("--region", "USA", "--minerals", "gallium", "--draws", "3", "--json")
    assert found.exit_code == 0, found.output
    assert len(json.loads(found.output)["cases"]) == 4


def test_options_change_the_spec(spec):
    free = json.loads(run(spec, "--lambda", "0", "--json").output)
    assert free["chosen"]["cost_usd"] == 0
    tight = json.loads(run(spec, "--budget", "1e6", "--lambda", "5", "--json").output)
    assert tight["chosen"]["cost_usd"] <= 1e6 * (1 + 1e-6)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "give a spec"),
        (("--region", "USA"), 2, "--minerals"),
        (("--region", "USA", "--minerals", "galium"), 2, "gallium"),
        (("--region", "USB", "--minerals", "gallium"), 2, "USA"),
        (("SPEC", "--region", "USA"), 2, "not both"),
        (("SPEC", "--budget", "-1"), 2, "budget"),
        (("SPEC", "--lambda", "-1"), 2, "weight"),
        (("SPEC", "--html", "x.pdf"), 2, "--html"),
        (("missing.yaml",), 4, "no such file"),
    ],
)
def test_faults_have_their_exit_codes(spec, words, code, says):
    found = run(*[spec if w == "SPEC" else w for w in words])
    message = found.output + str(found.exception)
    assert says in message
    assert found.exit_code == code or getattr(found.exception, "exit_code", None) == code
