"""`reserve`: how much to hold of what, when to buy, when to release, and what it is worth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UsageError
from oreflow.market.network import Floats
from oreflow.respond.reserve import runs
from oreflow.respond.reserve.market import Markets, markets
from oreflow.respond.reserve.residual import SOURCES
from oreflow.respond.reserve.rows import MILLION
from oreflow.respond.reserve.rule import Line, ladder, lines, marginal, targets
from oreflow.respond.reserve.runs import Estimate, Histories, Run, estimate, tail
from oreflow.respond.reserve.spec import Spec, check
from oreflow.respond.reserve.stage import Layout, graph, layout
from oreflow.respond.sddp import BoundStalls, IterationLimit, Mix, Policy, Sampling, train

COVER = (30.0, 60.0, 90.0)
"""Days of cover that the policy is compared with."""
DEPTH = 40
"""Quarters of a path through a cycle in training."""
LOOKED = 0.3
"""Share of training paths drawn by the risk-adjusted chances."""
STALLS = BoundStalls(40, 1e-6)
BUDGETS = (0.1, 0.4, 2.0)
"""Other budgets of the sizing curve, as multiples of the one given."""
WORST = 0.05
"""Share of histories that makes the shortfall at risk."""


@dataclass(frozen=True)
class Strategy:
    """A strategy beside no reserve, on the same histories.

    Attributes:
        name: ``none``, ``policy``, ``rule``, or days of cover.
        saving: What it saves against no reserve over a history, discounted, million USD.
        saving_worst: Fall of the mean cost of the worst histories (`WORST`), million USD.
        shortfall: By commodity, demand given up or not served a year, units.
        at_risk: The same in the worst histories (`WORST`).
        tied_up: Mean worth of the stock at base prices, million USD.
        bought: By commodity, bought a year, units.
        released: By commodity, released a year, units.
        eased: By commodity, shortage that a unit released takes away, units; the rest takes the place of imports. None
            where nothing is released.
        price: By commodity, mean price in the regime in which it is dearest without a reserve, USD/unit; not a number
            where that never comes.
    """

    name: str
    saving: Estimate
    saving_worst: float
    shortfall: dict[str, Estimate]
    at_risk: dict[str, float]
    tied_up: float
    bought: dict[str, float]
    released: dict[str, float]
    eased: dict[str, float | None]
    price: dict[str, float]


@dataclass(frozen=True)
class Target:
    """Where a stock settles while a regime lasts.

    Attributes:
        regime: Regime.
        state: Form and place.
        mineral: Mineral.
        commodity: Commodity; empty for a form without a market.
        unit: Unit.
        stock: Stock, units.
        days: Days of the region's use.
        first: Worth of the first unit bought, from the opening stock, over what it costs to buy at the base
        price and to
            take in, less one: what the next dollar spent on it gains.
        value: The same at the target.
    """

    regime: str
    state: str
    mineral: str
    commodity: str
    unit: str
    stock: float
    days: float
    first: float
    value: float


@dataclass(frozen=True)
class Size:
    """A point of the sizing curve.

    Attributes:
        budget: Budget, USD.
        saving: What it saves against no reserve, million USD.
        tied_up: Mean worth of the stock, million USD.
        at_risk: Cost of shortage in the worst histories, million USD a year: demand given up at its worth.
        shortfall: By commodity, shortfall at risk, units a year.
    """

    budget: float
    saving: Estimate
    tied_up: float
    at_risk: float
    shortfall: dict[str, float]


@dataclass(frozen=True)
class Fan:
    """Quantiles of a path over histories.

    Attributes:
        what: ``stock``, ``price`` or ``short``.
        name: Form and place, or commodity.
        unit: Unit.
        quantiles: 5, 25, 50, 75 and 95 %, shape (5, T).
        without: Median without a reserve, shape (T,).
    """

    what: str
    name: str
    unit: str
    quantiles: Floats
    without: Floats


@dataclass(frozen=True)
class Trained:
    """How the policy was found.

    Attributes:
        iterations: Iterations.
        bound: Bound on the risk-adjusted cost, million USD.
        stopped: Why it stopped.
        rise: Rise of the bound over the last tenth of iterations, as a share.
        seconds: Wall time.
    """

    iterations: int
    bound: float
    stopped: str
    rise: float
    seconds: float


@dataclass(frozen=True)
class Reserve:
    """The answer.

    Attributes:
        spec: Specification.
        markets: Focal markets, with the regimes.
        world: Hash of the world.
        targets: Target stocks by regime and form.
        rule: The rule in words, line by line.
        rule_loss: Share of the policy's saving that the rule gives up.
        strategies: Policy, rule and days of cover beside no reserve.
        sizing: Sizing curve, by rising budget; empty where it was not asked for.
        budget_worth: By regime, what one more dollar of budget saves a quarter, USD.
        fans: Histories of the policy.
        histories: Number of histories.
        quarters: Their length.
        trained: How the policy was found.
        seconds: Wall time of all.
    """

    spec: Spec
    markets: Markets
    world: str
    targets: tuple[Target, ...]
    rule: tuple[Line, ...]
    rule_loss: Estimate
    strategies: tuple[Strategy, ...]
    sizing: tuple[Size, ...]
    budget_worth: tuple[float, ...]
    fans: tuple[Fan, ...]
    histories: int
    quarters: int
    trained: Trained
    seconds: float

    @property
    def next_dollar(self) -> tuple[Target, ...]:
        """Forms by what the next dollar spent on them gains at the start, most first."""
        start = self.spec.start or self.markets.chain.names[0]
        mine = [t for t in self.targets if t.regime == start and t.commodity]
        return tuple(sorted(mine, key=lambda t: -t.first))

    def to_plain(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        m = self.markets
        return {
            "spec": _plain(self.spec),
            "world": self.world,
            "regimes": {
                "names": list(m.chain.names),
                "matrix": m.chain.matrix.tolist(),
                "low": m.chain.low.tolist(),
                "high": m.chain.high.tolist(),
                "stationary": m.chain.stationary().tolist(),
                "quarters": [None if not np.isfinite(q) else float(q) for q in m.chain.quarters()],
                "how": m.chain.how,
                "source": m.chain.source,
                "quality": m.chain.quality,
            },
            "markets": [
                {
                    "regime": r.name,
                    "commodity": c,
                    "unit": m.unit[c],
                    "price": m.curves[k][c].base_price,
                    "price_full_model": m.full[k][c][0],
                    "price_first_year_with_stocks": m.first_year[k][c],
                    "use": m.curves[k][c].base_use,
                    "use_full_model": m.full[k][c][1],
                    "split": m.curves[k][c].split,
                    "steps": {
                        "price": m.curves[k][c].price.tolist(),
                        "supply": dict(zip(SOURCES, m.curves[k][c].supply.tolist(), strict=True)),
                        "outflow": m.curves[k][c].outflow,
                        "demand": m.curves[k][c].demand.tolist(),
                        "firm": m.curves[k][c].firm,
                        "worth_of_firm": m.curves[k][c].voll,
                    },
                }
                for k, r in enumerate(m.regimes)
                for c in m.commodities
            ],
            "outcomes": [_plain(o) for o in m.outcomes],
            "targets": [_plain(t) for t in self.targets],
            "rule": [_plain(line) for line in self.rule],
            "rule_loss": _plain(self.rule_loss),
            "strategies": [_plain(s) for s in self.strategies],
            "sizing": [_plain(s) for s in self.sizing],
            "budget_worth_a_quarter": list(self.budget_worth),
            "next_dollar": [{"state": t.state, "gain": t.first} for t in self.next_dollar],
            "fans": [_plain(f) for f in self.fans],
            "histories": self.histories,
            "quarters": self.quarters,
            "trained": _plain(self.trained),
            "seconds": self.seconds,
        }

    def strategy(self, name: str) -> Strategy:
        """Return a strategy by its name."""
        return next(s for s in self.strategies if s.name == name)


def reserve(
    world: World,
    spec: Spec,
    *,
    iterations: int = 80,
    histories: int = 100,
    sizing: bool = True,
    save: Path | None = None,
    resume: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Reserve:
    """Find the policy of a reserve, write it down as a rule, and say what it is worth.

    Args:
        world: World.
        spec: Specification.
        iterations: Most iterations of training.
        histories: Simulated histories.
        sizing: Whether other budgets are tried.
        save: File of the cuts, written now and then and at the end.
        resume: File of cuts to go on from: the result is that of a run without a stop.
        progress: Told what is being done, and how far it is.

    Returns:
        The answer.

    Raises:
        UnknownNameError: A name is unknown.
        UsageError: A number is out of range, or cuts to go on from were trained otherwise.
        DataError: Chances between regimes are none, or a file of cuts is of another model.
        InfeasibleError: A quarter has no solution; its rows are named.
    """
    began = time.perf_counter()
    if iterations < 1 or histories < 2:
        raise UsageError(f"{iterations} iterations and {histories} histories; at least 1 and 2 are needed.")
    check(spec, world)
    say = progress or (lambda what, done, total: None)
    found = markets(world, spec, progress=lambda text: say(text, 0, 0))
    lay = layout(world, spec, found)
    policy = _trained(world, spec, found, lay, iterations, save, resume, say)
    nodes = _first_nodes(policy, lay)
    say("Targets", 0, 0)
    target, dual = targets(policy, lay, nodes)
    run, paths = runs.follow(policy, spec, found, lay, histories=histories, seed=spec.seed)
    rule = ladder(policy, lay, nodes, target)
    compared = [run]
    say("Strategies", 0, 0)
    compared.append(runs.apply(rule, layout(world, spec, found, ladder=rule.width), spec, found, paths))
    # Fixed days of cover cost what they cost: no budget holds them back.
    free = spec.with_(budget=math.inf)
    for one in (runs.cover(days, spec, found, lay) for days in COVER):
        compared.append(runs.apply(one, layout(world, free, found, ladder=one.width), free, found, paths))
    none = runs.nothing(world, spec, found, layout(world, spec, found, ladder=rule.width), paths)
    last = policy.iterations[-1]
    tenth = policy.iterations[int(0.9 * (len(policy.iterations) - 1))]
    return Reserve(
        spec=spec,
        markets=found,
        world=world.hash,
        targets=_targets(policy, lay, found, nodes, target),
        rule=lines(rule, lay, found, target),
        rule_loss=estimate(compared[1].total - run.total),
        strategies=tuple(_strategy(r, none, found, lay, paths) for r in (none, *compared)),
        sizing=_sizing(world, spec, found, iterations, histories, run, none, lay, say) if sizing else (),
        budget_worth=tuple(dual.tolist()),
        fans=_fans(run, none, lay, found),
        histories=histories,
        quarters=run.cost.shape[1],
        trained=Trained(
            last.iteration,
            policy.bound,
            policy.stopped,
            (last.bound - tenth.bound) / max(abs(last.bound), 1e-9),
            last.seconds,
        ),
        seconds=time.perf_counter() - began,
    )


def _plain(value: Any) -> Any:
    """Plain values: numbers that are none as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def _trained(
    world: World,
    spec: Spec,
    found: Markets,
    lay: Layout,
    iterations: int,
    save: Path | None,
    resume: Path | None,
    say: Callable[[str, int, int], None],
) -> Policy:
    whole = graph(world, spec, found, lay)
    before = Policy.load(resume, whole) if resume is not None else None
    return train(
        whole,
        initial_state=lay.opening,
        risk=Mix(spec.risk_weight, spec.risk_level),
        sampling=Sampling(
            depth=DEPTH if spec.infinite else None, importance=LOOKED if spec.risk_weight > 0 else 0.0
        ),
        stopping=[IterationLimit(iterations), STALLS],
        seed=spec.seed,
        progress=lambda i: say("Policy", i.iteration, iterations),
        save=save,
        resume=before,
    )


