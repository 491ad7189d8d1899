"""Against the attacker: generation equals brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oreflow.errors import UnknownNameError, UsageError
from oreflow.respond.plan import AttackCase, LossCase, PlanSpec, planned, robust, study
from oreflow.respond.plan.benders import Planner
from oreflow.respond.plan.extensive import extensive
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.robust import generate
from tests.market.worlds import one_node
from tests.respond.plan.small import random
from tests.respond.plan.worlds import measure, with_measures


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("lots", [False, True])
def test_generation_equals_the_programme_over_all_cases(seed, lots):
    programme, menu = random(seed, lots=lots)
    found = generate(Planner(Recourse(programme, workers=1), menu), 1.5, first=0)
    n = len(programme.scenarios)
    _, value = extensive(replace(programme, weight=np.full(n, 1 / n)), menu, 1.5, tail=1 / n)
    assert found.value == pytest.approx(value, rel=1e-6, abs=1e-6)
    assert found.bound <= value * (1 + 1e-6) + 1e-6
    worst = Recourse(programme, workers=1).at(found.x).loss.max()
    assert found.value == pytest.approx(float(menu.cost @ found.x) + 1.5 * worst, rel=1e-9)
    assert len(found.generated) <= n


@pytest.fixture(scope="module")
def made():
    world = with_measures(
        one_node(mines=2),
        measure("stock", running=400.0, most=80.0, lot=8.0),
        measure("other", running=900.0, most=20.0),
    )
    spec = PlanSpec(
        name="p", region="A", minerals=("x",), years=2.0, spans=(6, 6), tail=1.0, weights=(),
        cases=(LossCase(targets="plants", names=("mine0",), chance=0.5, months=6, draws=1, onset=(0.0, 0.0)),),
        attack=AttackCase(targets="plants", budget=1, months=6, onset=3.0),
    )  # fmt: skip
    return study(world, spec)


def test_the_best_against_the_worst_equals_trying_every_lot(made):
    found = robust(made, np.zeros(2))
    assert found.sets == 2
    assert found.value == pytest.approx(found.bound, rel=1e-6)
    assert found.worst_robust.robust < found.worst_without.without
    # The two mines are alike: a grid of both measures, by hand.
    case = robust(made, np.array([found.sizes.get("stock", 0.0), found.sizes.get("other", 0.0)]))
    assert case.worst_chosen.chosen == pytest.approx(found.worst_robust.robust, rel=1e-9)
    values = []
    for a, b in ((80.0, 0.0), (48.0, 10.0)):
        tried = robust(made, np.array([a, b]))
        values.append(float(made.menu.cost @ np.array([a, b])) + tried.worst_chosen.chosen)
    assert found.value <= min(values) + 1e-3 * abs(min(values))


def test_the_chosen_plan_is_held_against_every_attack(made):
    x = made.second.programme.sizes(planned(made).chosen.sizes)
    found = robust(made, x)
    assert [a.without for a in found.attacks] == sorted((a.without for a in found.attacks), reverse=True)
    assert found.worst_chosen.chosen <= found.worst_without.without
    assert found.world_with <= found.world_without


def test_bad_attackers_are_refused(made):
    x = np.zeros(2)
    with pytest.raises(UnknownNameError, match="mine0"):
        robust(made, x, attack=AttackCase(targets="plants", among=("mine_0",)))
    with pytest.raises(UsageError, match="budget"):
        robust(made, x, attack=AttackCase(targets="plants", budget=3))
    with pytest.raises(UsageError, match="attacker"):
        robust(replace(made, spec=replace(made.spec, attack=None)), x)
