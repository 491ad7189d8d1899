"""Fan chart: a path by month with the spread of its draws, against the baseline."""

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
from oreflow.report.effects import Mark
from oreflow.report.figure import Band

Place = Callable[[float], float]

_ROWS = 4


def fan(
    key: str,
    name: str,
    band: Band,
    *,
    width: float = 480,
    marks: Sequence[Mark] = (),
    from_zero: bool = False,
) -> str:
    """Return a fan chart.

    Args:
        key: Unique id on the page.
        name: What it shows.
        band: The path.
        width: Width in px.
        marks: Moments on the time axis; those outside it are left out. The first four are labelled, the others
            have their words in the tooltip of the month.
        from_zero: Start the scale at zero, as for amounts.

    Returns:
        SVG. Each month has a strip with a tooltip of its numbers.
    """
    low = min(*band.q05, *band.baseline)
    high = max(*band.q95, *band.baseline)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    else:
        pad = 0.08 * (high - low) or 0.02 * abs(high)
        low, high = low - pad, high + pad
    grid = ticks(low, high, 5)
    low, high = grid[0], grid[-1]
    texts, unit = tick_texts(grid, band.unit)
    shown = [m for m in marks if m.month in band.months]
    left = max(text_width(t) for t in texts) + 8
    ends, right = _end_texts(band)
    top = 30 + 16 * min(len(shown), _ROWS)
    height = top + 190 + 26
    bottom, last = height - 26, width - right

    def px(i: float) -> float:
        return left + (last - left) * (i / max(len(band.months) - 1, 1))

    def py(v: float) -> float:
        return bottom - (bottom - top) * (v - low) / (high - low)

    body = [label(unit, 0, 12, cls="soft")]
    for value, text in zip(grid, texts, strict=True):
        body.append(tag("line", x1=left, x2=last, y1=py(value), y2=py(value), class_="c-rule"))
        body.append(label(text, left - 6, py(value) + 4, cls="soft end"))
    body += _months(band.months, px, left, last, bottom)
    for inner, outer, cls in ((band.q05, band.q95, "c-wide"), (band.q25, band.q75, "c-half")):
        up = [(px(i), py(v)) for i, v in enumerate(outer)]
        down = [(px(i), py(v)) for i, v in enumerate(inner)][::-1]
        body.append(tag("path", d=path(up + down, close=True), class_=cls))
    for values, cls in ((band.baseline, "c-base"), (band.median, "c-line")):
        body.append(tag("path", d=path([(px(i), py(v)) for i, v in enumerate(values)]), class_=cls))
    body += _marks(shown, band.months, px, top, bottom, width)
    spots = apart([py(values[-1]) + 4 for values, _, _ in ends], 14, top, bottom)
    for (_, text, cls), y in zip(ends, spots, strict=True):
        body.append(label(text, last + 6, y, cls=cls))
    body += _strips(band, shown, px, top, bottom)
    return chart(key, width, height, name, _describe(band), body, cls="c-fan")


def _end_texts(band: Band) -> tuple[list[tuple[tuple[float, ...], str, str]], float]:
    by, _ = fmt.scale([*band.q95, *band.q05], band.unit)
    ends = [(band.median, "median", "accent strong"), (band.baseline, "baseline", "soft")]
    named = [(values, f"{word} {fmt.number(values[-1] / by)}", cls) for values, word, cls in ends]
    return named, max(text_width(text) for _, text, _ in named) * 1.06 + 10


def _months(months: tuple[str, ...], px: Place, left: float, last: float, bottom: float) -> list[str]:
    room = text_width("May 2026") + 10
    every = next(
        (n for n in (1, 2, 3, 6, 12, 24, 48) if (last - left) / max(len(months) - 1, 1) * n >= room), 96
    )
    out = [tag("line", x1=left, x2=last, y1=bottom, y2=bottom, class_="c-axis")]
    for i, month in enumerate(months):
        if i % every:
            continue
        x = px(i)
        text = fmt.month(month)
        half = text_width(text) / 2
        out.append(tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="c-axis"))
        out.append(label(text, max(x, half), bottom + 19, cls="soft mid"))
    return out


def _marks(
    marks: Sequence[Mark], months: tuple[str, ...], px: Place, top: float, bottom: float, width: float
) -> list[str]:
    out = []
    for row, mark in enumerate(marks):
        x = px(months.index(mark.month))
        if row >= _ROWS:
            out.append(tag("line", x1=x, x2=x, y1=top, y2=bottom, class_="c-mark"))
            continue
        y = top - 8 - 16 * (min(len(marks), _ROWS) - 1 - row)
        back = x > width / 2
        text = fit(mark.text, x - 5 - px(0) if back else width - x - 7)
        at, cls = (x - 5, "soft end halo") if back else (x + 5, "soft halo")
        out.append(tag("line", x1=x, x2=x, y1=y - 9, y2=bottom, class_="c-mark"))
        out.append(label(text, at, y, cls=cls))
    return out


def _strips(band: Band, marks: Sequence[Mark], px: Place, top: float, bottom: float) -> list[str]:
    out = []
    n = len(band.months)
    step = px(1) - px(0) if n > 1 else 20.0
    for i, month in enumerate(band.months):
        here = "".join(f" ({m.text})" for m in marks if m.month == month)
        text = (
            f"{fmt.month(month)}{here}: median {fmt.quantity(band.median[i], band.unit, digits=4)}; "
            f"half of the draws {fmt.span(band.q25[i], band.q75[i], band.unit)}; "
            f"nine in ten {fmt.span(band.q05[i], band.q95[i], band.unit)}; "
            f"baseline {fmt.quantity(band.baseline[i], band.unit, digits=4)}. Run {band.source}."
        )
        out.append(
            tag(
                "rect",
                title(text),
                x=px(i) - step / 2,
                y=top,
                width=step,
                height=bottom - top,
                class_="c-hit",
                data_month=month,
                data_median=repr(band.median[i]),
                data_baseline=repr(band.baseline[i]),
                data_low=repr(band.q05[i]),
                data_high=repr(band.q95[i]),
            )
        )
    return out


def _describe(band: Band) -> str:
    gap = [abs(m - b) for m, b in zip(band.median, band.baseline, strict=True)]
    i = max(range(len(gap)), key=gap.__getitem__)
    return (
        f"{fmt.month(band.months[0])} to {fmt.month(band.months[-1])}, {band.draws} draws. Farthest from the "
        f"baseline in {fmt.month(band.months[i])}: median {fmt.quantity(band.median[i], band.unit)} against "
        f"{fmt.quantity(band.baseline[i], band.unit)}, nine in ten draws between "
        f"{fmt.span(band.q05[i], band.q95[i], band.unit)}."
    )
