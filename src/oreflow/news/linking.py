"""Mentions of plants, firms, countries, commodities and programmes in an article."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from oreflow.news.gazetteer import Gazetteer
from oreflow.news.lexicon import patterns, word_list
from oreflow.news.matching import matchers
from oreflow.news.mentions import Hit, Mention
from oreflow.news.sentences import Passage, pipeline
from oreflow.news.spans import Spans
from oreflow.news.unknowns import unknown_names


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
    for _, base, body in docs:
        for name, pattern in patterns():
            out += [Hit(base + x.start(), base + x.end(), name, "fixed") for x in pattern.finditer(body)]
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
    found = [m for m in _known(docs, g) if not _decoy(m, folded)] + _characters(folded, g, docs)
    spans = sorted(found, key=lambda x: (-(x.end - x.start), x.start))
    taken = Spans(spans)
    for _, base, body in docs:
        for unknown in unknown_names(body, base, g, taken):
            clash = taken.over(unknown.start, unknown.end)
            same = [
                t
                for t in clash
                if t.start <= unknown.start and (t.kind == "observer" or (t.kind == "firm" and t.name.known))
            ]
            if unknown.kind == "firm" and same and unknown.end > same[0].end:
                longer = replace(same[0], end=unknown.end, text=unknown.text, ticker=unknown.ticker)
                taken.add(longer, over=clash)
            elif all(
                t.kind not in {"plant", "programme"}
                and t.end - t.start < unknown.end - unknown.start
                and unknown.start <= t.start
                and t.end <= unknown.end
                for t in clash
            ):
                taken.add(unknown, over=clash)
    _again(docs, taken, g)
    return list(taken)


_DECOY = re.compile(
    r"[- ](?:colou?red|plated|clad|bottomed|toned|haired|medal\w*|medall\w+|ear|ears|can|cans|roof|roofs|age|wedding"
    r"|jubilee|standard|rush town|bullet|whistle|hat|god|soldier|mug|pot|pots|kettle|bar|club|band|lady|fist|maiden"
    r"|curtain|man|singer|screen|lining|smith|works gallery)\b",
    re.IGNORECASE,
)
_METALS = word_list("linking.metals")
_FOLLOWED = 200
"""Most names of one article that are looked for again; more are a list, not a story."""


def _decoy(m: Mention, text: str) -> bool:
    """Whether a metal is only part of another word or name: "copper-coloured", "the Copper Kettle"."""
    if m.kind != "commodity" or m.text.lower() not in _METALS:
        return False
    if _DECOY.match(text, m.end):
        return True
    line = text.rfind("\n", 0, m.start) + 1
    inside = (
        m.text[:1].isupper()
        and text[max(line, m.start - 40) : m.start].strip(" \"'-")
        and text[m.start - 2 : m.start - 1] not in ".:;"
    )
    following = re.match(r"\s[A-Z][a-z]+", text[m.end : m.end + 20])
    if not (inside and following):
        return False
    return sum(w[:1].isupper() for w in text[line : m.end + 200].split("\n", 1)[0].split()) <= 4


def _shorter(name: str, g: Gazetteer) -> list[str]:
    """What a firm is called after its first mention: "First Quantum" and "Anglo" for the full names."""
    words = name.split()
    out = []
    if len(words) > 2 and words[-1] in _TRADE_WORDS:
        out.append(" ".join(words[:-1]))
    first = words[0].removesuffix("'s")
    if (
        len(words) > 1
        and first.isalpha()
        and first[:1].isupper()
        and len(first) >= 4
        and first.lower() not in _COMMON
    ):
        out.append(first)
    return [w for w in out if w.lower() not in g.loose and w not in g.exact]


_COMMON = word_list("linking.common") | word_list("linking.leading") | word_list("linking.first")


_TRADE_WORDS = word_list("linking.trade_words")


def _again(docs: list[Passage], taken: Spans, g: Gazetteer) -> None:
    """Add further places of a name that was recognised only once by the words around it."""
    names = {
        m.text: m for m in taken if m.via == "unknown" and len(m.text) >= 4 and m.kind in {"plant", "firm"}
    }
    for m in taken:
        if m.kind == "firm" and m.via in {"alias", "unknown", "ticker"}:
            for short in _shorter(m.text, g):
                names.setdefault(short, m)
    for text, first in islice(names.items(), _FOLLOWED):
        pattern = re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])")
        for _, base, body in docs:
            for found in pattern.finditer(body):
                start, end = base + found.start(), base + found.end()
                if not taken.over(start, end):
                    taken.add(replace(first, start=start, end=end))


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
