"""``oreflow hedge``: what sodium-ion cells are worth against a dear lithium."""

from __future__ import annotations

from pathlib import Path

import click

from oreflow.cli.again import again
from oreflow.cli.output import check_suffix, deliver, html_option, json_option, progress


@click.command()
@click.option("--firm", default="", metavar="FIRM", help="Cell maker; all makers of the region without.")
@click.option(
    "--region", default="CHN", show_default=True, metavar="ISO3", help="Whose mix of chemistries holds."
)
@click.option(
    "--use",
    default="",
    metavar="USE",
    help="Use of the cells: ev or stationary; all that can switch without.",
)
@click.option(
    "--premium",
    type=float,
    metavar="USD",
    help="Premium of a sodium-ion pack, USD/kWh; that of the atlas without.",
)
@click.option("--decline", type=float, metavar="SHARE", help="Yearly fall of the premium.")
@click.option("--convert", type=float, metavar="USD", help="Cost of converting a line, USD/(kWh/yr).")
@click.option("--lead", type=click.IntRange(0, 120), metavar="MONTHS", help="Months from an order to cells.")
@click.option("--ramp", type=float, metavar="SHARE", help="Largest change of the share in a month.")
@click.option("--limit", type=float, metavar="SHARE", help="Largest share of the LFP cells that may switch.")
@click.option("--years", type=click.IntRange(1, 40), help="Years that converted lines are of use.")
@click.option(
    "--weight",
    type=click.FloatRange(0, 1),
    help="Weight of the worst 5 % of futures in the choice of a share.",
)
@click.option("--now", type=float, metavar="USD", help="Lithium price now, USD/t LCE; that of 2025 without.")
@click.option("--start", default="2026-01", show_default=True, metavar="YYYY-MM", help="First month.")
@click.option(
    "--draws", default=2000, show_default=True, type=click.IntRange(8, 100_000), help="Futures of the price."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Seed of the futures.")
@click.option(
    "--price-draws", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Folder of an ensemble whose lithium prices the futures begin with.",
)  # fmt: skip
@click.option(
    "--market/--no-market",
    default=True,
    show_default=True,
    help="Run the market for when others convert too.",
)
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@html_option
@json_option
def hedge(
    firm: str,
    region: str,
    use: str,
    premium: float | None,
    decline: float | None,
    convert: float | None,
    lead: int | None,
    ramp: float | None,
    limit: float | None,
    years: int | None,
    weight: float | None,
    now: float | None,
    start: str,
    draws: int,
    seed: int,
    price_draws: Path | None,
    market: bool,
    with_: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Say what sodium-ion cells are worth against a dear lithium, and how much of it to take.

    The lithium price at which they break even; the value of the right to convert lines, used on what is known at the
    time; the share and pace to choose; and what is left of it when everybody converts.
    """
    from oreflow.atlas import load
    from oreflow.report.answers.hedge import document, plain
    from oreflow.respond.hedge import assess, maker
    from oreflow.shock.ensemble import Ensemble

    check_suffix(html, "--html", (".html", ".htm"))
    world = load(with_)
    who = maker(world, firm=firm, region=region.upper(), use=use)
    ensemble = None if price_draws is None else Ensemble.read(price_draws)
    with progress("Futures", quiet=as_json) as tick:
        made = assess(
            world, who, premium=premium, decline=decline, convert=convert, lead=lead, ramp=ramp, limit=limit,
            years=years, weight=weight, draws=draws, seed=seed, start=start,
            now=now, ensemble=ensemble, market=market,
            progress=lambda text: tick(1, text),
        )  # fmt: skip
    deliver(document(made, world, command=again()), plain(made), as_json=as_json, html=html)
