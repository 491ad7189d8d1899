"""The worst case in words, as a ranking and as a page."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from tests.report.test_html import Reader

from oreflow.report import worst
from oreflow.report.answers.attack import document
from oreflow.report.charts import Bar, bars
from oreflow.report.charts.svg import text_width
from oreflow.report.faces.html import render
from oreflow.shock.attack import Attack, Certificate, Choice, Measure, Single


def certificate(**values) -> Certificate:
    plain = {"incumbent": 5e9, "bound": 5e9, "precision": 1.0, "total": 1770, "exact": True, "solved": 143}
    return Certificate(**{**plain, "method": "branch and bound", "stopped": False, "seconds": 2.0, **values})


def made(**values) -> Attack:
    singles = tuple(
        Single(k, n, 1, v, v) for k, n, v in (("a", "Ay <b>", 4e9), ("b", "Bee", 2e9), ("c", "Cee", -1e6))
    )
    both = Choice(("a", "b"), ("Ay <b>", "Bee"), 5e9, 5e9)
    plain = Attack(
        targets="countries", budget=2, months=12, start="2025-01", measure=Measure("welfare", "USD"), scope=("x",),
        worst=both, certificate=certificate(), greedy=both, singles=singles, finer=5.5e9, notes=("A note.",),
        world="f" * 64, solves=180, seconds=3.2,
    )  # fmt: skip
    return replace(plain, **values)


def text(line: str) -> str:
    return line.replace("\u202f", ",").replace("\u00a0", " ")


def test_the_answer_in_words() -> None:
    first, proof, greed, fine = map(text, worst.sentences(made()))
    assert first == "Losing Ay <b> and Bee for 12 months hurts most: 5 billion USD of welfare."
    assert proof == (
        "Proven: no two countries hurt more (1,770 pairs; 143 markets solved, the rest ruled out by bounds)."
    )
    assert greed.endswith("chooses the same.")
    assert fine.endswith("it comes to 5.5 billion USD (+10 %).")


def test_greed_that_falls_short_is_shown() -> None:
    less = Choice(("a", "c"), ("Ay", "Cee"), 4e9, 4e9)
    assert text(worst.greedy(made(greedy=less))).endswith("chooses Ay and Cee: 4 billion USD, 20 % less.")


@pytest.mark.parametrize(
    ("proof", "says"),
    [
        (
            {"method": "enumeration", "solved": 1770},
            "Proven: no two countries hurt more (all 1,770 pairs were solved).",
        ),
        (
            {"bound": 6e9, "stopped": True},
            "Not proven, stopped by the time limit (1,770 pairs in question, 143 solves): "
            "no two countries can hurt more than 6 billion USD, 20 % above what was found.",
        ),
        (
            {"bound": None, "stopped": True, "method": "enumeration", "exact": False},
            "Not proven, stopped by the time limit: 143 of 1,770 sets of up to 2 were looked at.",
        ),
        (
            {"bound": None, "method": "enumeration"},
            "Not proven, some markets could not be solved to tolerance: 143 of 1,770 pairs were looked at.",
        ),
    ],
)
def test_the_certificate_in_words(proof, says) -> None:
    assert text(worst.certificate(made(certificate=certificate(**proof)))) == says


def test_one_loss_is_told_as_one() -> None:
    one = made(budget=1, worst=Choice(("a",), ("Ay",), 4e9, 4e9))
    assert "no other country hurts more (1,770 countries;" in worst.certificate(one)


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        (Measure("price", "%", "metal_x", "", (0,)), "metal x costs 5 % more than in the base"),
        (Measure("shortage", "t Cu", "metal_x", "B", (0,)), "users go short of 5 t Cu of metal x in B."),
    ],
)
def test_other_measures_in_words(measure, says) -> None:
    answer = made(measure=measure, worst=Choice(("a",), ("Ay",), 5.0, 4e9))
    assert says in text(worst.headline(answer))
    assert "Nothing is known of the others" in worst.certificate(
        replace(answer, certificate=certificate(bound=None, stopped=True))
    )


def test_the_ranking_marks_what_is_in_the_worst_set_and_fits() -> None:
    lines = worst.ranking(made(), width=60)
    assert [line[0] for line in lines[1:]] == ["●", "●", " "]
    assert max(map(len, lines)) <= 60
    assert lines[1].count("█") > lines[2].count("█") > lines[3].count("█") == 0
    assert len(worst.ranking(made(), top=1)) == 3  # the second is part of the worst set and always shown


def test_the_page_stands_alone_and_escapes_what_it_shows() -> None:
    html = render(document(made()))
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    assert not {"script", "img", "link", "iframe"} & set(reader.tags)
    assert "Ay <b>" not in html
    assert "Ay &lt;b&gt;" in html
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", html)
    css = re.search(r"<style>(.*?)</style>", html, re.S)
    assert css is not None
    digest = base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()
    assert f"sha256-{digest}" in html
    assert "A note." in html


@pytest.mark.parametrize("width", [340, 980])
def test_bars_are_named_sized_and_inside(width) -> None:
    rows = [
        Bar("A very long name of a company, incorporated", 4.0, "4 billion USD", marked=True),
        Bar("B", 1.0, "1"),
        Bar("C", -1.0, "−1"),
    ]
    root = ET.fromstring(bars("k", "Ranking", rows, width=width))
    ns = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    boxes = root.findall(".//s:rect", ns)
    sizes = [float(b.get("width")) for b in boxes]
    assert sizes[0] == pytest.approx(4.0 * sizes[1], rel=1e-3)
    assert sizes[2] == 1.5
    for label in root.findall(".//s:text", ns):
        wide = text_width(label.text or "")
        x = float(label.get("x"))
        ends = (x - wide, x) if "end" in (label.get("class") or "") else (x, x + wide)
        assert ends[0] >= -1
        assert ends[1] <= width + 1


def test_bars_of_nothing_are_a_drawing() -> None:
    assert ET.fromstring(bars("k", "Nothing", [])).get("role") == "img"
