"""Exceedance curve: how likely it is that something goes above each level, with the interval it is known to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, label, path, tag, text_width, tick_texts, ticks, title


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve of chances.

    Attributes:
        name: What it is for.
        levels: Levels, rising.
        chance: Chance of going above each, 0 to 1.
        low: Low ends of their intervals.
        high: High ends.
    """

    name: str
    levels: tuple[float, ...]
    chance: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def exceedance(key: str, name: str, unit: str, curves: Sequence[Curve], *, width: float = 480) -> str:
    """Return exceedance curves.

    Args:
        key: Unique id on the page.
        name: What is shown.
        unit: Unit of the levels.
        curves: Curves over levels; the first with its interval, the others dashed.
        width: Width in px.

    Returns:
        SVG; each level of the first curve has a strip with a tooltip of its numbers.
    """
    levels = [v for c in curves for v in c.levels]
    grid = ticks(min(levels, default=0.0), max(levels, default=1.0), 5)
    texts, of = tick_texts(grid, unit)
    left, top, bottom = text_width("100 %") + 8, 26.0, 220.0
    last = width - max(text_width(texts[-1]) / 2, 6)

    def px(v: float) -> float:
        return left + (last - left) * (v - grid[0]) / (grid[-1] - grid[0])

    def py(p: float) -> float:
        return bottom - (bottom - top) * p

    body = [label("chance of going above", 0, 12, cls="soft")]
    for p in (0.0, 0.25, 0.5, 0.75, 1.0):
        body.append(tag("line", x1=left, x2=last, y1=py(p), y2=py(p), class_="c-rule"))
        body.append(label(f"{100 * p:.0f} %", left - 6, py(p) + 4, cls="soft end"))
    room = max(text_width(t) for t in texts) + 8
    every = max(1, int(-(-room * (len(grid) - 1) // max(last - left, 1))))
    for value, text in list(zip(grid, texts, strict=True))[::every]:
        body.append(tag("line", x1=px(value), x2=px(value), y1=bottom, y2=bottom + 4, class_="c-axis"))
        body.append(label(text, px(value), bottom + 19, cls="soft mid"))
    body.append(label(of, left, bottom + 37, cls="soft"))
    for k, curve in enumerate(curves):
        if k == 0:
            up = [(px(x), py(p)) for x, p in zip(curve.levels, curve.high, strict=True)]
            down = [(px(x), py(p)) for x, p in zip(curve.levels, curve.low, strict=True)][::-1]
            body.append(tag("path", d=path(up + down, close=True), class_="c-wide"))
        line = [(px(x), py(p)) for x, p in zip(curve.levels, curve.chance, strict=True)]
        body.append(tag("path", title(curve.name), d=path(line), class_="c-line" if k == 0 else "c-base"))
    if curves:
        body += _strips(curves[0], of, px, top, bottom)
    return chart(key, width, bottom + 44, name, _describe(curves, unit), body, cls="c-exceedance")


def _strips(curve: Curve, unit: str, px: object, top: float, bottom: float) -> list[str]:
    place = px if callable(px) else float
    out = []
    for i, level in enumerate(curve.levels):
        x = place(level)
        before = place(curve.levels[max(i - 1, 0)])
        after = place(curve.levels[min(i + 1, len(curve.levels) - 1)])
        text = (
            f"above {fmt.quantity(level, unit)}: {100 * curve.chance[i]:.1f} % of the draws; known to lie between "
            f"{100 * curve.low[i]:.1f} and {100 * curve.high[i]:.1f} % (95 %)"
        )
        out.append(
            tag(
                "rect",
                title(text),
                x=(before + x) / 2,
                y=top,
                width=max((after - before) / 2, 0.5),
                height=bottom - top,
                class_="c-hit",
                data_level=repr(level),
                data_chance=repr(curve.chance[i]),
            )
        )
    return out


def _describe(curves: Sequence[Curve], unit: str) -> str:
    parts = []
    for curve in curves:
        for p in (0.5, 0.05):
            above = [x for x, c in zip(curve.levels, curve.chance, strict=True) if c >= p]
            if above:
                parts.append(
                    f"{curve.name}: above {fmt.quantity(max(above), unit)} with {100 * p:.0f} % or more"
                )
    return "; ".join(parts) + "." if parts else "No draw."
