from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.report import Figure, charts
from oreflow.report.charts.svg import apart, fit, text_width, tick_texts, ticks, wrap
from oreflow.report.charts.worldmap import equal_earth
from oreflow.report.effects import ChainFlows, FlowLink, FlowNode, Mark, Marker, WorldMap

NS = {"s": "http://www.w3.org/2000/svg"}
WIDTHS = (340, 476, 980)


def drawn(b, width):
    d = b.does
    yield charts.fan("a", "Price", d.prices[0].band, width=width, marks=d.marks)
    yield charts.fan("b", "Missing", d.shortfalls[0].band, width=width, marks=d.marks, from_zero=True)
    yield charts.world_map("c", d.maps[0], width=width, land=True)
    yield charts.sankey("d", d.flows[0], width=width)
    yield charts.bottleneck("e", b.breaks.chains[0], width=width)
    yield charts.tornado("f", b.change, width=width)


def texts(root):
    for t in root.iterfind(".//s:text", NS):
        cls = (t.get("class") or "").split()
        wide = text_width(t.text or "")
        x, y = float(t.get("x")), float(t.get("y"))
        left = x - wide if "end" in cls else x - wide / 2 if "mid" in cls else x
        yield t.text, (left, y - 10, left + wide, y + 2)


@pytest.mark.parametrize("width", WIDTHS)
def test_charts_are_valid_named_and_described(briefing, width):
    for text in drawn(briefing, width):
        root = ET.fromstring(text)
        assert root.get("role") == "img"
        ids = root.get("aria-labelledby").split()
        assert [root.find(f".//*[@id='{i}']").text for i in ids]
        assert not re.search(r"\bstyle=|<script|http(?!://www\.w3\.org/2000/svg)|nan|inf\b", text)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_label_runs_over_another_or_off_the_chart(briefing, width):
    for text in drawn(briefing, width):
        root = ET.fromstring(text)
        height = float(root.get("height"))
        boxes = list(texts(root))
        assert boxes
        for i, (name, a) in enumerate(boxes):
            assert a[0] >= -1, name
            assert a[2] <= width + 1, name
            assert a[1] >= -1, name
            assert a[3] <= height + 3, name
            for other, b in boxes[:i]:
                apart_x = a[2] <= b[0] + 1 or b[2] <= a[0] + 1
                apart_y = a[3] <= b[1] + 1 or b[3] <= a[1] + 1
                assert apart_x or apart_y, (name, other, a, b)


def test_a_fan_holds_the_numbers_of_its_path(briefing):
    band = briefing.does.prices[0].band
    root = ET.fromstring(charts.fan("k", "Price", band, width=476))
    strips = root.findall(".//s:rect[@data-month]", NS)
    assert tuple(s.get("data-month") for s in strips) == band.months
    assert tuple(float(s.get("data-median")) for s in strips) == band.median
    assert tuple(float(s.get("data-baseline")) for s in strips) == band.baseline
    assert tuple(float(s.get("data-low")) for s in strips) == band.q05
    assert tuple(float(s.get("data-high")) for s in strips) == band.q95


