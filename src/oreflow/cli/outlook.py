"""``oreflow outlook``: demand, supply and gap of minerals in a place, to 2040."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from oreflow.cli.output import check_suffix, deliver, html_option, json_option, progress


@click.command()
@click.argument("minerals", nargs=-1, metavar="[MINERAL]...")
@click.option(
    "--region",
    default="USA",
    show_default=True,
    metavar="NAME",
    help="Region (ISO-3), bloc (allied, EU27, feoc, msp) or world.",
)
@click.option("--to", default=2040, show_default=True, metavar="YEAR", help="Last year, up to 2040.")
@click.option(
    "--scenario", default="STEPS", show_default=True, metavar="NAME", help="Demand: STEPS, APS or NZE."
)
@click.option(
    "--chemistry",
    default="LFP",
    show_default=True,
    metavar="NAME",
    help="Shares of cell chemistries: LFP, MIX, NCX or PLIB.",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME",
    help="Show what this policy does to the gap; may be repeated; all for every one.",
)
@click.option("--draws", default=400, show_default=True, help="Draws behind the ranges.")
@click.option("--seed", default=2025, show_default=True, help="Seed of the draws.")
@html_option
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@json_option
def outlook(
    minerals: tuple[str, ...],
    region: str,
    to: int,
    scenario: str,
    chemistry: str,
    policies: tuple[str, ...],
    draws: int,
    seed: int,
    html: Path | None,
    with_: Path | None,
    as_json: bool,
) -> None:
    """Look ahead: what a place will use of a mineral, what it will have, and the gap between.

    Demand follows products sold, what they are made of and how long they last; supply follows plants and projects,
    with their odds and delays. Without a MINERAL all of them are shown.
    """
    from oreflow.atlas import load
    from oreflow.outlook import outlook as make
    from oreflow.report.answers.outlook import document, name
    from oreflow.report.codec import to_plain

    check_suffix(html, "--html", (".html", ".htm"))
    world = load(with_)
    with progress("Looking ahead", quiet=as_json) as tick:
        made = make(
            world,
            region=region,
            minerals_=minerals,
            to=to,
            scenario=scenario,
            chemistry=chemistry,
            policies=policies,
            draws_=draws,
            seed=seed,
            progress=lambda mineral: tick(0, mineral),
        )
    words = ["oreflow", "outlook", *minerals, "--region", region, "--to", str(to), "--scenario", scenario]
    words += ["--chemistry", chemistry, *(w for p in policies for w in ("--policy", p))]
    words += ["--draws", str(draws), "--seed", str(seed), *(("--with", str(with_)) if with_ else ())]
    deliver(
        document(made, world, command=shlex.join(words)),
        {"run": name(made), **to_plain(made)},
        as_json=as_json,
        html=html,
    )
