"""What the model sees of a sentence: general words, word classes, and what the rules read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from oreflow.news.lexicon import word_list
from oreflow.news.scene import Scene


class Feature(NamedTuple):
    """A feature and the token of the sentence that it stands at."""

    name: str
    token: int


_KINDS = {
    "plant": "<plant>", "firm": "<firm>", "region": "<place>", "commodity": "<good>", "programme": "<programme>",
    "observer": "<observer>",
}  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"[\d][\d.,]*")
_SUFFIX = re.compile(r"(?:ations?|itions?|ments?|ings?|ies|ied|ed|es|s|ly|ions?)$")
_MONTHS = word_list("learned.dates")
_PLAIN = word_list("learned.plain") | frozenset('",')
"""Words that say nothing by themselves, nor in pairs."""


def stem(word: str) -> str:
    """A word without its ending, so that "shelved" and "shelving" are one.

    Args:
        word: In lower case.

    Returns:
        At least four letters of it.
    """
    cut = _SUFFIX.sub("", word)
    if len(cut) < 4:
        return word
    return cut[:-1] if len(cut) > 4 and cut[-1] == cut[-2] and cut[-1] not in "sl" else cut.removesuffix("e")


def general(scene: Scene) -> list[tuple[str, int]]:
    """Words of a sentence with names, amounts and dates replaced by what they are.

    Args:
        scene: The sentence.

    Returns:
        Word and index of its (first) token.
    """
    tokens = scene.sentence.tokens
    label = [""] * len(tokens)
    for m in scene.mentions:
        if m.via == "pronoun":
            continue
        i, j = scene.span(m.start, m.end)
        for k in range(i, min(j, len(tokens))):
            label[k] = _KINDS.get(m.kind, "<name>")
    for q in scene.quantities:
        i, j = scene.span(q.start, q.end)
        what = q.unit if q.kind in {"count", "time"} else q.kind
        name = f"<{what}/{q.per}>" if q.per else f"<{what}>"
        for k in range(i, min(j, len(tokens))):
            label[k] = name
    out: list[tuple[str, int]] = []
    for k, t in enumerate(tokens):
        if label[k]:
            if not (out and k and label[k - 1] == label[k] and out[-1][0] == label[k]):
                out.append((label[k], k))
        elif t.lower in _MONTHS:
            out.append(("<month>", k))
        elif _YEAR.fullmatch(t.lower):
            out.append(("<year>", k))
        elif _NUMBER.fullmatch(t.lower):
            out.append(("<n>", k))
        else:
            out.append((stem(t.lower) if t.lower.isalpha() else t.lower, k))
    return out


def features(scene: Scene, ruled: Iterable[str]) -> list[Feature]:
    """Features of a sentence.

    Args:
        scene: The sentence.
        ruled: Types of the claims that the rules read in it.

    Returns:
        Names without repetition, each at the first token that has it.
    """
    words = general(scene)
    found: dict[str, int] = {}
    for n, (word, at) in enumerate(words):
        if word not in _PLAIN:
            found.setdefault(f"w {word}", at)
        for gap in (1, 2):
            if n + gap < len(words):
                other, there = words[n + gap]
                if word in _PLAIN and other in _PLAIN:
                    continue
                mark = " " if gap == 1 else " _ "
                found.setdefault(
                    f"b {word}{mark}{other}", at if word not in _PLAIN and word[0] != "<" else there
                )
        if n + 2 < len(words):
            a, b, c = word, words[n + 1][0], words[n + 2][0]
            found.setdefault(f"t {a} {b} {c}", words[n + 1][1])
    classes: dict[str, int] = {}
    for h in scene.hits:
        classes.setdefault(h.name, scene.token(h.start))
    for name, at in classes.items():
        found.setdefault(f"c {name}", at)
    names = sorted(classes)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if not (a.startswith("cue:") and b.startswith("cue:")):
                found.setdefault(f"p {a} {b}", classes[a])
    for kind in set(ruled):
        found.setdefault(f"r {kind}", 0)
    if scene.sentence.heading:
        found.setdefault("h", 0)
    return [Feature(name, at) for name, at in found.items()]
