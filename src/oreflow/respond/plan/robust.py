"""A plan against the attacker: how it stands up to the worst attack, and the plan that is best against it.

    min_x  c·x + λ·max_{A ∈ U} L_A(x)        U: all sets of so many targets

Column-and-constraint generation (Zeng & Zhao, Oper. Res. Lett. 41, 2013): the plan that is best against the attacks
known so far, then the attack that is worst for that plan, until the two values meet. The first bounds the optimum from
below, the second from above, so that the end is proven.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from oreflow.errors import NumericalError, UnknownNameError, UsageError
from oreflow.respond.plan.benders import TOLERANCE, Planner
from oreflow.respond.plan.happenings import nothing, of_losses
from oreflow.respond.plan.markets import solve
from oreflow.respond.plan.measures import places_of
from oreflow.respond.plan.programme import Floats
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.spec import AttackCase
from oreflow.respond.plan.study import Study, lay
from oreflow.respond.plan.whole import changes, widened
from oreflow.shock.attack import Losses, Measure, candidates

MOST_SETS = 400
"""Most sets of targets that are looked at."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """What an attack does.

    Attributes:
        attack: What is lost.
        without: Loss without any plan, USD.
        chosen: Loss under the plan that was chosen for all cases.
        robust: Loss under the plan that is best against the worst attack.
    """

    attack: str
    without: float
    chosen: float
    robust: float


@dataclass(frozen=True)
class Robust:
    """How plans stand up to the attacker.

    Attributes:
        attack: The attacker.
        sets: Attacks looked at: all there are.
        attacks: Each, by falling loss without a plan.
        sizes: The plan that is best against the worst attack.
        cost: Its cost, USD.
        value: Its cost and λ times its worst loss, USD.
        bound: No plan has less.
        rounds: Rounds of generation.
        generated: Attacks that it took.
        world_without: Welfare that the worst attack costs the whole world without a plan, USD.
        world_with: The same with the chosen plan, which is there before and after the loss.
    """

    attack: AttackCase
    sets: int
    attacks: tuple[Attacked, ...]
    sizes: dict[str, float]
    cost: float
    value: float
    bound: float
    rounds: int
    generated: tuple[str, ...]
    world_without: float
    world_with: float

    @property
    def worst_without(self) -> Attacked:
        """The attack that is worst without a plan."""
        return max(self.attacks, key=lambda a: a.without)

    @property
    def worst_chosen(self) -> Attacked:
        """The attack that is worst for the chosen plan."""
        return max(self.attacks, key=lambda a: a.chosen)

    @property
    def worst_robust(self) -> Attacked:
        """The attack that is worst for the plan that is best against it."""
        return max(self.attacks, key=lambda a: a.robust)


def robust(
    made: Study,
    x: Floats,
    *,
    attack: AttackCase | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Robust:
    """Hold plans against the attacker.

    Args:
        made: Markets, measures and second stage; its cases are not used.
        x: The chosen plan, shape (K,).
        attack: The attacker; that of the spec by default.
        progress: Called with attacks solved and attacks in all.

    Returns:
        What every attack does, and the plan that is best against the worst.

    Raises:
        UsageError: There is no attacker, or too many sets.
        UnknownNameError: A target is not known.
        ModelError: A market could not be cleared.
    """
    attack = attack or made.spec.attack
    if attack is None:
        raise UsageError("there is no attacker. Give attack: in the spec.")
    pool = candidates(made.world, made.base, attack.targets, minerals=made.spec.minerals, trade=attack.trade)
    known = {c.key: i for i, c in enumerate(pool)}
    for name in attack.among:
        if name not in known:
            raise UnknownNameError(f"target among {attack.targets}", name, known)
    # Nobody plans against the loss of the region that the plan is for, unless it is named.
    own = places_of(made.world, made.spec.region) if attack.targets == "countries" else set()
    usable = [known[n] for n in attack.among] or [i for i, c in enumerate(pool) if c.key not in own]
    if attack.budget > len(usable):
        raise UsageError(f"a budget of {attack.budget} is more than the {len(usable)} targets.")
    if comb(len(usable), attack.budget) > MOST_SETS:
        raise UsageError(
            f"{comb(len(usable), attack.budget):,} sets of {attack.budget} are more than {MOST_SETS}. "
            "Name fewer targets in among, or lower the budget."
        )
    sets = [frozenset(s) for s in combinations(usable, attack.budget)]
    cases = [nothing(1.0)] + [
        of_losses(made.base, pool, s, months=attack.months, weight=1.0, onset=attack.onset) for s in sets
    ]
    markets = solve(made.base, cases, spans=made.spec.spans, progress=progress)
    laid = lay(made.world, made.base, made.spec, markets, made.supplies)
    found = generate(Planner(Recourse(laid.second.programme), laid.menu), made.spec.weight, made.spec.budget)
    recourse = Recourse(laid.second.programme)
    none, chosen, best = (recourse.at(v).loss[1:] for v in (np.zeros_like(x), x, found.x))
    names = [c.name for c in cases[1:]]
    attacks = sorted(
        (Attacked(*row) for row in zip(names, none.tolist(), chosen.tolist(), best.tolist(), strict=True)),
        key=lambda a: -a.without,
    )
    worst = sets[int(np.argmax(none))]
    before, after = _whole(made, x, pool, worst, attack)
    p = laid.second.programme
    return Robust(
        attack=attack,
        sets=len(sets),
        attacks=tuple(attacks),
        sizes={m: float(v) for m, v in zip(p.measures, found.x, strict=True) if v > 1e-9},
        cost=float(laid.menu.cost @ found.x),
        value=found.value,
        bound=found.bound,
        rounds=found.rounds,
        generated=tuple(names[i - 1] for i in found.generated),
        world_without=before,
        world_with=after,
    )


@dataclass(frozen=True)
class Generated:
    """The plan that is best against the worst case.

    Attributes:
        x: Sizes, shape (K,).
        value: cost + λ·worst loss, USD.
        bound: No plan has less, USD.
        rounds: Rounds.
        generated: Cases that it took, in order.
    """

    x: Floats
    value: float
    bound: float
    rounds: int
    generated: tuple[int, ...]


def generate(planner: Planner, weight: float, budget: float = np.inf, *, first: int = 1) -> Generated:
    """Find the plan that is best against the worst of all cases from `first` on.

    Args:
        planner: Finds plans for some cases.
        weight: λ.
        budget: Most that a plan may cost, USD.
        first: First case that the attacker may choose.

    Returns:
        The plan with its proof.

    Raises:
        NumericalError: The values do not meet.
    """
    p, menu, recourse = planner.programme, planner.menu, planner.recourse
    everything = list(range(first, len(p.scenarios)))
    x = np.zeros(p.size)
    upper, bound = np.inf, -np.inf
    active: list[int] = []
    incumbent = x
    for rounds in range(1, len(everything) + 2):
        loss = recourse.at(x, everything).loss
        worst = everything[int(np.argmax(loss[everything]))]
        value = float(menu.cost @ x) + weight * float(loss[worst])
        if value < upper:
            upper, incumbent = value, x
        scale = max(float(menu.cost @ menu.most), weight * float(np.abs(loss[everything]).max()), 1.0)
        if worst in active or upper - bound <= TOLERANCE * scale:
            return Generated(incumbent, upper, min(bound, upper), rounds - 1, tuple(active))
        active.append(worst)
        equal = np.zeros(len(p.scenarios))
        equal[active] = 1.0
        best = planner.best(weight, tail=1.0 / len(active), budget=budget, probabilities=equal)
        x, bound = best.x, max(bound, best.bound)
    raise NumericalError("the plan against the worst case did not settle.")


def _whole(
    made: Study, x: Floats, pool: tuple[object, ...], worst: frozenset[int], attack: AttackCase
) -> tuple[float, float]:
    """Welfare that an attack costs the whole world, without a plan and with one that gives all it can."""
    base = widened(made.world, made.base, made.supplies)
    lost = candidates(made.world, base, attack.targets, minerals=made.spec.minerals, trade=attack.trade)
    chosen = [c for c in lost if c.key in {getattr(pool[i], "key", "") for i in worst}]
    total = sum(made.spec.spans)
    monthly = np.zeros((len(made.supplies), total + 1))
    begin = np.arange(attack.months + 1, dtype=float)
    for k, s in enumerate(made.supplies):
        room = s.room(attack.onset, s.measure.lead, begin) * x[k]
        if s.measure.stock:
            held = x[k] * s.measure.effect
            room = np.minimum(room, held / attack.months)
        monthly[k, : attack.months] = room
    measure = Measure.of(made.world, base, "welfare")
    plain = Losses(base, chosen, measure, months=attack.months, workers=1)
    with_plan = plain.under(changes(base, made.supplies, monthly))
    everything = range(len(chosen))
    return plain.harm(everything).welfare, with_plan.harm(everything).welfare
