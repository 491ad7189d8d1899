"""``oreflow read``: what articles claim, and the events that follow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.output import check_suffix, json_option, print_json, say
from oreflow.cli.proposals import ask, beside, show

if TYPE_CHECKING:
    from datetime import datetime

    from oreflow.news import Claim, Reading


@click.command()
@click.argument("articles", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Date of the articles, where the text has none."
)
@click.option(
    "--with", "overlay", type=click.Path(path_type=Path), help="Folder of CSV tables laid over the world."
)
@click.option(
    "--html", type=click.Path(path_type=Path), help="Write a page with the quotes marked in the text."
)
@click.option(
    "--model",
    envvar="OREFLOW_MODEL",
    metavar="PROVIDER:NAME",
    help="Show beside the rules what a language model reads; the text is sent to its provider. "
    "Or OREFLOW_MODEL.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of what --json prints, and read nothing.")
@json_option
def read(
    articles: tuple[Path, ...],
    day: datetime | None,
    overlay: Path | None,
    html: Path | None,
    model: str | None,
    schema: bool,
    as_json: bool,
) -> None:
    """Read ARTICLES (plain text) and list what they claim, with quotes."""
    from oreflow.errors import UsageError
    from oreflow.news.record import ReadingRecord

    if schema:
        print_json(ReadingRecord.model_json_schema())
        return
    if not articles:
        raise UsageError("name one or more articles, e.g. oreflow read article.txt.")
    if html is not None:
        check_suffix(html, "--html", (".html", ".htm"))
    from oreflow.atlas import load
    from oreflow.news import read as read_articles

    world = load(overlay)
    readings = read_articles(articles, world, day=day.date() if day else None)
    asked = ask(readings, model, world)
    if html is not None:
        from oreflow.files import write_text
        from oreflow.report.reading import render

        write_text(html, render(readings, world))
        say(f"written: {html}")
    if as_json:
        found = [
            {**ReadingRecord.of(r).model_dump(), **beside(p)} for r, p in zip(readings, asked, strict=True)
        ]
        print_json(found[0] if len(found) == 1 else found)
        return
    for i, (reading, proposals) in enumerate(zip(readings, asked, strict=True)):
        if i:
            click.echo()
        _show(reading)
        if proposals is not None:
            show(reading, proposals)


def _show(r: Reading) -> None:
    from oreflow.cli.output import print_table

    click.echo(f"{r.article}: {r.title}")
    click.echo(f"Date: {r.date or 'not stated'}. {len(r.claims)} claims, {len(r.events)} events.")
    if r.claims:
        rows = [
            (
                f"C{i}",
                c.type,
                c.subject,
                c.commodity,
                _amount(c),
                _stance(c),
                c.speaker,
                str(c.effective or ""),
                c.group,
                _words(c.quote),
            )
            for i, c in enumerate(r.claims, 1)
        ]
        heads = [
            "",
            "type",
            "subject",
            "commodity",
            "quantity",
            "stance",
            "speaker",
            "effective",
            "group",
            "quote",
        ]
        click.echo()
        print_table(heads, rows, title="Claims")
    if r.groups:
        click.echo()
        print_table(
            ["group", "question", "claims"],
            [(g.name, g.question, _numbers(g.claims)) for g in r.groups],
            title="Disagreements: all are kept",
        )
    if r.checks:
        click.echo()
        rows_ = [(("holds" if k.holds else "does not"), k.problem, "; ".join(k.readings)) for k in r.checks]
        print_table(["sum", "finding", "readings"], rows_, title="Sums in the text, done again")
    if r.events:
        click.echo()
        print_table(
            [
                "event",
                "type",
                "target",
                "effect",
                "start",
                "certainty",
                "claims",
                "taken for what the text leaves open",
            ],
            [
                (
                    e.id,
                    e.type,
                    e.label,
                    _effect(e.effect, e.per),
                    e.start,
                    f"{e.certainty:.0%}",
                    _numbers(e.claims),
                    "; ".join(e.defaults),
                )
                for e in r.events
            ],
            title="Events",
        )
    if r.not_modelled:
        click.echo()
        print_table(
            ["claim", "what", "reason"],
            [(_numbers([] if n.claim is None else [n.claim]), n.what, n.reason) for n in r.not_modelled],
            title="Not modelled",
        )


def _numbers(claims: Iterable[int]) -> str:
    """Claims as the pages number them."""
    return ", ".join(f"C{i + 1}" for i in claims)


def _amount(c: Claim) -> str:
    q = c.quantity
    sign = {"up": "+", "down": "-"}.get(c.direction or "", "")
    if q is None:
        return {"+": "up", "-": "down"}.get(sign, "")
    from oreflow.news.claims import plain

    low, high = q.range
    if q.value is None:
        number = f"{plain(low)} to {plain(high)}"
    elif q.high is not None and q.low is None:
        number = f"up to {plain(q.value)}"
    elif q.low is not None and q.high is None:
        number = f"at least {plain(q.value)}"
    else:
        number = plain(q.value)
    return f"{sign} {number} {q.unit}{f'/{q.per}' if q.per else ''}".strip()


def _stance(c: Claim) -> str:
    return f"not {c.modality}" if c.polarity == "negated" else c.modality


def _effect(effect: dict[str, object], per: str) -> str:
    return ", ".join(f"{k} {v}" for k, v in effect.items()) + (f" a {per}" if per else "")


def _words(quote: str) -> str:
    text = " ".join(quote.split())
    return text if len(text) <= 120 else text[:117].rstrip() + "..."
