"""World map: where supply or price changes, in the Equal Earth projection."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, label, path, tag, text_width, title
from oreflow.report.effects import Marker, WorldMap

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_TOP, _BOTTOM = 84.0, -57.0
_UNIT = 1000.0

Box = tuple[float, float, float, float]


def equal_earth(lon: float, lat: float) -> tuple[float, float]:
    """Return the Equal Earth projection (Šavrič, Patterson and Jenny 2018) of a place.

    Args:
        lon: Longitude in degrees.
        lat: Latitude in degrees.

    Returns:
        x and y on the unit sphere, y to the north.
    """
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    t2 = theta * theta
    t6 = t2**3
    slope = _A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)
    x = 2 * math.sqrt(3) * math.radians(lon) * math.cos(theta) / (3 * slope)
    return x, theta * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))


def _on_page(lon: float, lat: float) -> tuple[float, float]:
    x, y = equal_earth(lon, lat)
    half = equal_earth(180, 0)[0]
    size = _UNIT / (2 * half)
    return (x + half) * size, (equal_earth(0, _TOP)[1] - y) * size


@cache
def _land() -> str:
    text = (files("oreflow.report") / "data" / "land_110m.txt").read_text(encoding="utf-8")
    out = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            ring = [(float(a), float(b)) for a, _, b in (p.partition(",") for p in line.split())]
            points = [_on_page(lon, min(max(lat, _BOTTOM), _TOP)) for lon, lat in ring]
            out.append(path([(round(x, 1), round(y, 1)) for x, y in points], close=True))
    return " ".join(out)


def land_symbol() -> str:
    """Return a hidden SVG that holds the land once, for all maps of a page."""
    land = tag("path", d=_land(), class_="c-land", id="land", fill_rule="evenodd")
    return tag("svg", tag("defs", land), width=0, height=0, aria_hidden="true", class_="defs")


def world_map(key: str, data: WorldMap, *, width: float = 980, land: bool = False) -> str:
    """Return a map with a marker for each change: a circle where it falls, a square where it grows.

    Args:
        key: Unique id on the page.
        data: The places.
        width: Width in px.
        land: Draw the land inside this SVG; else it uses `land_symbol` of the page.

    Returns:
        SVG; the largest changes are labelled where there is room for it, all have tooltips.
    """
    size = width / _UNIT
    height = _on_page(0, _BOTTOM)[1] * size + 6
    edge = [_on_page(-180, _TOP - i) for i in range(int(_TOP - _BOTTOM) + 1)]
    edge += [_on_page(180, _BOTTOM + i) for i in range(int(_TOP - _BOTTOM) + 1)]
    frame = path([(x * size, y * size) for x, y in edge], close=True)
    scaled = f"scale({size:.6g})"
    ground = (
        tag("path", d=_land(), class_="c-land", transform=scaled)
        if land
        else tag("use", href="#land", transform=scaled)
    )
    body = [tag("path", d=frame, class_="c-sea"), ground]
    ranked = sorted(data.markers, key=lambda m: -abs(m.value.value or 0.0))
    top = abs(ranked[0].value.value or 0.0) if ranked else 0.0
    largest = max(9.0, 26.0 * min(1.0, width / 800))
    taken: list[Box] = []
    spots = []
    for m in ranked:
        x, y = _on_page(m.lon, m.lat)
        r = max(2.5, largest * math.sqrt(abs(m.value.value or 0.0) / top)) if top else 2.5
        spots.append((m, x * size, y * size, r))
        pad = r + 3
        taken.append((x * size - pad, y * size - pad, x * size + pad, y * size + pad))
    body += [_marker(m, x, y, r) for m, x, y, r in spots]
    count = 10 if width > 600 else 5
    for i, (m, x, y, r) in enumerate(spots[:count]):
        body += _named(m, (x, y, r), taken, taken[i], (width, height), short=width <= 600)
    return chart(key, width, height, data.title, _describe(ranked), body, cls="c-map")


def _marker(m: Marker, x: float, y: float, r: float) -> str:
    value = m.value.value or 0.0
    cls = f"{'c-loss' if value < 0 else 'c-gain'} c-half-op c-edge c-tip"
    tip = title(f"{m.name}: {m.value.text}. {m.value.detail}")
    held = {"data_key": m.key, "data_value": repr(value)}
    if value < 0:
        return tag("circle", tip, cx=x, cy=y, r=r, class_=cls, **held)
    side = r * math.sqrt(math.pi) / 2
    return tag("rect", tip, x=x - side, y=y - side, width=2 * side, height=2 * side, class_=cls, **held)


def _named(
    m: Marker,
    at: tuple[float, float, float],
    taken: list[Box],
    own: Box,
    page: tuple[float, float],
    *,
    short: bool,
) -> list[str]:
    x, y, r = at
    first, second = (m.key if short else m.name), fmt.number(m.value.value, sign=True)
    wide = max(1.1 * text_width(first), text_width(second))
    options = (
        (x + r + 4, y - 2),
        (x - r - 4 - wide, y - 2),
        (x + r + 2, y + 12),
        (x - wide / 2, y - r - 20),
        (x - wide / 2, y + r + 15),
        (x + r + 2, y - 18),
        (x - r - 2 - wide, y + 12),
    )
    for left, base in options:
        box = (left, base - 11, left + wide, base + 18)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= page[0] and box[3] <= page[1]
        if inside and not any(_meet(box, other) for other in taken if other is not own):
            taken.append(box)
            return [
                label(first, left, base, cls="halo strong"),
                label(second, left, base + 14, cls="halo"),
            ]
    return []


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _describe(ranked: list[Marker]) -> str:
    if not ranked:
        return "No place changes."
    return "; ".join(f"{m.name} {m.value.text}" for m in ranked) + "."
