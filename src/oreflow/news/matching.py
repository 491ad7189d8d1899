"""Phrase matchers for the names of a world and for the word classes of the lexicon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oreflow.news.gazetteer import Gazetteer
from oreflow.news.lexicon import entries
from oreflow.news.sentences import pipeline
from oreflow.once import once

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher


@dataclass(slots=True)
class _Matchers:
    exact: PhraseMatcher
    loose: PhraseMatcher
    words: PhraseMatcher
    classes: dict[str, list[tuple[str, str]]]
    singles: list[str]


@once
def matchers(g: Gazetteer) -> _Matchers:
    """Return the compiled phrase matchers of a gazetteer, built once."""
    from spacy.matcher import PhraseMatcher

    nlp = pipeline()
    make = nlp.tokenizer
    exact, loose = PhraseMatcher(nlp.vocab, attr="ORTH"), PhraseMatcher(nlp.vocab, attr="LOWER")
    words = PhraseMatcher(nlp.vocab, attr="LOWER")
    for alias in g.exact:
        exact.add(f"={alias}", [make(alias)])
    for alias in g.loose:
        loose.add(alias, [make(alias)])
    classes: dict[str, list[tuple[str, str]]] = {}
    for e in entries():
        classes.setdefault(e.phrase, []).append((e.name, e.form))
    for phrase in classes:
        words.add(phrase, [make(phrase)])
    singles = [
        a
        for a, names in g.loose.items()
        if " " not in a and len(a) >= 7 and names[0].kind in {"plant", "firm"}
    ]
    return _Matchers(exact, loose, words, classes, singles)
