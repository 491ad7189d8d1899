"""``oreflow watch``: news as they come, and what they move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import Column, json_option, print_table, say, to_json

if TYPE_CHECKING:
    from oreflow.news.watch import Change, Happening, Heard


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--store", type=click.Path(dir_okay=False, path_type=Path), default="watch.sqlite", show_default=True,
    help="SQLite file that keeps articles, claims, events and runs.",
)  # fmt: skip
@click.option(
    "--every", type=click.FloatRange(min=1), default=300.0, show_default=True,
    help="Seconds between two looks at a source.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="Look once and end: for cron.")
@click.option(
    "--days", type=click.IntRange(min=0), help="Leave articles out that are older than this, by their date."
)
@click.option(
    "--threshold", type=click.FloatRange(min=0), default=0.5, show_default=True,
    help="Tell what moved by more than this, in %.",
)  # fmt: skip
@click.option(
    "--with", "overlay", type=click.Path(path_type=Path), help="Folder of CSV tables laid over the world."
)
@json_option
def watch(
    sources: tuple[str, ...],
    store: Path,
    every: float,
    once: bool,
    days: int | None,
    threshold: float,
    overlay: Path | None,
    as_json: bool,
) -> int:
    """Watch SOURCES for news, and say what they move.

    A source is a folder with text files, the address of an RSS, Atom or JSON feed, or such a feed in a file. What is
    new is read and kept; when it changes what is modelled, the market is cleared again under all that counts. With
    --json each thing that happens is one line.
    """
    from oreflow.atlas import load
    from oreflow.news.feeds import source
    from oreflow.news.watch import Failed, Store, Watch

    places = {s.id: s for s in map(source, sources)}
    world = load(overlay)
    code = 0
    with Store(store) as kept:
        watching = Watch(
            list(places.values()), kept, world, days=days, threshold=threshold / 100, every=every
        )
        if not once:
            say(f"Watching {', '.join(places)} every {every:g} s into {store}. Ctrl-C ends it.")
        for happening in watching.poll() if once else watching.run():
            _tell(happening, again=not once, as_json=as_json)
            if isinstance(happening, Failed):
                code = code or happening.code
    return code


def _tell(happening: Happening, *, again: bool, as_json: bool) -> None:
    from oreflow.news.watch import Failed, Heard, Moved, Refused, Same

    if as_json:
        click.echo(to_json(happening.to_dict(), indent=None))
    if isinstance(happening, Failed):
        # The market is tried again when other events come: the same would fail the same way.
        later = f" Next try in {happening.wait:g} s." if again and happening.source else ""
        say(f"oreflow: {_line(happening.reason)}{later}")
    elif isinstance(happening, Refused):
        say(f"left out: {_line(happening.reason)}")
    elif as_json:
        return
    elif isinstance(happening, Heard):
        click.echo(_heard(happening))
    elif isinstance(happening, Moved):
        _show(happening.change)
    elif isinstance(happening, Same):
        say(f"known already: {_line(happening.article)}")


def _heard(h: Heard) -> str:
    events = f": {'; '.join(h.events)}" if h.events else ""
    count = f"{h.claims} claim{'s' * (h.claims != 1)}, {len(h.events)} event{'s' * (len(h.events) != 1)}"
    return _line(f"{h.date}  {h.title}{' (revised)' if h.revised else ''} – {count}{events}")


def _show(c: Change) -> None:
    from oreflow.news.claims import plain

    since = "against the market without events" if c.first else "since the last run"
    click.echo("")
    for cause in c.causes:
        click.echo(_line(f"{cause.kind} – {cause.label}. {cause.sentence} [{'; '.join(cause.articles)}]"))
    if c.moves:
        print_table(
            ["commodity", "where", "month", Column("before", right=True), Column("after", right=True), "unit",
             Column("change", "%", 1), "because"],
            [(m.commodity, m.region, m.month, plain(m.before), plain(m.after), m.unit, 100 * m.relative,
              "; ".join(m.because)) for m in c.moves],
            title=f"\nWhat moved, {since}",
        )  # fmt: skip
    else:
        click.echo(f"No price moved by more than {100 * c.threshold:g} %, {since}.")
    if c.gaps:
        print_table(
            ["demand", Column("before", right=True), Column("after", right=True), "unit", "because"],
            [(g.demand, plain(g.before), plain(g.after), g.unit, "; ".join(g.because)) for g in c.gaps],
            title="\nDemand that nothing can meet, over all months",
        )
    for n in c.left:
        click.echo(_line(f"Not modelled: {n.what}: {n.reason}"))
    click.echo("")


def _line(text: str) -> str:
    """One line without characters that steer a terminal: titles and addresses come from strangers."""
    return "".join(c if c.isprintable() else " " for c in text)
