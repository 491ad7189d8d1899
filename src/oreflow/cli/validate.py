"""``oreflow validate``: published figures beside ours."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from oreflow.cli.output import Column, json_option, print_json, print_table, progress, say
from oreflow.errors import OreflowError, ReadError
from oreflow.files import write_text

SECTIONS = {"Gauges": "oreflow.gauge.validation", "Market": "oreflow.market.validation"}
"""Heading to the module whose ``rows()`` gives its cases."""

BEGIN, END = "<!-- begin: oreflow validate -->", "<!-- end: oreflow validate -->"

_FIELDS = ("case", "published", "ours", "tolerance", "unit")
_NUMBERS = ("published", "ours", "difference", "tolerance")
_COLUMNS: tuple[Column | str, ...] = ("case", *(Column(n, right=True) for n in _NUMBERS), "unit", "ok")


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure and ours.

    Attributes:
        section: Heading it stands under.
        case: What is compared, with its source.
        published: Their figure.
        ours: Our figure.
        tolerance: Largest difference that counts as agreement, in the unit of the figures.
        unit: Unit of the figures.
    """

    section: str
    case: str
    published: float
    ours: float
    tolerance: float
    unit: str = ""

    @property
    def difference(self) -> float:
        """Ours less theirs."""
        return self.ours - self.published

    @property
    def ok(self) -> bool:
        """True where the difference is within the tolerance."""
        return math.isfinite(self.difference) and abs(self.difference) <= self.tolerance

    def record(self) -> dict[str, Any]:
        """Return all fields, the derived ones too."""
        return {
            "section": self.section,
            "case": self.case,
            "published": self.published,
            "ours": self.ours,
            "difference": self.difference,
            "tolerance": self.tolerance,
            "unit": self.unit,
            "ok": self.ok,
        }


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
    rows = collect(quiet=as_json)
    if markdown is not None:
        write_text(markdown, merged(markdown, to_markdown(rows)))
        say(f"wrote {markdown}")
    if as_json:
        print_json([r.record() for r in rows])
    else:
        _print(rows)
    missed = [r.case for r in rows if not r.ok]
    if strict and missed:
        raise OreflowError(
            f"{len(missed)} of {len(rows)} cases are outside their tolerance: {'; '.join(missed)}."
        )


def collect(*, quiet: bool = True) -> list[Row]:
    """Compute every case.

    Args:
        quiet: Show no progress.

    Returns:
        Rows in the order of the sections.
    """
    rows: list[Row] = []
    with progress("computing the cases", total=len(SECTIONS), quiet=quiet) as step:
        for section, module in SECTIONS.items():
            rows += [_row(section, r) for r in importlib.import_module(module).rows()]
            step()
    return rows


def _row(section: str, record: Mapping[str, Any] | Any) -> Row:
    """Take a case from a mapping or an object with the same names."""
    if not isinstance(record, Mapping):
        record = {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
    return Row(
        section=section,
        case=str(record["case"]),
        published=float(record["published"]),
        ours=float(record["ours"]),
        tolerance=float(record["tolerance"]),
        unit=str(record.get("unit", "")),
    )


def _print(rows: Iterable[Row]) -> None:
    rows = list(rows)
    for section in dict.fromkeys(r.section for r in rows):
        print_table(_COLUMNS, [_cells(r) for r in rows if r.section == section], title=section)
        click.echo()
    met = sum(r.ok for r in rows)
    click.echo(f"{met} of {len(rows)} cases are within their tolerance.")


def _cells(row: Row) -> list[str]:
    """Return a row as text; the difference keeps two digits, it is about size and sign."""
    return [
        row.case,
        f"{row.published:.8g}",
        f"{row.ours:.8g}",
        f"{row.difference:+.2g}",
        f"{row.tolerance:.2g}",
        row.unit or "1",
        "yes" if row.ok else "no",
    ]


def to_markdown(rows: Iterable[Row]) -> str:
    """Return the tables as Markdown, with the markers around them.

    Args:
        rows: Cases.

    Returns:
        Text from the first marker to the second.
    """
    rows = list(rows)
    parts = [BEGIN]
    for section in dict.fromkeys(r.section for r in rows):
        lines = [f"## {section}", "", "| case | published | ours | difference | tolerance | unit | ok |"]
        lines.append("|---|--:|--:|--:|--:|---|---|")
        lines += [
            "| " + " | ".join(c.replace("|", "\\|") for c in _cells(r)) + " |"
            for r in rows
            if r.section == section
        ]
        parts.append("\n".join(lines))
    met = sum(r.ok for r in rows)
    parts += [f"{met} of {len(rows)} cases are within their tolerance.", END]
    return "\n\n".join(parts)


def merged(path: Path, tables: str) -> str:
    """Return a page with its tables replaced, and the rest of it as it is.

    Args:
        path: Page; may not exist yet.
        tables: Text with the markers around it.

    Returns:
        The whole page.

    Raises:
        ReadError: The page exists and has no two markers, so there is no place for the tables.
    """
    if not path.exists():
        return f"# Published figures beside ours\n\n{tables}\n"
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ReadError(f"{path} is not a text file. Give a Markdown file.") from None
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ReadError(f"{path} has no lines {BEGIN!r} and {END!r}. Add them where the tables should stand.")
    return before + tables + after
