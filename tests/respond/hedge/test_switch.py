"""The right to switch against enumeration of every plan, and the order that policies must stand in."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import UsageError
from oreflow.respond.hedge import Switch, committed, foresight, frictionless, lattice, regression, rule
from oreflow.respond.hedge.policies import halves, obeyed, transition
from oreflow.respond.hedge.switch import followed
from oreflow.respond.prices import Process

PROCESS = Process(15_000.0, 15_000.0, 0.4, 0.6)


def right(**changes) -> Switch:
    numbers = {"strikes": (16_000.0,) * 24, "lithium": 0.487, "limit": 0.2, "ramp": 0.05, "convert": 0.6, "back": 0.3,
               "lead": 2, "rate": 0.1}  # fmt: skip
    return Switch(**{**numbers, **changes})


def enumerated(s: Switch, price: np.ndarray) -> float:
    """Best value of a known path over all plans, in plain Python."""
    best = 0.0
    for steps in product((-1, 0, 1), repeat=s.months):
        level, value, ok = 0, 0.0, True
        for t, step in enumerate(steps):
            before, level = s.levels[level] if level >= 0 else 0.0, level + step
            if not 0 <= level < len(s.levels):
                ok = False
                break
            change = s.levels[level] - before
            d = (1 + s.rate) ** (-(t + 1) / 12)
            value -= d * (s.convert * max(change, 0) + s.back * max(-change, 0))
            if t + s.lead < s.months:
                spread = price[t + s.lead] - s.strikes[t + s.lead]
                value += (
                    (1 + s.rate) ** (-(t + s.lead + 1) / 12)
                    * s.levels[level]
                    * s.lithium
                    / 1000
                    * spread
                    / 12
                )
        if ok:
            best = max(best, value)
    return best


@settings(max_examples=15)
@given(
    seed=st.integers(0, 1000), lead=st.integers(0, 3), convert=st.floats(0, 1), back=st.floats(0, 1),
    limit=st.sampled_from([0.05, 0.12, 0.2]),
)  # fmt: skip
def test_knowing_the_future_is_the_best_of_all_plans(
    seed: int, lead: int, convert: float, back: float, limit: float
) -> None:
    price = np.random.default_rng(seed).uniform(5_000, 60_000, 7)
    s = right(strikes=(16_000.0,) * 7, lead=lead, convert=convert, back=back, limit=limit)
    assert foresight(s, price[None, :])[0] == pytest.approx(enumerated(s, price), rel=1e-9, abs=1e-12)


def test_without_volatility_the_lattice_is_the_best_of_all_plans() -> None:
    known = Process(40_000.0, 9_000.0, 1.5, 0.0)
    s = right(strikes=(16_000.0,) * 8, lead=1)
    price = np.exp(known.moments((np.arange(8) + 1) / 12)[0])
    assert lattice(s, known).value == pytest.approx(enumerated(s, price), rel=1e-12)


def test_two_dates_against_a_tree_by_hand() -> None:
    """One share, decided at two dates: nested numerical integration in place of the lattice."""
    s = right(strikes=(16_000.0, 16_000.0), limit=0.1, ramp=0.1, lead=0, convert=0.05, back=0.02, rate=0.0)
    x = np.linspace(-8, 8, 4001)
    w = np.exp(-x * x / 2)
    w = w / w.sum()
    mean, variance = PROCESS.moments(1 / 12)
    first = np.exp(mean + np.sqrt(variance) * x)

    def gain(p: np.ndarray) -> np.ndarray:
        return 0.1 * 0.487 / 1000 * (p - 16_000.0) / 12

    value = 0.0
    for p, weight in zip(first, w, strict=True):
        m2, v2 = PROCESS.moments(1 / 12, start=p)
        second = gain(np.exp(m2 + np.sqrt(v2) * x))
        from_off = w @ np.maximum(second - 0.005, 0.0)
        from_on = w @ np.maximum(second, -0.002)
        value += weight * max(from_off, gain(p) - 0.005 + from_on)
    assert lattice(s, PROCESS, points=2001).value == pytest.approx(value, rel=2e-3)


def test_policies_stand_in_their_order() -> None:
    s = right(strikes=(16_000.0,) * 48)
    prices = PROCESS.simulate(48, draws=3000, seed=5)
    exact, learnt, plain = lattice(s, PROCESS), regression(s, prices), rule(s, prices)
    known = float(foresight(s, prices).mean())
    assert exact.value > 0
    assert learnt.mean <= exact.value + 3 * learnt.error
    assert learnt.mean >= 0.8 * exact.value
    assert plain.mean <= exact.value + 3 * plain.error
    assert exact.value < known
    assert known <= frictionless(s, PROCESS) * 1.05
    assert float(committed(s, prices).mean()) < exact.value


def test_more_freedom_is_worth_no_less() -> None:
    value = lattice(right(), PROCESS, points=201).value
    for better in ({"convert": 0.1}, {"back": 0.0}, {"lead": 0}, {"ramp": 0.1}, {"limit": 0.3},
                   {"strikes": (14_000.0,) * 24}):  # fmt: skip
        assert lattice(right(**better), PROCESS, points=201).value >= value - 1e-12


def test_the_lattice_policy_waits_above_the_break_even() -> None:
    up = lattice(right(strikes=(16_000.0,) * 48), PROCESS).up
    assert (up[:40] > 16_000.0).all()
    assert np.isinf(up[-1])  # what arrives after the end is worth nothing


def test_a_plan_earns_what_it_says() -> None:
    s = right(strikes=(10_000.0,) * 4, lead=1, limit=0.1, ramp=0.1, rate=0.0)
    value, share = followed(s, np.array([[20_000.0] * 4]), np.array([[1, 1, 0, 0]]))
    gain = 0.1 * 0.487 / 1000 * 10_000 / 12
    assert value[0] == pytest.approx(2 * gain - 0.06 - 0.03)
    assert share[0].tolist() == [0.1, 0.1, 0.0, 0.0]


def test_rules_obey_their_prices_and_the_ramp() -> None:
    s = right(strikes=(16_000.0,) * 6)
    wanted = obeyed(s, np.array([[20, 20, 10, 20, 5, 5.0]]) * 1000, 15_000.0, 8_000.0)
    assert wanted.tolist() == [[1, 2, 2, 3, 2, 1]]


def test_what_is_learnt_on_is_not_told_on() -> None:
    learn, tell = halves(np.arange(20.0)[:, None])
    assert not set(learn[:, 0]) & set(tell[:, 0])
    assert len(learn) + len(tell) == 20
    with pytest.raises(UsageError, match="at least 8"):
        halves(np.ones((3, 2)))


def test_transitions_keep_mean_and_mass() -> None:
    grid = np.linspace(7.0, 12.0, 801)
    move = transition(PROCESS, grid)
    assert np.asarray(move.sum(axis=1)).ravel() == pytest.approx(1.0)
    middle = slice(300, 500)
    expected = PROCESS.mean(1 / 12, start=np.exp(grid[middle]))
    assert (move @ np.exp(grid))[middle] == pytest.approx(expected, rel=1e-4)


def test_rights_that_cannot_be() -> None:
    for changes, message in (
        ({"limit": 1.2}, "limit is 1.2"), ({"ramp": 0.0}, "ramp is 0"), ({"convert": -1.0}, "convert is -1"),
        ({"strikes": ()}, "at least one month"), ({"strikes": (float("nan"),)}, "finite"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            right(**changes)
    with pytest.raises(UsageError, match="lasts 24 months, the price paths 3"):
        foresight(right(), np.ones((2, 3)))


def test_no_room_is_worth_nothing() -> None:
    s = right(limit=0.0)
    assert lattice(s, PROCESS, points=101).value == 0.0
    assert foresight(s, PROCESS.simulate(24, draws=8)).tolist() == [0.0] * 8
