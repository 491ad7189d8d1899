"""The policy graph: which stage may follow which (Dowson 2020).

A node is a stage; an edge carries the chance that the one follows the other. Where the chances out of a node sum to
less than one, the rest is the chance to stop there, which is the same as a discount on all that comes later. A graph
with a cycle has no last stage. A regime that follows a Markov chain makes several nodes of each stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from oreflow.errors import ModelError, UnknownNameError
from oreflow.market.network import Floats
from oreflow.respond.sddp.stage import SUM, Stage


@dataclass(frozen=True, eq=False)
class Graph:
    """Stages and the chances of going from one to another.

    Attributes:
        nodes: The stages, N of them, with names of their own.
        root: Pairs of (node, probability) to begin with; they sum to one. A node that is never reached is an error
            unless it is named here or in `edges` with a chance of nought.
        edges: Triples of (from, to, probability); those out of a node sum to one at most. Nodes are numbers.

    Raises:
        ModelError: Chances are no chances, a node is never reached, states do not fit along an edge, or a cycle
            goes on for ever with certainty, so that its cost has no end.
    """

    nodes: tuple[Stage, ...]
    root: tuple[tuple[int, float], ...]
    edges: tuple[tuple[int, int, float], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))
        object.__setattr__(self, "root", tuple((int(i), float(p)) for i, p in self.root))
        object.__setattr__(self, "edges", tuple((int(i), int(j), float(p)) for i, j, p in self.edges))
        _check(self)

    @classmethod
    def linear(cls, stages: Sequence[Stage], discount: float = 1.0, *, cyclic: bool = False) -> Graph:
        """Return stages one after another.

        Args:
            stages: In their order.
            discount: Worth now of one unit of cost a stage later; at most one.
            cyclic: Whether the first follows the last again, for ever; needs a discount below one.

        Returns:
            The graph.

        Raises:
            ModelError: As for the class.
        """
        edges = [(i, i + 1, discount) for i in range(len(stages) - 1)]
        if cyclic:
            edges.append((len(stages) - 1, 0, discount))
        return cls(tuple(stages), ((0, 1.0),), tuple(edges))

    @classmethod
    def markov(
        cls,
        stages_by_regime: Sequence[Sequence[Stage]],
        transition: ArrayLike,
        initial: ArrayLike,
        discount: float = 1.0,
        *,
        cyclic: bool = False,
    ) -> Graph:
        """Return stages whose regime follows a Markov chain.

        Args:
            stages_by_regime: T stages of R regimes each, shape (T, R). The regime is known when a stage decides.
            transition: Chance of going from regime i to j, shape (R, R), or one matrix a step, shape (T−1, R, R)
                (T where cyclic).
            initial: Chance of each regime in the first stage, shape (R,).
            discount: Worth now of one unit of cost a stage later.
            cyclic: Whether the first stage follows the last again, for ever; needs a discount below one.

        Returns:
            The graph, with nodes by stage and then by regime, also where a regime has no chance.

        Raises:
            ModelError: A row of the transition matrix is no distribution, or as for the class.
        """
        rows = [tuple(r) for r in stages_by_regime]
        count = len(rows[0]) if rows else 0
        if not count or any(len(r) != count for r in rows):
            raise ModelError("every stage must have the same regimes, at least one.")
        steps = len(rows) - (0 if cyclic else 1)
        given = np.asarray(transition, dtype=np.float64)
        if given.shape not in ((count, count), (steps, count, count)):
            raise ModelError(
                f"the transition matrix has shape {given.shape}; {count} regimes ask for ({count}, {count})."
            )
        chain = np.broadcast_to(given, (steps, count, count))
        for t in range(steps):
            for i in range(count):
                row = chain[t, i]
                if not (row >= 0).all() or not abs(row.sum() - 1.0) <= SUM:
                    raise ModelError(
                        f"the transition matrix is not stochastic: row {i} of step {t} sums to {row.sum():g} "
                        f"({', '.join(f'{v:g}' for v in row)}); chances are at least 0 and sum to 1."
                    )
        start = np.asarray(initial, dtype=np.float64)
        if start.shape != (count,):
            raise ModelError(f"{start.size} chances to begin with for {count} regimes.")
        at = [[t * count + i for i in range(count)] for t in range(len(rows))]
        edges = [
            (at[t][i], at[(t + 1) % len(rows)][j], discount * float(chain[t, i, j]))
            for t in range(steps)
            for i in range(count)
            for j in range(count)
        ]
        root = tuple((i, float(p)) for i, p in enumerate(start))
        return cls(tuple(s for r in rows for s in r), root, tuple(edges))

    @cached_property
    def children(self) -> tuple[tuple[tuple[int, float], ...], ...]:
        """Of each node: what may follow, with its probability."""
        found: list[list[tuple[int, float]]] = [[] for _ in self.nodes]
        for i, j, p in self.edges:
            if p > 0:
                found[i].append((j, p))
        return tuple(tuple(sorted(f)) for f in found)

    @cached_property
    def starts(self) -> tuple[tuple[int, float], ...]:
        """What may come first, with its probability."""
        return tuple((i, p) for i, p in self.root if p > 0)

    @cached_property
    def onward(self) -> Floats:
        """Chance to go on after each node, shape (N,)."""
        return np.array([sum(p for _, p in c) for c in self.children])

    @cached_property
    def families(self) -> tuple[tuple[int, ...], ...]:
        """Of each node: all nodes that the same ones may follow. A cut for one makes cuts for all of them."""
        after = [tuple(j for j, _ in c) for c in self.children]
        return tuple(tuple(k for k, a in enumerate(after) if a and a == mine) for mine in after)

    @cached_property
    def cyclic(self) -> bool:
        """Whether a node may come again."""
        return self.order is None

    @cached_property
    def order(self) -> tuple[int, ...] | None:
        """Nodes with each before those that may follow it; None where there is a cycle."""
        before = np.zeros(len(self.nodes), np.int64)
        for children in self.children:
            for j, _ in children:
                before[j] += 1
        ready, found = [i for i in range(len(self.nodes)) if not before[i]], []
        while ready:
            i = ready.pop()
            found.append(i)
            for j, _ in self.children[i]:
                before[j] -= 1
                if not before[j]:
                    ready.append(j)
        return tuple(found) if len(found) == len(self.nodes) else None

    @cached_property
    def passage(self) -> Floats:
        """Chance of going from a node to another, shape (N, N)."""
        table = np.zeros((len(self.nodes), len(self.nodes)))
        for i, j, p in self.edges:
            table[i, j] += p
        return table

    def index(self, node: int | str) -> int:
        """Return the number of a node.

        Args:
            node: Its name, or its number.

        Returns:
            The number.

        Raises:
            UnknownNameError: There is no such node.
        """
        names = [s.name for s in self.nodes]
        if isinstance(node, str):
            if node not in names:
                raise UnknownNameError("node", node, names)
            return names.index(node)
        if not 0 <= int(node) < len(names):
            raise UnknownNameError("node", str(node), (str(i) for i in range(len(names))))
        return int(node)

    def state(self, node: int, given: ArrayLike, *, what: str = "state") -> Floats:
        """Return a state that comes into a node as an array, checked.

        Args:
            node: Number of the node.
            given: One number for each state.
            what: For messages.

        Returns:
            Shape (k,).

        Raises:
            ModelError: Its length is not that of the node's states, or it is not finite.
        """
        stage = self.nodes[node]
        values = np.atleast_1d(np.asarray(given, dtype=np.float64))
        if values.shape != (len(stage.state_in),):
            raise ModelError(
                f"stage {stage.name!r}: the {what} has {values.size} numbers for the {len(stage.state_in)} states "
                f"{', '.join(stage.states) or '(none)'}."
            )
        if not np.isfinite(values).all():
            raise ModelError(f"stage {stage.name!r}: the {what} holds {values[~np.isfinite(values)][0]}.")
        return values


def _check(graph: Graph) -> None:
    names = [s.name for s in graph.nodes]
    if not names:
        raise ModelError("a policy graph needs a stage.")
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ModelError(
            f"two stages are named {twice[0]!r}. Give each its own name, e.g. by stage and regime."
        )
    known = range(len(names))
    for i, j, p in [(-1, i, p) for i, p in graph.root] + list(graph.edges):
        if j not in known or (i not in known and i != -1):
            raise ModelError(
                f"an edge goes from node {i} to node {j}; there are {len(names)} nodes, 0 first."
            )
        if not 0 <= p <= 1 + SUM:
            raise ModelError(f"the chance of going to {names[j]!r} is {p:g}, not between 0 and 1.")
    total = sum(p for _, p in graph.root)
    if not abs(total - 1.0) <= SUM:
        raise ModelError(f"the chances to begin with sum to {total:g}, not 1.")
    for i, name in enumerate(names):
        if graph.onward[i] > 1 + SUM:
            raise ModelError(f"the chances of what follows {name!r} sum to {graph.onward[i]:g}, more than 1.")
        for j, _ in graph.children[i]:
            if graph.nodes[i].states != graph.nodes[j].states:
                raise ModelError(
                    f"states do not fit along the edge {name!r} → {names[j]!r}: {', '.join(graph.nodes[i].states)} go "
                    f"out, {', '.join(graph.nodes[j].states)} come in. States are matched by the names of the "
                    "outgoing columns, in their order."
                )
    first = graph.nodes[graph.root[0][0]].states
    for i, _ in graph.root:
        if graph.nodes[i].states != first:
            raise ModelError(
                f"states to begin with differ between {names[graph.root[0][0]]!r} and {names[i]!r}."
            )
    named: dict[int, list[int]] = {-1: [i for i, _ in graph.root]}
    for i, j, _ in graph.edges:
        named.setdefault(i, []).append(j)
    reached, todo = {-1}, [-1]
    while todo:
        for j in named.get(todo.pop(), []):
            if j not in reached:
                reached.add(j)
                todo.append(j)
    lost = [n for i, n in enumerate(names) if i not in reached]
    if lost:
        raise ModelError(
            f"{', '.join(map(repr, lost[:3]))} can never be reached from the start: no edge leads there."
        )
    if graph.cyclic:
        radius = float(np.abs(np.linalg.eigvals(graph.passage)).max())
        if radius >= 1.0 - SUM:
            raise ModelError(
                "a cycle of stages goes on for ever with certainty, so its cost has no end. Discount it: let the "
                "chances out of its nodes sum to less than one."
            )
