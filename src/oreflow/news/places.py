"""The country an item is about, for what its sentences do not place."""

from __future__ import annotations

from collections import Counter

from oreflow.news.mentions import Mention
from oreflow.news.sentences import Sentence

_LEAST = 1 / 3


def homes(sentences: list[Sentence], mentions: list[Mention]) -> dict[int, str]:
    """Country that an item names most, by itself or through plants the atlas knows.

    An article on a mine names its country once and then speaks of "the mine"; a reader carries the country along.

    Args:
        sentences: Sentences in order.
        mentions: Names in order.

    Returns:
        Country by number of the item, where one country has at least a third of all places named.
    """
    named: dict[int, Counter[str]] = {}
    i = 0
    for s in sentences:
        while i < len(mentions) and mentions[i].start < s.end:
            m = mentions[i]
            i += 1
            codes = {n.country for n in m.names}
            if m.via in {"pronoun", "description"} or m.kind not in {"region", "plant"} or len(codes) > 1:
                continue
            if m.name.country:
                named.setdefault(s.item, Counter())[m.name.country] += 1
    out = {}
    for item, counts in named.items():
        country, most = counts.most_common(1)[0]
        if most >= _LEAST * counts.total():
            out[item] = country
    return out
