"""``oreflow brief``: articles in, briefing out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import check_suffix, json_option, progress, say

if TYPE_CHECKING:
    from oreflow.report import Briefing

NAMES = ("briefing.html", "briefing.md", "briefing.json", "briefing.txt")
"""Files that ``--out`` writes."""


@click.command()
@click.argument("articles", nargs=-1, type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), help="Write one page that holds everything.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown.")
@click.option("--out", type=click.Path(path_type=Path), help="Write all faces into a folder.")
@click.option(
    "--draws", default=200, show_default=True, type=click.IntRange(1, 10_000), help="Sampled futures."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Seed of the draws.")
@click.option(
    "--with", "overlay", type=click.Path(path_type=Path), help="Folder of CSV tables laid over the world."
)
@click.option("--no-cache", is_flag=True, help="Compute all draws again, and keep none for the next time.")
@click.option("--scenario", help="Run this scenario (a name or a file) in place of the articles' events.")
@json_option
def brief(
    articles: tuple[Path, ...],
    html: Path | None,
    markdown: Path | None,
    out: Path | None,
    draws: int,
    seed: int,
    overlay: Path | None,
    no_cache: bool,
    scenario: str | None,
    as_json: bool,
) -> None:
    """Read ARTICLES (plain text) and write the briefing.

    What they claim becomes events, the market is cleared with and without them, and the briefing says what it does,
    where the chain breaks, who is exposed, and what would change the answer. It is printed, and written to files only
    where one is named.
    """
    from oreflow.atlas import load
    from oreflow.report.assemble import brief as make
    from oreflow.report.output import write
    from oreflow.shock.kept import folder

    files = _files(html, markdown, out)
    world = load(overlay)
    events = None
    if scenario is not None:
        from oreflow.shock import find

        events = find(scenario, world)
    command = _command(articles, draws, seed, overlay, scenario)
    with progress("Reading", quiet=as_json) as step:

        def tick(done: int, total: int) -> None:
            step(1, f"Draw {done} of {total}")

        made = make(
            articles,
            world=world,
            scenario=events,
            draws=draws,
            seed=seed,
            cache=None if no_cache else folder(),
            progress=tick,
            command=command,
        )
    if as_json:
        click.echo(made.to_json(), nl=False)
    else:
        click.echo(_terminal(made), nl=False)
    for file in files:
        say(f"written: {write(made, file)}")


def _terminal(made: Briefing) -> str:
    from oreflow.report.faces.terminal import render
    from oreflow.report.story import document

    return render(document(made))


def _files(html: Path | None, markdown: Path | None, out: Path | None) -> list[Path]:
    """Files to write; a suffix that has another face is refused before anything is computed."""
    from oreflow.errors import UsageError

    check_suffix(html, "--html", (".htm", ".html"))
    check_suffix(markdown, "--markdown", (".markdown", ".md"))
    found = [path for path in (html, markdown) if path is not None]
    if out is not None:
        if out.exists() and not out.is_dir():
            raise UsageError(f"--out {out}: this is a file. Give the name of a folder.")
        found += [out / name for name in NAMES]
    return found


def _command(
    articles: tuple[Path, ...], draws: int, seed: int, overlay: Path | None, scenario: str | None
) -> str:
    words = ["oreflow", "brief", *map(str, articles), "--draws", str(draws), "--seed", str(seed)]
    if overlay is not None:
        words += ["--with", str(overlay)]
    if scenario is not None:
        words += ["--scenario", scenario]
    return shlex.join(words)
