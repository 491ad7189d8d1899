"""What a plan is judged by: things that may happen within the horizon, each with a chance and a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UsageError
from oreflow.market import Base, Change, News
from oreflow.shock import Scenario, stage
from oreflow.shock.attack import Candidate
from oreflow.shock.ensemble import Futures, Spec
from oreflow.shock.timeline import draw

NEUTRAL = {
    "availability": 1.0, "capacity": 1.0, "quantity": 1.0, "cover": 1.0, "limit": np.inf, "quota": np.inf,
    "cost": 0.0, "tariff": 0.0, "draw": 0.0, "fill": 0.0,
}  # fmt: skip
"""Value of an attribute that changes nothing."""


@dataclass(frozen=True)
class Happening:
    """One case.

    Attributes:
        name: What it is called.
        group: Scenario that it is a draw of.
        weight: Its probability.
        onset: Months from the decision until it begins.
        changes: What it does to the market, by month from its beginning.
        text: What happens, in words.
    """

    name: str
    group: str
    weight: float
    onset: float
    changes: tuple[Change, ...]
    text: str = ""


def nothing(weight: float) -> Happening:
    """Return the case in which nothing happens.

    Args:
        weight: Its probability.
    """
    return Happening("nothing", "nothing happens", weight, 0.0, (), "The market stays as it is.")


def of_scenario(
    world: World,
    scenario: Scenario,
    *,
    chance: float,
    months: int,
    draws: int = 1,
    onset: tuple[float, float] = (0.0, 0.0),
    seed: int = 1,
    start: str | None = None,
) -> list[Happening]:
    """Return draws of a scenario as it turns out: whether, how much, how long.

    Args:
        world: World.
        scenario: The scenario.
        chance: Chance that it comes within the horizon.
        months: Months looked at from its beginning.
        draws: Number of draws; draw i depends on the seed and i alone.
        onset: Months from the decision between which it begins; the draws are spread over them evenly.
        seed: Seed.
        start: Month that the window begins with; that of the first event by default.

    Returns:
        One case a draw, of equal chance.

    Raises:
        ScenarioError: Its events lie outside the window, or contradict each other.
        UnknownNameError: It names something that is not in the world.
    """
    first = start or min(min(e.start, e.known_from) for e in scenario.events)[:7]
    staged = stage(scenario, world, start=first, months=months)
    out = []
    for i in range(draws):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(i,)))
        real = draw(staged, rng)
        at = onset[0] + (i + 0.5) / draws * (onset[1] - onset[0])
        name = scenario.name if draws == 1 else f"{scenario.name} {i + 1}"
        out.append(Happening(name, scenario.name, chance / draws, at, real.truth, scenario.title))
    return out


def of_futures(
    world: World,
    base: Base,
    spec: Spec,
    *,
    chance: float,
    draws: int,
    onset: tuple[float, float] = (0.0, 0.0),
) -> list[Happening]:
    """Return sampled futures of an ensemble, each as it turned out.

    Args:
        world: World.
        base: Calibrated market.
        spec: What may happen; its horizon is the window.
        chance: Chance of all of them together.
        draws: Number of draws.
        onset: As for `of_scenario`.

    Returns:
        One case a draw, of equal chance.

    Raises:
        OreflowError: As `oreflow.shock.ensemble.Futures`.
    """
    futures = Futures(world, spec, base)
    months = spec.settings.periods * spec.settings.months
    out = []
    for i in range(draws):
        future = futures.future(i)
        at = onset[0] + (i + 0.5) / draws * (onset[1] - onset[0])
        struck = [o.target for o in future.occurrences]
        text = f"{len(struck)} events" + (f", the first at {struck[0]}" if struck else "")
        changes = turned_out(future.news[""], months)
        out.append(Happening(f"future {i + 1}", "what comes by itself", chance / draws, at, changes, text))
    return out


def of_losses(
    base: Base,
    candidates: Sequence[Candidate],
    lost: frozenset[int],
    *,
    months: int,
    weight: float,
    onset: float,
) -> Happening:
    """Return a set of losses as a case, as `oreflow.shock.attack.Losses` understands it.

    Args:
        base: Calibrated market.
        candidates: What can be lost.
        lost: Indices of what is.
        months: Months that the loss lasts.
        weight: Its probability.
        onset: Months from the decision until it begins.
    """
    net = base.net
    during = np.arange(months + 1) < months
    plants: set[int] = set()
    stopped: set[int] = set()
    dearer: dict[int, float] = {}
    for i in lost:
        plants |= candidates[i].plants
        stopped |= candidates[i].stopped
        for route, cost in candidates[i].dearer.items():
            dearer[route] = max(dearer.get(route, 0.0), cost)
    told = [
        Change(
            "plants", tuple(net.plants[j] for j in sorted(plants)), "availability", np.where(during, 0.0, 1.0)
        ),
        Change(
            "trade", tuple(net.routes[a] for a in sorted(stopped)), "limit", np.where(during, 0.0, np.inf)
        ),
        *(
            Change("trade", (net.routes[a],), "cost", np.where(during, dearer[a], 0.0))
            for a in sorted(dearer)
        ),
    ]
    names = [candidates[i].name for i in sorted(lost)]
    name = " and ".join(names)
    return Happening(
        name, name, weight, onset, tuple(c for c in told if c.rows), f"{name} lost for {months} months"
    )


def turned_out(news: Sequence[News], months: int) -> tuple[Change, ...]:
    """Return what was so in each month: of every month, what was believed of it when it came.

    Args:
        news: What was heard when.
        months: Months of the window.

    Returns:
        Changes whose profiles are neutral outside the months in which they were in force.
    """
    ordered = sorted(news, key=lambda n: n.month)
    out = []
    for k, heard in enumerate(ordered):
        begin = max(heard.month, 0)
        end = ordered[k + 1].month if k + 1 < len(ordered) else None
        last = months if end is None else min(end, months)
        if last <= begin:
            continue
        for change in heard.changes:
            if change.attribute not in NEUTRAL:
                out += [change] if end is None else []
                continue
            profile = np.full(last + (end is not None), NEUTRAL[change.attribute])
            told = np.asarray(change.profile, dtype=float)
            profile[begin:last] = told[np.minimum(np.arange(begin, last), len(told) - 1)]
            out.append(Change(change.table, change.rows, change.attribute, profile))
    return tuple(out)


def check_chances(cases: Sequence[Happening]) -> float:
    """Return the chance that is left for nothing to happen.

    Args:
        cases: All cases.

    Raises:
        UsageError: The chances add up to more than 1, or one is no chance.
    """
    for c in cases:
        if not 0.0 <= c.weight <= 1.0:
            raise UsageError(f"the chance of {c.name} is {c.weight:g}, not between 0 and 1.")
    total = sum(c.weight for c in cases)
    if total > 1.0 + 1e-9:
        raise UsageError(f"the chances of the scenarios add up to {total:.4g}, more than 1. Lower some.")
    return max(1.0 - total, 0.0)
