"""How ``oreflow world source`` prints where a number comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from oreflow.atlas.quantities import plain
from oreflow.cli.output import Column, print_table

if TYPE_CHECKING:
    from oreflow.atlas.provenance import Figure, Trace

_QUALITY = {
    "reported": "reported (as the source states it)",
    "derived": "derived (computed from reported figures)",
    "imputed": "imputed (filled in where no source has a figure)",
    "assumed": "assumed (no source; change it with --with)",
}


def print_trace(found: Trace) -> None:
    """Print a trace on stdout.

    Args:
        found: What `oreflow.atlas.provenance.trace` returned.
    """
    place = f"{found.table}.{found.key}"
    if found.column:
        figure = found.figures[0]
        click.echo(f"{place}.{found.column} = {_value(figure)}")
        click.echo(f"  {figure.description}")
    else:
        click.echo(place)
        width = max(len(f.column) for f in found.figures)
        for figure in found.figures:
            if figure.value not in (None, "", []):
                click.echo(f"  {figure.column:<{width}}  {_value(figure)}")
    _line("quality", _QUALITY.get(found.quality, found.quality))
    _line("vintage", found.vintage)
    if found.method_name:
        summary = f": {found.method.summary}" if found.method else " (no such function)"
        _line("method", f"{found.method_name}{summary}")
    _line("note", found.note)
    for source in found.sources:
        _line("source", _source(source))
    if found.claims:
        click.echo()
        print_table(
            ["claim", "about", "says", "speaker", "date", "in use", Column("off by", "%", 0), "source"],
            [
                (
                    c.claim,
                    c.attribute,
                    c.said,
                    c.speaker,
                    c.date,
                    "yes" if c.used else "",
                    None if c.distance is None else 100 * c.distance,
                    "; ".join(c.source),
                )
                for c in found.claims
            ],
        )


def _line(name: str, text: str) -> None:
    if text:
        click.echo(f"  {name:<8} {text}")


def _value(figure: Figure) -> str:
    value: Any = figure.value
    if value is None or value == "" or value == []:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float):
        number = plain(value)
        return number if figure.unit in ("", "1") else f"{number} {figure.unit}"
    return str(value)


def _source(row: dict[str, Any]) -> str:
    head = f"{row['title']}"
    rest = [row.get(k) for k in ("publisher", "edition", "licence", "url")]
    got = f"retrieved {row['retrieved']}" if row.get("retrieved") else None
    return ", ".join(str(t) for t in (head, *rest, got) if t) + f" [{row['source']}]"
