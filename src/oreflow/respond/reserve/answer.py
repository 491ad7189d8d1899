"""`reserve`: how much to hold of what, when to buy, when to release, and what it is worth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UsageError
from oreflow.market.network import Floats
from oreflow.respond.prices.tail import tail_mean
from oreflow.respond.reserve import runs
from oreflow.respond.reserve.market import Markets, markets
from oreflow.respond.reserve.outlook import Ahead, ahead
from oreflow.respond.reserve.result import WORST, Fan, Reserve, Size, Strategy, Target, Trained
from oreflow.respond.reserve.rows import MILLION
from oreflow.respond.reserve.rule import ladder, lines, marginal, targets
from oreflow.respond.reserve.runs import Estimate, Histories, Run, estimate
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


def reserve(
    world: World,
    spec: Spec,
    *,
    iterations: int = 80,
    histories: int = 100,
    sizing: bool = True,
    forecasts: bool = True,
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
        forecasts: Whether prices are forecast, to stand beside.
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
        forecasts=_ahead(world, found, say) if forecasts else (),
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
    saved = (none.cost - run.cost) * paths.weight[:-1]
    less = (none.short - run.short).sum(axis=1).mean(axis=0) / years
    return Strategy(
        run.name,
        estimate(none.total - run.total),
        tail_mean(none.total, 1.0 - WORST) - tail_mean(run.total, 1.0 - WORST),
        {
            r.name: float((saved * (paths.regime == k)).sum(axis=1).mean())
            for k, r in enumerate(found.regimes)
        },
        {c: estimate(short[:, i]) for i, c in enumerate(found.commodities)},
        {c: tail_mean(short[:, i], 1.0 - WORST) for i, c in enumerate(found.commodities)},
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
    """Other budgets on the same histories.

    What a smaller budget does a larger one can do: where the policy of a larger budget, trained for less long, saves
    less than that of a smaller one, the smaller one's stands in for it.
    """
    traded = {h.form.commodity for j, h in enumerate(lay.held) if run.stock[:, :, j].any()}
    held = [i for i, c in enumerate(found.commodities) if c in traded] or [*range(len(found.commodities))]
    if not np.isfinite(spec.budget) or spec.budget == 0:
        return (_size(0.0, none, none, found, lay, held),)
    tried = {0.0: none, spec.budget: run}
    for i, share in enumerate(BUDGETS):
        say("Other budgets", i, len(BUDGETS))
        other = spec.with_(budget=share * spec.budget)
        if _opening(lay) > other.budget:
            continue
        its = layout(world, other, found)
        policy = _trained(
            world, other, found, its, max(iterations // 2, 1), None, None, lambda what, done, total: None
        )
        tried[other.budget], _ = runs.follow(policy, other, found, its, histories=histories, seed=spec.seed)
    points, best = [], none
    for budget in sorted(tried):
        if tried[budget].total.mean() < best.total.mean():
            best = tried[budget]
        points.append(_size(budget, best, none, found, lay, held))
    return tuple(points)


def _opening(lay: Layout) -> float:
    return float((lay.opening * lay.book).sum()) * 1e6


def _size(budget: float, run: Run, none: Run, found: Markets, lay: Layout, held: list[int]) -> Size:
    years = _years(run)
    short = run.short.sum(axis=1) / years
    price = np.array([found.base_price(c) for c in found.commodities])
    # What is given up is worth at least its price at the time. What nobody holds is no reason for a reserve.
    worth = (run.short * np.maximum(run.price, price))[:, :, held].sum(axis=(1, 2)) / years / 1e6
    book = np.array([h.book for h in lay.held]) / 1e6
    return Size(
        budget,
        estimate(none.total - run.total),
        float((run.stock @ book).mean()),
        tail_mean(worth, 1.0 - WORST),
        {c: tail_mean(short[:, i], 1.0 - WORST) for i, c in enumerate(found.commodities)},
    )


def _ahead(world: World, found: Markets, say: Callable[[str, int, int], None]) -> tuple[Ahead, ...]:
    say("Forecasts", 0, 0)
    return ahead(world, found.commodities)


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
