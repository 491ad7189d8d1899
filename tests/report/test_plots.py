"""The general charts: what may be drawn, and that every face shows it."""

import re
import xml.etree.ElementTree as ET

import pytest

from oreflow.errors import DataError
from oreflow.report import charts
from oreflow.report.faces import textlines
from oreflow.report.figure import Figure
from oreflow.report.plots import BarRow, Bars, Lines, Series

SVG = "{http://www.w3.org/2000/svg}"


def two(**kw) -> Lines:
    series = (
        Series("first", (1.0, 3.0, 2.0), (0.5, 2.5, 1.0), (1.5, 3.5, 4.0)),
        Series("second", (2.0, None, 1.0), kind="dashed"),
    )
    return Lines((0.0, 10.0, 20.0), "budget", "million USD", series, "t", **kw)


def strips(svg: str) -> dict[str, str]:
    root = ET.fromstring(svg)
    return {
        r.attrib["data-x"]: r.find(f"{SVG}title").text
        for r in root.iter(f"{SVG}rect")
        if "data-x" in r.attrib
    }


def points(d: str) -> list[tuple[float, float]]:
    numbers = [float(x) for x in re.findall(r"-?[\d.]+", d)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_each_place_tells_its_numbers() -> None:
    told = strips(charts.lines("k", "name", two()))
    assert list(told) == ["0.0", "10.0", "20.0"]
    assert "first 3 t (2.5 to 3.5 t)".replace(" ", "") in re.sub(r"\s", "", told["10.0"])
    assert "second" not in told["10.0"]
    assert "second" in told["20.0"]


def test_higher_values_are_drawn_higher_and_a_gap_breaks_nothing() -> None:
    root = ET.fromstring(charts.lines("k", "name", two()))
    lines = {
        p.find(f"{SVG}title").text: p for p in root.iter(f"{SVG}path") if p.find(f"{SVG}title") is not None
    }
    first = points(lines["first"].attrib["d"])
    assert first[1][1] < first[2][1] < first[0][1]
    assert len(points(lines["second"].attrib["d"])) == 2
    assert "c-dash" in lines["second"].attrib["class"]


def test_a_stack_adds_up() -> None:
    series = (Series("a", (1.0, 2.0)), Series("b", (3.0, 1.0)))
    data = Lines((2025.0, 2030.0), "year", "yr", series, "t", stacked=True)
    root = ET.fromstring(charts.lines("k", "name", data))
    areas = [points(p.attrib["d"]) for p in root.iter(f"{SVG}path") if "c-edge" in p.attrib.get("class", "")]
    assert areas[0][:2] == areas[1][2:][::-1]  # the lower edge of the second is the upper edge of the first
    assert {"2025", "2030"} <= {t.text for t in root.iter(f"{SVG}text")}


@pytest.mark.parametrize("width", [340, 476, 980])
def test_no_label_leaves_the_drawing(width: int) -> None:
    data = two(marked=(10.0, "what is there today, in many words that may not fit"))
    root = ET.fromstring(charts.lines("k", "name", data, width=width))
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= width


def test_what_cannot_be_drawn_is_refused() -> None:
    s = Series("a", (1.0, 2.0))
    with pytest.raises(DataError, match="nothing to draw"):
        Lines((), "x", "1", (s,), "t")
    with pytest.raises(DataError, match="2 values for 3 places"):
        Lines((0.0, 1.0, 2.0), "x", "1", (s,), "t")
    with pytest.raises(DataError, match="do not rise"):
        Lines((1.0, 1.0), "x", "1", (s,), "t")
    with pytest.raises(DataError, match="not a number"):
        Lines((0.0, 1.0), "x", "1", (Series("a", (float("nan"), 1.0)),), "t")
    with pytest.raises(DataError, match="at most 7"):
        Lines((0.0, 1.0), "x", "1", (s,) * 8, "t")
    with pytest.raises(DataError, match="both ends"):
        Lines((0.0, 1.0), "x", "1", (Series("a", (1.0, 2.0), low=(0.0, 1.0)),), "t")
    with pytest.raises(DataError, match="below zero"):
        Lines((0.0, 1.0), "x", "1", (Series("a", (-1.0, 2.0)),), "t", stacked=True)
    with pytest.raises(DataError, match="in USD, the others in t"):
        Bars((BarRow("a", Figure(1.0, "USD", "s")),), "t")


def bars() -> Bars:
    rows = (
        BarRow("gain", Figure(4.0, "t", "s", low=2.0, high=6.0), marked=True),
        BarRow("loss", Figure(-2.0, "t", "s", change=True)),
    )
    return Bars(rows, "t")


def test_bars_go_to_either_side_of_zero() -> None:
    root = ET.fromstring(charts.picture("k", "name", bars(), width=980))
    gain, loss = (r for r in root.iter(f"{SVG}rect") if "data-name" in r.attrib)
    zero = float(gain.attrib["x"])
    assert float(loss.attrib["x"]) + float(loss.attrib["width"]) == pytest.approx(zero, abs=0.1)
    assert float(gain.attrib["width"]) == pytest.approx(2 * float(loss.attrib["width"]), rel=1e-3)
    assert sum("c-whisker" in p.attrib.get("class", "") for p in root.iter(f"{SVG}path")) == 3


def test_bars_that_only_go_left_end_at_zero() -> None:
    root = ET.fromstring(
        charts.picture("k", "n", Bars((BarRow("a", Figure(-3.0, "t", "s")),), "t"), width=340)
    )
    (bar,) = (r for r in root.iter(f"{SVG}rect") if "data-name" in r.attrib)
    assert float(bar.attrib["width"]) > 50
    assert 0 <= float(bar.attrib["x"]) < float(bar.attrib["x"]) + float(bar.attrib["width"]) <= 340


@pytest.mark.parametrize("width", [40, 72, 100])
def test_text_keeps_to_its_width_and_tells_the_ends(width: int) -> None:
    out = textlines.lines(two(marked=(10.0, "today")), width=width)
    plot = out[1:13]
    assert max(len(line) for line in plot if "┤" in line) <= width
    assert any(line.startswith("● first: 2") for line in out)
    assert any(line.startswith("· second: 1") for line in out)
    assert out[-1] == "┊ today"
    # The second point of the first series is its highest: the topmost row with its mark holds it.
    rows = [i for i, line in enumerate(plot) if "●" in line]
    assert rows and rows[0] < rows[-1]


def test_a_series_that_ends_early_is_told_where_it_ends() -> None:
    series = (
        Series("past", (1.0, 2.0, None)),
        Series("ahead:", (None, 2.0, 3.0), (0.0, 1.0, 2.0), (4.0, 4.0, 5.0)),
    )
    out = textlines.lines(
        Lines((0.0, 1.0, 2.0), "year", "yr", series, "t", names=("2024-01", "2025-01", "2026-01"))
    )
    assert [line.replace("\u00a0", " ") for line in out[-2:]] == [
        "● past: 2 t in Jan 2025",
        "▲ ahead: 3 t (2 to 5 t) in Jan 2026",
    ]


def test_text_bars_mark_and_sign() -> None:
    gain, loss = textlines.bars(bars(), width=72)
    assert gain.startswith("● gain")
    assert gain.count("█") > 10
    assert "░" in loss
    assert "█" not in loss
