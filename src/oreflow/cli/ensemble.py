"""``oreflow ensemble``: thousands of futures, drawn, kept and told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import (
    Column,
    check_suffix,
    console,
    html_option,
    json_option,
    print_json,
    print_table,
    progress,
    say,
)

if TYPE_CHECKING:
    from oreflow.shock.ensemble import Ensemble, Summary

LINES = 12
"""Rows of the tables of shortages and drivers."""


@click.command()
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of the draws; one that is there goes on."
)
@click.option("--draws", type=click.IntRange(1), help="Number of draws, in place of the spec's.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 256), help="Processes here.")
@click.option(
    "--cluster", metavar="URL", help="Dask scheduler (tcp://host:port) whose workers solve the draws."
)
@click.option(
    "--node", default="", metavar="NODE", help="Market told, commodity@REGION; the first watched by default."
)
@html_option
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@json_option
def ensemble(
    spec: Path,
    out: Path | None,
    draws: int | None,
    workers: int,
    cluster: str | None,
    node: str,
    html: Path | None,
    with_: Path | None,
    as_json: bool,
) -> None:
    """Draw what may happen many times, and say how prices and shortages spread.

    SPEC is a file that says what to draw, and --out the folder that keeps the draws. Run again, it goes on where it
    stopped, also after a kill; with more --draws it adds to them. With the folder in place of SPEC the draws are read
    and told, and nothing is drawn.
    """
    from oreflow.shock.ensemble import Ensemble, summarise

    check_suffix(html, "--html", (".html", ".htm"))
    if spec.is_dir():
        _refuse(spec, out, draws, cluster)
        found = Ensemble.read(spec)
    else:
        found = _draw(spec, out, draws, workers, cluster, with_, quiet=as_json)
    told = summarise(found, node)
    if html is not None:
        from oreflow.report.answers.ensemble import document
        from oreflow.report.output import write

        say(f"written: {write(document(found, told), html)}")
    if as_json:
        print_json({"manifest": found.manifest, **told.tables()})
    else:
        _print(found, told)


def _refuse(folder: Path, out: Path | None, draws: int | None, cluster: str | None) -> None:
    from oreflow.errors import UsageError

    given = [
        name
        for name, value in (("--out", out), ("--draws", draws), ("--cluster", cluster))
        if value is not None
    ]
    if given:
        raise UsageError(
            f"{folder} is the folder of an ensemble, which is only read; {given[0]} needs the spec that it was made "
            "from. Give the file of the spec."
        )


def _draw(
    path: Path,
    out: Path | None,
    draws: int | None,
    workers: int,
    cluster: str | None,
    with_: Path | None,
    *,
    quiet: bool,
) -> Ensemble:
    from dataclasses import replace

    from oreflow.atlas import load
    from oreflow.errors import UsageError
    from oreflow.shock.ensemble import Spec
    from oreflow.shock.ensemble import ensemble as run

    if out is None:
        raise UsageError("an ensemble needs --out, the folder that keeps its draws.")
    world = load(with_)
    spec = Spec.load(path, world)
    if draws is not None:
        spec = replace(spec, draws=draws)
    with progress(f"Drawing {spec.name}", total=spec.draws, quiet=quiet) as tick:
        before = 0

        def step(done: int, _: int) -> None:
            nonlocal before
            tick(done - before)
            before = done

        return run(world, spec, out, workers=workers, cluster=cluster, progress=step)


def _print(found: Ensemble, told: Summary) -> None:
    click.echo(f"{told.title or told.name}\n")
    for line in found.manifest.sentences:
        click.echo(f"  {line}" if line.startswith("- ") else f"- {line}")
    click.echo(f"- {_count(told)}")
    _fans(found, told)
    print_table(
        ["policy", "price above", Column("chance", "%", 1), Column("at least", "%", 1), Column("at most", "%", 1)],
        [
            [a.policy or "none", f"{a.multiple:g} times base",
             *(100 * x for x in (a.probability.value, a.probability.low, a.probability.high))]
            for a in told.above
        ],
        title="\nHighest price within the horizon",
        note="At least and at most: 95 % interval (Clopper-Pearson).",
    )  # fmt: skip
    print_table(
        ["policy", "commodity", Column("mean", "", 0), Column("worst 5 % from", "", 0),
         Column("worst 5 %, mean", "", 0), "unit", Column("of demand", "%", 1)],
        [
            [s.policy or "none", s.commodity, s.mean.value, s.tail.at_risk.value, s.tail.expected.value, s.unit,
             100 * s.tail.expected.value / s.demand if s.demand else None]
            for s in told.short[:LINES]
        ],
        title="\nShortage over the horizon: what buyers would take at base prices less what they get",
        note="Worst 5 % from: value at risk (VaR). Worst 5 %, mean: conditional value at risk (CVaR).",
    )  # fmt: skip
    print_table(
        ["policy", Column("mean", "million USD", 0), Column("worst 5 %, mean", "million USD", 0)],
        [[p or "none", m.value / 1e6, t.expected.value / 1e6] for p, (m, t) in told.loss.items()],
        title="\nWhat buyers lose by higher prices over the horizon",
    )
    if told.compared:
        _compared(told)
    if told.drivers is not None:
        _drivers(told)
    click.echo(f"\n{told.precision}")
    for reason, n in told.failed.items():
        click.echo(f"Failed, {n} times: {reason}")
    click.echo(f"Draws, inputs and what happened in each: {found.folder} (Parquet, units in its columns).")


def _count(told: Summary) -> str:
    of = f" of {told.asked:,}" if told.drawn < told.asked else ""
    failed = sum(told.failed.values())
    there = "draw is there" if told.drawn == 1 else "draws are there"
    return f"{told.drawn:,}{of} {there}" + (f"; {failed} failed." if failed else ".")


def _drivers(told: Summary) -> None:
    from oreflow.report.faces.textplot import bar

    assert told.drivers is not None
    top = told.drivers.rows[:LINES]
    most = max((d.sobol for d in top), default=0.0)
    print_table(
        ["input", Column("happens in", "%", 0), Column("explains", "%", 1), "", Column("rank coefficient", "", 2),
         Column("effect", "% of base", 1), Column("in the worst", "%", 0)],
        [
            [d.name, _percent(d.happens), 100 * d.sobol, "(could be chance)" if d.chance else bar(d.sobol, most, 16),
             d.srrc, _percent(d.effect), None if d.happens is None else 100 * d.tail]
            for d in top
        ],
        title="\nWhat drives the highest price",
        note=(
            "Explains: share of the variance that would go if it were known (first-order Sobol index). Effect: mean\n"
            "where it happens less where not, or in its upper quarter less in its lower. Together the ranks of the\n"
            f"inputs explain {100 * told.drivers.explained:.0f} % of the ranks of the price."
        ),
    )  # fmt: skip


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _compared(told: Summary) -> None:
    from oreflow.report.format import number

    print_table(
        ["policy", "changes", Column("by", right=True), Column("at least", right=True), Column("at most", right=True),
         "unit", Column("lower in", "% of draws", 0), Column("draws saved", "times", 0)],
        [
            [c.policy, c.measure, number(d.value, sign=True),
             *(number(x if d.known else None, sign=True) for x in (d.low, d.high)), c.unit,
             100 * c.paired.better.value, c.paired.reduction]
            for c in told.compared
            for d in [c.paired.difference]
        ],
        title="\nPolicies beside none, over the same futures",
        note="Draws saved: so many times more would be needed with different futures for each.",
    )  # fmt: skip


def _fans(found: Ensemble, told: Summary) -> None:
    """Plot the price under every policy that changes it."""
    from oreflow.report import format as fmt
    from oreflow.report.answers.ensemble import band
    from oreflow.report.faces import textplot

    commodity, _, region = told.node.partition("@")
    first = next(iter(told.fans.values()))
    click.echo(f"\nPrice of {fmt.words(commodity)} in {region}; base {fmt.quantity(told.base, told.unit)}")
    click.echo("● median, ▒ half of the draws, ░ nine in ten, ┄ base")
    for k, (policy, table) in enumerate(told.fans.items()):
        if k and table.equals(first):
            click.echo(f"\nUnder {policy}: the same in every draw.")
            continue
        if len(told.fans) > 1:
            click.echo(f"\nUnder {policy}" if policy else "\nWithout a policy")
        for line in textplot.fan(band(found, told, policy), width=min(console().width, 100)):
            click.echo(line)
