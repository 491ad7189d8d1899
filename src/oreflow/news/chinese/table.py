"""The table of Chinese terms, and the longest of them that stands at a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from oreflow.news.gazetteer import Gazetteer
from oreflow.news.lexicon import read_table
from oreflow.once import once

_NAMES = {"plant": "plant", "firm": "firm", "region": "place", "commodity": "commodity"}


@dataclass(frozen=True, slots=True)
class Term:
    """One row of ``lexicon/chinese.csv``.

    Attributes:
        gloss: English for it; for a verb its past.
        base: Base form of a verb, else as `gloss`.
        kind: What it is in a sentence: ``verb``, ``noun``, ``modal``, ``neg``, ``say``, ...
        alone: Past and base of a verb that has no object behind it ("output was cut" is 产量减少), where they differ.
    """

    gloss: str
    base: str
    kind: str
    alone: tuple[str, str] | None = None


@dataclass(slots=True)
class Terms:
    """Terms by their first character, so that a place is looked up in a few steps.

    Attributes:
        rows: Term to what it means.
        lengths: First character to the lengths of the terms that begin with it, the longest first.
    """

    rows: dict[str, Term] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def at(self, text: str, i: int, end: int) -> tuple[Term, int] | None:
        """Find the longest term at a place.

        Args:
            text: Any text.
            i: Offset in it.
            end: Offset that the term may not pass.

        Returns:
            The term and the offset after it, or None.
        """
        for n in self.lengths.get(text[i], ()):
            term = self.rows.get(text[i : i + n]) if i + n <= end else None
            if term is not None:
                return term, i + n
        return None


@once
def terms(g: Gazetteer) -> Terms:
    """Return the terms of the lexicon with the names in characters that a world has, built once for each.

    Args:
        g: Names of the world.

    Returns:
        The terms; a name of the world stands for itself, so that its mention keeps the characters.
    """
    rows = dict(_rows())
    for alias, names in g.characters.items():
        rows[alias] = Term(alias, alias, _NAMES.get(names[0].kind, "plant"))
    lengths: dict[str, set[int]] = {}
    for word in rows:
        lengths.setdefault(word[0], set()).add(len(word))
    return Terms(rows, {c: tuple(sorted(n, reverse=True)) for c, n in lengths.items()})


@cache
def _rows() -> dict[str, Term]:
    out = {}
    for row in read_table("chinese"):
        past, base, *alone = f"{row['gloss']}~{row['gloss']}".split("~")[
            : 1 + max(1, row["gloss"].count("~"))
        ]
        out[row["term"]] = Term(past, base, row["kind"], (alone[0], alone[1]) if alone else None)
    return out


@cache
def _simplified() -> dict[int, str]:
    return {ord(r["traditional"]): r["simplified"] for r in read_table("traditional")}


def simplify(text: str) -> str:
    """Write traditional characters as simplified ones, one for one, so that offsets hold.

    Args:
        text: Any text.

    Returns:
        Text of the same length.
    """
    return text.translate(_simplified())
