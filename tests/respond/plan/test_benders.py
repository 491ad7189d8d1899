"""The decomposition against closed forms, the extensive form and finite differences."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from oreflow.errors import UsageError
from oreflow.respond.plan.benders import Menu, Planner
from oreflow.respond.plan.extensive import extensive
from oreflow.respond.plan.recourse import Recourse
from tests.respond.plan.small import newsvendor, random


def _menu(cost: float, most: float = 200.0, lot: float = 0.0) -> Menu:
    return Menu(np.array([cost]), np.array([most]), np.array([lot]))


@pytest.mark.parametrize(
    ("cost", "size"),
    [
        (10.0, 0.0),  # dearer than what is lost
        (4.0, 40.0),  # worth 9 a unit with chance 0.5: up to what the second scenario lacks
        (1.5, 100.0),  # worth 9 with chance 0.2 = 1.8: up to what the third lacks
        (1.9, 40.0),
    ],
)
def test_stock_is_the_newsvendor_quantile(cost: float, size: float) -> None:
    """With the mean (tail 1) a unit is bought while its cost is below worth × chance that it is needed."""
    found = Planner(Recourse(newsvendor()), _menu(cost)).best(1.0, tail=1.0)
    assert found.x[0] == pytest.approx(size, abs=1e-6)
    assert found.value == pytest.approx(cost * size + 9 * (0.3 * max(40 - size, 0) + 0.2 * (100 - size)))


def test_tail_looks_at_the_worst_only() -> None:
    """In the worst fifth the third scenario is certain: worth 9 a unit whatever its chance."""
    found = Planner(Recourse(newsvendor()), _menu(8.0)).best(1.0, tail=0.2)
    # Beyond 40 left over, the tail holds the third only; all of it is bought.
    assert found.x[0] == pytest.approx(100.0)
    assert found.risk == pytest.approx(0.0, abs=1e-6)


def test_lots_are_whole() -> None:
    """30 a lot against a lack of 100 worth 9 at cost 8: three lots, for of the fourth only 10 units would be used."""
    found = Planner(Recourse(newsvendor()), _menu(8.0, lot=30.0)).best(1.0, tail=0.2)
    assert found.x[0] == pytest.approx(90.0)


def test_budget_binds() -> None:
    found = Planner(Recourse(newsvendor()), _menu(1.0)).best(1.0, tail=1.0, budget=25.0)
    assert found.x[0] == pytest.approx(25.0)
    assert found.cost == pytest.approx(25.0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("lots", [False, True])
def test_equals_extensive_form(seed: int, lots: bool) -> None:
    programme, menu = random(seed, lots=lots)
    planner = Planner(Recourse(programme, workers=1), menu)
    for weight, tail, budget in ((0.3, 0.3, np.inf), (1.0, 1.0, np.inf), (3.0, 0.15, 150.0)):
        found = planner.best(weight, tail=tail, budget=budget)
        _, value = extensive(programme, menu, weight, tail=tail, budget=budget)
        assert found.value == pytest.approx(value, rel=1e-6, abs=1e-6)
        assert found.bound <= value + 1e-6 * abs(value)
        assert found.cost <= budget + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_subgradients_support(seed: int) -> None:
    """A cut lies below the loss everywhere, and touches it where it was made."""
    programme, menu = random(seed)
    recourse = Recourse(programme, workers=1)
    rng = np.random.default_rng(seed)
    points = [recourse.at(menu.most * rng.random(programme.size)) for _ in range(6)]
    for a in points:
        for b in points:
            under = a.loss + a.gradient @ (b.x - a.x)
            assert (under <= b.loss + 1e-6 * np.abs(b.loss).max()).all()


def test_warm_equals_cold() -> None:
    programme, menu = random(3)
    warm, cold = Recourse(programme, workers=1), Recourse(programme, workers=1, warm=False)
    for share in (0.0, 0.3, 0.9, 0.5):
        np.testing.assert_allclose(
            warm.at(menu.most * share).loss, cold.at(menu.most * share).loss, rtol=1e-9
        )


def test_frontier_is_monotone() -> None:
    """The more risk weighs, the more is spent and the less is at risk."""
    programme, menu = random(7)
    planner = Planner(Recourse(programme, workers=1), menu)
    found = [planner.best(w, tail=0.25) for w in (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)]
    assert found[0].cost == 0.0
    for a, b in pairwise(found):
        assert b.cost >= a.cost - 1e-6
        assert b.risk <= a.risk + 1e-6
    assert found[-1].risk < found[0].risk


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"weight": -1.0}, "weight of risk"),
        ({"weight": float("nan")}, "weight of risk"),
        ({"weight": 1.0, "budget": -5.0}, "budget"),
        ({"weight": 1.0, "tail": 0.0}, "tail"),
        ({"weight": 1.0, "tail": 1.5}, "tail"),
    ],
)
def test_bad_options(options: dict[str, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Planner(Recourse(newsvendor()), _menu(1.0)).best(**options)
