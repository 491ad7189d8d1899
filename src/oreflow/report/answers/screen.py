"""A screen of suppliers as a document: the ranking, how far to trust it, and every stop."""

from __future__ import annotations

from oreflow.atlas import World
from oreflow.gauge.screen import Screen, Stop
from oreflow.report import format as fmt
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Web
from oreflow.report.plots import Cloud, Point
from oreflow.report.screen import Names, headline, left_out, named, title, trust

SCHEME = "https://doi.org/10.3133/ofr20251047"


def document(screen: Screen, world: World, *, command: str = "") -> Document:
    """Return a screen as every face shows it.

    Args:
        screen: The screen.
        world: World that it was computed from, for names and sources.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    names = named(world)
    run = run_id(
        world, verb="screen", region=screen.region, mode=screen.mode, months=screen.months, share=screen.share,
        stops=[names.stop(s) for s in screen.stops], economy=screen.economy,
    )  # fmt: skip
    left = tuple(Sentence(line) for line in left_out(screen, names))
    after = (
        "After Nassar and others (2025), Methodology and technical input for the 2025 U.S. List of Critical "
        "Minerals, USGS Open-File Report 2025-1047"
    )
    scheme = Table("scheme", "Scheme", (Column("Whose"),), ((Web(after, SCHEME),),))
    sections = (
        Section("found", "What comes first", 1, _found(screen, names, run)),
        Section("trust", "How far to trust it", 2, (Items("", tuple(Sentence(t) for t in trust(screen))),)),
        Section("stops", "Every stop", 3, _stops(screen, world, names, run)),
        Section("left", "Large suppliers that were not cut off", 4, (Items("", left),) if left else ()),
        Section("scheme", "Whose scheme", 0, (scheme,)),
    )
    return answer(
        "screen of suppliers",
        title(screen, names),
        sections,
        world=world,
        run=run,
        settings={
            "stops": f"{len(screen.stops)}, each alone",
            "suppliers": f"{100 * screen.share:g} % or more of the world's output or of the imports",
            "length": f"{screen.months} months",
            "time": fmt.quantity(screen.seconds, "s"),
        },
        command=command,
    )


def _found(screen: Screen, names: Names, run: str) -> tuple[Block, ...]:
    def money(value: float, unit: str = "USD/yr") -> Figure:
        return Figure(value, unit, run)

    rows: list[tuple[Cell, ...]] = [
        (
            fmt.words(m.mineral), Figure(m.expected, "USD/yr", run, low=m.low, high=m.high), money(m.users),
            names.stop(m.worst), money(m.worst.loss, "USD"), Figure(float(m.stops), "1", run),
        )
        for m in screen.minerals
    ]  # fmt: skip
    heads = (
        Column("Mineral"), Column("Expected loss", True), Column("Users lose", True), Column("Costliest stop"),
        Column("It costs", True), Column("Stops", True),
    )  # fmt: skip
    text = (
        "Expected loss: chance times loss, added up over the stops of a mineral; its range: with the chances at the "
        "ends of theirs. Users lose: the part of consumers alone, whatever producers of the region gain."
    )
    out: list[Block] = [
        Para(Sentence(headline(screen, names)), "lead"),
        Table("ranking", "Minerals by expected loss", heads, tuple(rows)),
        Para(Sentence(text), "aside"),
    ]
    points = tuple(_point(s, names) for s in screen.stops if s.effects is not None and s.loss > 0)
    if points:
        gains = len([s for s in screen.stops if s.effects is not None and s.loss <= 0])
        caption = "Circles: refined"
        caption += "; squares: mined" if any(p.square for p in points) else ""
        if any(p.hollow for p in points):
            caption += "; hollow: at the value of lost load, so that the loss hangs on that assumption"
        caption += ". Dotted: equal expected loss."
        if gains:
            caption += f" {gains} stop{'s' if gains > 1 else ''} by which the region does not lose "
            caption += f"{'are' if gains > 1 else 'is'} not drawn."
        out.append(
            Picture("chance", "Chance against loss, one mark a stop", Cloud(points), Sentence(caption))
        )
    return tuple(out)


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


def _stops(screen: Screen, world: World, names: Names, run: str) -> tuple[Block, ...]:
    rows: list[tuple[Cell, ...]] = []
    for s in screen.stops:
        e, p = s.effects, s.probability
        if e is None:
            continue
        known = e.unmet_share == e.unmet_share
        rows.append(
            (
                names.stop(s) + ("*" if e.capped else ""),
                Figure(100 * s.supplier.output_share, "%", s.supplier.source or run, "derived"),
                Figure(100 * s.supplier.import_share, "%", s.supplier.source or run, "derived"),
                Figure(100 * p.value, "%/yr", p.source or run, "assumed", low=100 * p.low, high=100 * p.high),
                Figure(100 * e.price, "%", run, change=True),
                Figure(e.unmet if known else None, s.supplier.unit, run),
                Figure(100 * e.unmet_share if known else None, "%", run),
                Figure(s.loss, "USD", run),
                Figure(s.expected, "USD/yr", run),
            )
        )
    heads = (
        "Share of output", "Of imports", "Chance", "Price", "Not served", "Of use", "Loss", "Expected",
    )  # fmt: skip
    columns = (Column("Stop"), *(Column(h, True) for h in heads))
    text = (
        "Price: mean rise over the stop in the region, or over all users where it has no market of its own. Not "
        "served: use of the commodity in the region over the stop. *: at the value of lost load."
    )
    first = [s.scenario.sentences(world)[0] for s in screen.stops[:1]]
    return (
        *(Para(Sentence(f"The first of them in words: {t}"), "aside") for t in first),
        Table("stops", "Stops by expected loss", columns, tuple(rows)),
        Para(Sentence(text), "aside"),
    )
