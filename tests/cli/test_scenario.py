import json

import pytest

from oreflow.cli import run

GOOD = """
scenario: mine
events:
  - id: halt
    type: permit_halt
    target: {plants: jianxiawo}
    effect: {output_cut: 900000, per: year}
    start: 2025-09
    duration: {months: 3}
"""


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_list_and_show(capsys) -> None:
    assert run(["scenario", "list"]) == 0
    assert "malacca_closed" in capsys.readouterr().out
    assert run(["scenario", "list", "--json"]) == 0
    assert {"scenario", "title", "events"} == set(json.loads(capsys.readouterr().out)[0])
    assert run(["scenario", "show", "jianxiawo_halt_2025"]) == 0
    out = capsys.readouterr().out
    assert "From 9 August 2025, Jianxiawo makes nothing" in out
    assert "Sources" in out
    assert run(["scenario", "show", "jianxiawo_halt_2025", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"][0]["id"] == "halt"
    assert run(["scenario", "show", "jianxiawo_halt_2025", "--yaml"]) == 0
    assert capsys.readouterr().out.startswith("scenario: jianxiawo_halt_2025")


def test_check(mine, capsys) -> None:
    assert run(["scenario", "check", str(mine)]) == 0
    out = capsys.readouterr().out
    assert "mine: 1 event, valid." in out
    assert "exceeds the output of jianxiawo" in out
    assert run(["scenario", "check", str(mine), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["valid"] is True


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        (
            "jianxiawo",
            "jianxiawoo",
            2,
            "line 4, events[0]: scenario 'mine', event 'halt', target.plants: unknown plant",
        ),
        ("start", "strat", 4, "line 8"),
        ("2025-09", "2035-09", 4, "outside the horizon"),
        ("{output_cut: 900000, per: year}", "{capacity: -1}", 4, "negative"),
    ],
)
def test_check_tells_what_is_wrong(mine, capsys, old, new, code, says) -> None:
    mine.write_text(GOOD.replace(old, new), encoding="utf-8")
    assert run(["scenario", "check", str(mine)]) == code
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""


def test_a_longer_horizon_is_an_option(mine, capsys) -> None:
    mine.write_text(GOOD.replace("2025-09", "2029-09"), encoding="utf-8")
    assert run(["scenario", "check", str(mine), "--months", "60"]) == 0
    assert "valid" in capsys.readouterr().out


def test_diff(mine, capsys) -> None:
    assert run(["scenario", "diff", "halt_known_3_months", "halt_maybe_permanent"]) == 0
    assert "events.halt.duration.p_permanent: absent -> 0.25" in capsys.readouterr().out
    assert run(["scenario", "diff", str(mine), str(mine)]) == 0
    assert capsys.readouterr().out == "No difference.\n"
    assert run(["scenario", "diff", str(mine), "smelter_outage", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["path"] == "scenario"


def test_schema(capsys) -> None:
    assert run(["scenario", "schema"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert run(["scenario", "schema", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == plain
