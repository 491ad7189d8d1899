"""Exceedance curves and bars: the numbers they are drawn from, and nothing that runs over anything else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from tests.report.test_charts import NS, texts

from oreflow.report import charts
from oreflow.report.charts import Bar, Curve

LEVELS = tuple(9000.0 + 100 * k for k in range(30))
CHANCE = tuple(1.0 - k / 30 for k in range(30))
ONE = Curve(
    "no policy",
    LEVELS,
    CHANCE,
    tuple(max(c - 0.05, 0) for c in CHANCE),
    tuple(min(c + 0.05, 1) for c in CHANCE),
)
TWO = Curve("reserve", LEVELS, tuple(c * c for c in CHANCE), CHANCE, CHANCE)
ROWS = [
    Bar("demand ev", 41.2, "41.2 %", "Effect +15 % of base."),
    Bar("strike usa: a plant with a long name in a long list (in 48.4 % of the futures)", 5.2, "5.2 %"),
    Bar("ed", 0.0, "0.0 %", "Could be chance.", faint=True),
]


def drawn(width):
    yield charts.exceedance("a", "Exceedance", "USD/t LCE", [ONE, TWO], width=width)
    yield charts.exceedance(
        "b", "One draw", "USD/t", [Curve("x", (5.0,), (1.0,), (0.0,), (1.0,))], width=width
    )
    yield charts.exceedance("c", "Nothing", "USD/t", [], width=width)
    yield charts.bars("d", "Drivers", ROWS, unit="%", width=width)
    yield charts.bars("e", "Nothing", [], unit="%", width=width)


@pytest.mark.parametrize("width", [340, 476, 980])
def test_no_label_runs_over_another_or_off_the_chart(width):
    for text in drawn(width):
        root = ET.fromstring(text)
        assert root.get("role") == "img" and "nan" not in text
        height = float(root.get("height"))
        boxes = list(texts(root))
        assert boxes
        for i, (name, a) in enumerate(boxes):
            assert a[0] >= -1 and a[2] <= width + 1 and a[1] >= -1 and a[3] <= height + 3, name
            for other, b in boxes[i + 1 :]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert apart, (name, other)


def test_an_exceedance_curve_falls_and_says_its_numbers():
    root = ET.fromstring(charts.exceedance("a", "Exceedance", "USD/t LCE", [ONE, TWO], width=476))
    strips = root.findall(".//s:rect[@data-level]", NS)
    assert [float(s.get("data-chance")) for s in strips] == list(CHANCE)
    tip = strips[3].find("s:title", NS).text
    assert "90.0 % of the draws" in tip and "85.0 and 95.0 %" in tip
    line = root.find(".//s:path[@class='c-line']", NS).get("d")
    points = [tuple(map(float, p.split())) for p in line.replace("M", "").split("L")]
    assert all(
        x2 > x1 and y2 >= y1 for (x1, y1), (x2, y2) in pairwise(points)
    )  # down the page is less likely
    assert "no policy: above" in root.find("s:desc", NS).text


def test_bars_are_as_long_as_their_values():
    root = ET.fromstring(charts.bars("d", "Drivers", ROWS, unit="%", width=980))
    first, second, third = root.findall(".//s:rect[@data-name]", NS)
    assert float(first.get("width")) / float(second.get("width")) == pytest.approx(41.2 / 5.2, rel=1e-3)
    assert float(third.get("width")) == 1.5 and "c-grey" in third.get("class")
    assert "Could be chance." in third.find("s:title", NS).text
