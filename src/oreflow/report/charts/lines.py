"""Lines over a number or over time: several series with their bands, or stacked as areas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oreflow.report import format as fmt
from oreflow.report.charts.svg import (
    apart,
    chart,
    fit,
    label,
    path,
    tag,
    text_width,
    tick_texts,
    ticks,
    title,
)
from oreflow.report.plots import Lines, Series

Place = Callable[[float], float]
Points = list[tuple[float, float]]


def lines(key: str, name: str, data: Lines, *, width: float = 480) -> str:
    """Return lines over an axis, each named at its end.

    Args:
        key: Unique id on the page.
        name: What is shown.
        data: The lines.
        width: Width in px.

    Returns:
        SVG; each place of the axis has a strip with a tooltip of its numbers.
    """
    tops = stacked(data)
    low, high = reach(data)
    grid = ticks(low, high, 5)
    texts, unit = tick_texts(grid, data.unit)
    by, _ = fmt.scale(grid, data.unit)
    left = max(text_width(t) for t in texts) + 8
    ends = [_end(s, by) for s in data.series]
    right = min(max(text_width(t) for t in ends) * 1.06 + 12, 0.36 * width)
    top, height = (42.0 if data.marked else 28.0), 280.0 if width > 600 else 250.0
    bottom, last = height - 44, width - right
    first, end = data.x[0], data.x[-1]

    def px(v: float) -> float:
        return left + (last - left) * ((v - first) / (end - first) if end > first else 0.5)

    def py(v: float) -> float:
        return bottom - (bottom - top) * (v - grid[0]) / (grid[-1] - grid[0])

    what = f"{data.y_label}, {unit}".strip(", ") if unit != "1" else data.y_label
    body = [label(what, 0, 12, cls="soft")]
    for value, text in zip(grid, texts, strict=True):
        body.append(tag("line", x1=left, x2=last, y1=py(value), y2=py(value), class_="c-rule"))
        body.append(label(text, left - 6, py(value) + 4, cls="soft end"))
    body += _axis(data, px, left, last, bottom)
    body += _areas(data, tops, px, py) if data.stacked else _curves(data, px, py)
    if data.marked:
        x = px(data.marked[0])
        back = x > (left + last) / 2
        body.append(tag("line", x1=x, x2=x, y1=top - 12, y2=bottom, class_="c-mark"))
        room = x - left if back else last - x
        at, cls = (x - 5, "soft end halo") if back else (x + 5, "soft halo")
        body.append(label(fit(data.marked[1], room), at, top - 4, cls=cls))
    heights = [py(_height(data, tops, k)) + 4 for k in range(len(data.series))]
    for k, y in enumerate(apart(heights, 14, top, bottom)):
        body.append(label(fit(ends[k], right - 8), last + 6, y, cls=f"c-t{k}"))
    body += _strips(data, px, top, bottom)
    return chart(key, width, height, name, describe(data), body, cls="c-lines")


def stacked(data: Lines) -> list[list[float]]:
    """Return the upper edge of each series of a stack, or the series themselves; shape (series, places)."""
    if not data.stacked:
        return [[v if v is not None else 0.0 for v in s.y] for s in data.series]
    tops: list[list[float]] = []
    for s in data.series:
        below = tops[-1] if tops else [0.0] * len(data.x)
        tops.append([b + (v or 0.0) for b, v in zip(below, s.y, strict=True)])
    return tops


def reach(data: Lines) -> tuple[float, float]:
    """Return the lowest and highest value that a chart must hold."""
    if data.stacked:
        return 0.0, max(stacked(data)[-1])
    values = [v for s in data.series for v in (*s.y, *s.low, *s.high) if v is not None] or [0.0]
    low, high = min(values), max(values)
    if data.from_zero:
        return min(low, 0.0), max(high, 0.0)
    pad = 0.06 * (high - low) or 0.02 * abs(high)
    return low - pad, high + pad


def _end(s: Series, by: float) -> str:
    value = next((v for v in reversed(s.y) if v is not None), None)
    return s.name if value is None else f"{s.name} {fmt.number(value / by)}"


def _height(data: Lines, tops: list[list[float]], k: int) -> float:
    """Where the name of a series belongs: the middle of its area, or the last of its values."""
    if data.stacked:
        below = tops[k - 1][-1] if k else 0.0
        return (below + tops[k][-1]) / 2
    return next((v for v in reversed(data.series[k].y) if v is not None), 0.0)


def place_texts(data: Lines) -> list[str]:
    """Return the words of each place on the axis."""
    if data.names:
        return [fmt.month(n) for n in data.names]
    if data.x_unit == "yr":
        return [f"{v:g}" for v in data.x]
    return [fmt.quantity(v, data.x_unit) for v in data.x]


def _axis(data: Lines, px: Place, left: float, last: float, bottom: float) -> list[str]:
    out = [tag("line", x1=left, x2=last, y1=bottom, y2=bottom, class_="c-axis")]
    title_ = data.x_label
    if data.names or data.x_unit == "yr":
        at, texts = list(data.x), place_texts(data)
    else:
        low, high = data.x[0], data.x[-1]
        inside = [v for v in ticks(low, high, 6) if low - 1e-9 <= v <= high + 1e-9] or [low]
        texts, of = tick_texts(inside, data.x_unit)
        at = inside
        title_ = f"{title_}, {of}" if of not in {"1", ""} else title_
    room = max(text_width(t) for t in texts) + 12
    step = (px(at[-1]) - px(at[0])) / max(len(at) - 1, 1)
    every = next((n for n in (1, 2, 3, 4, 5, 6, 10, 12, 24) if step * n >= room), max(len(at), 1))
    for i in range(0, len(at), every):
        x = px(at[i])
        out.append(tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="c-axis"))
        out.append(label(texts[i], max(x, text_width(texts[i]) / 2), bottom + 19, cls="soft mid"))
    out.append(label(title_, left, bottom + 38, cls="soft"))
    return out


def _curves(data: Lines, px: Place, py: Place) -> list[str]:
    out = []
    for k, s in reversed(list(enumerate(data.series))):
        if s.low:
            up = [(px(x), py(v)) for x, v in zip(data.x, s.high, strict=True)]
            down = [(px(x), py(v)) for x, v in zip(data.x, s.low, strict=True)][::-1]
            out.append(tag("path", d=path(up + down, close=True), class_=f"c-b{k}"))
    for k, s in reversed(list(enumerate(data.series))):
        points = [(px(x), py(v)) for x, v in zip(data.x, s.y, strict=True) if v is not None]
        dash = " c-dash" if s.kind == "dashed" else ""
        out.append(tag("path", title(s.name), d=path(points), class_=f"c-s{k}{dash}"))
        if s.kind == "dots" or len(points) == 1:
            out += [tag("circle", cx=x, cy=y, r=4.0, class_=f"c-d{k}") for x, y in points]
    return out


def _areas(data: Lines, tops: list[list[float]], px: Place, py: Place) -> list[str]:
    out = []
    for k, s in enumerate(data.series):
        below = tops[k - 1] if k else [0.0] * len(data.x)
        up: Points = [(px(x), py(v)) for x, v in zip(data.x, tops[k], strict=True)]
        down: Points = [(px(x), py(v)) for x, v in zip(data.x, below, strict=True)][::-1]
        out.append(tag("path", title(s.name), d=path(up + down, close=True), class_=f"c-a{k} c-edge"))
    return out


def _strips(data: Lines, px: Place, top: float, bottom: float) -> list[str]:
    places = [px(x) for x in data.x]
    texts = place_texts(data)
    out = []
    for i, x in enumerate(places):
        before = (places[i - 1] + x) / 2 if i else x - 8
        after = (x + places[i + 1]) / 2 if i + 1 < len(places) else x + 8
        out.append(
            tag(
                "rect",
                title(f"{texts[i]}: {'; '.join(_told(data.series, i, data.unit))}"),
                x=before,
                y=top,
                width=max(after - before, 0.5),
                height=bottom - top,
                class_="c-hit",
                data_x=repr(data.x[i]),
            )
        )
    return out


def _told(series: Sequence[Series], i: int, unit: str) -> list[str]:
    out = []
    for s in series:
        value = s.y[i]
        if value is None:
            continue
        text = f"{s.name} {fmt.quantity(value, unit, digits=4)}"
        if s.low:
            text += f" ({fmt.span(s.low[i], s.high[i], unit)})"
        if s.texts and s.texts[i]:
            text += f", {s.texts[i]}"
        out.append(text)
    return out


def describe(data: Lines) -> str:
    """Say what can be read from a chart: where each series begins and ends."""
    texts = place_texts(data)
    at = "in" if data.names or data.x_unit == "yr" else "at"
    parts = []
    for s in data.series:
        known = [(t, v) for t, v in zip(texts, s.y, strict=True) if v is not None]
        if known:
            (a, first), (b, last) = known[0], known[-1]
            ends = [f"{fmt.quantity(v, data.unit)} {at} {t}" for v, t in ((first, a), (last, b))]
            parts.append(f"{s.name.rstrip(':')}: {', '.join(ends)}")
    return "; ".join(parts) + "."