def _first_nodes(policy: Policy, lay: Layout) -> tuple[int, ...]:
    """A node of each regime: the only one without an end, else the one in the middle of the horizon."""
    names = [s.name for s in policy.graph.nodes]
    if len(names) == len(lay.stages):
        return tuple(range(len(names)))
    out = []
    for s in lay.stages:
        mine = [
            i for i, n in enumerate(names) if n.startswith((f"{s.name} in quarter ", f"{s.name} at the end"))
        ]
        out.append(mine[len(mine) // 3])
    return tuple(out)


def _targets(
    policy: Policy, lay: Layout, found: Markets, nodes: tuple[int, ...], target: Floats
) -> tuple[Target, ...]:
    out = []
    for k, node in enumerate(nodes):
        for j, h in enumerate(lay.held):
            step = max(0.1 * float(target[:, j].max()), 1.0)
            cost = float(lay.book[j]) + (h.form.handling + h.way) * h.scale / MILLION
            first, worth = (
                marginal(policy, node, at, j, step) / max(cost, 1e-12) for at in (lay.opening, target[k])
            )
            out.append(
                Target(
                    found.regimes[k].name,
                    h.name,
                    h.mineral,
                    h.form.commodity,
                    found.unit[h.anchor],
                    float(target[k, j] * h.scale),
                    float(target[k, j] * h.scale / found.use(h.anchor) * 365.0),
                    first - 1.0,
                    worth - 1.0,
                )
            )
    return tuple(out)


def _years(run: Run) -> float:
    return float(run.cost.shape[1]) / 4.0


def _strategy(run: Run, none: Run, found: Markets, lay: Layout, paths: Histories) -> Strategy:
    years = _years(run)
    short = run.short.sum(axis=1) / years  # (n, c)
    of = [h.form.commodity for h in lay.held]

    def flow(values: Floats) -> dict[str, float]:
        mean = values.sum(axis=1).mean(axis=0) / years
        return {c: float(sum(m for m, o in zip(mean, of, strict=True) if o == c)) for c in found.commodities}

    book = np.array([h.book for h in lay.held]) / 1e6
    dearest = [paths.regime == found.dearest(c) for c in found.commodities]
    released = flow(run.released)
    less = (none.short - run.short).sum(axis=1).mean(axis=0) / years
    return Strategy(
        run.name,
        estimate(none.total - run.total),
        tail(none.total, WORST) - tail(run.total, WORST),
        {c: estimate(short[:, i]) for i, c in enumerate(found.commodities)},
        {c: tail(short[:, i], WORST) for i, c in enumerate(found.commodities)},
        float((run.stock @ book).mean()),
        flow(run.bought),
        released,
        {
            c: float(less[i] / released[c]) if released[c] > 1e-6 * found.use(c) else None
            for i, c in enumerate(found.commodities)
        },
        {
            c: float(run.price[:, :, i][there].mean()) if there.any() else float("nan")
            for (i, c), there in zip(enumerate(found.commodities), dearest, strict=True)
        },
    )


def _sizing(
    world: World,
    spec: Spec,
    found: Markets,
    iterations: int,
    histories: int,
    run: Run,
    none: Run,
    lay: Layout,
    say: Callable[[str, int, int], None],
) -> tuple[Size, ...]:
    """Other budgets on the same histories."""
    points = [_size(0.0, none, none, found, lay), _size(spec.budget, run, none, found, lay)]
    if not np.isfinite(spec.budget) or spec.budget == 0:
        return tuple(points[:1])
    for i, share in enumerate(BUDGETS):
        say("Other budgets", i, len(BUDGETS))
        other = spec.with_(budget=share * spec.budget)
        if any(h.form.opening for h in lay.held) and share < 1 and _opening(lay) > other.budget:
            continue
        its = layout(world, other, found)
        policy = _trained(
            world, other, found, its, max(iterations // 2, 1), None, None, lambda what, done, total: None
        )
        one, _ = runs.follow(policy, other, found, its, histories=histories, seed=spec.seed)
        points.append(_size(other.budget, one, none, found, its))
    return tuple(sorted(points, key=lambda p: p.budget))


def _opening(lay: Layout) -> float:
    return float((lay.opening * lay.book).sum()) * 1e6


def _size(budget: float, run: Run, none: Run, found: Markets, lay: Layout) -> Size:
    years = _years(run)
    short = run.short.sum(axis=1) / years
    price = np.array([found.base_price(c) for c in found.commodities])
    # What is given up is worth at least its price at the time.
    worth = (run.short * np.maximum(run.price, price)).sum(axis=(1, 2)) / years / 1e6
    book = np.array([h.book for h in lay.held]) / 1e6
    return Size(
        budget,
        estimate(none.total - run.total),
        float((run.stock @ book).mean()),
        tail(worth, WORST),
        {c: tail(short[:, i], WORST) for i, c in enumerate(found.commodities)},
    )


def _fans(run: Run, none: Run, lay: Layout, found: Markets) -> tuple[Fan, ...]:
    q = (0.05, 0.25, 0.5, 0.75, 0.95)
    out = []
    for j, h in enumerate(lay.held):
        if run.stock[:, :, j].max() > 0:
            unit = found.unit[h.anchor]
            zero = np.zeros(run.cost.shape[1])
            out.append(Fan("stock", h.name, unit, np.quantile(run.stock[:, :, j], q, axis=0), zero))
    for what, mine, other in (("price", run.price, none.price), ("short", run.short, none.short)):
        for i, c in enumerate(found.commodities):
            unit = found.unit[c] if what == "short" else f"USD/{found.unit[c]}"
            out.append(
                Fan(what, c, unit, np.quantile(mine[:, :, i], q, axis=0), np.median(other[:, :, i], axis=0))
            )
    return tuple(out)


__all__ = ["Estimate", "Histories", "Reserve", "Size", "Strategy", "Target", "reserve"]
