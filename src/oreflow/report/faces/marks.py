"""An article cut into pieces, so that its quotes can be marked where they stand, even where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from oreflow.news.arguments import types
from oreflow.report import format as fmt
from oreflow.report.heard import ArithmeticFlag, Claim


def family(kind: str) -> str:
    """Return the family of a type of claim, which shares a colour: the column of that name in ``lexicon/types.csv``."""
    spec = types().get(kind)
    return spec.family if spec else "other"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text under the same claims.

    Attributes:
        text: The text, freed of control characters.
        claims: Numbers of the claims that quote it.
        opens: Numbers of the claims whose quote starts here.
        classes: Its style: family, modality, negation, arithmetic.
        tip: What the claims are, in words.
    """

    text: str
    claims: tuple[int, ...]
    opens: tuple[int, ...]
    classes: str
    tip: str


def pieces(text: str, claims: Sequence[Claim], flags: Sequence[ArithmeticFlag]) -> tuple[Piece, ...]:
    """Return an article as pieces in reading order.

    Args:
        text: The article.
        claims: Claims that quote it.
        flags: Sums in it that do not follow.

    Returns:
        Pieces that together are the text, cut wherever a quote starts or ends.
    """
    cuts = {0, len(text)}
    quoted: tuple[Claim | ArithmeticFlag, ...] = (*claims, *flags)
    for item in quoted:
        cuts |= {item.start, item.end}
    edges = sorted(cuts)
    out = []
    for start, end in pairwise(edges):
        here = [c for c in claims if c.start <= start and end <= c.end]
        sums = [f for f in flags if f.start <= start and end <= f.end]
        out.append(
            Piece(
                fmt.plain(f"x{text[start:end]}x", lines=True)[1:-1],
                tuple(c.id for c in here),
                tuple(c.id for c in here if c.start == start),
                _classes(here, sums),
                "; ".join([_tip(c) for c in here] + [f.problem for f in sums]),
            )
        )
    return tuple(out)


def _classes(claims: Sequence[Claim], flags: Sequence[ArithmeticFlag]) -> str:
    if not claims:
        return "sum" if flags else ""
    first = claims[0]
    names = [f"f-{family(first.type)}", f"m-{first.modality}"]
    names += ["negated"] if first.polarity == "negated" else []
    return " ".join(names + (["sum"] if flags else []))


def _tip(c: Claim) -> str:
    denied = ", denied" if c.polarity == "negated" else ""
    return f"C{c.id}: {fmt.words(c.type)}, {c.modality}{denied}, says {c.speaker or 'no one named'}"
