"""Chance against loss on log axes: what is likely, what is dear, and lines of equal expected loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, label, path, tag, text_width, title
from oreflow.report.plots import Point

SIZE = 5.0
"""Half the width of a mark, px."""

_Box = tuple[float, float, float, float]


def scatter(key: str, points: Sequence[Point], *, name: str, width: float = 980, labels: int = 14) -> str:
    """Return points on log axes, the largest products named first.

    Args:
        key: Unique id on the page.
        points: The points, at least one.
        name: What the chart shows.
        width: Width in px.
        labels: Most labels tried; one that would cover another or a mark is left to the tooltip.

    Returns:
        SVG.
    """
    top, height, right = 10.0, 460.0 if width > 600 else 340.0, 24.0
    bottom = top + height
    x0, x1 = _decades([p.chance for p in points])
    y0, y1 = _decades([p.loss for p in points])
    across, up = _ticks(x0, x1, lambda v: f"{100 * v:g} %"), _ticks(y0, y1, _money)
    left = max(text_width(text) for _, text in up) + 8

    def px(v: float) -> float:
        return left + (width - left - right) * (math.log10(v) - x0) / (x1 - x0)

    def py(v: float) -> float:
        return bottom - height * (math.log10(v) - y0) / (y1 - y0)

    body: list[str] = []
    for power, text in up:
        body.append(tag("line", x1=left, x2=width - right, y1=py(power), y2=py(power), class_="c-rule"))
        body.append(label(text, left - 6, py(power) + 4, cls="soft end"))
    for power, text in across:
        body.append(tag("line", x1=px(power), x2=px(power), y1=top, y2=bottom, class_="c-rule"))
        body.append(label(text, px(power), bottom + 16, cls="soft mid"))
    ranked = sorted(points, key=lambda p: -p.chance * p.loss)
    marks = [(px(p.chance), py(p.loss)) for p in ranked]
    taken = [(x - SIZE, y - SIZE, x + SIZE, y + SIZE) for x, y in marks]
    body += _equal(px, py, (x0, x1), (y0, y1), taken if width > 600 else None)
    for p, (x, y) in reversed(list(zip(ranked, marks, strict=True))):
        body.append(_mark(p, x, y))
    for p, (x, y) in list(zip(ranked, marks, strict=True))[:labels]:
        spot = _free(p.name, x, y, taken, (left, top, width - right, bottom))
        if spot is not None:
            box, place, cls = spot
            taken.append(box)
            body.append(label(p.name, place, box[3] - 3, cls=f"halo {cls}"))
    body.append(label("chance of the stop, a year", width - right, bottom + 34, cls="soft end"))
    body.append(label("loss, USD", 0, bottom + 34, cls="soft"))
    told = "; ".join(
        f"{p.name}: {100 * p.chance:.2g} % a year, {fmt.quantity(p.loss, 'USD')}" for p in ranked[:labels]
    )
    return chart(key, width, bottom + 42, name, f"{told}.", body, cls="c-scatter")


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """Half decades around all values, at least one apart."""
    low = math.floor(2 * math.log10(min(values)) - 0.2) / 2
    high = math.ceil(2 * math.log10(max(values)) + 0.2) / 2
    return low, max(high, low + 1.0)


def _money(value: float) -> str:
    by, name = fmt.scale([value], "USD")
    return f"{fmt.number(value / by)} {name.removesuffix('USD')}".strip()


def _ticks(low: float, high: float, say: Callable[[float], str]) -> list[tuple[float, str]]:
    """Powers of ten within the axis; with fewer than two of them also 3 times each."""
    powers = [10.0**k for k in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
    if len(powers) < 3:
        more = [m * 10.0**k for k in range(math.floor(low) - 1, math.ceil(high) + 1) for m in (1, 2, 5)]
        powers = [v for v in more if low - 1e-9 <= math.log10(v) <= high + 1e-9]
    return [(v, say(v)) for v in powers]


def _equal(
    px: Callable[[float], float],
    py: Callable[[float], float],
    x: tuple[float, float],
    y: tuple[float, float],
    taken: list[_Box] | None,
) -> list[str]:
    """Lines on which chance times loss is one amount, a thousandfold apart.

    They are told in words, whose places join `taken`, where that covers nothing; never where it is None.
    """
    out = []
    for power in range(math.ceil((x[0] + y[0]) / 3), math.floor((x[1] + y[1]) / 3) + 1):
        amount = 3 * power
        first, last = max(x[0], amount - y[1]), min(x[1], amount - y[0])
        if last - first < 0.1:
            continue
        ends = [(px(10**v), py(10 ** (amount - v))) for v in (first, last)]
        out.append(tag("path", d=path(ends), class_="c-mark"))
        if taken is None:
            continue
        text = f"{fmt.quantity(10.0**amount, 'USD')} a year expected"
        for along in (0.02, 0.3, 0.6):
            at = x[0] + along * (x[1] - x[0])
            left, foot = px(10**at) + 4, py(10 ** (amount - at)) - 2
            box = (left, foot - 12, left + text_width(text), foot + 2)
            inside = first <= at and box[2] < px(10 ** x[1]) and box[1] > py(10 ** y[1])
            if inside and not any(_cover(box, t) for t in taken):
                taken.append(box)
                out.append(label(text, left, foot, cls="soft halo"))
                break
    return out


def _mark(p: Point, x: float, y: float) -> str:
    cls = "c-ring c-tip" if p.hollow else "c-accent c-half-op c-tip"
    if p.square:
        return tag("rect", title(p.tip), x=x - SIZE, y=y - SIZE, width=2 * SIZE, height=2 * SIZE, class_=cls)
    return tag("circle", title(p.tip), cx=x, cy=y, r=SIZE, class_=cls)


def _free(text: str, x: float, y: float, taken: Sequence[_Box], room: _Box) -> tuple[_Box, float, str] | None:
    """A place for a label beside its mark that covers nothing; None where there is none."""
    wide, tall, gap = text_width(text), 14.0, SIZE + 4
    places = [
        (x + gap, y - tall / 2, x + gap, ""),
        (x - gap - wide, y - tall / 2, x - gap, "end"),
        (x - wide / 2, y - gap - tall + 2, x, "mid"),
        (x - wide / 2, y + gap - 2, x, "mid"),
    ]
    for a, b, place, cls in places:
        box = (a, b, a + wide, b + tall)
        inside = box[0] >= room[0] and box[1] >= room[1] and box[2] <= room[2] and box[3] <= room[3]
        if inside and not any(_cover(box, t) for t in taken):
            return box, place, cls
    return None


def _cover(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
