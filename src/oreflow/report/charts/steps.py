"""Steps in columns, from where things come to what they become."""

from __future__ import annotations

from collections import defaultdict

from oreflow.report.charts.svg import chart, fit, label, tag, title
from oreflow.report.plots import Box, Steps

_TALL, _GAP, _MOST_WIDE = 40.0, 10.0, 210.0


def steps(key: str, name: str, data: Steps, *, width: float = 980) -> str:
    """Return boxes in columns with curves between them.

    Args:
        key: Unique id on the page.
        name: What is shown.
        data: The steps.
        width: Width in px.

    Returns:
        SVG.
    """
    columns: dict[int, list[Box]] = defaultdict(list)
    for b in data.boxes:
        columns[b.column].append(b)
    order = sorted(columns)
    pitch = width / len(order)
    wide = min(_MOST_WIDE, pitch * (0.8 if len(order) > 1 else 1.0))
    place: dict[str, tuple[float, float]] = {}
    tall = max(len(c) for c in columns.values()) * (_TALL + _GAP) - _GAP
    for i, column in enumerate(order):
        boxes = columns[column]
        x = i * (width - wide) / max(len(order) - 1, 1)
        if i:
            # Beside what feeds them, so that curves cross less.
            feeds = defaultdict(list)
            for link in data.links:
                if link.origin in place:
                    feeds[link.destination].append(place[link.origin][1])
            boxes = sorted(
                boxes, key=lambda b: (sum(feeds[b.key]) / len(feeds[b.key]) if feeds[b.key] else 0.0, b.key)
            )
        used = len(boxes) * (_TALL + _GAP) - _GAP
        for j, b in enumerate(boxes):
            place[b.key] = (x, (tall - used) / 2 + j * (_TALL + _GAP))
    body = [_curve(place[k.origin], place[k.destination], wide, k.text) for k in data.links]
    for b in data.boxes:
        x, y = place[b.key]
        cls = "c-room-bind" if b.marked else "c-axis"
        body.append(
            tag(
                "g",
                title(f"{b.name}. {b.under}"),
                tag("rect", x=x, y=y, width=wide, height=_TALL, rx=4, class_="c-land"),
                tag("rect", x=x, y=y, width=wide, height=_TALL, rx=4, class_=cls),
                label(fit(b.name, wide - 14), x + 7, y + 16, cls="strong"),
                label(fit(b.under, wide - 14), x + 7, y + 32, cls="soft"),
                data_box=b.key,
            )
        )
    told = "; ".join(k.text for k in data.links[:12])
    return chart(key, width, tall + 2, name, told or name, body, cls="c-steps")


def _curve(a: tuple[float, float], b: tuple[float, float], wide: float, text: str) -> str:
    x0, y0, x1, y1 = a[0] + wide, a[1] + _TALL / 2, b[0], b[1] + _TALL / 2
    if x1 < x0:  # back to the left, or within a column
        x0, x1 = a[0] + wide / 2, b[0] + wide / 2
    m = (x0 + x1) / 2
    d = f"M{x0:.1f} {y0:.1f} C{m:.1f} {y0:.1f} {m:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    return tag("g", title(text), tag("path", d=d, class_="c-axis"), class_="c-tip")
