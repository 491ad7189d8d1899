"""``oreflow screen``: every large supplier cut off for a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import (
    Column,
    check_suffix,
    html_option,
    json_option,
    print_json,
    print_table,
    progress,
    say,
)

if TYPE_CHECKING:
    from oreflow.gauge.screen import Screen
    from oreflow.report.screen import Names

BAR = 16
"""Cells of the longest bar."""


@click.command()
@click.option(
    "--region", default="USA", show_default=True, metavar="ISO3", help="Whose loss is asked for; or: world."
)
@click.option(
    "--mineral", multiple=True, metavar="MINERAL", help="Screen this mineral alone; may be repeated."
)
@click.option(
    "--share",
    default=0.05,
    show_default=True,
    help="Least share of a supplier in the world's output, or in the imports of the region.",
)
@click.option("--months", default=12, show_default=True, help="Length of each stop.")
@click.option(
    "--mode",
    type=click.Choice(["exports", "all-exports", "output"]),
    default="exports",
    show_default=True,
    help="What stops: what the supplier ships to the region, what it ships to anybody, or what it makes.",
)
@click.option(
    "--economy", type=click.Path(path_type=Path), help="Input-output table of the region (CSV), for lost GDP."
)
@click.option("--top", default=20, show_default=True, help="Rows shown of the table of stops.")
@click.option("--workers", default=2, show_default=True, help="Threads.")
@html_option
@click.option("--out", type=click.Path(path_type=Path), help="Write every stop as a row of this CSV file.")
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@json_option
def screen(
    region: str,
    mineral: tuple[str, ...],
    share: float,
    months: int,
    mode: str,
    economy: Path | None,
    top: int,
    workers: int,
    html: Path | None,
    out: Path | None,
    with_: Path | None,
    as_json: bool,
) -> None:
    """Cut off every large supplier of every mineral, one at a time, and rank what it costs a region.

    After the scheme of the U.S. Geological Survey for its list of critical minerals: a stop of a year for each
    supplier, prices and quantities from the market, the loss, and its chance. Without --economy the loss is one in
    surplus, not in GDP.
    """
    from oreflow.atlas import load
    from oreflow.files import write_text
    from oreflow.gauge.screen import load_economy
    from oreflow.gauge.screen import screen as make
    from oreflow.report.screen import named

    check_suffix(html, "--html", (".html", ".htm"))
    check_suffix(out, "--out", (".csv",))
    world = load(with_)
    where = region if region.lower() == "world" else region.upper()
    table = None if economy is None else load_economy(economy, months=months)
    with progress("Clearing", quiet=as_json) as tick:

        def step(done: int, total: int, name: str) -> None:
            tick(1, f"Stop {done} of {total}, {name}")

        made = make(
            world,
            region=where.lower() if where.lower() == "world" else where,
            minerals=mineral,
            share=share,
            months=months,
            mode=mode,  # type: ignore[arg-type]
            economy=table,
            workers=workers,
            progress=step,
        )
    if out is not None:
        write_text(out, made.table().to_csv(index=False, lineterminator="\n"))
        say(f"written: {out}")
    if html is not None:
        from oreflow.report.answers.screen import document
        from oreflow.report.output import write

        say(f"written: {write(document(made, world), html)}")
    if as_json:
        print_json(_json(made, with_names=named(world)))
    else:
        _print(made, named(world), top)


def _json(made: Screen, *, with_names: Names) -> dict[str, object]:
    from oreflow.report.screen import headline, title, trust

    return {
        "title": title(made, with_names),
        "headline": _spaced(headline(made, with_names)),
        "trust": [_spaced(t) for t in trust(made)],
        "region": made.region,
        "mode": made.mode,
        "months": made.months,
        "share": made.share,
        "measure": "surplus",
        "economy": made.economy or None,
        "world": made.world,
        "seconds": round(made.seconds, 3),
        "minerals": made.ranking(),
        "stops": made.table(),
        "unranked": made.unranked,
        "left_out": made.left_out,
        "bans_on_record": made.bans,
        "years_on_record": made.years,
        "expected_stops": made.expected_stops,
    }


def _print(made: Screen, names: Names, top: int) -> None:
    from oreflow.report.format import words
    from oreflow.report.screen import headline, left_out, title, trust

    click.echo(f"{title(made, names)}\n\n{_spaced(headline(made, names))}\n")
    most = max((m.expected for m in made.minerals), default=0.0)
    gdp = [Column("GDP", "", 2)] if made.economy else []
    print_table(
        ["mineral", Column("expected loss", "", 2), "", Column("low", "", 2),
         Column("high", "", 2), Column("users lose", "", 2), *gdp, "costliest stop",
         Column("it costs", "", 0), "stops"],
        [
            (words(m.mineral), m.expected / 1e6, _bar(m.expected, most),
             m.low / 1e6, m.high / 1e6, m.users / 1e6,
             *([None if m.gdp is None else m.gdp / 1e6] if made.economy else []),
             names.stop(m.worst), m.worst.loss / 1e6, m.stops)
            for m in made.minerals
        ],
        title="Minerals by expected loss (chance times loss, added up over their stops), in million USD a year; "
        "the costliest stop in million USD",
    )  # fmt: skip
    rows = [s for s in made.stops if s.effects is not None]
    note = (
        f"{min(top, len(rows))} of {len(rows)} shown. Price: mean over the stop, in the region; over all users where "
        "it has no market."
    )
    if any(s.effects.capped for s in rows[:top] if s.effects is not None):
        note += " *: at the value of lost load."
    gdp = [Column("GDP lost", "", 1)] if made.economy else []
    print_table(
        ["stop", Column("of output", "%", 1), Column("of imports", "%", 1), Column("chance", "%/yr", 2),
         Column("price", "%", 1), Column("not served", "", 0), "unit", Column("of use", "%", 1),
         Column("loss", "", 2), *gdp, Column("expected", "", 3)],
        [
            (names.stop(s) + ("*" if s.effects.capped else ""), 100 * s.supplier.output_share,
             100 * s.supplier.import_share, 100 * s.probability.value, 100 * s.effects.price,
             _known(s.effects.unmet, s.effects.unmet_share), s.supplier.unit, _known(100 * s.effects.unmet_share),
             s.loss / 1e6, *([None if s.gdp is None else s.gdp / 1e6] if made.economy else []), s.expected / 1e6)
            for s in rows[:top] if s.effects is not None
        ],
        title=f"\nStops by expected loss; loss{' and lost GDP' if made.economy else ''} in million USD, "
        "expected loss in million USD a year",
        note=note,
    )  # fmt: skip
    click.echo("\nHow far to trust it")
    for point in trust(made):
        click.echo(f"- {_spaced(point)}")
    for line in left_out(made, names):
        click.echo(f"- Not cut off, {line}.")
    click.echo(f"\n{len(made.stops)} stops in {made.seconds:.0f} s.")


def _spaced(text: str) -> str:
    """Text with plain spaces in place of those that hold a number and its unit together on a page."""
    return text.replace("\u00a0", " ")


def _bar(value: float, most: float) -> str:
    """A bar as long as its share of the longest; a sliver where there is little, nothing below zero."""
    if value <= 0:
        return " "
    return "█" * round(BAR * value / most) or "▏"


def _known(value: float, check: float | None = None) -> float | None:
    """The value, or None where it (or what it hangs on) is not a number."""
    of = value if check is None else check
    return value if of == of else None
