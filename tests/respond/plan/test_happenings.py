"""What may happen: chances, draws, and what turned out."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Change, News, calibrate
from oreflow.respond.plan import HazardCase, LossCase, PlanSpec, ScenarioCase
from oreflow.respond.plan.cases import cases_of
from oreflow.respond.plan.happenings import of_scenario, turned_out
from oreflow.shock.catalogue import from_library


def test_every_month_is_what_was_believed_of_it_when_it_came():
    news = [
        News(0, (Change("plants", ("a",), "availability", np.array([0.5, 0.4, 0.3])),)),
        News(2, (Change("plants", ("a",), "availability", np.array([1.0, 1.0, 0.2, 0.1, 1.0])),)),
    ]
    made = turned_out(news, 6)
    months = np.arange(6)
    value = np.ones(6)
    for change in made:
        value *= change.profile[np.minimum(months, len(change.profile) - 1)]
    np.testing.assert_allclose(value, [0.5, 0.4, 0.2, 0.1, 1.0, 1.0])


def test_limits_are_absent_where_nothing_was_said():
    news = [News(1, (Change("trade", ("r",), "limit", np.array([0.0])),)), News(3, ())]
    [change] = turned_out(news, 6)
    assert change.profile.tolist() == [np.inf, 0.0, 0.0, np.inf]


def test_draws_of_a_scenario_are_reproducible_alone_and_spread_over_time():
    world = bundled()
    scenario = from_library("smelter_outage")
    many = of_scenario(world, scenario, chance=0.4, months=24, draws=4, onset=(0.0, 80.0), seed=7)
    few = of_scenario(world, scenario, chance=0.4, months=24, draws=2, onset=(0.0, 80.0), seed=7)
    assert [c.onset for c in many] == [10.0, 30.0, 50.0, 70.0]
    assert sum(c.weight for c in many) == pytest.approx(0.4)
    for a, b in zip(many, few, strict=False):
        assert all(np.array_equal(x.profile, y.profile) for x, y in zip(a.changes, b.changes, strict=True))


def _spec(**given):
    options = {"name": "p", "region": "USA", "minerals": ("copper",), **given}
    return PlanSpec(**options)


@pytest.fixture(scope="module")
def copper():
    world = bundled()
    return world, calibrate(world, scope=("copper",))


def test_chances_add_up_to_one_with_nothing_first(copper):
    case = ScenarioCase(scenario=from_library("smelter_outage"), chance=0.3, draws=2)
    loss = LossCase(targets="countries", names=("CHL",), chance=0.2, draws=2)
    found = cases_of(*copper, _spec(cases=(case, loss), hazards=HazardCase(draws=3)))
    assert found[0].name == "nothing"
    assert found[0].weight == 0.0  # what scenarios leave is what comes by itself
    assert sum(c.weight for c in found) == pytest.approx(1.0)
    assert [c.group for c in found[-3:]] == ["what comes by itself"] * 3
    assert found[-1].changes


@pytest.mark.parametrize(
    ("cases", "error", "says"),
    [
        ((LossCase(targets="countries", names=("CHI",), chance=0.2),), UnknownNameError, "CHL"),
        ((LossCase(targets="countries", names=("CHL",), chance=0.7),) * 2, UsageError, "more than 1"),
    ],
)
def test_bad_cases_are_refused(copper, cases, error, says):
    with pytest.raises(error, match=says):
        cases_of(*copper, _spec(cases=cases))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"region": ""}, "region or for a firm"),
        ({"firm": "catl"}, "region or for a firm"),
        ({"minerals": ()}, "at least one mineral"),
        ({"counts": "everyone"}, "counts"),
        ({"years": 0.0}, "horizon"),
        ({"years": 1.0}, "within the horizon"),
        ({"budget": -1.0}, "budget"),
        ({"weight": -1.0}, "weight of risk"),
        ({"tail": 0.0}, "tail"),
        ({"hazards": None}, "something that may happen"),
        ({"cases": (LossCase(targets="countries", names=("CHL",), chance=1.2),)}, "chance"),
        ({"cases": (LossCase(targets="countries", names=("CHL",), chance=0.2, draws=0),)}, "draws"),
    ],
)
def test_specs_that_make_no_sense_are_refused(given, says):
    with pytest.raises(UsageError, match=says):
        _spec(**{"hazards": HazardCase(), **given})
