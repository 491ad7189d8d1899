from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.respond.floor import Project, Terms, financed, project_of
from oreflow.respond.prices import Paths
from oreflow.shock.ranges import Range

NODE = "ndpr_oxide@CHN"


def one(value: float) -> Range:
    return Range(value, value, value)


def project(**changes) -> Project:
    numbers = {
        "name": "mine", "node": NODE, "unit": "t NdPr", "capacity": 1200.0, "capital": one(1000.0),
        "operating": one(60.0), "wacc": one(0.1), "tax": 0.25, "life": 3, "build": 6, "ramp": 3, "use": 1.0,
        "idle": 0.2,
    }  # fmt: skip
    return Project(**{**numbers, **changes})


def terms(**changes) -> Terms:
    return Terms(**{"strike": 80.0, "node": NODE, "years": 2, "settlement": "quarter", **changes})


def by_hand(
    p: Project, t: Terms | None, price: np.ndarray, capital: float, cost: float, wacc: float
) -> float:
    """The same sum month by month in plain Python."""
    made = [0.0] * p.months
    for k in range(12 * p.life):
        made[p.build + k] = p.capacity * p.use / 12 * min((k + 1) / p.ramp, 1.0)
    pay = [0.0] * p.months
    if t is not None:
        for q in range(int(t.years * 4)):
            months = range(3 * q, 3 * q + 3)
            mean = sum(price[m] for m in months) / 3
            for m in months:
                pay[m] = max(t.strike - mean, 0.0) - t.upside * max(mean - t.strike, 0.0)
    runs = [price[m] + pay[m] - cost >= -p.idle * cost for m in range(p.months)]
    if t is not None and t.quantity is not None:
        for q in range(int(t.years * 4)):
            months = range(3 * q, 3 * q + 3)
            full = sum(made[m] for m in months)
            seen = [pay[m] * min(t.quantity / 4 / full, 1.0) if full else 0.0 for m in months]
            for m, g in zip(months, seen, strict=True):
                runs[m] = price[m] + g - cost >= -p.idle * cost
            total = sum(made[m] for m in months if runs[m])
            for m in months:
                pay[m] *= min(t.quantity / 4 / total, 1.0) if total else 0.0
    value = -sum(capital / max(p.build, 1) * (1 + wacc) ** (-m / 12) for m in range(max(p.build, 1)))
    for year in range(p.life):
        profit = 0.0
        for m in range(p.build + 12 * year, p.build + 12 * year + 12):
            flow = (price[m] + pay[m] - cost if runs[m] else -p.idle * cost) * made[m]
            profit += flow
            value += flow * (1 + wacc) ** (-(m + 1) / 12)
        tax = p.tax * max(profit - capital / p.life, 0.0)
        value -= tax * (1 + wacc) ** (-(p.build + 12 * year + 12) / 12)
    return value


@pytest.mark.parametrize("quantity", [None, 600.0])
@pytest.mark.parametrize("upside", [0.0, 0.3])
def test_the_value_is_the_sum_month_by_month(quantity: float | None, upside: float) -> None:
    price = np.random.default_rng(2).uniform(30, 130, (12, 42))
    p = project(
        capital=Range(500.0, 1000.0, 3000.0), operating=Range(50.0, 60.0, 75.0), wacc=Range(0.08, 0.1, 0.14)
    )
    t = terms(quantity=quantity, upside=upside)
    made = financed(p, t, Paths(price, 1, "2026-01", NODE), seed=4)
    capital, cost, wacc = p.draw(12, seed=4)
    for i in range(12):
        numbers = (price[i], float(capital[i]), float(cost[i]), float(wacc[i]))
        assert made.npv_without[i] == pytest.approx(by_hand(p, None, *numbers), rel=1e-9)
        assert made.npv_with[i] == pytest.approx(by_hand(p, t, *numbers), rel=1e-9)


def test_what_the_plant_gets_is_what_is_paid() -> None:
    price = np.random.default_rng(3).uniform(30, 130, (8, 42))
    p = project(tax=0.0, wacc=one(0.0), idle=1.0)  # never idle, no discount: the difference is the payment
    t = terms(quantity=900.0, upside=0.2)
    made = financed(p, t, Paths(price, 1, "2026-01", NODE))
    assert made.npv_with - made.npv_without == pytest.approx(made.payout.net, rel=1e-9)


@given(low=st.floats(0, 150), more=st.floats(0, 60), seed=st.integers(0, 30))
def test_a_higher_floor_finances_no_less(low: float, more: float, seed: int) -> None:
    price = np.random.default_rng(seed).uniform(20, 140, (10, 42))
    paths = Paths(price, 1, "2026-01", NODE)
    a, b = (financed(project(), terms(strike=k), paths) for k in (low, low + more))
    assert (b.npv_with >= a.npv_with - 1e-6).all()
    assert (a.npv_with >= a.npv_without - 1e-6).all()
    assert b.prob_with >= a.prob_with >= a.prob_without
    assert a.expected_capacity == pytest.approx(1200 * (a.prob_with - a.prob_without))


