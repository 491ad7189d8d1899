"""Names in characters as English text spells them: Jianxiawo, Jian Xia Wo, Jianxia Wo, Jian-xia-wo."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from oreflow.news.lexicon import read_table

if TYPE_CHECKING:
    from oreflow.news.gazetteer import Gazetteer


def spellings(syllables: str) -> Iterator[str]:
    """Write syllables joined, apart or by hyphens, in every grouping.

    Args:
        syllables: Syllables with spaces between them.

    Yields:
        The spellings; an apostrophe stands where a syllable begins with a vowel ("cha'erhan").
    """
    parts = syllables.split()
    seen: set[str] = set()
    for sign in (" ", "-"):
        for gaps in product(("", sign), repeat=len(parts) - 1):
            for mark in ("", "'"):
                word = parts[0]
                for gap, part in zip(gaps, parts[1:], strict=True):
                    word += (gap or (mark if part[0] in "aeo" else "")) + part
                if word not in seen:
                    seen.add(word)
                    yield word


def add_pinyin(g: Gazetteer) -> None:
    """Give names that a gazetteer has in characters their spellings in Latin letters.

    Args:
        g: The gazetteer. A spelling that means something else in it already stays what it is.
    """
    for row in read_table("pinyin"):
        for name in g.characters.get(row["characters"], []):
            for syllables in row["pinyin"].split("|"):
                for word in spellings(syllables):
                    if not g.loose.get(word):
                        g.add(word, name)
