"""Steps in columns: data, chart and text."""

import re

import pytest

from oreflow.errors import DataError
from oreflow.report.charts.draw import picture
from oreflow.report.faces.textlines import steps
from oreflow.report.plots import Box, Link, Steps

DATA = Steps(
    (
        Box("a", "Mine <A>", "ore", 0),
        Box("b", "Mine B", "ore", 0),
        Box("c", "Works", "metal", 1, marked=True),
    ),
    (Link("a", "c", "A to works: 5 t"), Link("b", "c", "B to works: 3 t")),
)


def test_boxes_lie_in_columns_and_do_not_overlap() -> None:
    svg = picture("k", "Chain", DATA, width=800)
    found = re.findall(r'data-box="(\w)"', svg)
    assert sorted(found) == ["a", "b", "c"]
    rects = [
        tuple(float(v) for v in m)
        for m in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', svg)
    ]
    boxes = sorted(set(rects))
    assert len(boxes) == 3
    assert boxes[0][0] == boxes[1][0] == 0
    assert boxes[1][1] - boxes[0][1] >= 40
    assert boxes[2][0] + boxes[2][2] == pytest.approx(800)
    assert "Mine &lt;A&gt;" in svg
    assert "<A>" not in svg


def test_text_tells_what_feeds_what() -> None:
    assert steps(DATA) == [
        "○ Mine <A>: ore", "○ Mine B: ore", "● Works: metal", "  ← A to works: 5 t", "  ← B to works: 3 t",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("boxes", "links"),
    [((), ()), ((Box("a", "A", "", 0), Box("a", "B", "", 0)), ()), ((Box("a", "A", "", -1),), ()),
     ((Box("a", "A", "", 0),), (Link("a", "z", ""),))],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(boxes, links) -> None:
    with pytest.raises(DataError):
        Steps(boxes, links)
