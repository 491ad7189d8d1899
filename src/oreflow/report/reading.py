"""Articles as one HTML page with their quotes marked in the text, by type and modality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oreflow.news import Reading, by_date, combine
from oreflow.report import format as fmt
from oreflow.report.assemble import told
from oreflow.report.assemble.case import Case
from oreflow.report.assemble.words import capital
from oreflow.report.faces.html import rendered
from oreflow.report.faces.marks import Piece, pieces
from oreflow.report.heard import Article, Claim

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.news import EventDraft

_CLAIMS = ("", "what", "about", "how much", "stance", "who says so", "when", "words")
_EVENTS = ("event", "hits", "effect", "from", "certainty", "rests on", "taken for what the text leaves open")
_LONGEST = 160
"""Characters of a quote in the table; the whole of it stands in the text."""


@dataclass(frozen=True, slots=True)
class _Marked:
    article: Article
    pieces: tuple[Piece, ...]


def render(readings: Sequence[Reading], world: World) -> str:
    """Return readings as a whole HTML page.

    Args:
        readings: One for each article.
        world: World that they were read with, for names.

    Returns:
        HTML without scripts; a content security policy in it forbids everything but its own style sheet.

    Raises:
        UsageError: Jinja2 is not installed.
    """
    from oreflow.shock.scenario import Scenario

    readings = by_date(readings)
    whole = combine(readings, world)
    case = Case(world, tuple(readings), whole, Scenario("reading"), (), None, "")
    claims, sums = told.claims(case), told.arithmetic(case)
    articles = told.articles(case)
    marked = [
        _Marked(
            a,
            pieces(
                a.text, [c for c in claims if c.article == a.key], [s for s in sums if s.article == a.key]
            ),
        )
        for a in articles
    ]
    count = len(articles)
    return rendered(
        "reading.html.j2",
        title=articles[0].title if count == 1 else f"{count} articles",
        subtitle=f"{_many(len(claims), 'claim')}, {_many(len(whole.events), 'event')}",
        articles=marked,
        claims=[_claim(c) for c in claims],
        claim_heads=_CLAIMS,
        disputes=[
            (d.question if i == 0 else "", f"C{p.claim}: {p.speaker}" if p.claim else p.speaker, p.says)
            for d in told.disagreements(case)
            for i, p in enumerate(d.positions)
        ],
        turns=[(t.said, t.was, f"C{t.claim}", t.since, t.now, f"C{t.by}", t.why) for t in told.turns(case)],
        sums=sums,
        events=[_event(e, case) for e in whole.events],
        event_heads=_EVENTS,
        left=told.not_modelled(case),
    )


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _claim(c: Claim) -> tuple[str, ...]:
    quote = " ".join(c.quote.split())
    about = " in ".join(x for x in (c.subject or (c.commodity and fmt.words(c.commodity)), c.country) if x)
    sign = {"up": "↑ ", "down": "↓ "}.get(c.direction or "", "")
    return (
        f"C{c.id}",
        fmt.words(c.type),
        about,
        (sign + (c.quantity or "")).strip(),
        f"{c.modality}, denied" if c.polarity == "negated" else c.modality,
        c.speaker or "",
        c.effective or "",
        quote if len(quote) <= _LONGEST else quote[: _LONGEST - 1].rstrip() + "…",
    )


def _event(e: EventDraft, case: Case) -> tuple[str, ...]:
    effect = ", ".join(f"{fmt.words(k)} {_ends(v)}" for k, v in e.effect.items()) + (
        f" a {e.per}" if e.per else ""
    )
    return (
        capital(fmt.words(e.type)),
        case.name(e.label),
        effect,
        e.start or "",
        f"{e.certainty:.0%}",
        ", ".join(f"C{i + 1}" for i in e.claims),
        "; ".join(e.defaults),
    )


def _ends(value: object) -> str:
    if value is True:
        return "yes"
    if isinstance(value, list):
        return " to ".join(f"{v:,.6g}" for v in value)
    return f"{value:,.6g}" if isinstance(value, int | float) else str(value)
