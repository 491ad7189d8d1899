"""Statistics of draws: closed forms, and intervals that hold the truth as often as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from oreflow.errors import UsageError
from oreflow.shock.ensemble import statistics

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)


def held(intervals, truth) -> float:
    return float(np.mean([e.low <= truth <= e.high for e in intervals]))


def test_a_probability_has_the_interval_of_clopper_and_pearson():
    # R: binom.test(7, 50)
    found = statistics.proportion(7, 50)
    assert (found.low, found.high) == pytest.approx((0.05819170, 0.26739600), rel=1e-5)
    assert statistics.proportion(0, 10).low == 0.0
    assert statistics.proportion(0, 10).high == pytest.approx(1 - 0.025**0.1)
    assert statistics.proportion(10, 10).high == 1.0


def test_the_interval_of_a_probability_solves_the_binomial_tails():
    found = statistics.proportion(13, 200)
    assert stats.binom.sf(12, 200, found.low) == pytest.approx(0.025)
    assert stats.binom.cdf(13, 200, found.high) == pytest.approx(0.025)


@pytest.mark.parametrize("p", [0.02, 0.3])
def test_intervals_of_probabilities_hold_the_truth(p):
    hits = np.random.default_rng(1).binomial(80, p, 2000)
    assert held([statistics.proportion(int(h), 80) for h in hits], p) >= 0.95


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_intervals_of_quantiles_hold_the_truth_whatever_the_law(p):
    rng = np.random.default_rng(2)
    for law in (stats.lognorm(1.0), stats.uniform(), stats.t(2)):
        found = [statistics.quantile(law.rvs(200, random_state=rng), p) for _ in range(400)]
        assert held(found, law.ppf(p)) >= 0.93  # 95 % less three standard errors of 400 trials
        assert held(found, law.ppf(p)) < 1.0


def test_the_interval_of_a_quantile_is_that_of_its_order_statistics():
    x = np.arange(1.0, 101.0)
    found = statistics.quantile(x, 0.5)
    assert (found.low, found.high) == (40.0, 61.0)  # David & Nagaraja, n = 100: 40th and 61st
    below = [k for k in range(101) if found.low <= k < found.high]
    assert stats.binom.pmf(below, 100, 0.5).sum() >= 0.95


def test_too_few_draws_say_nothing_of_a_tail():
    found = statistics.quantile([1.0, 2.0, 3.0], 0.95)
    assert found.high == math.inf
    assert statistics.mean([2.0]).half == math.inf


def test_shortfall_is_that_of_the_normal():
    x = stats.norm(3.0, 2.0).ppf((np.arange(200_000) + 0.5) / 200_000)
    found = statistics.shortfall(x, tail=0.05)
    edge = stats.norm.ppf(0.95)
    assert found.at_risk.value == pytest.approx(3 + 2 * edge, abs=1e-3)
    assert found.expected.value == pytest.approx(3 + 2 * stats.norm.pdf(edge) / 0.05, abs=1e-3)


def test_shortfall_counts_a_draw_at_the_edge_in_part():
    # Rockafellar & Uryasev 2002: the mean of the worst 25 % of ten draws is that of 2.5 draws
    x = np.arange(10.0)
    assert statistics.shortfall(x, tail=0.25).expected.value == pytest.approx((9 + 8 + 0.5 * 7) / 2.5)


@given(NUMBERS, st.floats(0.01, 0.99))
def test_shortfall_solves_its_minimisation(x, tail):
    """CVaR = min over v of v + E[(x − v)⁺]/tail (Rockafellar & Uryasev 2000)."""
    found = statistics.shortfall(x, tail=tail)
    values = np.array(x)
    least = min(v + np.maximum(values - v, 0.0).mean() / tail for v in values)
    assert found.expected.value == pytest.approx(least, rel=1e-9, abs=1e-6)
    assert found.expected.value >= found.at_risk.value - 1e-9


def test_intervals_of_the_shortfall_hold_the_truth():
    rng = np.random.default_rng(3)
    edge = stats.norm.ppf(0.95)
    truth = stats.norm.pdf(edge) / 0.05
    found = [statistics.shortfall(rng.normal(size=2000)).expected for _ in range(400)]
    assert 0.90 <= held(found, truth) <= 0.99


def test_intervals_of_the_mean_hold_the_truth():
    rng = np.random.default_rng(4)
    assert held([statistics.mean(rng.normal(1.0, 3.0, 12)) for _ in range(2000)], 1.0) == pytest.approx(
        0.95, abs=0.015
    )


def test_even_designs_are_held_at_least_as_often():
    """Scrambled Sobol replicates of a smooth function: intervals of independent draws are on the safe side."""
    means, chances = [], []
    for seed in range(200):
        u = qmc.Sobol(3, seed=seed).random(64)
        y = u[:, 0] + u[:, 1] * u[:, 2]
        means.append(statistics.mean(y))
        chances.append(statistics.proportion(int((y > 1.0).sum()), 64))
    truth = np.mean([(lambda v: v[:, 0] + v[:, 1] * v[:, 2] > 1.0)(qmc.Sobol(3, seed=999).random(2**16))])
    assert held(means, 0.75) >= 0.99
    assert held(chances, truth) >= 0.95


def test_the_same_futures_save_draws():
    rng = np.random.default_rng(5)
    shared, one, two = rng.normal(size=(3, 4000))
    a, b = 3 * shared + one, 3 * shared + two - 0.5
    found = statistics.paired(a, b)
    assert found.difference.low <= -0.5 <= found.difference.high
    assert found.reduction == pytest.approx((10 + 10) / 2, rel=0.1)
    assert found.correlation == pytest.approx(0.9, abs=0.02)
    assert found.better.value == pytest.approx(stats.norm.cdf(0.5 / math.sqrt(2)), abs=0.03)


def test_policies_that_change_nothing_are_told_apart_from_better_ones():
    x = np.linspace(1, 2, 50)
    found = statistics.paired(x, x)
    assert found.difference.value == 0.0 and found.reduction == math.inf and found.better.value == 0.0


def test_a_fan_has_the_quantiles_of_its_draws():
    paths = np.arange(101.0)[:, None] * np.array([1.0, 2.0])
    found = statistics.fan(paths, ["2026-01", "2026-02"])
    assert found["q05"].tolist() == [5.0, 10.0]
    assert found["q50"].tolist() == [50.0, 100.0]
    assert found["mean"].tolist() == [50.0, 100.0]


def test_intervals_narrow_with_the_root_of_the_draws():
    hit = np.random.default_rng(6).random(4096) < 0.2
    found = dict(statistics.convergence(hit))
    assert list(found) == [16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
    assert found[4096].value == hit.mean()
    assert found[256].half / found[4096].half == pytest.approx(4.0, rel=0.15)
    assert list(dict(statistics.convergence(hit[:100]))) == [16, 32, 64, 100]
    assert list(dict(statistics.convergence(hit[:5]))) == [5]


@pytest.mark.parametrize(
    "call",
    [
        lambda: statistics.mean([]),
        lambda: statistics.quantile([], 0.5),
        lambda: statistics.shortfall([]),
        lambda: statistics.shortfall([1.0], tail=0.0),
        lambda: statistics.proportion(3, 2),
        lambda: statistics.paired([1.0], [1.0, 2.0]),
        lambda: statistics.fan(np.zeros((0, 3)), ["a", "b", "c"]),
        lambda: statistics.convergence([]),
    ],
)
def test_no_draws_say_nothing(call):
    with pytest.raises(UsageError):
        call()
