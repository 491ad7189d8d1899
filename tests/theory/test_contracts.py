"""Options and floors against closed forms and numerical integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from oreflow.respond.floor import Terms, floor_value, strip
from oreflow.respond.hedge import Switch, frictionless, lattice, regression
from oreflow.respond.prices import Process, from_process
from oreflow.respond.prices.options import call, exchange, put

NODE = "ndpr_oxide@CHN"
amounts = st.floats(0.1, 1e6)
variances = st.floats(1e-4, 4.0)


@given(forward=amounts, ratio=st.floats(0.05, 20), variance=variances)
def test_put_and_call_differ_by_the_forward(forward: float, ratio: float, variance: float) -> None:
    strike = forward * ratio
    gap = call(forward, strike, variance) - put(forward, strike, variance)
    assert gap == pytest.approx(forward - strike, abs=1e-9 * max(forward, strike))
    assert put(forward, strike, variance) >= max(strike - forward, 0.0) - 1e-9 * strike
    assert 0 <= call(forward, strike, variance) <= forward * (1 + 1e-12)


@pytest.mark.parametrize(
    ("forward", "strike", "variance"), [(100, 80, 0.04), (9000, 42000, 1.2), (69, 110, 0.3)]
)
def test_the_formula_is_the_integral(forward: float, strike: float, variance: float) -> None:
    s = math.sqrt(variance)

    def paid(z: float) -> float:
        price = forward * math.exp(s * z - variance / 2)
        return max(strike - price, 0.0) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    edge = (
        math.log(strike / forward) + variance / 2
    ) / s  # the payment has a kink where the price is the strike
    value, _ = integrate.quad(paid, -12, edge, epsabs=1e-10)
    assert put(forward, strike, variance) == pytest.approx(value, rel=1e-7)


def test_no_variance_is_the_intrinsic_value() -> None:
    assert put(69.0, 110.0, 0.0) == 41.0
    assert call(130.0, 110.0, 0.0) == 20.0
    assert put(69.0, 0.0, 0.3) == 0.0


def test_exchange_is_the_integral_over_both_prices() -> None:
    a, b, va, vb, cov = 120.0, 100.0, 0.05, 0.02, 0.015
    x, w = np.polynomial.hermite_e.hermegauss(120)
    w = w / w.sum()
    # ln A and ln B from two independent normals; the inner integral is taken in closed form around the outer.
    rho = cov / math.sqrt(va * vb)
    given_b = a * np.exp(rho * math.sqrt(va) * x - rho**2 * va / 2)
    second = b * np.exp(math.sqrt(vb) * x - vb / 2)
    value = float(w @ call(given_b, second, va * (1 - rho**2)))
    assert exchange(a, b, va, vb, cov) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("upside", [0.0, 0.3, 1.0])
def test_a_floor_on_a_log_normal_price_is_a_strip_of_puts_less_calls(upside: float) -> None:
    process = Process(69_000.0, 60_000.0, 0.5, 0.3)
    terms = Terms(
        strike=75_000.0,
        node=NODE,
        years=6,
        start="2026-01",
        quantity=1200.0,
        upside=upside,
        settlement="month",
    )
    paths = from_process(process, node=NODE, start="2026-01", months=72, draws=20_000, seed=3)
    drawn, exact = floor_value(terms, paths, rate=0.05), strip(terms, process, rate=0.05)
    assert drawn.mean == pytest.approx(exact.net, abs=4 * drawn.error)
    assert float((drawn.paid @ drawn.discount).mean()) == pytest.approx(exact.paid, rel=0.01)
    if upside == 1.0:  # a contract for difference pays the difference both ways
        months = (np.arange(72) + 1) / 12
        by_hand = 100.0 * ((75_000.0 - process.mean(months)) * 1.05**-months).sum()
        assert exact.net == pytest.approx(by_hand, rel=1e-9)


def test_a_right_without_friction_is_a_strip_of_calls() -> None:
    process = Process(9_000.0, 13_500.0, 0.35, 0.55)
    free = Switch(strikes=(20_000.0,) * 48, lithium=0.487, limit=0.5, ramp=0.5, rate=0.08)
    exact = frictionless(free, process)
    assert lattice(free, process).value == pytest.approx(exact, rel=0.003)
    told = regression(free, process.simulate(48, draws=8000, seed=2))
    assert told.mean == pytest.approx(exact, abs=4 * told.error)


def test_a_single_date_is_one_call() -> None:
    process = Process(9_000.0, 9_000.0, 0.0, 0.8)
    once = Switch(strikes=(12_000.0,), lithium=1.0, limit=1.0, ramp=1.0, rate=0.1)
    black = float(call(process.mean(1 / 12), 12_000.0, 0.8**2 / 12)) / 1000 / 12 * 1.1 ** (-1 / 12)
    assert frictionless(once, process) == pytest.approx(black, rel=1e-12)
    assert lattice(once, process).value == pytest.approx(black, rel=0.01)


def test_without_volatility_the_right_is_worth_what_is_known() -> None:
    process = Process(30_000.0, 15_000.0, 1.0, 0.0)
    strikes = tuple(np.linspace(25_000.0, 15_000.0, 36).tolist())
    free = Switch(strikes=strikes, lithium=0.5, limit=1.0, ramp=1.0, rate=0.1)
    months = (np.arange(36) + 1) / 12
    price = np.exp(process.moments(months)[0])
    by_hand = float((np.maximum(price - strikes, 0.0) * 1.1**-months).sum() * 0.5 / 1000 / 12)
    assert lattice(free, process).value == pytest.approx(by_hand, rel=1e-12)
    assert frictionless(free, process) == pytest.approx(by_hand, rel=1e-12)
