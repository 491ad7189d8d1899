"""``oreflow attack``: which losses hurt most, proven."""

from __future__ import annotations

from math import inf
from pathlib import Path

import click

from oreflow.cli.output import check_suffix, console, html_option, json_option, print_json, progress, say


@click.command()
@click.option("--budget", "-k", default=1, show_default=True, help="Number of losses.")
@click.option(
    "--targets",
    default="countries",
    show_default=True,
    metavar="KIND",
    help="What can be lost: plants, countries, firms or passages.",
)
@click.option("--months", default=12, show_default=True, help="Months that every loss lasts.")
@click.option(
    "--objective",
    default="welfare",
    show_default=True,
    metavar="MEASURE",
    help="What counts as harm: welfare, shortage or price.",
)
@click.option("--commodity", metavar="NAME", help="Commodity of a shortage or price.")
@click.option(
    "--region", metavar="ISO3|BLOC", help="Where a shortage or price counts; all, or the hub, without."
)
@click.option(
    "--scope",
    multiple=True,
    metavar="MINERAL",
    help="Solve this mineral, and lose its plants; may be repeated. That of the commodity, or all, without.",
)
@click.option(
    "--stage",
    "stages",
    multiple=True,
    metavar="STAGE",
    help="Lose plants of this stage only; may be repeated.",
)
@click.option("--trade", is_flag=True, help="A country is lost with its trade.")
@click.option("--start", default="2025-01", show_default=True, help="First month of the loss.")
@click.option("--fine", is_flag=True, help="Search quarter by quarter: slower, and closer to the months.")
@click.option(
    "--method",
    default="auto",
    show_default=True,
    metavar="METHOD",
    help="enumerate: solve every set; bounds: rule out groups of sets (welfare only); auto.",
)
@click.option("--time-limit", type=float, metavar="SECONDS", help="Stop then, with what is known.")
@click.option("--workers", default=2, show_default=True, help="Markets solved side by side.")
@click.option("--top", default=12, show_default=True, help="Single losses shown.")
@html_option
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@json_option
def attack(
    budget: int,
    targets: str,
    months: int,
    objective: str,
    commodity: str | None,
    region: str | None,
    scope: tuple[str, ...],
    stages: tuple[str, ...],
    trade: bool,
    start: str,
    fine: bool,
    method: str,
    time_limit: float | None,
    workers: int,
    top: int,
    html: Path | None,
    with_: Path | None,
    as_json: bool,
) -> None:
    """Find the few losses that hurt most, and prove that no others hurt more.

    Everything lost is lost at once, for the same months, and is back after them. Losses are judged by what the market
    makes of them: others produce more, stocks are drawn, goods are rerouted, users do without.
    """
    from oreflow.atlas import load
    from oreflow.report import worst
    from oreflow.report.answers.attack import document
    from oreflow.report.output import write
    from oreflow.shock.attack import attack as find

    check_suffix(html, "--html", (".html", ".htm"))
    with progress("Looking for the worst case", quiet=as_json) as tick:

        def told(solved: int, sets: int, found: float, bound: float) -> None:
            more = f", bound {bound:.4g}" if bound < inf else f" of {sets}"
            tick(0, f"{solved} markets solved{more}, worst so far {found:.4g}")

        answer = find(
            load(with_),
            budget=budget,
            targets=targets,
            months=months,
            objective=objective,
            commodity=commodity,
            region=region,
            scope=scope or None,
            stages=stages,
            trade=trade,
            start=start,
            fine=fine,
            method=method,
            time_limit=inf if time_limit is None else time_limit,
            workers=workers,
            progress=told,
        )
    if html is not None:
        say(f"written: {write(document(answer), html)}")
    if as_json:
        print_json(answer.to_dict())
        return
    for line in worst.sentences(answer):
        click.echo(line)
    unit = "" if answer.measure.objective == "welfare" else f" of {answer.measure.commodity}"
    click.echo(f"\nLost alone: {answer.measure.objective}{unit}, ● is part of the worst set")
    width = console().width
    for line in worst.ranking(answer, top=top, width=min(width, 100)):
        click.echo(line)
    rest = len(answer.singles) - len(worst.shown(answer, top))
    if rest > 0:
        click.echo(f"  and {rest} more, all in --json.")
    click.echo("")
    for note in answer.notes:
        click.echo(f"Note: {note}")
    click.echo(worst.made(answer))
