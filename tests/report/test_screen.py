"""The page of a screen holds what was found, says how far to trust it, and needs nothing from elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from tests.gauge.screen.worlds import buyer

from oreflow.gauge.screen import screen
from oreflow.report.answers.screen import document
from oreflow.report.charts.scatter import SIZE, scatter
from oreflow.report.charts.svg import text_width
from oreflow.report.faces import html
from oreflow.report.plots import Point
from oreflow.report.screen import headline, left_out, named, title, trust

NS = {"s": "http://www.w3.org/2000/svg"}


@pytest.fixture(scope="module")
def made():
    world = buyer()
    return screen(world, region="U", months=3), world


def test_the_page_holds_every_stop_and_loads_nothing(made) -> None:
    page = html.render(document(*made))
    assert "Land A, metal" in page
    assert "Land B, metal" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|@import|url\()\s*=?\s*["(]?https?:', page)
    for svg in re.findall(r"<svg.*?</svg>", page, re.S):
        ET.fromstring(svg)
    assert "How far to trust it" in page


def test_foreign_names_are_escaped(made) -> None:
    found, world = made
    regions = world.regions
    regions["name"] = regions["name"].where(regions["region"] != "A", "<script>x</script>")
    page = html.render(document(found, world.with_(regions=regions)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_words(made) -> None:
    found, world = made
    names = named(world)
    assert title(found, names) == "Land U: what it costs when one supplier's exports to it stop for 3 months"
    assert headline(found, names).startswith("X stands first: an expected loss of ")
    assert "Land A, metal" in headline(found, names)
    assert any("not a loss in GDP" in t for t in trust(found))
    assert left_out(found, names) == ["it is the focal region: Land U, metal (35 %)"]
    lost = screen(world, region="world", mode="output", share=0.2, months=1)
    assert (
        title(lost, names)
        == "The world: what it costs when one supplier's output is lost to the world for 1 month"
    )


def points(n: int) -> list[Point]:
    return [
        Point(f"Country {i}, metal", 10 ** (-3 + i % 5 / 4), 10.0 ** (4 + i * 37 % 11 / 2), i % 2 == 0, i % 7 == 0, "")
        for i in range(n)
    ]  # fmt: skip


@pytest.mark.parametrize("width", [340, 980])
@pytest.mark.parametrize("count", [1, 2, 40])
def test_marks_and_labels_lie_within_the_chart_and_labels_cover_nothing(width, count) -> None:
    root = ET.fromstring(scatter("k", points(count), name="n", width=width))
    wide, tall = (float(v) for v in root.get("viewBox").split()[2:])
    marks = [(float(c.get("cx")), float(c.get("cy"))) for c in root.iterfind(".//s:circle", NS)]
    marks += [(float(r.get("x")) + SIZE, float(r.get("y")) + SIZE) for r in root.iterfind(".//s:rect", NS)]
    assert len(marks) == count
    assert all(0 < x < wide and 0 < y < tall for x, y in marks)
    boxes = []
    for t in root.iterfind(".//s:text", NS):
        cls, size = (t.get("class") or "").split(), text_width(t.text)
        x, y = float(t.get("x")), float(t.get("y"))
        left = x - size if "end" in cls else x - size / 2 if "mid" in cls else x
        assert left >= -0.5
        assert left + size <= wide + 0.5
        assert y <= tall
        if t.text.startswith("Country"):
            boxes.append((left, y - 10, left + size, y + 2))
    assert boxes
    for i, a in enumerate(boxes):
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[i + 1 :])
        assert not any(a[0] < x < a[2] and a[1] < y < a[3] for x, y in marks)


def test_a_dearer_and_likelier_stop_lies_above_and_to_the_right() -> None:
    two = [Point("a", 0.001, 1e5, False, False, ""), Point("b", 0.05, 3e8, False, False, "")]
    root = ET.fromstring(scatter("k", two, name="n"))
    b, a = ((float(c.get("cx")), float(c.get("cy"))) for c in root.iterfind(".//s:circle", NS))
    (a, b) = sorted((a, b))
    assert a[1] > b[1]
