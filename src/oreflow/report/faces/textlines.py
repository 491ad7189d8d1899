"""Lines and bars in text, for the terminal and Markdown."""

from __future__ import annotations

import itertools

from oreflow.report import format as fmt
from oreflow.report.charts.lines import place_texts, reach, stacked
from oreflow.report.charts.svg import tick_texts, ticks
from oreflow.report.faces.textplot import bar
from oreflow.report.plots import Bars, Cloud, Lines, Steps

MARKS = "●▲■◆○△□"
"""Marks of the series in their order."""


def lines(data: Lines, *, width: int = 72, height: int = 11) -> list[str]:
    """Return lines as marks on a grid, with a legend of where each ends.

    Where series meet, the first is seen. What is stacked is drawn by its upper edges.

    Args:
        data: The lines.
        width: Most columns to use.
        height: Rows of the plot.

    Returns:
        Lines of text, the first with the unit.
    """
    edges = stacked(data)
    grid = ticks(*reach(data), 4)
    low, high = grid[0], grid[-1]
    texts, unit = tick_texts([low, (low + high) / 2, high], data.unit)
    left = max(map(len, texts)) + 1
    room = max(width - left - 2, 12)
    first, span = data.x[0], (data.x[-1] - data.x[0]) or 1.0
    cells = [[" "] * room for _ in range(height)]

    def column(x: float) -> int:
        return round((x - first) / span * (room - 1))

    def row(v: float) -> int:
        return round((v - low) / (high - low) * (height - 1))

    if data.marked:
        for line in cells:
            line[column(data.marked[0])] = "┊"
    for k in range(len(data.series) - 1, -1, -1):
        known = [
            (x, edges[k][i]) for i, x in enumerate(data.x) if data.stacked or data.series[k].y[i] is not None
        ]
        for (xa, a), (xb, b) in itertools.pairwise(known):
            for c in range(column(xa), column(xb) + 1):
                share = (c - column(xa)) / max(column(xb) - column(xa), 1)
                cells[row(a + share * (b - a))][c] = "·" if data.series[k].kind == "dashed" else MARKS[k]
        for x, v in known[:1]:
            cells[row(v)][column(x)] = MARKS[k]
    out = [f"{data.y_label}, {unit}".strip(", ") if unit != "1" else data.y_label or "1"]
    for r in range(height - 1, -1, -1):
        text = {0: texts[0], (height - 1) // 2: texts[1], height - 1: texts[2]}.get(r, "")
        out.append(f"{text:>{left}}┤{''.join(cells[r])}".rstrip())
    places = place_texts(data)
    dated = bool(data.names) or data.x_unit == "yr"
    middle = "" if dated else data.x_label
    free = room - len(places[0]) - len(places[-1])
    between = f"{middle:^{free}}" if len(middle) + 2 <= free else " " * max(free, 1)
    out.append(f"{' ' * (left + 1)}{places[0]}{between}{places[-1]}")
    for k, s in enumerate(data.series):
        i = next((i for i in reversed(range(len(s.y))) if s.y[i] is not None), len(s.y) - 1)
        band = f" ({fmt.span(s.low[i], s.high[i], data.unit)})" if s.low else ""
        mark, name = "·" if s.kind == "dashed" else MARKS[k], fmt.plain(s.name).rstrip(":")
        out.append(
            f"{mark} {name}: {fmt.quantity(s.y[i], data.unit)}{band} {'in' if dated else 'at'} {places[i]}"
        )
    if data.marked:
        out.append(f"┊ {fmt.plain(data.marked[1])}")
    return out


def bars(data: Bars, *, width: int = 72) -> list[str]:
    """Return bars of blocks with their numbers; what is below zero is drawn in light blocks.

    Args:
        data: The bars.
        width: Most columns to use.

    Returns:
        One line a bar; those that stand out are marked.
    """
    names = [fmt.plain(r.name) for r in data.rows]
    values = [r.value.text + (f" ({r.value.range_text})" if r.value.range_text else "") for r in data.rows]
    left, right = max(map(len, names)), max(map(len, values))
    top = max(abs(r.value.value or 0.0) for r in data.rows)
    room = max(min(width - left - right - 5, 36), 6)
    out = []
    for r, name, value in zip(data.rows, names, values, strict=True):
        drawn = bar(abs(r.value.value or 0.0), top, room)
        if (r.value.value or 0.0) < 0:
            drawn = "░" * max(len(drawn), 1)
        out.append(f"{'●' if r.marked else ' '} {name:<{left}} {value:>{right}} {drawn}".rstrip())
    return out


def cloud(data: Cloud, *, most: int = 12) -> list[str]:
    """Return what may happen in a list, the largest product of chance and loss first.

    Args:
        data: The points.
        most: Lines shown.

    Returns:
        A heading and one line a point.
    """
    ranked = sorted(data.points, key=lambda p: -p.chance * p.loss)[:most]
    cells = [
        (fmt.plain(p.name), fmt.quantity(100 * p.chance, "%/yr", digits=2), fmt.quantity(p.loss, "USD"))
        for p in ranked
    ]
    wide = [max(len(row[i]) for row in [*cells, ("", "chance", "loss")]) for i in range(3)]
    rows = [("", "chance", "loss"), *cells]
    out = [f"{a:<{wide[0]}}  {b:>{wide[1]}}  {c:>{wide[2]}}" for a, b, c in rows]
    rest = len(data.points) - len(ranked)
    return [*out, f"and {rest} more"] if rest else out


def steps(data: Steps) -> list[str]:
    """Return steps column by column, each with what feeds it.

    Args:
        data: The steps.

    Returns:
        One line a step and one below it for each link.
    """
    out = []
    for b in sorted(data.boxes, key=lambda b: b.column):
        out.append(f"{'●' if b.marked else '○'} {fmt.plain(b.name)}: {fmt.plain(b.under)}")
        out += [f"  ← {fmt.plain(k.text)}" for k in data.links if k.destination == b.key]
    return out
