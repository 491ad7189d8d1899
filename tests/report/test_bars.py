"""Bars: the numbers they are drawn from, and nothing that runs over anything else."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from tests.report.test_charts import NS, texts

from oreflow.report import charts
from oreflow.report.charts import Bar

ROWS = [
    Bar("demand ev", 41.2, "41.2 %", "Effect +15 % of base."),
    Bar("strike usa: a plant with a long name in a long list (in 48.4 % of the futures)", 5.2, "5.2 %"),
    Bar("ed", 0.0, "0.0 %", "Could be chance.", faint=True),
]


def drawn(width):
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


def test_bars_are_as_long_as_their_values():
    root = ET.fromstring(charts.bars("d", "Drivers", ROWS, unit="%", width=980))
    first, second, third = root.findall(".//s:rect[@data-name]", NS)
    assert float(first.get("width")) / float(second.get("width")) == pytest.approx(41.2 / 5.2, rel=1e-3)
    assert float(third.get("width")) == 1.5 and "c-grey" in third.get("class")
    assert "Could be chance." in third.find("s:title", NS).text
