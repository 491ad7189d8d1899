"""``python -m benchmarks``: time the cases and print, or write down, the table."""

from __future__ import annotations

import sys

import click

from benchmarks import cases as _cases  # noqa: F401  (enters the cases)
from benchmarks.clock import ROOT
from benchmarks.registry import QUICK, REGISTRY, Case, NotInstalledError, Plan, chosen
from benchmarks.table import NOT_YET, Result, aligned, machine, updated
from oreflow.files import write_text

PAGE = ROOT / "docs" / "performance.md"


@click.command()
@click.option("--list", "listed", is_flag=True, help="Name the cases and run none.")
@click.option(
    "--only", multiple=True, metavar="NAME", help="A case, a part of its name, or a pattern with *."
)
@click.option("--quick", is_flag=True, help="Each short case once: to see that it runs, not how fast.")
@click.option(
    "--write", is_flag=True, help="Write the results into the table of docs/performance.md, case by case."
)
def main(listed: bool, only: tuple[str, ...], quick: bool, write: bool) -> None:
    """Time oreflow beside what else could have been used.

    Every ratio is from one run on one machine; the times alone say more about the machine. With --only, --write
    leaves the other rows of the table as they are, provided that they come from this machine and these versions.
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
    if write and quick:
        raise click.UsageError("--write needs whole cases: leave out --quick.")
    began = machine()
    if write:
        _write({}, began) if only else _write(dict.fromkeys(REGISTRY, NOT_YET), began)
    results: dict[str, Result] = {}
    for c in found:
        click.echo(f"{c.name} …", err=True)
        told = machine()
        results[c.name] = _run(c, QUICK if quick else Plan())
        if write:
            _write({c.name: results[c.name]}, told)
    click.echo(aligned([(c, results[c.name]) for c in found]))
    click.echo(f"\n{began}")


def _write(results: dict[str, Result], told: str) -> None:
    try:
        page = updated(PAGE.read_text("utf-8"), results, list(REGISTRY.values()), told)
    except ValueError as other:
        raise click.UsageError(f"--write: {other}") from None
    write_text(PAGE, page)


def _run(c: Case, plan: Plan) -> Result:
    try:
        return c.run(plan)
    except NotInstalledError as absent:
        return str(absent)


if __name__ == "__main__":
    sys.exit(main())
