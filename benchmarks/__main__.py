"""``python -m benchmarks``: time the cases and print, or write down, the table."""

from __future__ import annotations

import sys

import click

from benchmarks import cases as _cases  # noqa: F401  (enters the cases)
from benchmarks.clock import ROOT
from benchmarks.registry import QUICK, Case, NotInstalledError, Plan, chosen
from benchmarks.table import Result, aligned, machine, markdown, merged
from oreflow.files import write_text

PAGE = ROOT / "docs" / "performance.md"


@click.command()
@click.option("--list", "listed", is_flag=True, help="Name the cases and run none.")
@click.option(
    "--only", multiple=True, metavar="NAME", help="A case, a part of its name, or a pattern with *."
)
@click.option("--quick", is_flag=True, help="Each short case once: to see that it runs, not how fast.")
@click.option("--write", is_flag=True, help="Write the table of all cases into docs/performance.md.")
def main(listed: bool, only: tuple[str, ...], quick: bool, write: bool) -> None:
    """Time oreflow beside what else could have been used.

    Every ratio is from one run on one machine; the times alone say more about the machine.
    """
    found = list(chosen(only, quick=quick and not listed))
    if not found:
        raise click.UsageError(
            f"no case is named {' or '.join(only)}. `python -m benchmarks --list` names them."
        )
    if listed:
        width = max(len(c.name) for c in found)
        click.echo("\n".join(f"{c.name.ljust(width)}  {c.what}" for c in found))
        return
    if write and (only or quick):
        raise click.UsageError("--write needs all cases in one run: leave out --only and --quick.")
    told = machine()
    results = []
    for c in found:
        click.echo(f"{c.name} …", err=True)
        results.append((c, _run(c, QUICK if quick else Plan())))
    click.echo(aligned(results))
    click.echo(f"\n{told}")
    if write:
        write_text(PAGE, merged(PAGE.read_text("utf-8"), markdown(results, told)))
        click.echo(f"written: {PAGE.relative_to(ROOT)}", err=True)


def _run(c: Case, plan: Plan) -> Result:
    try:
        return c.run(plan)
    except NotInstalledError as absent:
        return str(absent)


if __name__ == "__main__":
    sys.exit(main())
