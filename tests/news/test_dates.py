"""Dates: absolute, partial, relative, open at one end."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.news.dates import find_dates
from oreflow.news.interval import Interval, part, year

REF = date(2025, 11, 21)

CASES = [
    ("halted in August 2025 after", "2025-08-01/2025-08-31"),
    ("on 9 August 2025", "2025-08-09"),
    ("on Aug. 9", "2025-08-09"),
    ("August 9, 2025", "2025-08-09"),
    ("2025-10-29 03:34", "2025-10-29"),
    ("20/10/2025", "2025-10-20"),
    ("05/06/2025", "2025-05-06/2025-06-05"),
    ("by early December", "2025-11-21/2025-12-10"),
    ("since August", "2025-08-01/.."),
    ("until 27 November 2026", "../2026-11-27"),
    ("before 1 January 2027", "../2026-12-31"),
    ("by 2035", "2025-11-21/2035-12-31"),
    ("in Q3 2026", "2026-07-01/2026-09-30"),
    ("in 3Q26", "2026-07-01/2026-09-30"),
    ("the third quarter", "2025-07-01/2025-09-30"),
    ("the fourth quarter of last year", "2024-10-01/2024-12-31"),
    ("in the second half of 2026", "2026-07-01/2026-12-31"),
    ("in 2H25", "2025-07-01/2025-12-31"),
    ("by the end of 2027", "2025-11-21/2027-12-31"),
    ("in late January", "2026-01-22/2026-01-31"),
    ("last week", "2025-11-10/2025-11-16"),
    ("this year", "2025-01-01/2025-12-31"),
    ("next quarter", "2026-01-01/2026-03-31"),
    ("yesterday", "2025-11-20"),
    ("on Wednesday", "2025-11-19"),
    ("from September to October", "2025-09-01/2025-10-31"),
    ("in 2026 and 2027", "2026-01-01/2027-12-31"),
    ("in 2024-25", "2024-01-01/2025-12-31"),
    ("over the past three months", "2025-08-21/2025-11-21"),
    ("14% in recent weeks", "2025-10-31/2025-11-21"),
    ("three weeks ago", "2025-10-28/2025-11-03"),
    ("within six months", "2025-11-21/2026-05-21"),
    ("the rest of 2025", "2025-11-21/2025-12-31"),
    ("before the Lunar New Year", "../2026-02-16"),
    ("in the 2030s", "2030-01-01/2039-12-31"),
    ("last August", "2025-08-01/2025-08-31"),
    ("next March", "2026-03-01/2026-03-31"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_date_becomes_its_interval(text: str, expected: str) -> None:
    found = find_dates(text, REF)
    assert [str(w.interval) for w in found] == [expected]


@pytest.mark.parametrize(
    "text", ["It may fall.", "They march on.", "2,025 tonnes", "6,000 tons per month", "45X", "S&P 500"]
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert find_dates(text, REF) == []


def test_a_month_without_any_year_keeps_what_it_says() -> None:
    (found,) = find_dates("disruptions since August", None)
    assert str(found.interval) == "XXXX-08/.."
    assert not found.interval.known


def test_relative_dates_need_the_date_of_the_article() -> None:
    assert find_dates("last week and yesterday", None) == []


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.none() | st.dates())
def test_no_text_breaks_the_grammar(text: str, ref: date | None) -> None:
    for w in find_dates(text, ref):
        assert 0 <= w.start < w.end <= len(text)
        if w.interval.start and w.interval.end:
            assert w.interval.start <= w.interval.end


WORDS = [
    "by",
    "since",
    "early",
    "the",
    "end of",
    "Q3",
    "2035",
    "August",
    "9",
    ",",
    "to",
    "last",
    "week",
    "three",
    "ago",
    "31",
    "first half of",
    "-",
]


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_no_heap_of_date_words_breaks_the_grammar(words: list[str], ref: date) -> None:
    text = " ".join(words)
    spans = [(w.start, w.end) for w in find_dates(text, ref)]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_thirds_of_a_year_cover_it() -> None:
    whole = year(2025)
    early, mid, late = (part(whole, p) for p in ("early", "mid", "late"))
    assert early.start == whole.start
    assert late.end == whole.end
    assert early.end is not None
    assert mid.start is not None
    assert (mid.start - early.end).days == 1


def test_an_open_interval_has_a_middle() -> None:
    assert Interval(None, REF).middle == REF
    assert Interval(None, None).middle is None
