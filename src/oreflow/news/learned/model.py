"""The weights, and what they say of a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from oreflow.news.learned.features import Feature
from oreflow.news.lexicon import read_table

BIAS = "*"
"""Name of the intercept in the table."""
KEEP, ADD = "keep", "add"
"""Names of the two thresholds in the table."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely a type of claim is in a sentence.

    Attributes:
        chance: Probability, 0 to 1.
        token: Index of the token that speaks for it most.
    """

    chance: float
    token: int


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression for each type.

    Attributes:
        weights: Feature to its weight for each type.
        bias: Intercept of each type.
        keep: Least chance at which a claim read by rule is kept, by type.
        add: Least chance at which a claim is added that no rule reads, by type.
    """

    weights: dict[str, dict[str, float]]
    bias: dict[str, float]
    keep: dict[str, float]
    add: dict[str, float]

    def opinions(self, found: Sequence[Feature]) -> dict[str, Opinion]:
        """Weigh the features of a sentence.

        Args:
            found: From `oreflow.news.learned.features`.

        Returns:
            An opinion for each type.
        """
        total = dict(self.bias)
        at: dict[str, dict[int, float]] = {kind: {} for kind in total}
        for name, token in found:
            for kind, weight in self.weights.get(name, {}).items():
                total[kind] += weight
                if weight > 0 and name[0] not in "rhp":
                    at[kind][token] = at[kind].get(token, 0.0) + weight
        return {
            kind: Opinion(
                1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)))),
                max(at[kind], key=lambda t: at[kind][t]) if at[kind] else 0,
            )
            for kind, score in total.items()
        }


@cache
def model() -> Model:
    """Return the model, read once.

    Returns:
        The weights of ``lexicon/learned.csv``.
    """
    weights: dict[str, dict[str, float]] = {}
    bias: dict[str, float] = {}
    limits: dict[str, dict[str, float]] = {KEEP: {}, ADD: {}}
    for row in read_table("learned"):
        kind, name, weight = row["type"], row["feature"], float(row["weight"])
        if name == BIAS:
            bias[kind] = weight
        elif name in limits:
            limits[name][kind] = weight
        else:
            weights.setdefault(name, {})[kind] = weight
    return Model(weights, bias, limits[KEEP], limits[ADD])
