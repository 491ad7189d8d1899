"""Periods and series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.outlook.forecast.periods import SEASONS, following, label, parse
from oreflow.outlook.forecast.series import Series, coarser, series


@given(st.sampled_from(sorted(SEASONS)), st.integers(1600, 2400), st.integers(0, 11))
def test_a_period_and_its_number_are_one(step: str, year: int, part: int) -> None:
    number = year * SEASONS[step] + part % SEASONS[step]
    assert parse(label(step, number)) == (step, number)


def test_the_periods_that_follow() -> None:
    assert following("2025-11", 3) == ("2025-12", "2026-01", "2026-02")
    assert following("2025-Q4", 2) == ("2026-Q1", "2026-Q2")
    assert following("2025", 2) == ("2026", "2027")


@pytest.mark.parametrize(
    "text", ["", "25", "2025-13", "2025-00", "2025-Q5", "2025-1", "2025-01-01", "next", "0012"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is not a period"):
        parse(text)


def test_a_series_of_ones_own() -> None:
    s = series([1, 2, 3, 4], first="2024-11", unit="t")
    assert s.periods == ("2024-11", "2024-12", "2025-01", "2025-02")
    assert (s.step, s.season, s.last, s.logs) == ("month", 12, "2025-02", True)
    assert not series([1, 2, 3, 0], first="2020").logs
    assert series([1, 2, 3, 4, 5], first="2020").until("2023").values == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("periods", "values", "said"),
    [
        (("2020", "2021", "2022"), (1.0, 2.0, 3.0), "3 values; a forecast needs 4"),
        (("2020", "2021", "2022", "2024"), (1.0, 2.0, 3.0, 4.0), "2024 stands where 2023 should"),
        (("2020", "2021", "2022", "2023"), (1.0, 2.0, float("nan"), 4.0), "2022 is not a finite number"),
        (("2020", "2021", "2022"), (1.0, 2.0, 3.0, 4.0), "3 periods for 4 values"),
        (("2020", "2021", "2022", "2022-12"), (1.0, 2.0, 3.0, 4.0), "2022-12 stands where 2023 should"),
    ],
)
def test_a_series_with_a_fault_is_refused(periods, values, said: str) -> None:
    with pytest.raises(DataError, match=said):
        Series("it", periods, values, "t", "user")


def test_means_over_quarters_and_years() -> None:
    s = series(range(1, 30), first="2020-02", unit="t")
    q = coarser(s, "quarter")
    assert q.periods[0] == "2020-Q2"
    assert q.values[:2] == (4.0, 7.0)
    assert q.periods[-1] == "2022-Q2"
    assert coarser(series(range(60), first="2020-01"), "year").values == (5.5, 17.5, 29.5, 41.5, 53.5)
    assert coarser(q, "quarter") is q
    assert coarser(s, "month") is s
    assert "mean of the quarter" in q.basis
    with pytest.raises(UsageError, match="a month is shorter"):
        coarser(q, "month")
    with pytest.raises(DataError, match="a forecast needs 4"):
        coarser(s, "year")
    with pytest.raises(UnknownNameError, match="Did you mean 'quarter'"):
        coarser(s, "quater")
