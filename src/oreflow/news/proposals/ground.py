"""An article with all that the rules find in it: what proposals are held against."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from oreflow.news.blocks import context_day, layout
from oreflow.news.coreference import describe
from oreflow.news.dates import When, find_dates
from oreflow.news.gazetteer import Gazetteer, gazetteer
from oreflow.news.interval import Interval
from oreflow.news.linking import find_hits, find_mentions
from oreflow.news.mentions import Hit, Mention
from oreflow.news.quantities import Quantity, find_quantities
from oreflow.news.sentences import Sentence, sentences
from oreflow.news.speakers import Speakers, Speech, attributions
from oreflow.news.text import Article, fold

if TYPE_CHECKING:
    from oreflow.atlas.world import World
    from oreflow.news.reading import Reading


class Span(NamedTuple):
    """A stretch of the article."""

    start: int
    end: int

    def holds(self, other: Span | Mention | Hit | Quantity | When | Sentence) -> bool:
        """Whether another stretch lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span | Mention | Hit | Speech | Sentence) -> bool:
        """Whether another stretch shares a character with this one."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rules find in an article.

    Attributes:
        text: Its text.
        folded: The same with typographic characters made plain.
        names: Names of the world.
        sentences: Sentences of its running text.
        mentions: Names in it.
        hits: Word classes in it.
        speech: Attributions in it.
        dates: Date of each of its items.
    """

    text: str
    folded: str
    names: Gazetteer
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    hits: tuple[Hit, ...]
    speech: tuple[Speech, ...]
    dates: tuple[Interval | None, ...]

    def find(self, words: str) -> list[Span]:
        """Find where words stand, whole words only.

        Typographic marks and line breaks may differ, letters and figures may not; a figure that is part of a
        longer one ("5,000" in "65,000") is another figure.

        Args:
            words: Words to look for.

        Returns:
            All places in order; none for words without a letter or figure.
        """
        parts = fold(words).split()
        if not any(c.isalnum() for c in words):
            return []
        body = r"\s+".join(map(re.escape, parts))
        before = r"(?<!\w)(?<!\d[.,])" if parts[0][0].isalnum() else ""
        after = r"(?!\w|[.,]\d)" if parts[-1][-1].isalnum() else ""
        return [Span(*m.span()) for m in re.finditer(before + body + after, self.folded)]

    def within(self, words: str, scope: Span) -> list[Span]:
        """Find where words stand within a stretch."""
        return [s for s in self.find(words) if scope.holds(s)]

    def around(self, quote: Span) -> list[Sentence]:
        """Sentences that a quote touches."""
        return [s for s in self.sentences if quote.meets(s)]

    def paragraph(self, quote: Span) -> list[Sentence]:
        """Sentences of the paragraph that a quote stands in."""
        number = self.around(quote)[0].paragraph
        return [s for s in self.sentences if s.paragraph == number]

    def item(self, quote: Span) -> list[Sentence]:
        """Sentences of the article that a quote stands in, within a digest of several."""
        number = self.around(quote)[0].item
        return [s for s in self.sentences if s.item == number]

    def day(self, s: Sentence) -> Interval | None:
        """Date of the item that a sentence stands in."""
        return self.dates[min(s.item, len(self.dates) - 1)]

    def whens(self, s: Sentence) -> list[When]:
        """Dates in a sentence, with offsets in the article."""
        stamp = self.day(s)
        ref = stamp.end if stamp and stamp.end else context_day(self.folded, s.start)
        return [replace(w, start=w.start + s.start, end=w.end + s.start) for w in find_dates(s.text, ref)]

    def quantities(self, s: Sentence) -> list[Quantity]:
        """Amounts in a sentence, with offsets in the article."""
        busy = [(w.start - s.start, w.end - s.start) for w in self.whens(s)]
        return [
            replace(q, start=q.start + s.start, end=q.end + s.start) for q in find_quantities(s.text, busy)
        ]

    def classes(self, span: Span) -> set[str]:
        """Word classes within a stretch."""
        return {h.name for h in self.hits if span.holds(h)}


def span_of(found: list[Sentence]) -> Span:
    """The stretch from the first sentence to the last."""
    return Span(found[0].start, found[-1].end)


def ground(reading: Reading, world: World) -> Ground:
    """Read an article again for what stands in it.

    Args:
        reading: Reading of one article.
        world: World whose names it may use.

    Returns:
        What the rules find, before they make claims of it.
    """
    article = Article(reading.article, reading.text, fold(reading.text))
    g = gazetteer(world)
    plan = layout(article)
    found, docs = sentences(article.folded, plan.blocks)
    mentions = describe(found, find_mentions(docs, article.folded, g), g)
    speakers = Speakers()
    for s in found:
        speakers.learn(s.text)
    speech: list[Speech] = []
    for s in found:
        own = [m for m in mentions if s.start <= m.start < s.end]
        speech += attributions(s, own, speakers)
    return Ground(
        text=article.text,
        folded=article.folded,
        names=g,
        sentences=tuple(found),
        mentions=tuple(mentions),
        hits=tuple(find_hits(docs, g)),
        speech=tuple(speech),
        dates=(reading.date, *plan.dates[1:]),
    )
