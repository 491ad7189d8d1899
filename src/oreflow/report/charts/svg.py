"""Small tools to write SVG: elements, text widths, scales and ticks."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from oreflow.report import format as fmt

_NARROW = set("iljtfrI.,:;'|!()[] \u202f\u00a0")
_BROAD = set("mwMW%@—")


def tag(name: str, *inside: str, **attributes: str | float | None) -> str:
    """Return an element.

    Args:
        name: Its name.
        inside: What it holds, already written as SVG.
        attributes: Its attributes; ``_`` becomes ``-``, a trailing ``_`` is dropped, ``None`` leaves one out.

    Returns:
        SVG text with every attribute escaped.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            text = f"{value:.6g}" if isinstance(value, float) else str(value)
            parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(fmt.plain(text))}")
    body = "".join(inside)
    return f"<{' '.join(parts)}>{body}</{name}>" if body else f"<{' '.join(parts)}/>"


def label(text: str, x: float, y: float, *, cls: str = "", **attributes: str | float | None) -> str:
    """Return a text element, its words escaped and freed of control characters."""
    return tag("text", escape(fmt.plain(text)), x=_place(x), y=_place(y), class_=cls or None, **attributes)


def title(text: str) -> str:
    """Return the tooltip of the element that it is put into."""
    return tag("title", escape(fmt.plain(text)))


def chart(
    key: str, width: float, height: float, name: str, description: str, body: Sequence[str], *, cls: str = ""
) -> str:
    """Return a whole chart, named and described for those who cannot see it.

    Args:
        key: Unique id on the page.
        width: Width in px.
        height: Height in px.
        name: What it shows.
        description: What can be read from it.
        body: Its elements.
        cls: More classes.

    Returns:
        An ``svg`` element that takes the width of its place.
    """
    return tag(
        "svg",
        tag("title", escape(fmt.plain(name)), id=f"{key}-t"),
        tag("desc", escape(fmt.plain(description)), id=f"{key}-d"),
        *body,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart {cls}".strip(),
        role="img",
        aria_labelledby=f"{key}-t {key}-d",
        viewBox=f"0 0 {_place(width)} {_place(height)}",
        width=_place(width),
        height=_place(height),
    )


def _place(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def path(points: Sequence[tuple[float, float]], *, close: bool = False) -> str:
    """Return the ``d`` of a line through points."""
    steps = " ".join(f"{'L' if i else 'M'}{_place(x)} {_place(y)}" for i, (x, y) in enumerate(points))
    return steps + (" Z" if close else "")


def text_width(text: str, size: float = 12.0) -> float:
    """Return about how wide a text is, in px; rather too wide than too narrow."""
    total = 0.0
    for c in text:
        if unicodedata.east_asian_width(c) in "WF":
            total += 1.05
        elif c in _NARROW:
            total += 0.36
        elif c in _BROAD:
            total += 0.95
        else:
            total += 0.69 if c.isupper() else 0.6
    return total * size


def fit(text: str, room: float, size: float = 12.0) -> str:
    """Return a text shortened with an ellipsis until it fits into so many px."""
    text = fmt.plain(text)
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, room: float, size: float = 12.0) -> list[str]:
    """Return a text in lines that each fit into so many px; a longer word is shortened, a number never parted."""
    lines: list[str] = []
    for word in fmt.plain(text).split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(fit(word, room, size))
    return lines or [""]


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers from at or below ``low`` to at or above ``high``, about so many.

    Steps are 1, 2, 2.5 or 5 times a power of ten.
    """
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


def tick_texts(values: Sequence[float], unit: str) -> tuple[list[str], str]:
    """Return the texts of ticks, all with the places that their step needs, and their unit."""
    by, name = fmt.scale(list(values), unit)
    step = (values[1] - values[0]) / by if len(values) > 1 else 1.0
    places = next((p for p in range(10) if abs(step * 10**p - round(step * 10**p)) < 1e-6 * 10**p), 10)
    return [fmt.number(v / by, decimals=places) for v in values], name


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions near the wanted ones, each at least ``gap`` from the next, within bounds where they fit.

    Args:
        wanted: Positions in px, in any order.
        gap: Least distance in px.
        low: Least position.
        high: Largest position.

    Returns:
        One position for each wanted, in the same order.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    last = low - gap
    for i in order:
        last = placed[i] = max(wanted[i], last + gap)
    over = placed[order[-1]] - high if order else 0.0
    if over > 0:
        limit = high
        for i in reversed(order):
            placed[i] = min(placed[i], limit)
            limit = placed[i] - gap
    return placed
