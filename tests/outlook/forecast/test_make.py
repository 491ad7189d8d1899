"""The forecast that is given: naive where nothing beats it, intervals, paths and the line to quote."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.outlook.forecast import forecast_series, quoted, series
from oreflow.outlook.forecast.rows import fingerprint, row, to_csv
from oreflow.outlook.forecast.series import Series

CHEAP = ("naive", "drift")


def monthly(n: int = 240, mean: float = 0.0, seed: int = 1):
    steps = np.random.default_rng(seed).normal(mean, 0.05, n)
    return series(100 * np.exp(steps.cumsum()), first="2000-01", name="a price", unit="USD/t")


@pytest.fixture(scope="module")
def walked():
    return forecast_series(monthly(), models=CHEAP)


def test_naive_is_given_where_nothing_is_shown_to_beat_it(walked) -> None:
    assert walked.model == "naive"
    assert walked.verdict in ("not shown", "naive best")
    assert walked.median == (monthly().values[-1],) * 12
    assert walked.periods[0] == "2020-01"
    assert "The naive forecast is given." in walked.sentence


def test_a_model_is_given_where_it_is() -> None:
    f = forecast_series(monthly(mean=0.03), models=CHEAP)
    assert (f.model, f.verdict) == ("drift", "better")
    assert f.sentence.startswith("drift is better than naive: MASE ")
    assert f.median[-1] > f.naive[-1]
    assert f.score is not None
    assert f.score.high < 1
    q = quoted(f)
    assert q.score.startswith(f"drift, MASE {f.score.ratio:.2f} of naive over {f.rolling.scored} origins")
    assert (q.value, q.period, q.unit) == (f.median[-1], f.periods[-1], "USD/t")


def test_intervals_are_the_past_errors(walked) -> None:
    low, high = walked.ends(0.8)
    size = np.sort(np.abs(walked.errors), axis=0)
    rank = int(np.ceil((len(size) + 1) * 0.8)) - 1
    np.testing.assert_allclose(high, walked.median * np.exp(size[rank]))
    np.testing.assert_allclose(low, walked.median / np.exp(size[rank]))
    with pytest.raises(UsageError, match=r"level 0\.7 was not forecast"):
        walked.ends(0.7)


def test_quantiles_are_in_order(walked) -> None:
    values = np.array(list(walked.quantiles.values()))
    assert list(walked.quantiles) == sorted(walked.quantiles)
    assert (np.diff(values, axis=0) >= 0).all()


def test_widening_is_an_option() -> None:
    f = forecast_series(monthly(), models=CHEAP, widen=True)
    low, high = f.ends(0.9)
    assert (np.diff(high) >= 0).all()
    assert (np.diff(low) <= 0).all()


def test_paths_have_the_spread_of_the_intervals_and_hold_together(walked) -> None:
    drawn = walked.paths(4_000, seed=3)
    assert drawn.shape == (4_000, 12)
    low, high = walked.ends(0.8)
    inside = ((drawn >= low - 1e-9) & (drawn <= high + 1e-9)).mean(axis=0)
    np.testing.assert_allclose(inside, 0.8, atol=0.04)
    work = np.log(drawn / walked.median)
    past = walked.errors
    both = np.concatenate([past, -past])
    np.testing.assert_allclose(np.corrcoef(work.T), np.corrcoef(both.T), atol=0.06)
    np.testing.assert_array_equal(walked.paths(5, seed=3)[4], walked.paths(50, seed=3)[4])
    assert not np.array_equal(walked.paths(5, seed=3), walked.paths(5, seed=4))
    with pytest.raises(UsageError, match="give 1 to"):
        walked.paths(0)
    with pytest.raises(UsageError, match="seed -1"):
        walked.paths(1, seed=-1)


@given(st.lists(st.floats(1, 1e6), min_size=4, max_size=8), st.integers(1, 6))
@settings(max_examples=30)
def test_a_short_series_is_given_honestly(values: list[float], h: int) -> None:
    f = forecast_series(series(values, first="2018"), horizon=h)
    assert (f.verdict, f.scores, f.coverage) == ("short", (), None)
    low, high = f.ends(0.8)
    assert (low <= np.array(f.median) * (1 + 1e-9)).all()
    assert (high >= np.array(f.median) * (1 - 1e-9)).all()
    assert f.paths(2).shape == (2, h)
    assert "too few" in f.sentence
    assert "not scored" in quoted(f).score


def test_a_share_stays_inside_what_is_possible() -> None:
    s = Series(
        "reliance",
        ("2021", "2022", "2023", "2024", "2025"),
        (80, 90, 85, 99, 97),
        "%",
        "user",
        low=0,
        high=100,
    )
    f = forecast_series(s)
    assert f.ends(0.9)[1].max() == 100
    assert f.paths(200).max() <= 100
    assert not s.logs


def test_a_price_of_five_years_does_not_carry_on_a_trend_and_a_quantity_does() -> None:
    growing = (100.0, 120.0, 145.0, 172.0, 208.0)
    years = ("2021", "2022", "2023", "2024", "2025")
    price = forecast_series(Series("p", years, growing, "USD/t", "user", what="price"))
    amount = forecast_series(Series("q", years, growing, "t", "user", what="production"))
    assert (price.model, amount.model) == ("naive", "drift")
    assert amount.median[0] == pytest.approx(208 * (208 / 100) ** 0.25)
    assert "is carried on; whether it lasts is not known" in amount.sentence


def test_what_never_moves() -> None:
    f = forecast_series(series([5, 5, 5, 5, 5], first="2021"))
    assert f.quantiles[0.05] == f.median == (5.0, 5.0, 5.0)
    assert "nothing is known of how far it may move" in f.sentence


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"horizon": 0}, UsageError, "give 1 to 120"),
        ({"horizon": 500}, UsageError, "give 1 to 120"),
        ({"seed": -1}, UsageError, "give a whole number of 0 or more"),
        ({"level": (80,)}, UsageError, "between 0 and 1"),
        ({"level": (0.999,)}, UsageError, "needs 999 past errors"),
        ({"models": ("AutoTeta",)}, UnknownNameError, "AutoTheta"),
    ],
)
def test_what_cannot_be_forecast_is_refused(options, error, said: str) -> None:
    with pytest.raises(error, match=said):
        forecast_series(monthly(), **{"models": CHEAP, **options})


def test_values_that_no_interval_holds_are_refused() -> None:
    with pytest.raises(DataError, match="Look for a slip of unit"):
        forecast_series(series([1e-300, 1e300, 1e-300, 1e300], first="2020"))


def test_as_plain_values_and_as_a_row(walked) -> None:
    plain = json.loads(json.dumps(walked.to_plain(), allow_nan=False))
    assert plain["path"][11]["q10"] == pytest.approx(walked.ends(0.8)[0][11])
    assert plain["scores"][0]["model"] == "naive"
    assert plain["rolling"]["scored"] == walked.rolling.scored
    r = row(walked)
    assert (r["model"], r["q90"]) == ("naive", walked.ends(0.8)[1][11])
    assert to_csv([walked]).splitlines()[0].startswith("what,commodity,region")
    assert fingerprint(walked.series) == fingerprint(monthly())
    assert fingerprint(walked.series) != fingerprint(monthly(seed=2))


def test_all_candidates_on_one_series() -> None:
    f = forecast_series(monthly(150), horizon=3)
    assert {x.model for x in f.scores} == {
        "naive", "drift", "seasonal naive", "AutoETS", "AutoARIMA", "AutoTheta", "average"
    }  # fmt: skip
    assert not any(x.failed for x in f.scores)
    assert f.model == "naive" or f.verdict == "better"


def test_the_same_series_and_seed_give_the_same() -> None:
    a, b = (
        forecast_series(monthly(120), horizon=3, models=["AutoETS", "AutoTheta"], seed=2) for _ in range(2)
    )
    assert a == b
