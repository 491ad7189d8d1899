"""``oreflow gauge``: every indicator of a mineral or commodity, each with its edition and sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from oreflow.atlas import World


@click.command()
@click.argument("name", metavar="MINERAL|COMMODITY")
@click.option("--region", metavar="ISO3", help="Region to see it from, e.g. USA: reliance, risk, bottleneck.")
@click.option(
    "--with",
    "overlay",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of CSV tables to lay over the world.",
)
@json_option
def gauge(name: str, region: str | None, overlay: Path | None, as_json: bool) -> None:
    """Measure how concentrated supply is, how reliant a region is on it, and where its own chain stops.

    Without --region only the measures of the whole world are shown. Net import reliance follows the USGS
    definition of each series; gap_to_supply and gap_to_demand are other numbers and have their own names.
    """
    from oreflow.gauge.report import gauges

    table = gauges(_world(overlay), name, region.upper() if region else None)
    if as_json:
        print_json(table)
        return
    shown = [
        "indicator",
        "subject",
        "region",
        "value",
        "unit",
        "detail",
        "year",
        "edition",
        "source",
        "quality",
    ]
    columns: list[Column | str] = [Column(c) for c in shown]
    where = f" seen from {region.upper()}" if region else ""
    print_table(
        columns,
        table[shown].itertuples(index=False),
        title=f"Gauges of {name}{where}",
        note="How each is computed: the field `method` of --json. Where a source comes from: oreflow world source KEY.",
    )


def _world(overlay: Path | None) -> World:
    from oreflow.atlas import bundled
    from oreflow.atlas.overlay import lay

    return bundled() if overlay is None else lay(bundled(), overlay)
