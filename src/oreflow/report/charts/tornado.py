"""Tornado chart: what one assumption at a time does to the answer."""

from __future__ import annotations

from collections.abc import Callable

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, fit, label, tag, text_width, tick_texts, ticks, title, wrap
from oreflow.report.effects import Sensitivity, WhatWouldChange


def tornado(key: str, change: WhatWouldChange, *, width: float = 980) -> str:
    """Return bars from the answer at the low setting to the answer at the high setting, largest first.

    Args:
        key: Unique id on the page.
        change: Section 6.
        width: Width in px.

    Returns:
        SVG; the upright line is the answer as it stands.
    """
    rows = sorted(change.rows, key=_reach, reverse=True)
    base = change.base.value if change.base is not None else None
    values = [v for r in rows for v in (r.at_low.value, r.at_high.value) if v is not None]
    values += [base] if base is not None else []
    unit = rows[0].at_low.unit if rows else "1"
    grid = ticks(min(values, default=0.0), max(values, default=1.0), 6 if width > 600 else 4)
    texts, name = tick_texts(grid, unit)
    beside = width > 600
    left = 300.0 if beside else text_width(texts[0]) / 2 + 4
    settings = [s.text for r in rows for s in (r.low, r.high)]
    edge = max([text_width(s) for s in settings], default=0.0) + 10
    edge = min(edge, 110.0 if beside else 84.0)
    first, last = left + edge, width - edge - 4

    def px(v: float) -> float:
        return first + (last - first) * (v - grid[0]) / (grid[-1] - grid[0])

    bars: list[str] = []
    y = 6.0
    for row in rows:
        lines = wrap(row.assumption, left - 16 if beside else width - 8)
        if beside:
            tall = max(26.0, 15.0 * len(lines) + 8)
            bars += [label(t, 0, y + 16 + 15 * i, cls="halo") for i, t in enumerate(lines)]
            bars += _bar(row, px, y + 4, edge)
            y += tall + 4
        else:
            bars += [label(t, 0, y + 12 + 15 * i, cls="halo") for i, t in enumerate(lines)]
            bars += _bar(row, px, y + 15 * len(lines) + 4, edge)
            y += 15 * len(lines) + 32
    body: list[str] = []
    for value, text in zip(grid, texts, strict=True):
        body.append(tag("line", x1=px(value), x2=px(value), y1=2, y2=y, class_="c-rule"))
        body.append(label(text, px(value), y + 16, cls="soft mid"))
    if base is not None:
        body.append(tag("line", x1=px(base), x2=px(base), y1=2, y2=y, class_="c-axis"))
    body.append(label(name, first, y + 34, cls="soft"))
    return chart(
        key, width, y + 40, f"What moves {change.measure}", _describe(rows), body + bars, cls="c-tornado"
    )


def _reach(row: Sensitivity) -> float:
    return abs((row.at_high.value or 0.0) - (row.at_low.value or 0.0))


def _bar(row: Sensitivity, px: Callable[[float], float], y: float, edge: float) -> list[str]:
    out: list[str] = []
    low, high = row.at_low.value, row.at_high.value
    if low is None or high is None:
        return out
    tip = (
        f"{row.assumption}: {row.at_low.text} at {row.low.text}, {row.at_high.text} at {row.high.text}. "
        f"{row.at_low.detail}"
    )
    x, end = sorted((px(low), px(high)))
    out.append(
        tag(
            "rect",
            title(tip),
            x=x,
            y=y,
            width=max(end - x, 1.5),
            height=16,
            class_="c-accent c-half-op c-tip",
            data_assumption=row.assumption,
            data_low=repr(low),
            data_high=repr(high),
        )
    )
    near, far = (row.low, row.high) if low <= high else (row.high, row.low)
    out.append(label(fit(near.text, edge), x - 5, y + 12, cls="soft end halo"))
    out.append(label(fit(far.text, edge), end + 5, y + 12, cls="soft halo"))
    return out


def _describe(rows: list[Sensitivity]) -> str:
    parts = [
        f"{r.assumption}: {r.at_low.text} at {r.low.text}, {r.at_high.text} at {r.high.text}" for r in rows
    ]
    return fmt.plain("; ".join(parts) + ".")