def test_a_known_price_is_plain_arithmetic() -> None:
    p = project(life=1, build=0, ramp=0, wacc=one(0.0), tax=0.25, capital=one(12_000.0), operating=one(60.0))
    made = financed(p, terms(strike=80.0, years=1), Paths(np.full((2, 12), 70.0), 1, "2026-01", NODE))
    # 1,200 units at a margin of 10 pay back the capital just so: no profit, no tax, nought
    assert made.npv_without.tolist() == [0.0, 0.0]
    assert made.npv_with == pytest.approx([24_000 - 12_000 - 0.25 * 12_000] * 2)
    assert made.expected_payout == pytest.approx(12_000.0)
    assert (made.prob_without, made.prob_with, made.cost_per_capacity) == (1.0, 1.0, None)


def test_a_floor_keeps_a_plant_running() -> None:
    p = project(life=2, build=0, ramp=0)
    made = financed(p, terms(strike=80.0), Paths(np.full((2, 24), 40.0), 1, "2026-01", NODE))
    assert made.months_without.tolist() == [0.0, 0.0]
    assert made.months_with.tolist() == [24.0, 24.0]


def test_a_lower_cost_of_capital_comes_on_top() -> None:
    price = np.random.default_rng(5).uniform(50, 110, (20, 42))
    paths = Paths(price, 1, "2026-01", NODE)
    plain, eased = (financed(project(relief=r), terms(), paths) for r in (0.0, 0.02))
    assert np.array_equal(plain.npv_without, eased.npv_without)
    i = int(np.argmax(plain.npv_with))
    by = by_hand(project(), terms(), price[i], 1000.0, 60.0, 0.08)
    assert eased.npv_with[i] == pytest.approx(by, rel=1e-9)


def test_projects_that_cannot_be() -> None:
    for changes, message in (
        ({"capital": Range(5.0, 1.0, 2.0)}, "capital is 5 to 2 around 1"),
        ({"operating": one(0.0)}, "no operating cost"),
        ({"capacity": 0.0}, "capacity is 0.0"),
        ({"capacity": float("nan")}, "capacity is nan"),
        ({"tax": 1.5}, "tax is 1.5"),
        ({"wacc": one(float("inf"))}, "wacc"),
        ({"life": 0}, "life is 0"),
    ):
        with pytest.raises(DataError, match=message):
            project(**changes)
    paths = Paths(np.full((2, 42), 70.0), 1, "2026-01", NODE)
    with pytest.raises(UsageError, match=r"can make 1,200\. Lower the quantity"):
        financed(project(), terms(quantity=2000.0), paths)
    with pytest.raises(DataError, match="lasts 66 months; the price paths hold 42"):
        financed(project(life=5), terms(), paths)


def test_a_plant_of_the_atlas_is_a_project() -> None:
    world = bundled()
    idle, new = project_of(world, "bald_hill"), project_of(world, "wodgina")
    assert idle.capital.value == pytest.approx(0.1 * (126e6 + 3590 * idle.capacity))
    assert new.capital.value == pytest.approx(126e6 + 3590 * new.capacity)
    assert idle.build == 6
    separation = project_of(world, "mountain_pass_separation")
    ore = 4.75 * 7988.47
    assert separation.operating.value == pytest.approx(12_000 + ore)
    assert separation.operating.low == pytest.approx(0.85 * 12_000 + ore)
    with pytest.raises(UnknownNameError, match="Did you mean 'bald_hill'"):
        project_of(world, "bald_hil")
    with pytest.raises(DataError, match="knows no capital cost of 'copper_smelting'"):
        project_of(world, "hayden_smelter")
    with pytest.raises(DataError, match="no capacity"):
        project_of(world, "keliber")
    plants = world["plants"].copy()
    plants.loc[plants["plant"] == "bald_hill", "cost"] = np.nan
    with pytest.raises(DataError, match=r"bald_hill: no cost\. Give --operating"):
        project_of(world.with_(plants=plants), "bald_hill")
    assert project_of(world, "hayden_smelter", capital=1e9).capital.value == 1e9


def test_draws_do_not_hang_on_each_other_or_on_their_number() -> None:
    p = project(capital=Range(1.0, 2.0, 3.0))
    assert np.array_equal(p.draw(3, seed=1), p.draw(9, seed=1)[:, :3])
    price = replace(p).draw(2000, seed=1)[0]
    from oreflow.respond.prices import Process

    noise = np.log(Process(1.0, 1.0, 0.1, 0.5).simulate(1, draws=2000, seed=1)[:, 0])
    assert abs(np.corrcoef(price, noise)[0, 1]) < 0.06
