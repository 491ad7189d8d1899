"""Mentions of plants, firms, countries, commodities and programmes in an article."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from oreflow.news.gazetteer import Gazetteer
from oreflow.news.matching import matchers
from oreflow.news.mentions import Hit, Mention
from oreflow.news.sentences import Passage, pipeline
from oreflow.news.unknowns import unknown_names

if TYPE_CHECKING:
    pass


def find_hits(docs: list[Passage], g: Gazetteer) -> list[Hit]:
    """Find all word classes.

    Args:
        docs: Blocks of the article.
        g: Names of the world.

    Returns:
        Hits sorted by place, longer ones first.
    """
    m = matchers(g)
    out = []
    strings = pipeline().vocab.strings
    for doc, base, _ in docs:
        for match_id, i, j in m.words(doc):
            start, end = base + doc[i].idx, base + doc[j - 1].idx + len(doc[j - 1].text)
            for name, form in m.classes[strings[match_id]]:
                out.append(Hit(start, end, name, form))
    return sorted(out, key=lambda h: (h.start, -h.end))


def find_mentions(docs: list[Passage], folded: str, g: Gazetteer) -> list[Mention]:
    """Find all known names, and capitalised unknown ones that look like firms and plants.

    Args:
        docs: Blocks of the article.
        folded: Folded text of the article.
        g: Names of the world.

    Returns:
        Mentions sorted by place, without overlaps: the longest wins.
    """
    found = _known(docs, g) + _characters(folded, g, docs)
    spans = sorted(found, key=lambda x: (-(x.end - x.start), x.start))
    taken: list[Mention] = []
    for mention in spans:
        if all(mention.end <= t.start or t.end <= mention.start for t in taken):
            taken.append(mention)
    for _, base, body in docs:
        for unknown in unknown_names(body, base, g, taken):
            clash = [t for t in taken if unknown.start < t.end and t.start < unknown.end]
            same = [
                t
                for t in clash
                if t.start <= unknown.start and (t.kind == "observer" or (t.kind == "firm" and t.name.known))
            ]
            if unknown.kind == "firm" and same and unknown.end > same[0].end:
                taken = [t for t in taken if t not in clash]
                taken.append(replace(same[0], end=unknown.end, text=unknown.text, ticker=unknown.ticker))
                continue
            inside = [t for t in clash if unknown.start <= t.start and t.end <= unknown.end]
            if any(
                t.kind in {"plant", "programme"} or t.end - t.start >= unknown.end - unknown.start
                for t in clash
            ):
                continue
            if len(inside) == len(clash):
                taken = [t for t in taken if t not in inside]
                taken.append(unknown)
    taken += _again(docs, taken)
    return sorted(taken, key=lambda x: x.start)


def _again(docs: list[Passage], taken: list[Mention]) -> list[Mention]:
    """Further places of a name that was recognised only once by the words around it."""
    out: list[Mention] = []
    names = {
        m.text: m for m in taken if m.via == "unknown" and len(m.text) >= 4 and m.kind in {"plant", "firm"}
    }
    for text, first in names.items():
        pattern = re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])")
        for _, base, body in docs:
            for m in pattern.finditer(body):
                start, end = base + m.start(), base + m.end()
                if all(end <= t.start or t.end <= start for t in (*taken, *out)):
                    out.append(replace(first, start=start, end=end))
    return out


def _known(docs: list[Passage], g: Gazetteer) -> list[Mention]:
    m = matchers(g)
    strings = pipeline().vocab.strings
    out: list[Mention] = []
    for doc, base, body in docs:
        for matcher in (m.exact, m.loose):
            for match_id, i, j in matcher(doc):
                word = strings[match_id]
                names = (
                    g.exact[word[1:]]
                    if word.startswith("=") and word[1:] in g.exact
                    else g.loose.get(word, [])
                )
                start, end = doc[i].idx, doc[j - 1].idx + len(doc[j - 1].text)
                text = body[start:end]
                kinds = [n for n in names if n.kind == "commodity" or text[0].isupper() or text[0].isdigit()]
                if kinds:
                    out.append(Mention(base + start, base + end, text, tuple(kinds)))
    return out


def _characters(folded: str, g: Gazetteer, docs: list[Passage]) -> list[Mention]:
    if not any(ord(c) > 0x2E80 for c in folded):
        return []
    out = []
    ranges = [(base, base + len(body)) for _, base, body in docs]
    for alias, names in g.characters.items():
        at = folded.find(alias)
        while at >= 0:
            if any(a <= at < b for a, b in ranges):
                out.append(Mention(at, at + len(alias), alias, tuple(names)))
            at = folded.find(alias, at + len(alias))
    return out
