"""Chinese articles: glossed word by word into English, read as English, and put back on the original."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from oreflow.news.chinese.gloss import Gloss, gloss
from oreflow.news.chinese.table import terms
from oreflow.news.claims import Claim
from oreflow.news.extract import Extract, extract
from oreflow.news.gazetteer import Gazetteer, gazetteer
from oreflow.news.text import Article, fold

if TYPE_CHECKING:
    from oreflow.atlas.world import World


def extract_chinese(article: Article, world: World, *, day: date | None = None) -> Extract:
    """Find the claims of a Chinese article.

    Args:
        article: The article.
        world: Plants, firms, regions and commodities that it may name.
        day: Date of the article if known from elsewhere.

    Returns:
        The claims; each quote is the sentence or headline of the original that it rests on.
    """
    g = gazetteer(world)
    told = gloss(article.text, terms(g))
    found = extract(Article(article.name, told.text, fold(told.text)), world, day=day, reviewing=False)
    claims = sorted((_back(c, told, g) for c in found.claims), key=lambda c: c.start)
    return Extract(tuple(claims), found.date, found.relevant, found.layout)


def _back(claim: Claim, told: Gloss, g: Gazetteer) -> Claim:
    """A claim on the gloss as one on the original."""
    anchor = told.place(claim.anchor)
    start, end = told.sentence(anchor)

    def original(english: str) -> str:
        return (
            told.words(english, claim.start, claim.end) or told.words(english, 0, len(told.text)) or english
        )

    subject = claim.subject
    if subject and claim.subject_kind in {"plant", "firm"} and subject not in g.titles:
        subject = original(subject)
    return replace(
        claim,
        subject=subject,
        speaker=original(claim.speaker) if claim.speaker else None,
        partners=tuple(p if p in g.titles else original(p) for p in claim.partners),
        quote=told.original[start:end],
        start=start,
        end=end,
        anchor=anchor,
    )
