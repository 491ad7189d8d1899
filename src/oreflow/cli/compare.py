"""``oreflow compare``: what differs between two runs."""

from __future__ import annotations

from pathlib import Path

import click

from oreflow.cli.output import Column, json_option, print_json, print_table


@click.command()
@click.argument("a", metavar="RUN", type=click.Path(path_type=Path))
@click.argument("b", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--top", default=20, show_default=True, help="Rows shown of the results.")
@json_option
def compare(a: Path, b: Path, top: int, as_json: bool) -> None:
    """Say what differs between two runs kept by `oreflow run … --out FILE`.

    The second is held against the first: in what went in (world, scenario, settings) and in what came out.
    """
    from oreflow.shock.compare import compare as held
    from oreflow.shock.run import load

    first, second = load(a), load(b)
    found = held(first, second)
    if as_json:
        print_json(
            {
                "a": first.id,
                "b": second.id,
                "inputs": found.inputs,
                "scenario": found.scenario,
                "results": found.results,
                "months": found.months,
            }
        )
        return
    click.echo(f"a: run {first.id}, {first.scenario.title or first.scenario.name}")
    click.echo(f"b: run {second.id}, {second.scenario.title or second.scenario.name}\n")
    if found.same:
        click.echo("Nothing differs.")
        return
    if len(found.inputs):
        print_table(
            ["what differs", "a", "b"], found.inputs.astype(str).to_numpy().tolist(), title="What went in"
        )
    for line in found.scenario:
        click.echo(f"- {line}")
    if not len(found.results):
        click.echo("\nThe results do not differ.")
        return
    rows = found.results.head(top).assign(relative=100.0 * found.results["relative"])
    print_table(
        ["of what", "name", Column("a", "", 4), Column("b", "", 4), Column("change", "", 4), Column("change", "%", 2),
         "largest in"],
        rows[["variable", "name", "a", "b", "change", "relative", "largest_in"]].to_numpy().tolist(),
        title=f"\nWhat came out, mean over {len(found.months)} months (prices in USD/unit, the rest in units)",
        note=f"{len(found.results)} rows differ, {min(top, len(found.results))} shown.",
    )  # fmt: skip