def numbers(path):
    return [tuple(map(float, p)) for p in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def test_the_line_of_a_fan_is_where_the_axis_says(briefing):
    band = briefing.does.prices[0].band
    root = ET.fromstring(charts.fan("k", "Price", band, width=476))
    line = numbers(root.find(".//s:path[@class='c-line']", NS).get("d"))
    base = numbers(root.find(".//s:path[@class='c-base']", NS).get("d"))
    grid = {float(r.get("y1")) for r in root.findall(".//s:line[@class='c-rule']", NS)}
    labels = [
        (float(t.get("y")) - 4, float(t.text.replace("\u202f", "")))
        for t in root.iterfind(".//s:text", NS)
        if re.fullmatch(r"[\d\u202f.]+", t.text or "")
    ]
    (y0, v0), (y1, v1) = labels[0], labels[-1]
    assert {round(y, 1) for y, _ in labels} == {round(y, 1) for y in grid}

    def value(y):
        return v0 + (v1 - v0) * (y - y0) / (y1 - y0)

    for (_, y), v in zip(line, band.median, strict=True):
        assert value(y) == pytest.approx(v, rel=1e-3)
    for (_, y), v in zip(base, band.baseline, strict=True):
        assert value(y) == pytest.approx(v, rel=1e-3)


def test_bars_have_the_length_of_their_capacity_and_the_binding_one_is_marked(briefing):
    chain = briefing.breaks.chains[0]
    root = ET.fromstring(charts.bottleneck("k", chain, width=980))
    groups = root.findall(".//s:g[@data-stage]", NS)
    scale = set()
    for g in groups:
        room = g.find("s:rect[@class='c-room']", NS)
        scale.add(round(float(room.get("width")) / float(g.get("data-capacity")), 9))
        used = g.findall("s:rect", NS)[1]
        assert float(used.get("width")) / float(g.get("data-throughput")) == pytest.approx(
            min(scale), rel=1e-4
        )
    assert max(scale) == pytest.approx(min(scale), rel=1e-4)
    assert [g.get("data-binding") for g in groups] == ["yes", "yes", "no", "no", "no", "no"]
    said = [t.text for t in root.iterfind(".//s:text", NS)]
    assert said.count("binds before and after") == 1


@pytest.mark.parametrize("width", [340, 980])
def test_a_sankey_keeps_every_tonne_before_and_after(briefing, width):
    flows = briefing.does.flows[0]
    root = ET.fromstring(charts.sankey("k", flows, width=width))
    stage = {n.key: n.stage for n in flows.nodes}

    def at(key):
        return int(key.removeprefix("other:")) if key.startswith("other:") else stage[key]

    for when in ("before", "after"):
        groups = root.findall(f".//s:g[@data-when='{when}']", NS)
        for i in (0, 1):
            total = sum(getattr(k, when) for k in flows.links if stage[k.origin] == i)
            shown = sum(float(g.get("data-value")) for g in groups if at(g.get("data-from")) == i)
            assert shown == pytest.approx(total, rel=1e-3)


def test_the_sankeys_panels_share_one_scale(briefing):
    root = ET.fromstring(charts.sankey("k", briefing.does.flows[0], width=980))
    bars = root.findall(".//s:rect[@data-node]", NS)
    ratios = {float(b.get("height")) / float(b.get("data-value")) for b in bars if float(b.get("height")) > 3}
    assert max(ratios) == pytest.approx(min(ratios), rel=1e-3)


def test_ribbons_stay_inside_their_nodes():
    nodes = (FlowNode("m:A", 0, "A", "A"), FlowNode("r:A", 1, "A", "A"), FlowNode("r:B", 1, "B", "B"))
    links = (FlowLink("m:A", "r:A", 100.0, 10.0), FlowLink("m:A", "r:B", 10.0, 100.0))
    flows = ChainFlows("t", "t", "r", ("mine", "refine"), nodes, links)
    root = ET.fromstring(charts.sankey("k", flows, width=980))
    after = root.find(".//s:g[@data-panel='after']", NS)
    bar = after.find("s:rect[@data-node='m:A']", NS)
    low = min(
        float(m) for p in after.findall(".//s:path", NS) for m in re.findall(r"^M[\d.]+ ([\d.]+)", p.get("d"))
    )
    assert low == pytest.approx(float(bar.get("y")), abs=0.2)


def test_markers_have_area_by_size_and_shape_by_sign(briefing):
    root = ET.fromstring(charts.world_map("k", briefing.does.maps[0], width=980))
    area = {}
    for c in root.findall(".//s:circle", NS):
        assert float(c.get("data-value")) < 0
        area[c.get("data-key")] = (3.14159265 * float(c.get("r")) ** 2, -float(c.get("data-value")))
    for r in root.findall(".//s:rect", NS):
        assert float(r.get("data-value")) >= 0
        area[r.get("data-key")] = (float(r.get("width")) * float(r.get("height")), float(r.get("data-value")))
    assert len(area) == len(briefing.does.maps[0].markers)
    ratio = area["CHN"][0] / area["CHN"][1]
    assert area["AUS"][0] / area["AUS"][1] == pytest.approx(ratio, rel=1e-3)


def test_equal_earth_matches_its_published_frame():
    # Šavrič et al. (2018): half width 2.7066, half height 1.3173 on the unit sphere.
    assert equal_earth(180, 0)[0] == pytest.approx(2.7066, abs=1e-4)
    assert equal_earth(0, 90)[1] == pytest.approx(1.3173, abs=1e-4)
    assert equal_earth(-30, -45)[0] == pytest.approx(-equal_earth(30, 45)[0])


def test_the_land_has_no_line_across_the_page():
    root = ET.fromstring(charts.land_symbol())
    d = root.find(".//path").get("d")
    rings = [numbers(r) for r in d.split("Z") if r.strip()]
    assert len(rings) > 100
    for ring in rings:
        steps = [abs(a[0] - b[0]) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
        assert max(steps) < 120


def test_a_tornado_is_ordered_by_reach(briefing):
    root = ET.fromstring(charts.tornado("k", briefing.change, width=980))
    bars = root.findall(".//s:rect[@data-assumption]", NS)
    reach = [abs(float(b.get("data-high")) - float(b.get("data-low"))) for b in bars]
    assert reach == sorted(reach, reverse=True)
    wide = [float(b.get("width")) for b in bars]
    assert wide[0] / wide[-1] == pytest.approx(reach[0] / reach[-1], rel=1e-3)


def test_flat_and_empty_charts_are_drawn(briefing):
    band = briefing.does.prices[0].band
    flat = dataclasses.replace(band, **dict.fromkeys(("median", "q05", "q25", "q75", "q95"), band.baseline))
    assert ET.fromstring(charts.fan("k", "Flat", flat)).tag.endswith("svg")
    zero = tuple(0.0 for _ in band.months)
    none = dataclasses.replace(
        band, baseline=zero, **dict.fromkeys(("median", "q05", "q25", "q75", "q95"), zero)
    )
    assert ET.fromstring(charts.fan("k", "None", none, from_zero=True)).tag.endswith("svg")
    assert ET.fromstring(charts.world_map("k", WorldMap("Nothing", ()))).tag.endswith("svg")
    assert ET.fromstring(
        charts.sankey("k", ChainFlows("Nothing", "t", "r", ("mine", "use"), (), ()))
    ).tag.endswith("svg")


def test_one_month_is_drawn(briefing):
    band = briefing.does.prices[0].band
    names = ("months", "baseline", "median", "q05", "q25", "q75", "q95")
    one = dataclasses.replace(band, **{n: getattr(band, n)[:1] for n in names})
    root = ET.fromstring(charts.fan("k", "One", one))
    assert len(root.findall(".//s:rect[@data-month]", NS)) == 1


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 9))
def test_ticks_cover_the_range_in_even_steps(low, span, count):
    got = ticks(low, low + span, count)
    assert got[0] <= low + 1e-6 * max(abs(low), span)
    assert got[-1] >= low + span - 1e-6 * max(abs(low), span)
    assert 2 <= len(got) <= 2 * count + 2


