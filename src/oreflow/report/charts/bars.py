"""Horizontal bars: a ranking of one measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, fit, label, tag, text_width, title

TALL = 24.0
"""Height of a row in px."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a ranking.

    Attributes:
        name: What it is.
        value: Its length.
        text: Its value as it is written beside the bar.
        marked: Shown in the colour of a loss.
    """

    name: str
    value: float
    text: str
    marked: bool = False


def bars(key: str, name: str, rows: Sequence[Bar], *, width: float = 980) -> str:
    """Return a ranking as horizontal bars from zero, in the order given.

    Args:
        key: Unique id on the page.
        name: What it shows.
        rows: The rows; a negative value has no bar.
        width: Width in px.

    Returns:
        SVG; marked bars are filled, the others are lighter.
    """
    wide = max((text_width(r.name) for r in rows), default=0.0)
    left = min(wide + 10, width * 0.36)
    right = max((text_width(r.text) for r in rows), default=0.0) + 14
    top = max((r.value for r in rows), default=0.0)
    room = max(width - left - right, 20.0)
    body = [tag("line", x1=left, x2=left, y1=2, y2=4 + TALL * len(rows), class_="c-axis")]
    for i, row in enumerate(rows):
        y = 4 + TALL * i
        long = room * max(row.value, 0.0) / top if top > 0 else 0.0
        body.append(
            label(fit(row.name, left - 8), left - 8, y + 15, cls="end strong" if row.marked else "end")
        )
        body.append(
            tag(
                "rect",
                title(f"{row.name}: {row.text}"),
                x=left,
                y=y + 3,
                width=max(long, 1.0),
                height=TALL - 8,
                class_="c-loss c-tip" if row.marked else "c-loss c-half-op c-tip",
                data_name=row.name,
                data_value=repr(row.value),
            )
        )
        body.append(label(row.text, left + long + 6, y + 15, cls="soft"))
    told = fmt.plain("; ".join(f"{r.name}: {r.text}" for r in rows) + ".")
    return chart(key, width, 8 + TALL * len(rows), name, told, body, cls="c-bars")
