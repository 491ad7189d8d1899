"""The forward pass: which way through the graph an iteration takes, and which noises it meets.

Iteration i draws from ``SeedSequence(seed, spawn_key=(i,))``, so that each path can be had again alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from oreflow.errors import UsageError
from oreflow.market.network import Floats
from oreflow.respond.sddp.graph import Graph

Path = list[tuple[int, int]]
"""Pairs of (node, noise)."""
LONGEST = 10_000
"""Stages after which a path through a cycle ends in any case."""


class Weights(Protocol):
    """What the last backward pass thought of the outcomes after a node."""

    def __call__(self, node: int) -> Floats | None:
        """Return the risk-adjusted probabilities of (what follows, its noise), shape (K,); −1 for the root."""


@dataclass(frozen=True)
class Sampling:
    """In-sample Monte Carlo.

    Without a cycle a path goes to a last stage: what stops by chance is weighed instead. With one it ends by chance, or
    after `depth` stages.

    Attributes:
        depth: Stages of a path, where it is to have so many; by chance in a cyclic graph, to the end otherwise.
        importance: Share of draws by the risk-adjusted probabilities of the last backward pass in place of the
            nominal ones, in [0, 1): looks where a risk-averse policy is decided.
        revisit: Every so many iterations one walks an earlier path again, with what has been learned since; never
            where 0.
    """

    depth: int | None = None
    importance: float = 0.0
    revisit: int = 0

    def __post_init__(self) -> None:
        if self.depth is not None and self.depth < 1:
            raise UsageError(f"Sampling: a path has at least one stage, not {self.depth}.")
        if not 0 <= self.importance < 1:
            raise UsageError(f"Sampling: importance is in [0, 1), not {self.importance}.")
        if self.revisit < 0 or self.revisit == 1:
            raise UsageError("Sampling: revisit is 0, or at least 2: some paths must be new.")

    def path(self, graph: Graph, seed: int, iteration: int, number: int, weights: Weights) -> Path:
        """Return a path for an iteration.

        Args:
            graph: The policy graph.
            seed: Of the run.
            iteration: Number of the iteration, from 1.
            number: Which of the paths of the iteration, from 0.
            weights: For `importance`.

        Returns:
            At least one pair of (node, noise).
        """
        rng = generator(seed, iteration, number)
        if self.revisit and iteration > 1 and iteration % self.revisit == 0:
            earlier = [i for i in range(1, iteration) if i % self.revisit]
            rng = generator(seed, earlier[int(rng.integers(len(earlier)))], number)
        return walk(graph, rng, depth=self.depth, weights=weights, share=self.importance)


def generator(seed: int, *key: int) -> np.random.Generator:
    """Return the random numbers of one draw."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def walk(
    graph: Graph,
    rng: np.random.Generator,
    *,
    depth: int | None = None,
    weights: Weights | None = None,
    share: float = 0.0,
    start: int | None = None,
) -> Path:
    """Walk through a graph.

    Args:
        graph: The policy graph.
        rng: Random numbers.
        depth: Stages, where the path is to have so many or to end at a last stage; see `Sampling`.
        weights: Other probabilities than the graph's.
        share: Share of draws by them.
        start: Node to begin at; drawn from the root's chances where None.

    Returns:
        At least one pair of (node, noise).
    """
    path: Path = []
    at, by_chance = -1, graph.cyclic and depth is None
    while len(path) < (LONGEST if depth is None else depth):
        if at == -1 and start is not None:
            path.append((start, _pick(rng, graph.nodes[start].probabilities)))
            at = start
            continue
        following = graph.starts if at == -1 else graph.children[at]
        if not following or (by_chance and at != -1 and rng.random() >= graph.onward[at]):
            break
        outcomes = [(j, k) for j, _ in following for k in range(len(graph.nodes[j].noises))]
        nominal = np.concatenate([p * graph.nodes[j].probabilities for j, p in following])
        other = weights(at) if weights is not None and share and rng.random() < share else None
        path.append(outcomes[_pick(rng, nominal if other is None else other)])
        at = path[-1][0]
    return path


def _pick(rng: np.random.Generator, probabilities: Floats) -> int:
    total = np.cumsum(probabilities)
    return min(int(np.searchsorted(total, rng.random() * total[-1], side="right")), len(total) - 1)
