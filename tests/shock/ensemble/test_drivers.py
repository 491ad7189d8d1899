"""What drives a result: the Ishigami function, linear models, and things that happen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from oreflow.errors import UsageError
from oreflow.shock.ensemble.drivers import drivers, first_order, rank_regression

NONE = pd.DataFrame(index=range(4096))


def ishigami(n=4096, seed=1):
    x = np.random.default_rng(seed).uniform(-np.pi, np.pi, (n, 3))
    return x, np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_the_indices_of_the_ishigami_function_are_found():
    """Ishigami & Homma 1990, a = 7, b = 0.1: 0.3139, 0.4424, 0."""
    x, y = ishigami()
    for k, truth in enumerate((0.3139, 0.4424, 0.0)):
        assert first_order(x[:, k], y)[0] == pytest.approx(truth, abs=0.03)


def test_ranks_are_blind_where_indices_see():
    x, y = ishigami()
    found = {d.name: d for d in drivers(pd.DataFrame(x, columns=["a", "b", "c"]), NONE, y).rows}
    assert abs(found["b"].srrc) < 0.05 < 0.4 < found["b"].sobol
    assert found["a"].srrc > 0.4 and not found["a"].chance
    assert found["c"].sobol < 0.02


def test_indices_of_a_linear_model_are_its_shares_of_variance():
    x = np.random.default_rng(2).normal(size=(5000, 3))
    y = x @ [3.0, -2.0, 1.0]
    for k, share in enumerate((9 / 14, 4 / 14, 1 / 14)):
        assert first_order(x[:, k], y)[0] == pytest.approx(share, abs=0.03)
    found, explained = rank_regression(x, y)
    assert np.sign(found).tolist() == [1, -1, 1]
    assert explained > 0.95


def test_rank_regression_of_a_monotone_function_is_exact():
    x = np.random.default_rng(3).normal(size=400)
    found, explained = rank_regression(x[:, None], np.exp(x))
    assert found[0] == pytest.approx(1.0) and explained == pytest.approx(1.0)


def test_one_input_alone_has_its_rank_correlation():
    rng = np.random.default_rng(4)
    x = rng.normal(size=300)
    y = x + rng.normal(size=300)
    assert rank_regression(x[:, None], y)[0][0] == pytest.approx(stats.spearmanr(x, y).statistic)


def test_an_input_without_effect_stays_below_the_noise():
    rng = np.random.default_rng(5)
    above = [np.greater(*first_order(rng.random(400), rng.normal(size=400))) for _ in range(400)]
    assert np.mean(above) == pytest.approx(0.05, abs=0.035)


def test_of_many_inputs_without_effect_seldom_any_is_taken_for_a_driver():
    rng = np.random.default_rng(8)
    none = pd.DataFrame(index=range(150))
    taken = [
        any(
            not d.chance
            for d in drivers(pd.DataFrame(rng.random((150, 40))), none, rng.normal(size=150)).rows
        )
        for _ in range(100)
    ]
    assert np.mean(taken) <= 0.12


def test_what_happens_has_two_classes():
    rng = np.random.default_rng(6)
    happens = rng.random(4000) < 0.2
    y = 5.0 * happens + rng.normal(size=4000)
    index, noise = first_order(happens, y)
    assert index == pytest.approx(25 * 0.16 / (25 * 0.16 + 1), abs=0.02) and noise < 0.002
    table = pd.DataFrame({"strike: mine": happens, "never": np.zeros(4000, dtype=bool)})
    found = drivers(pd.DataFrame({"es": rng.random(4000)}), table, y, tail=0.05)
    first = found.rows[0]
    assert first.name == "strike: mine"
    assert first.effect == pytest.approx(5.0, abs=0.2)
    assert first.tail == 1.0 and first.happens == pytest.approx(0.2, abs=0.03)
    assert found.rare == ("never",)
    assert found.tail == 200


def test_few_draws_do_not_explain_everything():
    rng = np.random.default_rng(7)
    inputs = pd.DataFrame(rng.random((60, 80)))
    assert drivers(inputs, pd.DataFrame(index=range(60)), rng.normal(size=60)).explained < 0.6


def test_inputs_that_never_change_are_left_out():
    inputs = pd.DataFrame({"es": np.linspace(0, 1, 50), "eta": np.full(50, 0.3)})
    found = drivers(inputs, pd.DataFrame(index=range(50)), np.linspace(0, 1, 50))
    assert [d.name for d in found.rows] == ["es"]


def test_endless_lengths_have_ranks_too():
    x = np.where(np.arange(100) % 5 == 0, np.inf, np.arange(100.0))
    assert 0 < first_order(x, np.isinf(x) * 1.0)[0] <= 1


def test_a_result_that_never_changes_has_no_driver():
    found = drivers(pd.DataFrame({"es": np.linspace(0, 1, 50)}), pd.DataFrame(index=range(50)), np.ones(50))
    assert found.rows[0].sobol == 0.0 and found.explained == 0.0


def test_two_draws_are_too_few():
    with pytest.raises(UsageError, match="too few"):
        drivers(pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame(index=range(2)), [1.0, 2.0])
