"""``oreflow validate``: published figures beside ours."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from oreflow.cli.output import Column, json_option, merged, print_json, print_table, progress, say
from oreflow.errors import OreflowError
from oreflow.files import write_text
from oreflow.validation import Row

SECTIONS = {
    "Gauges": "oreflow.gauge.validation",
    "Market": "oreflow.market.validation",
    "Outlook": "oreflow.outlook.validation",
    "Forecasts": "oreflow.outlook.forecast.validation",
    "Decisions over time": "oreflow.respond.validation",
    "Sodium-ion": "oreflow.respond.hedge.validation",
    "Price floors": "oreflow.respond.floor.validation",
}
"""Heading to the module whose ``rows()`` gives its cases."""

BEGIN, END = "<!-- begin: oreflow validate -->", "<!-- end: oreflow validate -->"

TITLE = "Published figures beside ours"
"""Heading of a page that does not exist yet."""

Cases = Mapping[str, Sequence[Row]]
_NOTE = "; "
"""Parts the name of a case from a note on it."""
_NUMBERS = ("published", "ours", "difference", "tolerance")
_COLUMNS: tuple[Column | str, ...] = ("case", *(Column(n, right=True) for n in _NUMBERS), "unit", "ok")


@click.command()
@click.option(
    "--markdown",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the tables into this file, between its two markers; a new file gets them.",
)
@click.option("--strict", is_flag=True, help="Leave with exit code 1 when a case is outside its tolerance.")
@json_option
def validate(markdown: Path | None, strict: bool, as_json: bool) -> None:
    """Compute the published cases again and put both figures side by side.

    The cases are other people's: closed forms, textbook equilibria, indicators of geological surveys and
    agencies, and the base year that the market is calibrated to. Those that are missed stay in the table.
    """
    cases = collect(quiet=as_json)
    if markdown is not None:
        write_text(markdown, merged(markdown, to_markdown(cases), BEGIN, END, TITLE))
        say(f"wrote {markdown}")
    if as_json:
        print_json([{"section": section, **row} for section, rows in cases.items() for row in rows])
    else:
        for section, rows in cases.items():
            print_table(_COLUMNS, map(_cells, rows), title=section, note="\n".join(_notes(rows)))
            click.echo()
        click.echo(_verdict(cases))
    missed = [row["case"] for rows in cases.values() for row in rows if not row["ok"]]
    if strict and missed:
        raise OreflowError(f"outside their tolerance: {'; '.join(missed)}.")


def collect(*, quiet: bool = True) -> dict[str, list[Row]]:
    """Compute every case.

    Args:
        quiet: Show no progress.

    Returns:
        Section to its rows.
    """
    cases: dict[str, list[Row]] = {}
    with progress("computing the cases", total=len(SECTIONS), quiet=quiet) as step:
        for section, module in SECTIONS.items():
            cases[section] = list(importlib.import_module(module).rows())
            step()
    return cases


def _cells(row: Row) -> list[str]:
    """Return a row as text; the difference keeps two digits, it is about size and sign."""
    return [
        row["case"].partition(_NOTE)[0],
        f"{row['published']:.8g}",
        f"{row['ours']:.8g}",
        f"{row['difference']:+.2g}",
        f"{row['tolerance']:.2g}",
        row["unit"],
        "yes" if row["ok"] else "no",
    ]


def _notes(rows: Sequence[Row]) -> list[str]:
    """Return what a case says after its name, as a line below the table: it would make the column too wide."""
    told = [row["case"].partition(_NOTE) for row in rows]
    return [f"{case}: {note}" for case, _, note in told if note]


def _verdict(cases: Cases) -> str:
    met = [row["ok"] for rows in cases.values() for row in rows]
    return f"{sum(met)} of {len(met)} cases are within their tolerance."


def to_markdown(cases: Cases) -> str:
    """Return the tables as Markdown, with the markers around them.

    Args:
        cases: Section to its rows.

    Returns:
        Text from the first marker to the second.
    """
    parts = [BEGIN]
    for section, rows in cases.items():
        lines = [f"## {section}", "", "| case | published | ours | difference | tolerance | unit | ok |"]
        lines.append("|---|--:|--:|--:|--:|---|---|")
        lines += ["| " + " | ".join(c.replace("|", "\\|") for c in _cells(r)) + " |" for r in rows]
        parts.append("\n".join(lines))
        parts += _notes(rows)
    return "\n\n".join([*parts, _verdict(cases), END])
