"""Bars: how much each of several things counts, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, label, path, tag, text_width, tick_texts, ticks, title, wrap


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        name: What it is for.
        value: Its length; a negative one has no bar where bars start at the left.
        text: Its number as it is written beside it.
        detail: More of it, for the tooltip.
        ends: Ends of its range, drawn as a whisker; none without.
        marked: Whether it stands out.
        faint: Whether it could be chance.
    """

    name: str
    value: float
    text: str
    detail: str = ""
    ends: tuple[float, float] | None = None
    marked: bool = field(default=False, kw_only=True)
    faint: bool = field(default=False, kw_only=True)


def bars(
    key: str,
    name: str,
    rows: Sequence[Bar],
    *,
    unit: str = "",
    colour: str = "accent",
    width: float = 480,
    signed: bool = False,
) -> str:
    """Return bars from zero in the order given, with their names on their left, or above them where it is narrow.

    Args:
        key: Unique id on the page.
        name: What is shown.
        rows: Bars.
        unit: Unit of the lengths, for an axis below; none where it is empty.
        colour: ``accent``, or ``loss`` for what is lost; full where a bar stands out.
        width: Width in px.
        signed: Draw negative bars to the left of zero.

    Returns:
        SVG.
    """
    reach = [v for r in rows for v in (r.value, *(r.ends or ()))]
    lowest = min([0.0, *reach]) if signed else 0.0
    grid = ticks(lowest, max([0.0, *reach], default=1.0) or (0.0 if lowest else 1.0), 5)
    texts, of = tick_texts(grid, unit)
    beside = width > 600
    widest = max((text_width(r.name) for r in rows), default=0.0)
    left = min(300.0, 1.1 * widest + 16) if beside else 4.0 + text_width(texts[0]) / 2
    last = width - max(text_width(texts[-1]) / 2, *(text_width(r.text) for r in rows), 0.0) - 10

    def px(v: float) -> float:
        return left + (last - left) * (v - grid[0]) / (grid[-1] - grid[0])

    drawn: list[str] = []
    y = 4.0
    for row in rows:
        bold = "halo strong" if row.marked else "halo"
        lines = wrap(row.name, left - 16 if beside else width - 8)
        if beside:
            drawn += [label(t, 0, y + 14 + 15 * i, cls=bold) for i, t in enumerate(lines)]
        else:
            drawn += [label(t, 0, y + 12 + 15 * i, cls=bold) for i, t in enumerate(lines)]
            y += 15 * len(lines) + 2
        value = row.value if signed else max(row.value, 0.0)
        cls = "c-grey" if row.faint else f"c-{colour}" if row.marked else f"c-{colour} c-half-op"
        drawn.append(
            tag(
                "rect",
                title(f"{row.name}: {row.text}. {row.detail}".rstrip()),
                x=px(min(value, 0.0)),
                y=y + 2,
                width=max(abs(px(value) - px(0.0)), 1.5),
                height=16,
                class_=f"{cls} c-tip",
                data_name=row.name,
                data_value=repr(row.value),
            )
        )
        far = max(value, 0.0)
        if row.ends:
            low, high = (min(max(v, grid[0]), grid[-1]) for v in row.ends)
            drawn.append(tag("path", d=path([(px(low), y + 10), (px(high), y + 10)]), class_="c-whisker"))
            drawn += [
                tag("path", d=path([(px(v), y + 6), (px(v), y + 14)]), class_="c-whisker")
                for v in (low, high)
            ]
            far = max(far, high)
        drawn.append(label(row.text, px(far) + 5, y + 14, cls="soft halo"))
        y += max(24.0, 15.0 * len(lines) + 8) if beside else 26.0
    told = fmt.plain("; ".join(f"{r.name}: {r.text}" for r in rows)) + "."
    if not unit:
        axis = tag("line", x1=px(0.0), x2=px(0.0), y1=2, y2=y, class_="c-axis")
        return chart(key, width, y + 6, name, told, [axis, *drawn], cls="c-bars")
    body = []
    for value, text in zip(grid, texts, strict=True):
        body.append(tag("line", x1=px(value), x2=px(value), y1=2, y2=y, class_="c-rule"))
        body.append(label(text, px(value), y + 16, cls="soft mid"))
    body.append(label(of, left, y + 34, cls="soft"))
    return chart(key, width, y + 40, name, told, body + drawn, cls="c-bars")
