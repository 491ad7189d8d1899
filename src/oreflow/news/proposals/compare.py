"""Where a model reads an article differently from the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from oreflow.news.claims import Claim

FIELDS = (
    "subject",
    "commodity",
    "country",
    "quantity",
    "direction",
    "polarity",
    "modality",
    "speaker",
    "effective",
)
"""Fields of two claims that are compared."""

Side = Literal["both", "only rules", "only model"]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that two claims on one statement read differently, each as it is printed.

    Attributes:
        field: Name of the field.
        rules: What the rules read.
        model: What the model reads; None also where its evidence did not hold.
    """

    field: str
    rules: Any
    model: Any

    def to_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {"field": self.field, "rules": self.rules, "model": self.model}


@dataclass(frozen=True, slots=True)
class Difference:
    """One statement as the rules and the model have it.

    Attributes:
        side: ``both``, ``only rules`` or ``only model``.
        rules: Index of the claim among those of the rules, None where they make none.
        model: Index of the claim among those of the model, None where it makes none.
        fields: Fields that differ where both make the claim; empty where they agree.
    """

    side: Side
    rules: int | None
    model: int | None
    fields: tuple[FieldDifference, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            "side": self.side,
            "rules": self.rules,
            "model": self.model,
            "fields": [f.to_dict() for f in self.fields],
        }


def compare(rules: Sequence[Claim], model: Sequence[Claim]) -> list[Difference]:
    """Match the claims of a model with those of the rules.

    Two claims are one statement when they have one type and their quotes overlap; where several fit, the pair that
    differs in the fewest fields comes first.

    Args:
        rules: Claims of the rules.
        model: Claims of the model, on the same text.

    Returns:
        One entry for each statement, in the order of the text.
    """
    pairs = []
    for i, a in enumerate(rules):
        for j, b in enumerate(model):
            if a.type == b.type and a.start < b.end and b.start < a.end:
                overlap = min(a.end, b.end) - max(a.start, b.start)
                pairs.append((len(_fields(a, b)), -overlap, i, j))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, i, j in sorted(pairs):
        if i not in partner and j not in taken:
            partner[i] = j
            taken.add(j)
    out: list[tuple[int, Difference]] = []
    for i, a in enumerate(rules):
        k = partner.get(i)
        if k is None:
            out.append((a.start, Difference("only rules", i, None)))
        else:
            out.append((a.start, Difference("both", i, k, _fields(a, model[k]))))
    out += [(b.start, Difference("only model", None, j)) for j, b in enumerate(model) if j not in taken]
    return [d for _, d in sorted(out, key=lambda o: o[0])]


def _fields(a: Claim, b: Claim) -> tuple[FieldDifference, ...]:
    left, right = a.to_dict(), b.to_dict()
    return tuple(FieldDifference(f, left[f], right[f]) for f in FIELDS if left[f] != right[f])
