"""``oreflow score``: how well labelled articles are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import Column, check_suffix, json_option, merged, print_json, print_table, say

if TYPE_CHECKING:
    from oreflow.news import Score

BEGIN, END = "<!-- begin: oreflow score -->", "<!-- end: oreflow score -->"
TITLE = "How well articles are read"
"""Heading of a page that does not exist yet."""
_NUMBERS = [
    Column("labelled", decimals=0),
    Column("precision", decimals=2),
    Column("recall", decimals=2),
    Column("F1", decimals=2),
]


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--details", is_flag=True, help="List every claim missed, read in vain or with a wrong field.")
@click.option("--labels", "only_labels", is_flag=True, help="Check the labels and read nothing.")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path),
    help="Write the tables into this file, between its two markers; a new file gets them.",
)
@click.option(
    "--with", "overlay", type=click.Path(path_type=Path), help="Folder of CSV tables laid over the world."
)
@json_option
def score(
    folders: tuple[Path, ...],
    details: bool,
    only_labels: bool,
    markdown: Path | None,
    overlay: Path | None,
    as_json: bool,
) -> None:
    """Read the labelled articles of FOLDERS, and compare with their labels.

    Each NAME.txt has its labels in NAME.yaml; examples/articles/README.md says how they are written.
    """
    if only_labels:
        _labels(folders, as_json)
        return
    check_suffix(markdown, "--markdown", (".md", ".markdown"))
    from oreflow.atlas import load
    from oreflow.files import write_text
    from oreflow.news import score as compare

    world = load(overlay)
    results = {folder.name or str(folder): compare(folder, world) for folder in folders}
    if markdown is not None:
        write_text(markdown, merged(markdown, to_markdown(results), BEGIN, END, TITLE))
        say(f"wrote {markdown}")
    if as_json:
        print_json({name: result.to_dict() for name, result in results.items()})
        return
    for i, (name, result) in enumerate(results.items()):
        if i:
            click.echo()
        _show(name, result, details)
    if not details:
        say("--details lists what was missed, read in vain, or read with a wrong field.")


def to_markdown(results: Mapping[str, Score]) -> str:
    """Return the tables as Markdown, with the markers around them.

    Args:
        results: Name of a folder to its scores.

    Returns:
        Text from the first marker to the second.
    """
    parts = [BEGIN]
    for name, result in results.items():
        lines = [
            f"### {name.capitalize()}: {result.articles} articles",
            "",
            "| type | labelled | precision | recall | F1 |",
            "|---|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {kind.replace('_', ' ')} | {n} | {p:.2f} | {r:.2f} | {f:.2f} |"
            for kind, n, p, r, f in result.by_type()
        ]
        lines += ["", "| field of a claim that was found | labelled | right |", "|---|--:|--:|"]
        lines += [f"| {field} | {n} | {right:.2f} |" for field, n, right in result.by_field()]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, END])


def _labels(folders: tuple[Path, ...], as_json: bool) -> None:
    from oreflow.news.score import labelled

    found = [labels for folder in folders for _, labels in labelled(folder)]
    claims = sum(len(x.claims) for x in found)
    events = sum(len(x.events or ()) for x in found)
    if as_json:
        print_json({"articles": len(found), "claims": claims, "events": events})
    else:
        click.echo(
            f"{len(found)} articles, {claims} claims and {events} events labelled; all are understood."
        )


def _show(name: str, result: Score, details: bool) -> None:
    print_table(["type", *_NUMBERS], result.by_type(), title=f"{name}: claims in {result.articles} articles")
    click.echo()
    print_table(
        ["field", Column("labelled", decimals=0), Column("right", decimals=2)],
        result.by_field(),
        title="Fields of the claims found",
    )
    if not details:
        return
    for title, heads, rows in (
        ("Missed", ["article", "type", "words"], result.misses),
        ("Read in vain", ["article", "type", "quote"], result.extras),
        ("Wrong fields", ["article", "field", "label", "read"], result.wrong),
        ("Events", ["article", "", "what"], result.events_wrong),
    ):
        click.echo()
        print_table(heads, rows, title=f"{title}: {len(rows)}")
