"""``oreflow ensemble``: drawn, read, told, and refused with the right code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from oreflow.cli import run

pytest.importorskip("pyarrow")
SPEC = """
ensemble: quick
title: Two quarters of lithium
scope: [lithium]
horizon: {start: 2025-12, months: 6, step: quarter, ahead: [3, 3]}
draws: 5
seed: 7
design: latin
hazards: {only: [outage]}
demand:
  - {name: ev, target: {demands: {use: ev}}, sigma: 0.1}
ranges: [es, ed]
watch: [lithium_carbonate@CHN, lithium_concentrate@CHN]
compare:
  sodium: [sodium_ion_ramp]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    (folder / "spec.yaml").write_text(SPEC)
    code = run(
        ["ensemble", str(folder / "spec.yaml"), "--out", str(folder / "out"), "--workers", "1", "--json"]
    )
    assert code == 0
    return folder


def test_it_tells_what_was_drawn_and_what_came_of_it(made, capsys):
    assert run(["ensemble", str(made / "out")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for words in (
        "Two quarters of lithium",
        "5 draws are there.",
        "Price of lithium carbonate in CHN; base 9 000 USD/t LCE".replace(" ", "\u202f", 0),
        "● median",
        "Under sodium: the same in every draw.",
        "1.5 times base",
        "conditional value at risk (CVaR)",
        "What drives the highest price",
        "is known to ±",
    ):
        assert words in out.replace("\u202f", " ").replace("\u00a0", " "), words


def test_json_has_the_numbers(made, capsys):
    assert run(["ensemble", str(made / "out"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["draws"] == {"asked": 5, "there": 5, "solved": 5, "failed": {}}
    assert len(told["price"]["none"]) == 2 and told["unit"] == "USD/t LCE"
    assert told["manifest"]["spec"]["ensemble"] == "quick"
    assert {a["multiple"] for a in told["above"]} >= {1.25, 1.5, 2.0}


def test_another_market_can_be_told(made, capsys):
    assert run(["ensemble", str(made / "out"), "--node", "lithium_concentrate@CHN"]) == 0
    assert "Price of lithium concentrate in CHN" in capsys.readouterr().out
    assert run(["ensemble", str(made / "out"), "--node", "lithium_concentrate@CHM"]) == 2
    assert "Did you mean" in capsys.readouterr().err


def test_the_page_needs_nothing_else(made, capsys):
    assert run(["ensemble", str(made / "out"), "--html", str(made / "page.html")]) == 0
    assert "written" in capsys.readouterr().err
    page = (made / "page.html").read_text("utf-8")
    assert not re.search(r"<script|<img|@import|url\(|\bnan\b|\binf\b", page)
    assert page.count("<svg") == 8
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert run(["ensemble", str(made / "out"), "--html", str(made / "page.pdf")]) == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["{out}", "--draws", "9"], 2, "--draws needs the spec"),
        (["{out}", "--out", "x"], 2, "--out needs the spec"),
        (["{spec}"], 2, "needs --out"),
        (["{spec}", "--out", "{out}", "--draws", "0"], 2, "draws"),
        (
            ["{spec}", "--out", "{out}", "--draws", "9"],
            4,
            "another spec",
        ),  # a Latin hypercube cannot be extended
        (["{spec}", "--out", "{here}"], 4, "no ensemble's"),
        (["{here}"], 4, "holds no ensemble"),
        (["{here}/none.yaml", "--out", "{out}"], 4, "none.yaml"),
    ],
)
def test_what_is_wrong_is_said(made, capsys, words, code, said):
    places = {"out": made / "out", "spec": made / "spec.yaml", "here": made}
    assert run(["ensemble", *(w.format(**places) for w in words)]) == code
    assert said in capsys.readouterr().err


def test_a_broken_part_is_said_with_what_to_do(made, tmp_path, capsys):
    import shutil

    out = Path(shutil.copytree(made / "out", tmp_path / "out"))
    part = out / "draws" / "part-000000.parquet"
    part.write_bytes(part.read_bytes()[:100])
    assert run(["ensemble", str(out)]) == 4
    assert "Delete" in capsys.readouterr().err


def test_one_draw_is_told_as_what_it_is(made, tmp_path, capsys):
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    words = ["ensemble", str(spec), "--out", str(tmp_path / "out"), "--draws", "1", "--workers", "1"]
    assert run([*words, "--html", str(tmp_path / "page.html")]) == 0
    out = capsys.readouterr().out
    assert "1 draw is there." in out and "With 1 draw," in out and "inf" not in out
    assert "inf" not in (tmp_path / "page.html").read_text("utf-8").split("</style>")[1].replace(
        "information", ""
    )
