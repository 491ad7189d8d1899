"""A trained policy: what to do at any state, what a unit in stock is worth, and how good it is known to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from oreflow.errors import UnknownNameError, UsageError
from oreflow.market.highs import Basis
from oreflow.market.network import Floats
from oreflow.respond.risk import Risk
from oreflow.respond.sddp.graph import Graph
from oreflow.respond.sddp.lp import Later, Row, StageLP
from oreflow.respond.sddp.sampling import Sampling
from oreflow.respond.sddp.simulate import Simulation, simulate
from oreflow.respond.sddp.stability import Stability, stability
from oreflow.respond.sddp.stage import Noise
from oreflow.respond.sddp.stopping import Iteration
from oreflow.respond.sddp.upper import Upper, upper_bound


@dataclass(frozen=True)
class Settings:
    """What a run was asked for; see `train`."""

    risk: Risk
    initial_state: tuple[float, ...]
    seed: int
    sampling: Sampling
    multi: bool
    select: bool
    paths: int


@dataclass(frozen=True, eq=False)
class Decision:
    """What the policy does at one state and noise.

    Attributes:
        columns: By name.
        duals: By name of the row: what one more unit of the side that holds adds to the cost.
        stage_cost: Cost of the stage itself.
        to_go: Discounted, risk-adjusted cost of what follows, as far as the cuts tell (never above the truth).
        state: Outgoing state, by name.
        marginal: By name of the state: what one more unit in stock when the stage begins would save, from here to the
            end; the price at which a unit in stock is worth having.
        next_unit: By name of the state: what one more unit left in stock when the stage ends would save later,
            discounted: below this price the policy buys, above it it releases.
    """

    columns: dict[str, float]
    duals: dict[str, float]
    stage_cost: float
    to_go: float
    state: dict[str, float]
    marginal: dict[str, float]
    next_unit: dict[str, float]


@dataclass(frozen=True, eq=False)
class Policy:
    """A trained policy.

    Attributes:
        graph: What it is a policy of.
        settings: How it was trained.
        floors: Lower bound of the cost after each node, shape (N,).
        later: Cuts of each node.
        rows: Cuts held in each node's programme, in their order.
        bases: Basis that each noise of each node ended with.
        worst: Weights of the outcomes after each node in the last backward pass; −1 for the root.
        iterations: The log.
        stopped: Why the run ended.
    """

    graph: Graph
    settings: Settings
    floors: Floats
    later: tuple[Later, ...]
    rows: tuple[tuple[Row, ...], ...]
    bases: tuple[tuple[Basis | None, ...], ...]
    worst: dict[int, Floats]
    iterations: tuple[Iteration, ...]
    stopped: str = ""
    _known: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def bound(self) -> float:
        """Lower bound of the risk-adjusted cost of the best policy.

        Under the expectation it is one of the mean cost, and simulated costs of any policy lie above it on average.
        Under another measure no mean of simulated costs answers to it.
        """
        return self.iterations[-1].bound if self.iterations else -np.inf

    @property
    def log(self) -> pd.DataFrame:
        """The iterations as a table, a row for each; columns as in `Iteration`."""
        names = [f.name for f in fields(Iteration)]
        return pd.DataFrame([{n: getattr(i, n) for n in names} for i in self.iterations], columns=names)

    @property
    def cuts(self) -> pd.DataFrame:
        """All cuts: node, outcome (−1 for all), iteration, whether held, intercept, and a slope for each state."""
        records = []
        for i, (stage, later) in enumerate(zip(self.graph.nodes, self.later, strict=True)):
            held = set(self.rows[i])
            for o, pool in enumerate(later.pools):
                for c in range(len(pool)):
                    slopes = {
                        f"slope {n}": float(b) for n, b in zip(stage.states, pool.slopes[c], strict=True)
                    }
                    records.append(
                        {
                            "node": stage.name,
                            "outcome": o if later.multi else -1,
                            "iteration": pool.iterations[c],
                            "held": (o, c) in held,
                            "intercept": float(pool.intercepts[c]),
                            **slopes,
                        }
                    )
        return pd.DataFrame(records)

    @cached_property
    def _programmes(self) -> list[StageLP]:
        return [
            StageLP(stage, self.later[i], float(self.floors[i]), self.rows[i], self.bases[i], learn=False)
            for i, stage in enumerate(self.graph.nodes)
        ]

    def simulate(
        self,
        n: int,
        *,
        seed: int = 1,
        depth: int | None = None,
        start: ArrayLike | None = None,
        node: int | str | None = None,
        paths: Sequence[Sequence[tuple[int, int]]] | None = None,
        columns: tuple[str, ...] | list[str] = (),
        rows: tuple[str, ...] | list[str] = (),
    ) -> Simulation:
        """Simulate histories.

        Without a cycle a history goes to a last stage, with its cost discounted. With one it ends by chance (its cost
        is then not discounted, which has the same mean), or after `depth` stages, discounted.

        Args:
            n: Histories. History i draws from ``SeedSequence(seed, spawn_key=(i,))``, whatever the policy does: two
                policies of the same graph meet the same noises.
            seed: Of the noises.
            depth: Stages; see above.
            start: State to begin with; that of the training where None.
            node: Node to begin at; drawn by the root's chances where None.
            paths: Histories to live through in place of drawn ones, each of pairs of (node, noise), e.g. what happened
                or the worst that may; their cost is discounted. `n` must be their number.
            columns: Names of columns to record.
            rows: Names of rows whose duals to record.

        Returns:
            The histories.

        Raises:
            UnknownNameError: No stage has such a column or row, or there is no such node.
            UsageError: A path goes where the graph does not.
            ModelError: A stage could not be solved.
        """
        at = None if node is None else self.graph.index(node)
        first = self.graph.root[0][0] if at is None else at
        return simulate(
            self.graph,
            self._programmes,
            n,
            seed=seed,
            state=self.graph.state(first, self.settings.initial_state if start is None else start),
            depth=depth,
            start=at,
            paths=paths,
            columns=columns,
            rows=rows,
        )

    def act(self, node: int | str, state: ArrayLike, noise: int | Noise = 0) -> Decision:
        """Return what the policy does.

        Args:
            node: Name or number.
            state: Incoming state.
            noise: Number of the noise, or one that is none of the stage's, to see what the policy does about it; its
                probability does not matter.

        Returns:
            The decision.

        Raises:
            UnknownNameError: There is no such node or noise.
            ModelError: The state does not fit, or the stage could not be solved.
        """
        i = self.graph.index(node)
        stage = self.graph.nodes[i]
        if isinstance(noise, Noise):
            stage = replace(stage, noises=(replace(noise, probability=1.0),))
            lp, noise = StageLP(stage, self.later[i], float(self.floors[i]), self.rows[i]), 0
        elif 0 <= noise < len(stage.noises):
            lp = self._programmes[i]
        else:
            known = map(str, range(len(stage.noises)))
            raise UnknownNameError("noise", str(noise), known, where=f"stage {stage.name!r}")
        objective = lp.solve(self.graph.state(i, state), noise)
        x, later = lp.point()
        out = x[stage.state_out]
        return Decision(
            columns=_named(stage.columns, x),
            duals=_named(stage.rows, lp.duals()),
            stage_cost=objective - later,
            to_go=later,
            state=_named(stage.states, out),
            marginal=_named(stage.states, -lp.slope()),
            next_unit=_named(stage.states, -lp.later_slope()),
        )

    def value(self, node: int | str, state: ArrayLike) -> float:
        """Return the cost after a node as the cuts tell it: discounted, risk-adjusted, never above the truth.

        Args:
            node: Name or number.
            state: Outgoing state.

        Returns:
            The cost; nought where nothing follows.

        Raises:
            UnknownNameError: There is no such node.
            ModelError: The state does not fit.
        """
        i = self.graph.index(node)
        return self.later[i].value(self.graph.state(i, state), float(self.floors[i]))

    def upper_bound(self, *, points: int = 30, turns: int = 50) -> Upper:
        """Bound the risk-adjusted cost from above, under any coherent measure and without sampling.

        Slower than the bound from below by far: all outcomes of what follows are solved at every point.

        Args:
            points: States after each node at which the cost-to-go is bounded, beside the corners of their range.
            turns: Most turns through a cycle.

        Returns:
            The bound; the best policy costs between `bound` and it.

        Raises:
            UsageError: A stage of a cycle goes on for certain.
            ModelError: The points are too few: some noise leads beyond them. Or the bound of the cuts lies above this
                one, because a floor that was given is none.
        """
        return upper_bound(self, points=points, turns=turns)

    def report(self) -> Stability:
        """Return the numerical-stability report: how far apart the numbers lie, and what to look at."""
        return stability(self)

    def to_plain(self) -> dict[str, Any]:
        """Return how the policy was found as plain values: settings, bound, size and effort of the run."""
        last = self.iterations[-1] if self.iterations else None
        return {
            "bound": self.bound if last else None,
            "stopped": self.stopped,
            "stages": len(self.graph.nodes),
            "states": list(self.graph.nodes[self.graph.root[0][0]].states),
            "without_end": self.graph.cyclic,
            **{name: plain(getattr(self.settings, name)) for name in ("risk", "seed", "sampling", "multi")},
            **{
                name: getattr(last, name) if last else 0
                for name in ("iteration", "cuts", "held", "solves", "seconds")
            },
        }

    def save(self, path: str | Path) -> None:
        """Write the policy as JSON that follows ``cuts.schema.json``, whole or not at all.

        Args:
            path: File.

        Raises:
            OreflowError: It cannot be written.
        """
        from oreflow.respond.sddp.cutfile import write

        write(self, path)

    @classmethod
    def load(cls, path: str | Path, graph: Graph, *, risk: Risk | None = None) -> Policy:
        """Read a policy.

        Args:
            path: File.
            graph: What it is a policy of.
            risk: The risk measure, where it is none of ours.

        Returns:
            The policy.

        Raises:
            ReadError: The file cannot be read.
            SchemaError: It does not follow the schema.
            DataError: It is of another graph; the message names what differs.
        """
        from oreflow.respond.sddp.cutfile import read

        return read(path, graph, risk=risk)

    def same(self, graph: Graph, settings: Settings) -> None:
        """Refuse to go on with another graph or other settings.

        Args:
            graph: The graph now.
            settings: The settings now.

        Raises:
            UsageError: Something differs; the message says what.
        """
        from oreflow.respond.sddp.cutfile import differences

        told = differences(self.graph, graph) if graph is not self.graph else []
        for f in fields(Settings):
            mine, now = getattr(self.settings, f.name), getattr(settings, f.name)
            if mine != now:
                told.append(f"{f.name} was {plain(mine)}, now {plain(now)}")
        if told:
            raise UsageError(f"the policy to go on from was trained otherwise: {'; '.join(told)}.")


def plain(value: Any) -> Any:
    """Return a setting as plain values: a small object becomes its kind and its fields."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"kind": type(value).__name__} | {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value if isinstance(value, bool | int | float | str) or value is None else repr(value)


def _named(names: tuple[str, ...], values: Floats) -> dict[str, float]:
    return dict(zip(names, map(float, values), strict=True))
