"""A screen as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from oreflow.atlas import World
from oreflow.gauge.screen import Screen, Stop
from oreflow.report import format as fmt
from oreflow.report.charts.scatter import Point, scatter
from oreflow.report.faces.html import NARROW, WIDE, rendered
from oreflow.report.screen.words import Names, headline, left_out, named, title, trust

RANKING = ("mineral", "expected loss", "low", "high", "users lose", "costliest stop", "it costs", "stops")
RING = ".c-ring { fill: var(--page, #fff); stroke: var(--loss, #b34700); stroke-width: 2; }\n"
"""Style of hollow marks."""
STOPS = (
    "stop", "share of output", "of imports", "chance", "low to high", "price", "not served", "of use", "loss",
    "expected",
)  # fmt: skip


def render(screen: Screen, world: World) -> str:
    """Return a screen as a whole HTML page.

    Args:
        screen: The screen.
        world: World that it was computed from, for names and sources.

    Returns:
        HTML without scripts; a content security policy in it forbids everything but its own style sheet.

    Raises:
        UsageError: Jinja2 is not installed.
    """
    from markupsafe import Markup

    names = named(world)
    points = [_point(s, names) for s in screen.stops if s.effects is not None and s.loss > 0]
    drawn = ""
    if points:
        name = "Chance against loss"
        wide = scatter("chance-w", points, name=name, width=WIDE)
        narrow = scatter("chance-n", points, name=name, width=NARROW, labels=6)
        drawn = f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div>'
    return rendered(
        "screen.html.j2",
        style=RING,
        title=title(screen, names),
        headline=headline(screen, names),
        trust=trust(screen),
        left=left_out(screen, names),
        chart=Markup(drawn),
        gains=len([s for s in screen.stops if s.effects is not None and s.loss <= 0]),
        squares=any(p.square for p in points),
        capped=any(p.hollow for p in points),
        ranking=_ranking(screen, names),
        ranking_heads=_heads(RANKING, ("", *["million USD/yr"] * 4, "", "million USD", "")),
        stops=_stops(screen, names),
        stops_heads=_heads(
            STOPS, ("", "%", "%", "%/yr", "%/yr", "%", "unit", "%", "million USD", "million USD/yr")
        ),
        sentences=[s.scenario.sentences(world)[0] for s in screen.stops[:1]],
        sources=_sources(screen, world),
        screen=screen,
    )


def _heads(labels: tuple[str, ...], units: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(labels, units, strict=True))


def _point(stop: Stop, names: Names) -> Point:
    e = stop.effects
    assert e is not None
    return Point(
        name=names.stop(stop),
        chance=stop.probability.value,
        loss=stop.loss,
        square=stop.supplier.stage == "mined",
        hollow=e.capped,
        tip=(
            f"{names.stop(stop)}: chance {100 * stop.probability.value:.2g} % a year, loss "
            f"{fmt.quantity(stop.loss, 'USD')}, price {100 * e.price:+.3g} %, expected "
            f"{fmt.quantity(stop.expected, 'USD/yr')}"
        ),
    )


def _ranking(screen: Screen, names: Names) -> list[list[str]]:
    rows = screen.minerals
    money = [
        fmt.column([v / 1e6 for v in values])
        for values in (
            [m.expected for m in rows],
            [m.low for m in rows],
            [m.high for m in rows],
            [m.users for m in rows],
            [m.worst.loss for m in rows],
        )
    ]
    return [
        [
            fmt.words(m.mineral), *(money[k][i] for k in range(4)), names.stop(m.worst), money[4][i], str(m.stops)
        ]
        for i, m in enumerate(rows)
    ]  # fmt: skip


def _stops(screen: Screen, names: Names) -> list[list[str]]:
    rows = [s for s in screen.stops if s.effects is not None]
    loss = fmt.column([s.loss / 1e6 for s in rows])
    expected = fmt.column([s.expected / 1e6 for s in rows])
    out = []
    for i, s in enumerate(rows):
        e, p = s.effects, s.probability
        assert e is not None
        unmet = e.unmet_share if e.unmet_share == e.unmet_share else None
        out.append(
            [
                names.stop(s) + ("*" if e.capped else ""),
                fmt.number(100 * s.supplier.output_share, digits=2),
                fmt.number(100 * s.supplier.import_share, digits=2),
                fmt.number(100 * p.value, digits=2),
                f"{fmt.number(100 * p.low, digits=2)}{fmt.DASH}{fmt.number(100 * p.high, digits=2)}",
                fmt.number(100 * e.price, digits=2, sign=True),
                fmt.quantity(e.unmet, s.supplier.unit) if unmet is not None else fmt.DASH,
                fmt.number(None if unmet is None else 100 * unmet, digits=2),
                loss[i],
                expected[i],
            ]
        )
    return out


def _sources(screen: Screen, world: World) -> list[tuple[str, str, str]]:
    """Key, title and address of every source behind the suppliers and their stability."""
    keys = dict.fromkeys(
        key
        for s in screen.stops
        for text in (s.supplier.source, s.probability.source)
        for key in text.split(";")
        if key
    )
    table = world.sources.set_index("source")
    return [
        (key, str(table.loc[key, "title"]), str(table.loc[key, "url"])) for key in keys if key in table.index
    ]
