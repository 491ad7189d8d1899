"""The back-test: by hand on a small case, no leak from the scored part, and verdicts that chance does not make."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.outlook.forecast.backtest import backtest, candidates, scored
from oreflow.outlook.forecast.compare import diebold_mariano, ratio_interval
from oreflow.outlook.forecast.conformal import radius
from oreflow.outlook.forecast.make import judge
from oreflow.outlook.forecast.measures import coverage, mase, rmsse, scale
from oreflow.outlook.forecast.rolling import rolling
from oreflow.outlook.forecast.series import series

CHEAP = ("naive", "drift", "seasonal naive")


def prices(n: int, seed: int = 1):
    steps = np.random.default_rng(seed).normal(0, 0.05, n)
    return series(100 * np.exp(steps.cumsum()), first="1990-01", name="a price", unit="USD/t")


def test_every_number_again_by_hand() -> None:
    s, h = prices(240), 6
    test = backtest(s, CHEAP, horizon=h)
    plan, y = test.rolling, s.array
    later = plan.origins[plan.choosing + plan.skipped :]
    said = {"naive": lambda t: np.full(h, y[t - 1]), "seasonal naive": lambda t: y[t - 12 : t - 12 + h]}
    losses = {}
    for name, f in said.items():
        score = test.score(name)
        losses[name] = np.array([mase(y[:t], y[t : t + h], f(t)) for t in later])
        first = np.array([mase(y[:t], y[t : t + h], f(t)) for t in plan.origins[: plan.choosing]])
        squares = np.array([rmsse(y[:t], y[t : t + h], f(t)) ** 2 for t in later])
        assert score.mase == pytest.approx(losses[name].mean())
        assert score.chosen_by == pytest.approx(first.mean())
        assert score.rmsse == pytest.approx(np.sqrt(squares.mean()))
        np.testing.assert_allclose(
            test.errors[name], [np.log(y[t : t + h]) - np.log(f(t)) for t in plan.origins], atol=1e-12
        )
        inside = []
        for t in later:
            for k in range(h):
                seen = [np.log(y[o + k] / f(o)[k]) for o in plan.origins if o + k + 1 <= t]
                reach = float(radius(seen, 0.8))
                if len(seen) >= 9:
                    inside.append(coverage(y[t + k], f(t)[k] * np.exp(-reach), f(t)[k] * np.exp(reach)))
        assert score.coverage == pytest.approx(np.mean(inside))
        near = [abs(y[t] - f(t)[0]) / scale(y[:t]) for t in later]
        base = [abs(y[t] - y[t - 1]) / scale(y[:t]) for t in later]
        assert score.distances[0] == pytest.approx(np.mean(near) / np.mean(base))
        assert len(score.distances) == h
    other = test.score("seasonal naive")
    assert other.ratio == pytest.approx(losses["seasonal naive"].mean() / losses["naive"].mean())
    expected = ratio_interval(losses["seasonal naive"], losses["naive"], block=plan.overlap, seed=1)
    assert (other.low, other.high) == pytest.approx(expected)
    chance = diebold_mariano(losses["seasonal naive"] - losses["naive"], overlap=plan.overlap)[1]
    assert other.chance == pytest.approx(chance)
    assert test.scores[0].model == "naive"
    assert test.best == min(test.scores, key=lambda s: s.chosen_by).model


def test_the_choice_does_not_know_the_scored_part() -> None:
    s, h = prices(240), 6
    plan = rolling(240, h, 12)
    assert plan is not None
    seen = plan.origins[plan.choosing - 1] + h
    y = s.array
    y[seen:] *= np.exp(np.random.default_rng(9).normal(0, 0.3, len(y) - seen).cumsum())
    other = series(y, first="1990-01")
    a, b = backtest(s, CHEAP, horizon=h), backtest(other, CHEAP, horizon=h)
    assert a.best == b.best
    assert [x.chosen_by for x in a.scores] == [x.chosen_by for x in b.scores]
    assert a.score("drift").mase != b.score("drift").mase


def test_the_units_do_not_matter() -> None:
    s = prices(200)
    other = series(1e6 * s.array, first="1990-01")
    for a, b in zip(
        backtest(s, CHEAP, horizon=3).scores, backtest(other, CHEAP, horizon=3).scores, strict=True
    ):
        assert (a.model, a.ratio, a.coverage) == (b.model, pytest.approx(b.ratio), pytest.approx(b.coverage))


def test_walks_are_seldom_called_forecastable() -> None:
    """A drift fitted to walks without one: chosen early in about half of them, passed later in few."""
    verdicts = [judge(backtest(prices(180, seed), CHEAP, horizon=6)) for seed in range(80)]
    assert 10 < verdicts.count("not shown") < 70
    assert verdicts.count("better") <= 5


def test_a_real_gain_is_seen() -> None:
    rng = np.random.default_rng(3)
    level = 100 * np.exp(0.02 * np.arange(240) + rng.normal(0, 0.05, 240).cumsum() * 0.3)
    test = backtest(series(level, first="1990-01"), CHEAP, horizon=6)
    assert test.best == "drift"
    assert judge(test) == "better"


def test_conformal_intervals_cover_what_comes_next() -> None:
    """80 % intervals of naive forecasts of walks, each from its own overlapping past errors."""
    inside = np.zeros(2)
    for seed in range(400):
        s = prices(212, seed)
        y = np.log(s.array)
        plan = rolling(200, 12, 12)
        assert plan is not None
        errors = np.array([y[t : t + 12] - y[t - 1] for t in plan.origins])
        reach = radius(errors, 0.8)
        inside += (np.abs(y[200:] - y[199]) <= reach)[[0, 11]]
    assert inside[0] / 400 == pytest.approx(0.8, abs=0.06)
    assert inside[1] / 400 == pytest.approx(0.8, abs=0.09)


def test_a_failed_model_is_a_row_with_its_reason() -> None:
    s = prices(200)
    plan = rolling(200, 3, 12)
    assert plan is not None
    test = scored(
        s.array, {"naive": np.zeros((len(plan.origins), 3))}, plan, logs=True, failed={"AutoETS": "why"}
    )
    assert test.score("AutoETS").failed == "why"
    assert test.best == "naive"
    assert test.table()[1]["failed"] == "why"
    with pytest.raises(UnknownNameError, match=r"unknown model 'AutoET'\. Did you mean 'AutoETS'"):
        test.score("AutoET")


def test_what_cannot_be_tested_is_refused() -> None:
    with pytest.raises(DataError, match="20 values are too few"):
        backtest(prices(20), CHEAP, horizon=12)
    with pytest.raises(DataError, match="never changes"):
        backtest(series(np.ones(200), first="1990-01"), CHEAP, horizon=3)
    with pytest.raises(UsageError, match="give 1 or more"):
        backtest(prices(200), CHEAP, horizon=0)
    with pytest.raises(UnknownNameError, match="Did you mean 'AutoETS'"):
        candidates(["AutoET"], 12)
    with pytest.raises(UsageError, match="the series is yearly"):
        candidates(["seasonal naive"], 1)
    assert "seasonal naive" not in candidates(None, 1)
    assert candidates(["average"], 12) == ("naive", "average", "AutoETS", "AutoARIMA", "AutoTheta")


@pytest.mark.slow
def test_the_models_find_what_can_be_forecast() -> None:
    """A level that goes back to its mean, and a year that repeats: ARIMA and a seasonal form are given."""
    rng = np.random.default_rng(1)
    y = np.zeros(360)
    for i in range(1, 360):
        y[i] = 0.6 * y[i - 1] + rng.normal(0, 0.1)
    back = backtest(series(100 * np.exp(y), first="1990-01"), ["AutoARIMA", "AutoTheta"], horizon=6)
    assert back.best == "AutoARIMA"
    assert judge(back) == "better"
    season = 0.3 * np.sin(np.arange(240) * np.pi / 6) + rng.normal(0, 0.05, 240).cumsum()
    told = backtest(series(100 * np.exp(season), first="2000-01"), horizon=6)
    assert judge(told) == "better"
    assert told.best in {"AutoETS", "AutoTheta", "AutoARIMA", "average"}
    assert told.score(told.best).ratio < 0.8