def test_tick_texts_differ():
    for low, high in ((0.0, 1.0), (9400.0, 9460.0), (-0.03, 0.02), (0.0, 2e9)):
        got, _ = tick_texts(ticks(low, high), "USD")
        assert len(set(got)) == len(got)


@given(st.lists(st.floats(0, 200), min_size=1, max_size=8))
def test_labels_are_set_apart(wanted):
    got = apart(wanted, 14.0, 0.0, 300.0)
    ordered = sorted(got)
    assert all(b - a >= 14.0 - 1e-9 for a, b in pairwise(ordered))


def test_text_is_cut_and_wrapped_to_its_room():
    assert fit("short", 100) == "short"
    assert fit("a rather long name of a place", 60).endswith("…")
    assert text_width(fit("a rather long name of a place", 60)) <= 60
    assert all(
        text_width(line) <= 80 for line in wrap("one assumption about the stocks of cathode makers", 80)
    )
    assert " ".join(wrap("one two three", 40)) == "one two three"


def test_charts_escape_what_they_show(hostile):
    for width in (340, 980):
        for text in drawn(hostile, width):
            root = ET.fromstring(text)
            assert "<script" not in text
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert not [e for e in root.iter() if "script" in e.tag]


def test_colours_are_distinct_between_light_and_dark():
    names = set(re.findall(r"--(\w+):", charts.CSS))
    assert {"ink", "accent", "loss", "gain", "land"} <= names
    used = set(re.findall(r"var\(--(\w+)", charts.CSS))
    assert used <= names


def test_one_figure_is_enough_for_a_marker():
    m = WorldMap("One", (Marker("CHN", "China", 30.0, 104.0, Figure(0.0, "t", "r", change=True)),))
    assert ET.fromstring(charts.world_map("k", m, land=True)).tag.endswith("svg")


def test_a_number_is_not_parted_in_wrapped_lines():
    for room in range(60, 300, 20):
        assert "230\u202f000" in "|".join(wrap("mine 230\u202f000 to chemical 230\u202f000", room))


def test_every_mark_is_drawn_and_told(briefing):
    band = briefing.does.prices[0].band
    marks = [Mark(m, f"step {i}") for i, m in enumerate(band.months[:6])]
    text = charts.fan("k", "Price", band, marks=marks)
    assert text.count('class="c-mark"') == 6
    for i in range(6):
        assert f"(step {i}): median" in text


@pytest.mark.parametrize("width", WIDTHS)
def test_long_marks_stay_on_their_chart(briefing, width):
    band = briefing.does.prices[0].band
    words = "a long account of what happens in this month and why it matters to those who wait for it"
    for month in (band.months[0], band.months[12], band.months[-1]):
        root = ET.fromstring(charts.fan("k", "Price", band, width=width, marks=[Mark(month, words)]))
        boxes = list(texts(root))
        mark = next(box for name, box in boxes if name.startswith("a long"))
        assert mark[0] >= -1
        assert mark[2] <= width + 1
        for name, box in boxes:
            clear = box[2] <= mark[0] or mark[2] <= box[0] or box[3] <= mark[1] or mark[3] <= box[1]
            assert clear or name.startswith("a long"), name
