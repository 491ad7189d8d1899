"""Sampled futures of one scenario: how long it lasts, how large it is, and how the market answers."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow import __version__
from oreflow.atlas import World
from oreflow.errors import ModelError, UsageError
from oreflow.market import Base, Draw, Engine, News, Outcome, Settings, calibrate
from oreflow.shock.kept import Arrays, keep, recall
from oreflow.shock.ranges import Range, ranges
from oreflow.shock.scenario import Scenario
from oreflow.shock.scope import touched
from oreflow.shock.stage import Stage, stage
from oreflow.shock.timeline import draw as draw_fate
from oreflow.shock.timeline import expected as expected_news

Floats = NDArray[np.float64]
KEPT = ("price", "output", "flow", "served", "unserved", "stock")
"""Variables kept of every draw."""


@dataclass(frozen=True)
class Sample:
    """Draws of a scenario beside its baseline.

    Attributes:
        world: World it was computed from.
        base: Calibrated market.
        scenario: The scenario.
        settings: Horizon and foresight.
        seed: Seed of the draws.
        baseline: The market without the scenario.
        expected: The market when everything takes its mean: beliefs, elasticities, sizes.
        price: Shape (draws, nodes, periods), USD/unit; nodes as in ``base.net.nodes``.
        output: Shape (draws, plants, periods), unit/period; plants as in ``base.net.plants``.
        flow: Shape (draws, routes, periods), unit/period.
        served: Shape (draws, demands, periods), unit/period.
        unserved: Shape (draws, demands, periods), unit/period.
        stock: Shape (draws, stores, periods), unit.
        inputs: One row a draw: ``draw``, the keys of `oreflow.shock.ranges.RANGED`, and for each event
            ``duration_``, ``size_`` and ``happened_`` followed by its id.
        failed: Reason of each draw that could not be solved; those draws are not in the arrays.
        notes: What a reader should know of the scenario.
        run: Run id: the same world, scenario, settings, seed and version give the same id.
        seconds: Wall time.
    """

    world: World
    base: Base
    scenario: Scenario
    settings: Settings
    seed: int
    baseline: Outcome
    expected: Outcome
    price: Floats
    output: Floats
    flow: Floats
    served: Floats
    unserved: Floats
    stock: Floats
    inputs: pd.DataFrame
    failed: tuple[str, ...]
    notes: tuple[str, ...]
    run: str
    seconds: float


def sample(
    world: World,
    scenario: Scenario,
    *,
    scope: tuple[str, ...] | None = None,
    settings: Settings | None = None,
    draws: int = 200,
    seed: int = 1,
    workers: int = 2,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sample:
    """Clear a scenario once with mean beliefs and many times with what may happen.

    Draw i depends on the seed and i alone. A draw that cannot be solved is counted with its reason and left out.

    Args:
        world: World.
        scenario: Scenario.
        scope: Minerals solved; those that the scenario reaches by default.
        settings: Horizon and foresight.
        draws: Number of draws, at least 1.
        seed: Seed.
        workers: Threads; each holds a market of its own.
        cache: Folder in which draws are kept and looked for (see `oreflow.shock.kept`); none are kept without.
        progress: Called with draws done and draws in all.

    Returns:
        The sample.

    Raises:
        UsageError: No draws are asked for, or the scenario reaches no mineral.
        ModelError: The market could not be cleared with mean beliefs, or in no draw.
        UnknownNameError: The scenario names something that is not in the world.
        ScenarioError: A date outside the horizon, or events that contradict each other.
    """
    if draws < 1:
        raise UsageError(f"an ensemble needs at least 1 draw, not {draws}.")
    began = time.perf_counter()
    settings = settings or Settings()
    staged = stage(scenario, world, start=settings.start, months=settings.periods * settings.months)
    scope = scope or touched(staged, world)
    if not scope:
        raise UsageError(f"scenario {scenario.name!r} reaches no mineral. Give --scope, or add an event.")
    base = calibrate(world, scope=scope)
    engine = Engine(base, settings)
    baseline = engine.clear([News(0, ())])  # solved, not assumed, so that it is proven too
    expected = engine.learn(expected_news(staged))
    name = run_id(world, scenario, settings, scope, f"{seed}/{draws}")
    kept = recall(name, cache) if cache is not None else None
    if kept is None:
        kept = _drawn(ranges(world), staged, engine, seed, draws, workers, progress)
        if cache is not None:
            keep(name, cache, *kept)
    arrays, inputs, failed = kept
    return Sample(
        world=world,
        base=base,
        scenario=scenario,
        settings=settings,
        seed=seed,
        baseline=baseline,
        expected=expected,
        **arrays,
        inputs=inputs,
        failed=failed,
        notes=staged.notes,
        run=name,
        seconds=time.perf_counter() - began,
    )


def _drawn(
    ranged: dict[str, Range],
    staged: Stage,
    engine: Engine,
    seed: int,
    draws: int,
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> tuple[Arrays, pd.DataFrame, tuple[str, ...]]:
    """Solve all draws, each on the market of the thread that takes it."""
    engines: SimpleQueue[Engine] = SimpleQueue()
    for _ in range(max(1, workers)):
        engines.put(engine.twin())

    def one(i: int) -> _Draw:
        mine = engines.get()
        try:
            return _solve(ranged, staged, mine, seed, i)
        finally:
            engines.put(mine)

    found: list[_Draw] = []
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for result in pool.map(one, range(draws)):
            found.append(result)
            if progress:
                progress(len(found), draws)
    solved = [d for d in found if d.values is not None]
    failed = tuple(d.reason for d in found if d.values is None)
    if not solved:
        raise ModelError(f"no draw could be solved; the first: {failed[0]}")
    arrays = {name: np.stack([d.values[name] for d in solved if d.values is not None]) for name in KEPT}
    return arrays, pd.DataFrame([d.inputs for d in solved]), failed


def run_id(
    world: World, scenario: Scenario, settings: Settings, scope: tuple[str, ...], extra: str = ""
) -> str:
    """Return the name of a run: 12 hexadecimal digits over all that decides its result."""
    text = "|".join([world.hash, scenario.hash, repr(settings), ",".join(scope), extra, __version__])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _Draw:
    inputs: dict[str, float | int | bool]
    values: dict[str, Floats] | None
    reason: str = ""


def _solve(ranged: dict[str, Range], staged: Stage, engine: Engine, seed: int, i: int) -> _Draw:
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(i,)))
    chosen = {name: r.at(float(rng.random())) if r.low < r.high else r.value for name, r in ranged.items()}
    fate = draw_fate(staged, rng, every=engine.settings.stride)
    inputs: dict[str, float | int | bool] = {"draw": i, **chosen}
    for event in fate.durations:
        inputs[f"duration_{event}"] = fate.durations[event]
        inputs[f"size_{event}"] = fate.sizes[event]
        inputs[f"happened_{event}"] = fate.happened[event]
    try:
        values = engine.draw(fate.news, Draw(**chosen), KEPT)
    except ModelError as error:
        return _Draw(inputs, None, f"draw {i}: {error}")
    return _Draw(inputs, values)
