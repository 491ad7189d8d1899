"""From a spec to the cases that a plan is judged by."""

from __future__ import annotations

from dataclasses import replace

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base, Settings
from oreflow.respond.plan.happenings import (
    Happening,
    check_chances,
    nothing,
    of_futures,
    of_losses,
    of_scenario,
)
from oreflow.respond.plan.spec import LossCase, PlanSpec, ScenarioCase
from oreflow.shock.attack import candidates
from oreflow.shock.ensemble import Spec


def cases_of(world: World, base: Base, spec: PlanSpec) -> list[Happening]:
    """Return everything that may happen, with chances that add up to 1; first that nothing does.

    Args:
        world: World.
        base: Calibrated market.
        spec: What is asked for.

    Returns:
        Cases.

    Raises:
        UsageError: Chances add up to more than 1.
        UnknownNameError: A scenario or a loss names what is not in the world.
        ScenarioError: Events that contradict each other or lie outside the window.
    """
    months = sum(spec.spans)
    found: list[Happening] = []
    for case in spec.cases:
        onset = (0.0, spec.latest) if case.onset is None else case.onset
        if isinstance(case, ScenarioCase):
            found += of_scenario(
                world,
                case.scenario,
                chance=case.chance,
                months=months,
                draws=case.draws,
                onset=onset,
                seed=spec.seed,
            )
        else:
            found += _losses(world, base, spec, case, onset)
    left = check_chances(found)
    if spec.hazards is not None:
        chance = left if spec.hazards.chance is None else spec.hazards.chance
        if chance > left + 1e-9:
            raise UsageError(
                f"the chance of the hazards, {chance:g}, is more than the scenarios leave, {left:.4g}."
            )
        settings = Settings(start="2026-01", periods=months // 3, step="quarter", ahead=(3, 9))
        hazards = Spec(
            name=spec.name, settings=settings, scope=spec.minerals, draws=spec.hazards.draws, seed=spec.seed
        )
        found += of_futures(
            world, base, hazards, chance=chance, draws=spec.hazards.draws, onset=(0.0, spec.latest)
        )
        left = max(left - chance, 0.0)
    return [nothing(left), *(c for c in found if c.weight > 0)]


def _losses(
    world: World, base: Base, spec: PlanSpec, case: LossCase, onset: tuple[float, float]
) -> list[Happening]:
    pool = candidates(world, base, case.targets, minerals=spec.minerals, trade=case.trade)
    index = {c.key: i for i, c in enumerate(pool)}
    for name in case.names:
        if name not in index:
            raise UnknownNameError(f"target among {case.targets}", name, index)
    lost = frozenset(index[n] for n in case.names)
    out = []
    for i in range(case.draws):
        at = onset[0] + (i + 0.5) / case.draws * (onset[1] - onset[0])
        one = of_losses(base, pool, lost, months=case.months, weight=case.chance / case.draws, onset=at)
        out.append(replace(one, name=one.name if case.draws == 1 else f"{one.name} {i + 1}", group=one.group))
    return out
