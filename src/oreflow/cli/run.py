"""``oreflow run``: clear the market under a scenario."""

from __future__ import annotations

from pathlib import Path

import click

from oreflow.cli.output import Column, json_option, print_json, print_table, progress, say


@click.command()
@click.argument("scenario")
@click.option("--scope", multiple=True, metavar="MINERAL", help="Solve this mineral too; may be repeated.")
@click.option("--start", default="2025-01", show_default=True, help="First month of the horizon.")
@click.option("--periods", default=36, show_default=True, help="Number of periods.")
@click.option(
    "--step",
    type=click.Choice(["month", "quarter", "year"]),
    default="month",
    show_default=True,
    help="Length of one.",
)
@click.option("--foresight", default=12, show_default=True, help="Months that agents look ahead.")
@click.option(
    "--refine",
    type=click.IntRange(0, 9),
    default=0,
    show_default=True,
    help="Rounds of laying the steps of curves anew around the solution: 6 for smooth prices, some times as slow.",
)
@click.option("--top", default=12, show_default=True, help="Rows shown of each table.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Keep the run in this file.")
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@json_option
def run(
    scenario: str,
    scope: tuple[str, ...],
    start: str,
    periods: int,
    step: str,
    foresight: int,
    refine: int,
    top: int,
    out: Path | None,
    with_: Path | None,
    as_json: bool,
) -> None:
    """Clear the market under a scenario, beside the baseline.

    SCENARIO is a scenario of `oreflow scenario list`, a file, or several of these joined by +.
    """
    from oreflow.atlas import load
    from oreflow.market import Settings
    from oreflow.shock import find, scope_of
    from oreflow.shock.run import run as clear
    from oreflow.shock.run import save
    from oreflow.shock.summary import summary

    world = load(with_)
    settings = Settings(start=start, periods=periods, step=step, foresight=foresight, refine=refine)
    found = find(scenario, world)
    months = periods * settings.months
    minerals = (
        tuple(dict.fromkeys([*scope_of(found, world, start=start, months=months), *scope])) if scope else None
    )
    with progress(f"Clearing {found.name}", total=months, quiet=as_json) as tick:
        done = 0

        def step_to(month: int, _: int) -> None:
            nonlocal done
            tick(month - done)
            done = month

        result = clear(world, found, scope=minerals, settings=settings, progress=step_to)
    if out is not None:
        save(result, out)
        say(f"written: {out}")
    told = summary(world, result, top=top)
    if as_json:
        print_json({"manifest": result.manifest, "sentences": found.sentences(world), **told.tables()})
        return
    click.echo(f"{found.title or found.name}\n")
    for line in found.sentences(world):
        click.echo(f"- {line}")
    for note in result.manifest["notes"]:
        click.echo(f"Note: {note}")
    click.echo("")
    print_table(
        ["commodity", "market", Column("base price", "USD/unit", 0), "unit", Column("first month", "%", 1),
         Column("largest", "%", 1), "in", Column("mean", "%", 1)],
        told.prices, title="Prices",
    )  # fmt: skip
    print_table(
        ["plant", "region", Column("before", "unit/yr", 0), Column("after", "unit/yr", 0),
         Column("change", "unit/yr", 0), "unit"],
        told.output, title="\nOutput, mean over the horizon",
    )  # fmt: skip
    print_table(
        ["route", Column("before", "unit/yr", 0), Column("after", "unit/yr", 0), Column("change", "unit/yr", 0),
         "unit"],
        told.flows, title="\nTrade, mean over the horizon",
    )  # fmt: skip
    if told.unserved:
        print_table(
            ["demand", Column("unserved", "unit", 0), "unit"],
            told.unserved,
            title="\nDemand that nothing can meet",
        )
    checks = result.manifest["checks"]
    click.echo(
        f"\nRun {result.id}: worst residual {checks['worst_residual']:.1e}, price against one more unit "
        f"{checks['price_gap']:.1e}, drift of the baseline {checks['baseline_drift']:.1e} (all relative); "
        f"{result.manifest['solver']['solves']} solves in {result.manifest['wall']:.1f} s. "
        f"Solved: {', '.join(result.manifest['scope'])}; all else is held at its prices of 2025."
    )
