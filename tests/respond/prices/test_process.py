import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import DataError, UsageError
from oreflow.respond.prices import Process, fit

TRUE = Process(10_000.0, 14_000.0, 0.6, 0.4)


def test_moments_are_those_of_many_draws() -> None:
    x = np.log(TRUE.simulate(36, draws=20_000, seed=4))
    mean, variance = TRUE.moments((np.arange(36) + 1) / 12)
    assert x.mean(axis=0) == pytest.approx(mean, abs=1e-9)  # mirrored draws: the mean is exact
    assert x.var(axis=0) == pytest.approx(variance, rel=0.03)
    assert np.exp(x).mean(axis=0) == pytest.approx(TRUE.mean((np.arange(36) + 1) / 12), rel=0.01)


def test_a_long_step_is_many_short_ones() -> None:
    mean, variance = TRUE.moments(2.0)
    half, part = TRUE.moments(1.0)
    again, rest = TRUE.moments(1.0, start=np.exp(half))
    assert again == pytest.approx(mean, rel=1e-12)
    assert part * np.exp(-2 * TRUE.reversion) + rest == pytest.approx(variance, rel=1e-12)


def test_a_random_walk_is_the_limit_of_no_pull() -> None:
    walk, near = Process(10.0, 99.0, 0.0, 0.4), Process(10.0, 99.0, 1e-9, 0.4)
    assert walk.moments(5.0)[0] == pytest.approx(near.moments(5.0)[0], abs=1e-7)
    assert walk.moments(5.0)[1] == pytest.approx(near.moments(5.0)[1], rel=1e-7)
    assert walk.half_life == np.inf


@pytest.mark.parametrize("months", [1, 3])
def test_a_fit_finds_what_made_the_history(months: int) -> None:
    history = TRUE.simulate(6000, months=months, draws=1, seed=5)[0]
    found = fit(history, months=months)
    assert found.process.volatility == pytest.approx(0.4, rel=0.05)
    assert found.process.reversion == pytest.approx(0.6, rel=0.2)
    assert found.process.level == pytest.approx(14_000.0, rel=0.1)
    assert found.process.start == history[-1]
    assert abs(found.slope - np.exp(-0.6 * months / 12)) < 4 * found.slope_error


def test_a_short_history_pulls_too_hard_and_the_correction_takes_it_back() -> None:
    histories = TRUE.simulate(96, draws=400, seed=6)
    plain = np.mean([fit(h).slope for h in histories])
    true = float(np.exp(-0.6 / 12))
    mended = np.mean([np.exp(-fit(h, unbias=True).process.reversion / 12) for h in histories])
    assert plain < true - 0.02
    assert abs(mended - true) < 0.4 * (true - plain)


@given(scale=st.floats(1e-3, 1e6), seed=st.integers(0, 50))
def test_a_fit_does_not_depend_on_the_unit(scale: float, seed: int) -> None:
    history = TRUE.simulate(60, draws=1, seed=seed)[0]
    one, other = fit(history).process, fit(history * scale).process
    assert other.volatility == pytest.approx(one.volatility, rel=1e-6)
    assert other.reversion == pytest.approx(one.reversion, rel=1e-5, abs=1e-9)
    assert other.level == pytest.approx(one.level * scale, rel=1e-4)


def test_a_draw_depends_on_the_seed_and_its_number_alone() -> None:
    few, many = TRUE.simulate(12, draws=4, seed=7), TRUE.simulate(24, draws=10, seed=7)
    assert np.array_equal(few, many[:4, :12])
    assert not np.array_equal(few, TRUE.simulate(12, draws=4, seed=8))
    assert np.array_equal(TRUE.simulate(12, draws=3, seed=7), few[:3])


def test_prices_share_as_much_as_is_asked_for() -> None:
    for shared in (0.0, 0.3, 1.0):
        one, other = (np.log(TRUE.simulate(1, draws=6000, seed=(9, k), shared=shared)[:, 0]) for k in (1, 2))
        assert np.corrcoef(one, other)[0, 1] == pytest.approx(shared, abs=0.04)
        assert one.std() == pytest.approx(np.sqrt(float(TRUE.moments(1 / 12)[1])), rel=0.03)
    with pytest.raises(UsageError, match="correlation of prices"):
        TRUE.simulate(1, shared=1.5)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(DataError, match="volatility is -1"):
        Process(1.0, 1.0, 0.1, -1.0)
    with pytest.raises(DataError, match="level is nan"):
        Process(1.0, float("nan"), 0.1, 0.2)
    with pytest.raises(UsageError, match="at least 1 draw"):
        TRUE.simulate(0)
    with pytest.raises(DataError, match="at least 8 prices"):
        fit([1.0, 2.0])
    with pytest.raises(DataError, match="price 3 of 9 is nan"):
        fit([1, 2, float("nan"), 4, 5, 6, 7, 8, 9])
    with pytest.raises(DataError, match="never move"):
        fit([3.0] * 10)
    with pytest.raises(DataError, match="too far apart"):
        fit([1.0, 9.0] * 8)
