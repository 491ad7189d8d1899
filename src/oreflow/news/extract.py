"""An article to claims: everything put together, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from oreflow.news import arguments
from oreflow.news.blocks import Layout, context_day, layout
from oreflow.news.claims import Claim
from oreflow.news.compose import Setting, compose, more
from oreflow.news.coreference import describe
from oreflow.news.dates import find_dates
from oreflow.news.gazetteer import gazetteer
from oreflow.news.interval import Interval
from oreflow.news.learned import reviewed
from oreflow.news.linking import find_hits, find_mentions
from oreflow.news.mentions import Hit, Mention
from oreflow.news.orphans import orphans
from oreflow.news.places import homes
from oreflow.news.quantities import find_quantities
from oreflow.news.relevance import belongs, relevant_items
from oreflow.news.scene import Scene
from oreflow.news.sentences import Sentence, sentences
from oreflow.news.sift import chosen, quoted, sift, tidy
from oreflow.news.speakers import Speakers, attributions
from oreflow.news.text import Article
from oreflow.news.triggers import Trigger, find_triggers

if TYPE_CHECKING:
    from oreflow.atlas.world import World


@dataclass(frozen=True, slots=True)
class Extract:
    """What was found in an article before it is grouped.

    Attributes:
        claims: Claims in order of the text.
        date: Date of the article.
        relevant: Whether it speaks of minerals, mines, batteries or what governs them.
        layout: Blocks and dates of the items.
    """

    claims: tuple[Claim, ...]
    date: Interval | None
    relevant: bool
    layout: Layout


def extract(article: Article, world: World, *, day: date | None = None, reviewing: bool = True) -> Extract:
    """Find the claims of an article.

    Args:
        article: The article.
        world: Plants, firms, regions and commodities that it may name.
        day: Date of the article if known from elsewhere; else it is looked for in the text.
        reviewing: Whether to hear the second opinion, which knows sentences that people wrote in English.

    Returns:
        The claims, each with its exact quote.
    """
    parsed = _parse(article, world, day)
    out: list[Claim] = []
    for scene, around in scenes(article, parsed):
        claims, triggers = _ruled(scene, around)
        if reviewing:
            claims = reviewed(claims, scene, around)
        claims = sift(claims, scene, triggers)
        out += quoted(article, scene, claims)
    date_ = parsed.stamps[0] if parsed.stamps else None
    return Extract(tuple(tidy(out)), date_, bool(parsed.relevant), parsed.layout)


def labelled_scenes(article: Article, world: World) -> Iterator[tuple[Scene, list[Claim]]]:
    """Sentences of an article with what the rules alone read in them, to train the second opinion with.

    Args:
        article: The article.
        world: As for `extract`.

    Yields:
        Each sentence that is read, and the claims by rule.
    """
    for scene, around in scenes(article, _parse(article, world, None)):
        yield scene, _ruled(scene, around)[0]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """An article cut into sentences, with names and word classes found."""

    layout: Layout
    stamps: tuple[Interval | None, ...]
    sentences: list[Sentence]
    mentions: list[Mention]
    hits: list[Hit]
    relevant: dict[int, bool]
    homes: dict[int, str]


def _parse(article: Article, world: World, day: date | None) -> _Parsed:
    g = gazetteer(world)
    plan = layout(article)
    stamps = tuple(Interval(day, day) if day and i == 0 else d for i, d in enumerate(plan.dates))
    found, docs = sentences(article.folded, plan.blocks)
    mentions = describe(found, find_mentions(docs, article.folded, g), g)
    relevant = relevant_items(found, mentions)
    return _Parsed(plan, stamps, found, mentions, find_hits(docs, g), relevant, homes(found, mentions))


def scenes(article: Article, parsed: _Parsed) -> Iterator[tuple[Scene, Setting]]:
    """Sentences that are read for claims, with what stands around each."""
    relevant, stamps = parsed.relevant, parsed.stamps
    speakers = Speakers()
    for s in parsed.sentences:
        speakers.learn(s.text)
    carried: dict[str, Mention] = {}
    item = -1
    near: list[Mention] = []
    carried_at: dict[str, int] = {}
    seen: set[str] = set()
    for s, own, words in _aligned(parsed.sentences, parsed.mentions, parsed.hits):
        if s.item != item:
            item, carried, near = s.item, {}, []
        was_open = speakers.open_quote
        carried = {k: m for k, m in carried.items() if s.index - carried_at[k] <= 4}
        speech = attributions(s, own, speakers)
        said = s.text.lower()
        repeated = said in seen or (len(said) > 40 and any(t.startswith(said) for t in seen))
        seen.add(said)
        if s.item in relevant and not repeated and not s.text.rstrip(" \"')").endswith("?"):
            stamp = stamps[min(s.item, len(stamps) - 1)]
            ref = stamp.end if stamp and stamp.end else context_day(article.folded, s.start)
            found = [
                replace(w, start=w.start + s.start, end=w.end + s.start) for w in find_dates(s.text, ref)
            ]
            spans = [(w.start - s.start, w.end - s.start) for w in found]
            amounts = [
                replace(q, start=q.start + s.start, end=q.end + s.start)
                for q in find_quantities(s.text, spans)
            ]
            around = Setting(
                article,
                stamp,
                found,
                speech,
                was_open,
                speakers,
                carried,
                near,
                relevant[s.item],
                parsed.homes.get(s.item),
            )
            yield Scene(s, words, own, amounts), around
        for m in own:
            if m.via != "pronoun" and m.kind in {"plant", "firm", "region"}:
                carried[m.kind] = m
                carried_at[m.kind] = s.index
        named = [m for m in own if m.kind == "commodity" and m.via != "pronoun"]
        near = named or (near if near and near[0].start > s.start - 600 else [])


def _aligned(
    all_sentences: list[Sentence], mentions: list[Mention], hits: list[Hit]
) -> list[tuple[Sentence, list[Mention], list[Hit]]]:
    out = []
    i = j = 0
    for s in all_sentences:
        while i < len(mentions) and mentions[i].start < s.start:
            i += 1
        while j < len(hits) and hits[j].start < s.start:
            j += 1
        own, words = [], []
        while i < len(mentions) and mentions[i].start < s.end:
            own.append(mentions[i])
            i += 1
        while j < len(hits) and hits[j].start < s.end:
            words.append(hits[j])
            j += 1
        out.append((s, own, words))
    return out


def _ruled(scene: Scene, around: Setting) -> tuple[list[Claim], list[Trigger]]:
    """Claims that the tables of rules read in a sentence, and their triggers."""
    triggers = chosen(find_triggers(scene), scene)
    given = arguments.amounts(scene, triggers)
    out = []
    for k, trigger in enumerate(triggers):
        amounts = given.get(k, [])
        claim = compose(scene, trigger, amounts, around)
        if belongs(claim, scene, trigger, focused=around.focused):
            out.append(claim)
            out += more(claim, amounts[1:], scene, around)
    taken = [q for amounts in given.values() for q in amounts]
    for trigger, q in orphans(scene, triggers, taken):
        claim = compose(scene, trigger, [q], around)
        if belongs(claim, scene, trigger, focused=around.focused):
            out.append(claim)
    return sift(out, scene, triggers), triggers
