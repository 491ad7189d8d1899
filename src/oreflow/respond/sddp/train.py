"""Training: stochastic dual dynamic programming.

An iteration walks a path forward with the cuts known so far, and then backward: at each state that it left, all
outcomes of what follows are solved, and their objectives and slopes are joined, with the weights of the risk measure,
to a cut on the cost-to-go (Pereira and Pinto 1991; for nested risk measures Philpott and de Matos 2012; on policy
graphs, with cycles, Dowson 2020). With Q_k the objective and g_k the slope of outcome k at the state x̂, m the chance to
go on, and q the weights,

    Θ ≥ m·Σ_k q_k·(Q_k + g_k·(x − x̂))

A cut holds for every node that the same ones may follow, each with its own chances, so one visit makes one for all of
them. The bound is the risk-adjusted objective of what the root leads to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import ArrayLike

from oreflow.errors import ModelError, UsageError
from oreflow.market.highs import Basis
from oreflow.market.network import Floats
from oreflow.respond.risk import Expectation, Risk
from oreflow.respond.sddp.floor import floors
from oreflow.respond.sddp.graph import Graph
from oreflow.respond.sddp.lp import Later, Row, StageLP
from oreflow.respond.sddp.policy import Policy, Settings
from oreflow.respond.sddp.sampling import Path, Sampling
from oreflow.respond.sddp.stopping import BoundStalls, GapClosed, Iteration, IterationLimit, Stopping

EVERY = 60.0
"""Seconds after which a run that is to be saved is written again."""
SLIP = 1e-6
"""Share of a cost by which a floor may lie above it before it counts as no floor."""

Progress = Callable[[Iteration], None]


def train(
    graph: Graph,
    *,
    initial_state: ArrayLike,
    risk: Risk | None = None,
    stopping: Stopping | Sequence[Stopping] | None = None,
    seed: int = 1,
    sampling: Sampling | None = None,
    multi: bool = False,
    select: bool = True,
    paths: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
    resume: Policy | None = None,
    save: str | FilePath | None = None,
) -> Policy:
    """Find a policy.

    Args:
        graph: The policy graph.
        initial_state: Stock to begin with, one number for each state.
        risk: Risk measure, nested stage by stage; the expectation by default.
        stopping: A rule, or several of which any ends the run; 1000 iterations or a bound that stalls for 50 of them
            by default.
        seed: Of the forward paths.
        sampling: How they are drawn.
        multi: A cut for each outcome of what follows, in place of one for all: fewer iterations, larger programmes.
        select: Leave dominated cuts out of the programmes; all are kept in the policy.
        paths: Forward paths an iteration.
        workers: Threads that solve what may follow a stage at the same time; the policy is the same for any number.
            More than one pays where several large stages may follow.
        progress: Called after each iteration.
        resume: Policy to go on from, trained with the same settings: the run is the same as one without a stop.
        save: File to keep the policy in, written now and then and at the end, also when the run is interrupted or
            fails: it then holds the last complete iteration.

    Returns:
        The policy.

    Raises:
        UsageError: `resume` was trained with other settings, or a stopping rule means nothing here.
        InfeasibleError: A stage has no solution at a state that was reached; names stage, noise and rows.
        ModelError: A stage has no end, a floor is none, or a state does not fit.
    """
    settings = Settings(
        risk=risk or Expectation(),
        initial_state=tuple(
            float(v) for v in graph.state(graph.root[0][0], initial_state, what="initial state")
        ),
        seed=seed,
        sampling=sampling or Sampling(),
        multi=multi,
        select=select,
        paths=paths,
    )
    if paths < 1 or workers < 1:
        raise UsageError(f"an iteration walks at least one path with one worker, not {paths} with {workers}.")
    if resume is not None:
        resume.same(graph, settings)
    rules = _rules(stopping)
    plain = settings.sampling.importance == 0 and settings.sampling.revisit == 0
    if any(isinstance(r, GapClosed) for r in rules) and not (
        isinstance(settings.risk, Expectation) and plain
    ):
        raise UsageError(
            "GapClosed compares the mean cost of paths with the bound, which says something only under the expectation "
            "and with new paths drawn by their own chances. Use BoundStalls, and Policy.upper_bound afterwards."
        )
    run = _Run(graph, settings, resume)
    began, saved = time.perf_counter(), time.perf_counter()
    reason = ""
    try:
        run.employ(workers)
        while not (reason := run.stops(rules, time.perf_counter() - began)):
            run.iterate(began)
            if progress is not None:
                progress(run.log[-1])
            if save is not None and time.perf_counter() - saved > EVERY:
                run.policy("").save(save)
                saved = time.perf_counter()
    except BaseException:
        if save is not None and run.log:
            run.policy("interrupted").save(save)
        raise
    finally:
        run.employ(1)
    policy = run.policy(reason)
    if save is not None:
        policy.save(save)
    return policy


def _rules(stopping: Stopping | Sequence[Stopping] | None) -> list[Stopping]:
    if stopping is None:
        return [IterationLimit(1000), BoundStalls(50, 1e-7)]
    rules = list(stopping) if isinstance(stopping, Sequence) else [stopping]
    if not rules:
        raise UsageError("without a stopping rule a run never ends. Give one, e.g. IterationLimit(100).")
    return rules


@dataclass
class _Kept:
    """What the last complete iteration left: enough to go on from it."""

    pools: list[list[int]]
    weights: list[int]
    rows: list[list[Row]]
    bases: list[list[Basis | None]]
    worst: dict[int, Floats]
    iterations: int


class _Run:
    """Programmes, cuts and log of a run."""

    def __init__(self, graph: Graph, settings: Settings, resume: Policy | None) -> None:
        self.graph, self.settings = graph, settings
        self.before = resume.iterations[-1] if resume is not None and resume.iterations else None
        self.log: list[Iteration] = list(resume.iterations) if resume is not None else []
        self.worst: dict[int, Floats] = dict(resume.worst) if resume is not None else {}
        self.x0 = np.array(settings.initial_state)
        self._chance = {i: self._nominal(c) for i, c in enumerate(graph.children) if c} | {
            -1: self._nominal(graph.starts)
        }
        if resume is not None:
            self.floors = resume.floors
            self.later = [later.first() for later in resume.later]
        else:
            self.floors = floors(graph)
            self.later = [
                Later.none(len(s.state_out), self._outcomes(i), settings.multi)
                for i, s in enumerate(graph.nodes)
            ]
        self.programmes = [
            StageLP(
                stage,
                self.later[i],
                float(self.floors[i]),
                resume.rows[i] if resume is not None else (),
                resume.bases[i] if resume is not None else None,
            )
            for i, stage in enumerate(graph.nodes)
        ]
        self._kept = self._keep()
        self._threads: ThreadPoolExecutor | None = None

    def employ(self, workers: int) -> None:
        """Solve with so many threads from now on; let go of those before."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        self._threads = ThreadPoolExecutor(workers) if workers > 1 else None

    def _outcomes(self, node: int) -> int:
        return sum(len(self.graph.nodes[j].noises) for j, _ in self.graph.children[node])

    def stops(self, rules: Sequence[Stopping], seconds: float) -> str:
        """Return why to stop; nothing to go on."""
        if not self.log:
            return ""
        return next((told for rule in rules if (told := rule.reason(self.log, seconds))), "")

    def iterate(self, began: float) -> None:
        """Walk forward and backward once."""
        number = self.log[-1].iteration + 1 if self.log else 1
        costs = []
        for p in range(self.settings.paths):
            path = self.settings.sampling.path(
                self.graph, self.settings.seed, number, p, lambda node: self.worst.get(node)
            )
            states, cost = self.forward(path)
            costs.append(cost)
            for (node, _), state in zip(reversed(path), reversed(states), strict=True):
                self.backward(node, state, number)
        for lp in self.programmes:
            lp.refresh(select=self.settings.select)
        bound = self.bound()
        if self.log:
            bound = max(bound, self.log[-1].bound)
        solves = sum(lp.solves for lp in self.programmes)
        self.log.append(
            Iteration(
                iteration=number,
                bound=bound,
                simulated=float(np.mean(costs)),
                cuts=sum(len(pool) for later in self.later for pool in later.pools),
                held=sum(len(lp.rows) for lp in self.programmes),
                solves=solves + (self.before.solves if self.before else 0),
                seconds=time.perf_counter() - began + (self.before.seconds if self.before else 0.0),
            )
        )
        self._kept = self._keep()

    def forward(self, path: Path) -> tuple[list[Floats], float]:
        """Follow the policy along a path; return the outgoing states, and the cost with its discount."""
        state, states, total, weight = self.x0, [], 0.0, 1.0
        by_chance = self.graph.cyclic and self.settings.sampling.depth is None
        for node, noise in path:
            objective = self.programmes[node].solve(state, noise)
            x, later = self.programmes[node].point()
            state = x[self.graph.nodes[node].state_out]
            states.append(state)
            total += weight * (objective - later)
            if not by_chance:
                weight *= float(self.graph.onward[node])
        return states, total

    def backward(self, node: int, state: Floats, iteration: int) -> None:
        """Add a cut at a state to every node that the same ones may follow."""
        children = self.graph.children[node]
        if not children:
            return
        values, slopes = self._solved([j for j, _ in children], state)
        for member in self.graph.families[node]:
            self._cut(member, state, values, slopes, iteration)

    def _solved(self, nodes: Sequence[int], state: Floats) -> tuple[Floats, Floats]:
        """Solve all noises of some nodes at a state: objectives, shape (K,), and slopes, shape (K, k)."""

        def solved(j: int) -> list[tuple[float, Floats]]:
            lp = self.programmes[j]
            return [(lp.solve(state, k), lp.slope()) for k in range(len(lp.stage.noises))]

        # Each node is a programme of its own, and the solver lets go of the interpreter's lock.
        each = (
            map(solved, nodes)
            if self._threads is None or len(nodes) < 2
            else self._threads.map(solved, nodes)
        )
        found = [pair for pairs in each for pair in pairs]
        return np.array([v for v, _ in found]), np.array([s for _, s in found])

    def _cut(self, node: int, state: Floats, values: Floats, slopes: Floats, iteration: int) -> None:
        m = float(self.graph.onward[node])
        q = self.settings.risk.weights(values, self._chance[node])
        self.worst[node] = q
        height = m * float(q @ values)
        self._check_floor(node, state, height)
        later, lp = self.later[node], self.programmes[node]
        if self.settings.multi:
            for o, (value, slope) in enumerate(zip(values, slopes, strict=True)):
                came = later.pools[o].add(float(value - slope @ state), slope, state, iteration)
                lp.hold([(o, c) for c in came])
            lp.weigh(m * q)
        else:
            slope = m * (q @ slopes)
            came = later.pools[0].add(height - float(slope @ state), slope, state, iteration)
            lp.hold([(0, c) for c in came])

    def _nominal(self, following: Sequence[tuple[int, float]]) -> Floats:
        chances = np.concatenate([p * self.graph.nodes[j].probabilities for j, p in following])
        chances /= chances.sum()
        return chances

    def _check_floor(self, node: int, state: Floats, height: float) -> None:
        """Refuse a floor that the cost-to-go is known to go below: nothing is left open where leaves follow."""
        floor = float(self.floors[node])
        exact = not any(self.graph.children[j] for j, _ in self.graph.children[node])
        if exact and height < floor - SLIP * max(1.0, abs(floor), abs(height)):
            raise ModelError(
                f"stage {self.graph.nodes[node].name!r}: its floor {floor:g} is no lower bound of the cost that "
                f"follows, which is {height:g} at outgoing state {', '.join(f'{v:g}' for v in state)}. Lower it, or "
                "leave it out."
            )

    def bound(self) -> float:
        """Return the risk-adjusted objective at the root."""
        values, _ = self._solved([i for i, _ in self.graph.starts], self.x0)
        q = self.settings.risk.weights(values, self._chance[-1])
        self.worst[-1] = q
        return float(q @ values)

    def _keep(self) -> _Kept:
        return _Kept(
            pools=[[len(p) for p in later.pools] for later in self.later],
            weights=[len(later.weights) for later in self.later],
            rows=[list(lp.rows) for lp in self.programmes],
            bases=[list(lp.bases) for lp in self.programmes],
            worst=dict(self.worst),
            iterations=len(self.log),
        )

    def policy(self, stopped: str) -> Policy:
        """Return the policy after the last complete iteration."""
        kept = self._kept
        return Policy(
            graph=self.graph,
            settings=self.settings,
            floors=self.floors,
            later=tuple(
                later.first(sizes, weights)
                for later, sizes, weights in zip(self.later, kept.pools, kept.weights, strict=True)
            ),
            rows=tuple(map(tuple, kept.rows)),
            bases=tuple(map(tuple, kept.bases)),
            worst=kept.worst,
            iterations=tuple(self.log[: kept.iterations]),
            stopped=stopped,
        )
