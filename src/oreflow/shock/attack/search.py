"""The search for the worst set of losses: complete, by bounds of whole groups, or greedy.

Every search takes its values from a function, so that it can be held against brute force on any set function.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, count, islice
from math import comb, inf
from typing import Protocol

Lost = frozenset[int]
Group = tuple[tuple[int, ...], int]
"""Candidates in falling order of their single losses, and how many of them are lost."""
Node = tuple[Group, ...]

BATCH = 4
"""Nodes split at a time: more than one so that several solvers have work, and fixed so that results do not depend on
their number."""
CHUNK = 16
"""Sets handed over at a time in an enumeration."""


class Values(Protocol):
    """What sets of losses are worth to the attacker."""

    def __call__(self, sets: Sequence[Lost], *, keep: bool = False) -> Sequence[float | None]:
        """Return the value of each set; None where it could not be found.

        Args:
            sets: Sets of candidates.
            keep: They are good places to start others from.
        """
        ...


@dataclass(frozen=True, slots=True)
class Certificate:
    """How sure it is that nothing worse was missed.

    Attributes:
        incumbent: Value of the worst set found.
        bound: No set has a larger value; None where nothing is known of those that were not looked at.
        precision: Values that differ by less than this are equal to the solver.
        total: Number of sets in question.
        exact: Sets of exactly the budget are in question; else smaller ones too.
        solved: Markets solved in the search, those of whole groups included.
        method: ``enumeration`` or ``branch and bound``.
        stopped: Stopped by the time limit.
        seconds: Wall time of the search.
    """

    incumbent: float
    bound: float | None
    precision: float
    total: int
    exact: bool
    solved: int
    method: str
    stopped: bool
    seconds: float

    @property
    def proven(self) -> bool:
        """Whether no set is worse than the one found."""
        return self.bound is not None and self.bound <= self.incumbent + self.precision

    @property
    def gap(self) -> float | None:
        """How much worse a set that was missed could be, as a share of the one found; None where unknown."""
        if self.bound is None:
            return None
        if self.proven:
            return 0.0
        return (self.bound - self.incumbent) / abs(self.incumbent) if self.incumbent else inf


@dataclass(frozen=True, slots=True)
class Found:
    """The worst set that a search found.

    Attributes:
        lost: The candidates, in the order in which they were added or by falling single loss.
        value: Its value.
        certificate: How sure that is.
    """

    lost: tuple[int, ...]
    value: float
    certificate: Certificate


Progress = Callable[[int, int, float, float], None]
"""Called with markets solved, sets in question, incumbent, bound (infinite while there is none)."""


def enumerate_sets(
    values: Values,
    ranked: Sequence[int],
    budget: int,
    *,
    exactly: bool,
    precision: float = 0.0,
    best: tuple[tuple[int, ...], float] | None = None,
    deadline: float = inf,
    progress: Progress | None = None,
) -> Found:
    """Look at every set.

    Args:
        values: Values of sets.
        ranked: Candidates by falling single loss, so that what is worst is likely found early.
        budget: Largest number of losses.
        exactly: Look at sets of that size only, which is enough where losing more never does less harm.
        precision: Values that differ by less are equal.
        best: A set to beat, and its value.
        deadline: Reading of `time.monotonic` after which the search stops.
        progress: Told after each chunk.

    Returns:
        The worst set; its bound is its value where the search was complete, else unknown.
    """
    began = time.monotonic()
    budget = min(budget, len(ranked))
    sizes = [budget] if exactly else list(range(1, budget + 1))
    total = sum(comb(len(ranked), k) for k in sizes)
    exactly = len(sizes) == 1
    worst, value = best if best is not None else ((), -inf)
    solved, complete, stopped = 0, True, False
    rest: Iterator[tuple[int, ...]] = (s for k in sizes for s in combinations(ranked, k))
    while chunk := list(islice(rest, CHUNK)):
        if time.monotonic() > deadline:
            complete, stopped = False, True
            break
        for s, v in zip(chunk, values([frozenset(s) for s in chunk]), strict=True):
            if v is None:
                complete = False
            elif v > value:
                worst, value = s, v
        solved += len(chunk)
        if progress:
            progress(solved, total, value, inf)
    spent = time.monotonic() - began
    certificate = Certificate(
        value, value if complete else None, precision, total, exactly, solved, "enumeration", stopped, spent
    )
    return Found(worst, value, certificate)


def branch_and_bound(
    values: Values,
    single: Sequence[float],
    pool: Sequence[int],
    budget: int,
    *,
    fixed: Lost = frozenset(),
    precision: float = 0.0,
    best: tuple[tuple[int, ...], float] | None = None,
    deadline: float = inf,
    progress: Progress | None = None,
) -> Found:
    """Find the worst set of a value that never falls when more is lost, and prove it.

    A node of the tree says how many losses are taken from each of some disjoint groups. Losing all of its groups
    does at least as much harm as any choice from them: one market solved bounds all of them at once. A node whose
    bound does not beat the best set found is done; of the others the one with the largest bound is split next, at
    the group where most could still be chosen, so that each half holds half of its single losses.

    Where a bound is missing (the market of a group could not be solved to tolerance) that of its parent holds.

    Args:
        values: Values of sets; never falling when a set grows.
        single: Value of each single loss, by candidate.
        pool: Candidates to choose from.
        budget: Number of losses to choose.
        fixed: Losses that are taken in any case.
        precision: Values that differ by less are equal.
        best: A set to beat (without `fixed`), and its value.
        deadline: Reading of `time.monotonic` after which the search stops; the bound stays true.
        progress: Told after each batch.

    Returns:
        The worst choice from the pool, its value and certificate.
    """
    began = time.monotonic()
    ranked = tuple(sorted(pool, key=lambda i: (-single[i], i)))
    budget = min(budget, len(ranked))
    worst, value = best if best is not None else ((), -inf)
    seen: set[Lost] = set()
    ticket = count()
    heap: list[tuple[float, int, Node]] = []
    unresolved, stopped = -inf, False

    def take(nodes: Sequence[tuple[float, Node]]) -> None:
        nonlocal worst, value, unresolved
        unions = [fixed.union(*(g for g, _ in node)) for _, node in nodes]
        asked = [u for u in dict.fromkeys(unions) if u not in seen]
        seen.update(asked)
        # The markets of groups are kept: their parts are close to them.
        for (above, node), v in zip(nodes, values(unions, keep=True), strict=True):
            exact = all(len(g) == n for g, n in node)
            if exact and v is not None:
                if v > value:
                    worst, value = tuple(i for g, _ in node for i in g), v
            elif exact:
                unresolved = max(unresolved, above)
            else:
                bound = above if v is None else min(above, v)
                if bound > value + precision:
                    heapq.heappush(heap, (-bound, next(ticket), node))

    take([(inf, ((ranked, budget),))])
    while heap and -heap[0][0] > value + precision:
        if time.monotonic() > deadline:
            stopped = True
            break
        split: list[tuple[float, Node]] = []
        for _ in range(BATCH):
            if heap and -heap[0][0] > value + precision:
                bound, _, node = heapq.heappop(heap)
                split += [(-bound, child) for child in _children(node, single)]
        take(split)
        if progress:
            top = max(value, unresolved, -heap[0][0] if heap else -inf)
            progress(len(seen), comb(len(ranked), budget), value, top)
    bound = max(value, unresolved, -heap[0][0] if heap else -inf)
    certificate = Certificate(
        value,
        bound if bound < inf else None,
        precision,
        comb(len(ranked), budget),
        True,
        len(seen),
        "branch and bound",
        stopped,
        time.monotonic() - began,
    )
    return Found(tuple(sorted(worst, key=lambda i: (-single[i], i))), value, certificate)


def _children(node: Node, single: Sequence[float]) -> Iterator[Node]:
    """Split a node at the group in which most could still be chosen."""

    def spare(group: Group) -> float:
        members, n = group
        return sum(max(single[i], 0.0) for i in members[n:]) if len(members) > n else -1.0

    at = max(range(len(node)), key=lambda k: (spare(node[k]), len(node[k][0])))
    members, n = node[at]
    half, cut, so_far = 0.5 * sum(max(single[i], 0.0) for i in members), 0, 0.0
    while cut < len(members) - 1 and (cut == 0 or so_far + max(single[members[cut]], 0.0) <= half):
        so_far += max(single[members[cut]], 0.0)
        cut += 1
    if half == 0.0:
        cut = len(members) // 2
    left, right = members[:cut], members[cut:]
    for few in range(max(0, n - len(right)), min(n, len(left)) + 1):
        parts = [(left, few), (right, n - few)]
        yield (*node[:at], *((g, m) for g, m in parts if m), *node[at + 1 :])


def greedy(
    values: Values,
    single: Sequence[float],
    pool: Sequence[int],
    budget: int,
    *,
    monotone: bool,
    precision: float = 0.0,
    deadline: float = inf,
) -> Found:
    """Lose the worst first, then what is worst beside it, and so on.

    Args:
        values: Values of sets.
        single: Value of each single loss, by candidate.
        pool: Candidates.
        budget: Number of losses.
        monotone: Losing more never does less harm: the next is found by bounds of groups.
        precision: Values that differ by less are equal.
        deadline: Reading of `time.monotonic` after which the rest are the largest single losses.

    Returns:
        The losses in the order taken; it proves nothing of other sets.
    """
    began = time.monotonic()
    order = sorted(pool, key=lambda i: (-single[i], i))
    taken, value, solved = [order[0]], single[order[0]], 0
    while len(taken) < min(budget, len(order)) and time.monotonic() <= deadline:
        rest = [i for i in order if i not in taken]
        if monotone:
            found = branch_and_bound(
                values, single, rest, 1, fixed=frozenset(taken), precision=precision, deadline=deadline
            )
            solved += found.certificate.solved
            if not found.lost:
                break
            taken.append(found.lost[0])
            value = found.value
            continue
        worth = values([frozenset([*taken, i]) for i in rest])
        solved += len(rest)
        best = max(zip(worth, rest, strict=True), key=lambda p: -inf if p[0] is None else p[0])
        if best[0] is None or best[0] <= value:
            break
        taken.append(best[1])
        value = best[0]
    total = comb(len(order), min(budget, len(order)))
    certificate = Certificate(
        value, None, precision, total, True, solved, "greedy", False, time.monotonic() - began
    )
    return Found(tuple(taken), value, certificate)
