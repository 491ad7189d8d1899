"""``oreflow floor``: what a price floor pays, what it finances, and what that does to the market."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.again import again
from oreflow.cli.output import check_suffix, deliver, html_option, json_option, progress

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.respond.floor import Project, Terms


@click.command()
@click.option(
    "--terms", "files", multiple=True, type=click.Path(path_type=Path),
    help="File with the terms of a floor and its project (YAML or JSON); may be repeated.",
)  # fmt: skip
@click.option("--project", metavar="PLANT", help="Plant of the atlas that the floor is for.")
@click.option(
    "--price",
    metavar="COMMODITY[@REGION]",
    help="Price that the floor is under; that of the plant's product without.",
)
@click.option(
    "--strike",
    metavar="AMOUNT",
    help="Floor price, USD a unit of the commodity or with a unit: '110 USD/kg NdPr'.",
)
@click.option("--years", type=float, default=10.0, show_default=True, help="Length of the floor.")
@click.option(
    "--start", default="2026-01", show_default=True, metavar="YYYY-MM", help="First month of the floor."
)
@click.option(
    "--quantity", metavar="AMOUNT", help="Most that is paid for a year; all that the project makes without."
)
@click.option(
    "--upside",
    type=float,
    default=0.0,
    show_default=True,
    help="Share of the price above the floor that is paid back.",
)
@click.option(
    "--settlement", type=click.Choice(["month", "quarter", "year"]), default="quarter", show_default=True,
    help="How often the mean price is settled.",
)  # fmt: skip
@click.option("--capital", metavar="AMOUNT", help="Capital of the project in place of the table's, USD.")
@click.option(
    "--operating", metavar="AMOUNT", help="Cash cost of the project in place of the atlas's, USD a unit."
)
@click.option(
    "--correlation",
    type=click.FloatRange(0, 1),
    help="Correlation of two minerals' prices; that of the table without.",
)
@click.option("--now", metavar="AMOUNT", help="Reference price now, USD a unit; that of 2025 without.")
@click.option("--rate", type=float, help="Real discount rate of the payments; that of the table without.")
@click.option(
    "--draws", default=2000, show_default=True, type=click.IntRange(8, 100_000), help="Futures of the price."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Seed of the futures.")
@click.option(
    "--price-draws", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Folder of an ensemble whose prices the futures begin with.",
)  # fmt: skip
@click.option(
    "--fall",
    default=0.2,
    show_default=True,
    help="Share of demand that goes in the test of what the floor keeps.",
)
@click.option(
    "--market/--no-market",
    default=True,
    show_default=True,
    help="Clear the market with and without the floor.",
)
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@html_option
@json_option
def floor(
    files: tuple[Path, ...],
    project: str | None,
    price: str | None,
    strike: str | None,
    years: float,
    start: str,
    quantity: str | None,
    upside: float,
    settlement: str,
    capital: str | None,
    operating: str | None,
    correlation: float | None,
    now: str | None,
    rate: float | None,
    draws: int,
    seed: int,
    price_draws: Path | None,
    fall: float,
    market: bool,
    with_: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Price a floor under a mineral: what it pays, what it finances, and what that does to the market.

    The terms come from a file, or from the options: a plant of the atlas with --strike, or --price and --quantity for
    the payments alone. Several files are one budget.
    """
    from oreflow.atlas import load
    from oreflow.errors import UsageError
    from oreflow.report.answers.floor import document, plain
    from oreflow.respond.floor import assess, read_terms
    from oreflow.shock.ensemble import Ensemble

    check_suffix(html, "--html", (".html", ".htm"))
    if bool(files) == bool(strike):
        raise UsageError(
            "say what the floor is: --terms FILE, or --strike with --project PLANT or with --price and --quantity."
        )
    if files and (project or price or quantity):
        raise UsageError("--terms says it all; give --project, --price and --quantity without it.")
    world = load(with_)
    if files:
        cases = [read_terms(path, world) for path in files]
    else:
        cases = [
            _given(
                world,
                project,
                price,
                str(strike),
                years,
                start,
                quantity,
                upside,
                settlement,
                capital,
                operating,
            )
        ]
    ensemble = None if price_draws is None else Ensemble.read(price_draws)
    with progress("Futures", quiet=as_json) as tick:
        made = assess(
            world, cases, rate=rate, draws=draws, seed=seed, ensemble=ensemble, market=market, fall=fall,
            correlation=correlation, now=number(now, f"USD/{cases[0][0].unit}"),
            progress=lambda text: tick(1, text),
        )  # fmt: skip
    page = document(made, world, command=again())
    deliver(page, plain(made), as_json=as_json, html=html)


def number(text: str | None, unit: str) -> float | None:
    """Return an amount that an option gives, bare or with a unit; none where it is not given."""
    from oreflow.respond.floor.file import amount

    if text is None:
        return None
    try:
        return float(text.replace(",", "").replace("_", ""))
    except ValueError:
        return amount(text, unit)


def _given(
    world: World, plant: str | None, price: str | None, strike: str, years: float, start: str, quantity: str | None,
    upside: float, settlement: str, capital: str | None, operating: str | None,
) -> tuple[Terms, Project | None]:  # fmt: skip
    """The floor and the project that the options name."""
    from oreflow.errors import UsageError
    from oreflow.respond.floor import Terms, project_of
    from oreflow.respond.floor.file import market

    if plant is None and price is None:
        raise UsageError("--strike needs --project PLANT, or --price with --quantity.")
    project = None
    if plant is not None:
        first = project_of(world, plant, capital=number(capital, "USD"),
                           operating=None if operating is None else 1.0)  # fmt: skip
        project = first if operating is None else project_of(
            world, plant, capital=number(capital, "USD"), operating=number(operating, f"USD/{first.unit}")
        )  # fmt: skip
        if price is not None and market(world, price)[0] != project.node:
            raise UsageError(f"{plant} sells at {project.node}; leave --price out, or give that one.")
    node, unit = (project.node, project.unit) if project is not None else market(world, str(price))
    if project is None and quantity is None:
        raise UsageError("--price needs --quantity, the amount a year that the floor covers.")
    return (
        Terms(
            strike=number(strike, f"USD/{unit}") or 0.0, node=node, unit=unit, years=years, start=start,
            quantity=number(quantity, f"{unit}/yr"), upside=upside, settlement=settlement, name=plant or "floor",
            title=f"A floor under {project.name}" if project is not None else f"A floor under {node}",
        ),
        project,
    )  # fmt: skip
