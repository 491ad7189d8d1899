"""``oreflow score``: how well labelled articles are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import Column, json_option, print_json, print_table, say

if TYPE_CHECKING:
    from oreflow.news import Score

_NUMBERS = [
    Column("labelled", decimals=0),
    Column("precision", decimals=2),
    Column("recall", decimals=2),
    Column("F1", decimals=2),
]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--details", is_flag=True, help="List every claim missed, read in vain or with a wrong field.")
@click.option("--labels", "only_labels", is_flag=True, help="Check the labels and read nothing.")
@click.option(
    "--with", "overlay", type=click.Path(path_type=Path), help="Folder of CSV tables laid over the world."
)
@json_option
def score(folder: Path, details: bool, only_labels: bool, overlay: Path | None, as_json: bool) -> None:
    """Read the labelled articles of FOLDER, and compare with their labels.

    Each NAME.txt has its labels in NAME.yaml; examples/articles/README.md says how they are written.
    """
    from oreflow.atlas import load
    from oreflow.news.score import labelled
    from oreflow.news.score import score as compare

    if only_labels:
        found = [labels for _, labels in labelled(folder)]
        claims = sum(len(x.claims) for x in found)
        events = sum(len(x.events or ()) for x in found)
        if as_json:
            print_json({"articles": len(found), "claims": claims, "events": events})
        else:
            click.echo(
                f"{len(found)} articles, {claims} claims and {events} events labelled; all are understood."
            )
        return
    result = compare(folder, load(overlay))
    if as_json:
        print_json(result.to_dict())
        return
    _show(result, details)


def _show(result: Score, details: bool) -> None:
    print_table(["type", *_NUMBERS], result.by_type(), title=f"Claims in {result.articles} articles")
    click.echo()
    print_table(
        ["field", Column("labelled", decimals=0), Column("right", decimals=2)],
        result.by_field(),
        title="Fields of the claims found",
    )
    if not details:
        say("--details lists what was missed, read in vain, or read with a wrong field.")
        return
    for title, heads, rows in (
        ("Missed", ["article", "type", "words"], result.misses),
        ("Read in vain", ["article", "type", "quote"], result.extras),
        ("Wrong fields", ["article", "field", "label", "read"], result.wrong),
        ("Events", ["article", "", "what"], result.events_wrong),
    ):
        click.echo()
        print_table(heads, rows, title=f"{title}: {len(rows)}")
